// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Four threads "sleeper0" to "sleeper3" each sleep COUNT times for 500 us.
 * What wakes them is a timer: always an interrupt, never a task.
 */
#include "workload.h"

#define THREADS 4
#define SLEEP_NS 500000

struct sleeper {
	int number;
	long count;
	char name[16];
	pid_t tid;
	uint64_t slept_ns; /* measured around the calls: at least count * SLEEP_NS */
	struct book book;
};

static void *run(void *arg)
{
	struct sleeper *sleeper = arg;
	uint64_t begin;

	name_thread(sleeper->name);
	sleeper->tid = my_tid();
	begin = clock_ns(CLOCK_MONOTONIC);
	for (long i = 0; i < sleeper->count; i++)
		sleep_ns(SLEEP_NS);
	sleeper->slept_ns = clock_ns(CLOCK_MONOTONIC) - begin;
	sleeper->book = book_read();
	return NULL;
}

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 200);
	struct sleeper sleepers[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		sleepers[i] = (struct sleeper){ .number = i, .count = count };
		snprintf(sleepers[i].name, sizeof(sleepers[i].name), "sleeper%d", i);
		check(!pthread_create(&threads[i], NULL, run, &sleepers[i]), "thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("{\"workload\": \"sleeper\", \"pid\": %d, \"count\": %ld, \"sleep_ns\": %d, "
	       "\"threads\": [",
	       getpid(), count, SLEEP_NS);
	for (int i = 0; i < THREADS; i++) {
		printf("%s{", i ? ", " : "");
		print_book(sleepers[i].name, sleepers[i].tid, &sleepers[i].book);
		printf(", \"sleeps\": %ld, \"slept_ns\": %" PRIu64 "}", count,
		       sleepers[i].slept_ns);
	}
	puts("]}");
	return 0;
}
