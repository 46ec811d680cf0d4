/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the workloads share. A workload is a small program that does a known
 * number of things and then says as one JSON object on stdout what it did, so
 * that a test can compare a trace with it.
 *
 *     NAME [-w] [COUNT]
 *
 * -w: it says "ready" and waits for a line on stdin before it begins; so a
 * tracer can be attached first. What a thread did is counted from its own
 * beginning to its end, with the kernel's books beside it (struct book).
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The kernel's books of one thread: what it did up to now. */
struct book {
	uint64_t voluntary, involuntary;  /* context switches */
	uint64_t cpu_ns;		  /* CLOCK_THREAD_CPUTIME_ID */
	uint64_t run_ns, wait_ns, slices; /* schedstat: on a CPU, on a run queue */
};

static inline void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline pid_t my_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

static inline void name_thread(const char *name)
{
	check(!pthread_setname_np(pthread_self(), name), "thread name");
}

/* The nth CPU this process may use; pins the calling thread to it. */
static inline int pin_thread(int nth)
{
	cpu_set_t allowed, one;
	int cpu = -1;

	check(!sched_getaffinity(getpid(), sizeof(allowed), &allowed), "affinity");
	nth %= CPU_COUNT(&allowed);
	while (nth >= 0)
		nth -= !!CPU_ISSET(++cpu, &allowed);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	check(!sched_setaffinity(0, sizeof(one), &one), "pin");
	return cpu;
}

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline void sleep_ns(uint64_t ns)
{
	struct timespec ts = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		;
}

static inline struct book book_read(void)
{
	struct book book = { 0 };
	struct rusage usage;
	FILE *file = fopen("/proc/thread-self/schedstat", "r");

	if (file) {
		check(fscanf(file, "%" SCNu64 " %" SCNu64 " %" SCNu64, &book.run_ns, &book.wait_ns,
			     &book.slices) == 3,
		      "schedstat");
		fclose(file);
	}
	check(!getrusage(RUSAGE_THREAD, &usage), "getrusage");
	book.voluntary = (uint64_t)usage.ru_nvcsw;
	book.involuntary = (uint64_t)usage.ru_nivcsw;
	book.cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	return book;
}

/* Members of a JSON object, without its braces. */
static inline void print_book(const char *comm, pid_t tid, const struct book *book)
{
	printf("\"comm\": \"%s\", \"tid\": %d, \"voluntary\": %" PRIu64
	       ", \"involuntary\": %" PRIu64 ", \"cpu_ns\": %" PRIu64 ", \"run_ns\": %" PRIu64
	       ", \"wait_ns\": %" PRIu64 ", \"slices\": %" PRIu64,
	       comm, tid, book->voluntary, book->involuntary, book->cpu_ns, book->run_ns,
	       book->wait_ns, book->slices);
}

/* Parses [-w] [COUNT]; waits for the go-ahead if asked to. Returns COUNT. */
static inline long workload_begin(int argc, char **argv, long count)
{
	int at = 1;

	if (at < argc && !strcmp(argv[at], "-w")) {
		char line[64];

		printf("ready %d\n", getpid());
		fflush(stdout);
		check(fgets(line, sizeof(line), stdin) != NULL, "go-ahead on stdin");
		at++;
	}
	if (at < argc)
		count = strtol(argv[at], NULL, 10);
	errno = EINVAL;
	check(count > 0 && count <= 1000000000000, "count");
	return count;
}

#endif
