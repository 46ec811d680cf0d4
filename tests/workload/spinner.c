// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Three threads "spinner0" to "spinner2", all pinned to one CPU, compute
 * until each has used COUNT ms of CPU time. They never sleep (their only
 * syscall is clock_gettime, every few ms), so what takes the CPU from them is
 * the scheduler: runnable, preempted.
 */
#include "workload.h"

#define THREADS 3

struct spinner {
	long ms;
	char name[16];
	pid_t tid;
	int cpu;
	pthread_barrier_t *barrier;
	struct book book;
};

static void *run(void *arg)
{
	struct spinner *spinner = arg;
	struct timespec used;

	name_thread(spinner->name);
	spinner->tid = my_tid();
	spinner->cpu = pin_thread(0);
	pthread_barrier_wait(spinner->barrier);
	do {
		for (volatile int i = 0; i < 1000000; i++)
			;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	} while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < spinner->ms);
	spinner->book = book_read();
	return NULL;
}

int main(int argc, char **argv)
{
	long ms = workload_begin(argc, argv, 100);
	struct spinner spinners[THREADS];
	pthread_t threads[THREADS];
	pthread_barrier_t barrier;

	check(!pthread_barrier_init(&barrier, NULL, THREADS), "barrier");
	for (int i = 0; i < THREADS; i++) {
		spinners[i] = (struct spinner){ .ms = ms, .barrier = &barrier };
		snprintf(spinners[i].name, sizeof(spinners[i].name), "spinner%d", i);
		check(!pthread_create(&threads[i], NULL, run, &spinners[i]), "thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("{\"workload\": \"spinner\", \"pid\": %d, \"ms\": %ld, \"cpu\": %d, \"threads\": [",
	       getpid(), ms, spinners[0].cpu);
	for (int i = 0; i < THREADS; i++) {
		printf("%s{", i ? ", " : "");
		print_book(spinners[i].name, spinners[i].tid, &spinners[i].book);
		printf("}");
	}
	puts("]}");
	return 0;
}
