// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Makes syscalls at a known rate, and counts them: for measuring what a tracer
 * loses. A thread on each of the first CPUS CPUs calls getppid() RATE times a
 * second (0: as often as it can) for SECONDS, and waits in user mode between,
 * so that there is nothing else to record.
 *
 *	rate CPUS RATE SECONDS
 *
 * Says how many calls were made, in how many seconds, and by which threads, as
 * JSON. Each call carries MARK, an argument that it does not have: who records
 * the arguments of calls has it in what he wrote, once for each.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MARK 0x6b72616d65746172 /* "ratemark" in memory */
#define CLOCK_EVERY 64		/* calls, at full speed */

struct caller {
	pthread_t thread;
	pthread_barrier_t *start;
	int cpu;
	pid_t tid;
	uint64_t rate, length_ns;
	uint64_t calls, took_ns; /* the result */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void call_at_rate(struct caller *caller, uint64_t begin)
{
	uint64_t passed = 0;

	while (passed < caller->length_ns) {
		uint64_t due = passed * caller->rate / 1000000000;

		for (; caller->calls < due && passed < caller->length_ns; caller->calls++) {
			syscall(SYS_getppid, MARK);
			if (caller->calls % CLOCK_EVERY == 0)
				passed = now_ns() - begin;
		}
		passed = now_ns() - begin;
	}
}

static void call_at_full_speed(struct caller *caller, uint64_t begin)
{
	while (now_ns() - begin < caller->length_ns)
		for (int i = 0; i < CLOCK_EVERY; i++, caller->calls++)
			syscall(SYS_getppid, MARK);
}

static void *run(void *arg)
{
	struct caller *caller = arg;
	cpu_set_t set;
	uint64_t begin;

	caller->tid = gettid();
	CPU_ZERO(&set);
	CPU_SET(caller->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("rate: sched_setaffinity");
	pthread_barrier_wait(caller->start);
	begin = now_ns();
	if (caller->rate)
		call_at_rate(caller, begin);
	else
		call_at_full_speed(caller, begin);
	caller->took_ns = now_ns() - begin;
	return NULL;
}

int main(int argc, char **argv)
{
	uint64_t calls = 0, took_ns = 0;
	pthread_barrier_t start;
	struct caller *callers;
	unsigned cpus;

	if (argc != 4 || atoi(argv[1]) < 1) {
		fputs("usage: rate CPUS RATE SECONDS\n", stderr);
		return 2;
	}
	cpus = (unsigned)atoi(argv[1]);
	callers = calloc(cpus, sizeof(*callers));
	if (!callers || pthread_barrier_init(&start, NULL, cpus))
		return 1;
	for (unsigned i = 0; i < cpus; i++) {
		callers[i] = (struct caller){ .start = &start,
					      .cpu = (int)i,
					      .rate = strtoull(argv[2], NULL, 10),
					      .length_ns = (uint64_t)(atof(argv[3]) * 1e9) };
		if (pthread_create(&callers[i].thread, NULL, run, &callers[i]))
			return 1;
	}
	for (unsigned i = 0; i < cpus; i++) {
		pthread_join(callers[i].thread, NULL);
		calls += callers[i].calls;
		took_ns = callers[i].took_ns > took_ns ? callers[i].took_ns : took_ns;
	}
	printf("{\"calls\": %" PRIu64 ", \"seconds\": %.6f, \"tids\": [", calls,
	       (double)took_ns / 1e9);
	for (unsigned i = 0; i < cpus; i++)
		printf("%s%d", i ? ", " : "", (int)callers[i].tid);
	puts("]}");
	free(callers);
	return 0;
}
