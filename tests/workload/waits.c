// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Waits for a CPU whose causes are known.
 *
 *   waits moved MS      "victim" waits MS for the first CPU behind "hog", a
 *                       real-time thread, is then moved to the second one and
 *                       runs there for a while. Says how long it waited:
 *                       {"least_ns": N, "most_ns": N, "victim": TID, "moves": N}
 *   waits spin N MS     N threads "spin" are on the first CPU for MS, all of
 *                       them runnable all the time; says when they are there
 */
#include <stdatomic.h>

#include "workload.h"

static atomic_bool hogging, moved;
static uint64_t until_ns;
static int first, second; /* CPUs */

/* ---- moved ---- */

static void pin(pid_t tid, int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	check(!sched_setaffinity(tid, sizeof(one), &one), "affinity");
}

/* The first two CPUs that this process may use. */
static void find_cpus(void)
{
	cpu_set_t allowed;

	check(!sched_getaffinity(0, sizeof(allowed), &allowed), "affinity");
	errno = EINVAL;
	check(CPU_COUNT(&allowed) >= 2, "two CPUs");
	while (!CPU_ISSET(first, &allowed))
		first++;
	second = first + 1;
	while (!CPU_ISSET(second, &allowed))
		second++;
}

static void *hog(void *arg)
{
	const struct sched_param param = { .sched_priority = 10 };

	name_thread("hog");
	pin(0, first);
	check(!sched_setscheduler(0, SCHED_FIFO, &param), "SCHED_FIFO");
	hogging = true;
	while (!moved)
		;
	return arg;
}

static void *victim(void *arg)
{
	pid_t *tid = arg;

	name_thread("victim");
	pin(0, first);
	*tid = my_tid();
	while (!moved)
		;
	sleep_ns(1000000);
	return arg;
}

/* The kernel's count of its moves between CPUs; -1: it does not tell. */
static long moves_of(pid_t tid)
{
	char path[64], line[128];
	long moves = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/sched", tid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "se.nr_migrations : %ld", &moves);
	if (file)
		fclose(file);
	return moves;
}

static void move(uint64_t ns)
{
	const struct sched_param param = { .sched_priority = 20 };
	pthread_t threads[2];
	uint64_t from, least;
	pid_t id = 0;
	volatile pid_t *its = &id;

	find_cpus();
	pin(0, second);
	check(!sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param), "SCHED_FIFO");
	check(!pthread_create(&threads[0], NULL, victim, &id), "thread");
	while (!*its)
		sleep_ns(1000000);
	check(!pthread_create(&threads[1], NULL, hog, NULL), "thread");
	while (!hogging)
		sleep_ns(100000);
	from = clock_ns(CLOCK_MONOTONIC);
	sleep_ns(ns);
	least = clock_ns(CLOCK_MONOTONIC) - from;
	pin(*its, second);
	printf("{\"least_ns\": %" PRIu64 ", \"most_ns\": %" PRIu64 ", \"victim\": %d", least,
	       clock_ns(CLOCK_MONOTONIC) - from, *its);
	sleep_ns(20000000);
	printf(", \"moves\": %ld}\n", moves_of(*its));
	moved = true;
	for (int i = 0; i < 2; i++)
		check(!pthread_join(threads[i], NULL), "join");
}

/* ---- spin ---- */

static void *spin(void *arg)
{
	name_thread("spin");
	while (clock_ns(CLOCK_MONOTONIC) < until_ns)
		;
	return arg;
}

static void run_spinners(long count, uint64_t ns)
{
	pthread_t threads[64];
	int cpu = pin_thread(0);

	until_ns = clock_ns(CLOCK_MONOTONIC) + ns;
	for (long i = 0; i < count; i++)
		check(!pthread_create(&threads[i], NULL, spin, NULL), "thread");
	printf("spinning on %d\n", cpu);
	fflush(stdout);
	for (long i = 0; i < count; i++)
		check(!pthread_join(threads[i], NULL), "join");
}

int main(int argc, char **argv)
{
	errno = EINVAL;
	if (argc == 3 && !strcmp(argv[1], "moved")) {
		move(strtoull(argv[2], NULL, 10) * 1000000);
		return 0;
	}
	check(argc == 4 && !strcmp(argv[1], "spin") && strtol(argv[2], NULL, 10) <= 64,
	      "waits moved MS, or waits spin N MS");
	run_spinners(strtol(argv[2], NULL, 10), strtoull(argv[3], NULL, 10) * 1000000);
	return 0;
}
