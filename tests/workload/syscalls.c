// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two threads "caller0" and "caller1" each call getppid COUNT times and
 * sched_yield COUNT / 10 times, and nothing else in between. Neither name is
 * called by anybody else in the process, so a trace must hold exactly that
 * many of each.
 */
#include "workload.h"

#define THREADS 2

struct caller {
	long count;
	char name[16];
	pid_t tid;
	struct book book;
};

static void *run(void *arg)
{
	struct caller *caller = arg;

	name_thread(caller->name);
	caller->tid = my_tid();
	for (long i = 0; i < caller->count; i++) {
		syscall(SYS_getppid);
		if (i % 10 == 9)
			syscall(SYS_sched_yield);
	}
	caller->book = book_read();
	return NULL;
}

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 10000);
	struct caller callers[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		callers[i] = (struct caller){ .count = count };
		snprintf(callers[i].name, sizeof(callers[i].name), "caller%d", i);
		check(!pthread_create(&threads[i], NULL, run, &callers[i]), "thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("{\"workload\": \"syscalls\", \"pid\": %d, \"count\": %ld, \"threads\": [", getpid(),
	       count);
	for (int i = 0; i < THREADS; i++) {
		printf("%s{", i ? ", " : "");
		print_book(callers[i].name, callers[i].tid, &callers[i].book);
		printf(", \"getppid\": %ld, \"sched_yield\": %ld}", count, count / 10);
	}
	puts("]}");
	return 0;
}
