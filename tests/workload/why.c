// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Waits whose causes are known, for report --why; both, one after the other.
 *
 * A lock: "waiter" waits for a lock that "holder" has; "hog", which the kernel
 * prefers by far, takes holder's CPU for HOG_NS of its own time. Pipes:
 * "request" reads from "stage-1", that from "stage-2", and that from "stage-3",
 * which sleeps for SLEEP_NS before it writes.
 *
 * Nobody goes on before those who are to sleep do: so no noise of the machine
 * changes who waits for whom. It takes no COUNT.
 */
#include <stdatomic.h>

#include "workload.h"

#define HOG_NS 60000000
#define SLEEP_NS 60000000
#define POLL_NS 100000
#define STAGES 3

static atomic_int step;

static void wait_for(int value)
{
	while (atomic_load(&step) < value)
		sleep_ns(POLL_NS);
}

/* Once it is there and does not run, and is not waiting for a CPU. */
static void wait_until_asleep(const atomic_int *tid)
{
	char path[64], line[512];
	const char *end = NULL;
	FILE *file;

	while (!end || end[2] != 'S') {
		sleep_ns(POLL_NS);
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(tid));
		file = fopen(path, "r");
		end = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
		if (file)
			fclose(file);
	}
}

static void burn(uint64_t ns)
{
	uint64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

/* ---- the lock ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int waiter;

/* Of two on the first CPU, hog has nearly all. */
static void share_cpu(int nice_value)
{
	pin_thread(0);
	check(!setpriority(PRIO_PROCESS, (id_t)my_tid(), nice_value), "setpriority");
}

static void *run_holder(void *arg)
{
	name_thread("holder");
	pthread_mutex_lock(&lock);
	atomic_store(&step, 1);
	wait_until_asleep(&waiter);
	share_cpu(19);
	atomic_store(&step, 2);
	while (atomic_load(&step) < 3) /* hog takes the CPU from it */
		;
	burn(1000000);
	pthread_mutex_unlock(&lock);
	return arg;
}

static void *run_waiter(void *arg)
{
	name_thread("waiter");
	wait_for(1);
	/* It is asleep from time to time before; from here on only in the lock. */
	atomic_store(&waiter, my_tid());
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	return arg;
}

static void *run_hog(void *arg)
{
	name_thread("hog");
	wait_for(2);
	share_cpu(-20);
	/* Then holder never runs meanwhile. Where a cgroup allows none it rarely does. */
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
	atomic_store(&step, 3);
	burn(HOG_NS);
	return arg;
}

static void run_lock(void)
{
	void *(*const parts[])(void *) = { run_holder, run_waiter, run_hog };
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		check(!pthread_create(&threads[i], NULL, parts[i], NULL), "thread");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

/* ---- the pipes ---- */

static int pipes[STAGES][2];
static atomic_int stages[STAGES + 1];

static void wait_for_others(void)
{
	for (int i = 0; i < STAGES; i++)
		wait_until_asleep(&stages[i]);
	sleep_ns(SLEEP_NS);
}

static void *run_stage(void *arg)
{
	int number = (int)(intptr_t)arg;
	char name[32], byte = 0;

	snprintf(name, sizeof(name), "stage-%d", number);
	name_thread(number ? name : "request");
	atomic_store(&stages[number], my_tid());
	if (number < STAGES)
		check(read(pipes[number][0], &byte, 1) == 1, "read");
	else
		wait_for_others();
	if (number)
		check(write(pipes[number - 1][1], &byte, 1) == 1, "write");
	return NULL;
}

static void run_pipes(void)
{
	pthread_t threads[STAGES + 1];

	for (int i = 0; i < STAGES; i++)
		check(!pipe(pipes[i]), "pipe");
	for (int i = 0; i <= STAGES; i++)
		check(!pthread_create(&threads[i], NULL, run_stage, (void *)(intptr_t)i), "thread");
	for (int i = 0; i <= STAGES; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	workload_begin(argc, argv, 1);
	run_lock();
	run_pipes();
	printf("{\"hog_ns\": %d, \"sleep_ns\": %d}\n", HOG_NS, SLEEP_NS);
	return 0;
}
