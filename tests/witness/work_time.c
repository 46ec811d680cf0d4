// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Kinds that use CPUs, the clock and the disk, each thread for itself. */
#include "work.h"

#include <stdlib.h>
#include <sys/timerfd.h>

static void burn(struct job *job)
{
	job_begin(job);
	while (goes_on(job)) {
		compute(300 * US);
		call(job, SYS_getppid);
	}
	job_end(job);
}

static void burn_idle(struct job *job)
{
	const struct sched_param none = { 0 };

	must(!sched_setscheduler(0, SCHED_IDLE, &none), "SCHED_IDLE");
	burn(job);
}

static void sleeper(struct job *job)
{
	job_wakers(job, "clock_nanosleep", WAKE_HARDIRQ, "", 0);
	job_begin(job);
	for (unsigned i = 0; goes_on(job); i++) {
		nap(job, (50 + 97 * i % 1000) * US);
		compute(i % 7 * 10 * US);
	}
	job_end(job);
}

static bool timer_open(struct team *team)
{
	const struct itimerspec every = { { 0, 700 * US }, { 0, 700 * US } };

	team->there[0] = timerfd_create(CLOCK_MONOTONIC, 0);
	return team->there[0] >= 0 && !timerfd_settime(team->there[0], 0, &every, NULL);
}

static void timer(struct job *job)
{
	uint64_t count;

	job_wakers(job, "read", WAKE_HARDIRQ, "", 0);
	job_begin(job);
	while (goes_on(job))
		call(job, SYS_read, job->team->there[0], &count, sizeof(count));
	job_end(job);
}

static void real_time(struct job *job)
{
	const struct sched_param param = { .sched_priority = 10 + job->role };

	must(!sched_setscheduler(0, job->role ? SCHED_RR : SCHED_FIFO, &param), "real time");
	job_wakers(job, "clock_nanosleep", WAKE_HARDIRQ, "", 0);
	job_begin(job);
	while (goes_on(job)) {
		nap(job, 1900 * US);
		compute(200 * US);
	}
	job_end(job);
}

/* sched_attr of linux/sched/types.h, which glibc before 2.41 has not. */
struct deadline_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* Uses more than its runtime and is throttled: runnable, and kept from running. */
static void deadline(struct job *job)
{
	struct deadline_attr attr = { .size = sizeof(attr),
				      .policy = 6, /* SCHED_DEADLINE */
				      .runtime = 1 * MS,
				      .deadline = 8 * MS,
				      .period = 8 * MS };

	must(!syscall(SYS_sched_setattr, 0, &attr, 0), "deadline");
	job_begin(job);
	while (goes_on(job)) {
		compute(1500 * US);
		call(job, SYS_sched_yield);
	}
	job_end(job);
}

static void yielder(struct job *job)
{
	pin(1);
	job_begin(job);
	for (unsigned i = 0; goes_on(job); i++) {
		call(job, SYS_sched_yield);
		if (i % 50 == 0)
			nap(job, 2 * MS);
	}
	job_end(job);
}

/* A thread that moves itself has to be carried by the stopper. */
static void mover(struct job *job)
{
	cpu_set_t allowed, one;
	int cpu = 0;

	must(!sched_getaffinity(0, sizeof(allowed), &allowed), "affinity");
	job_begin(job);
	while (goes_on(job)) {
		do
			cpu = (cpu + 1) % CPU_SETSIZE;
		while (!CPU_ISSET(cpu, &allowed));
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		call(job, SYS_sched_setaffinity, 0, sizeof(one), &one);
		compute(20 * US);
		nap(job, 500 * US);
	}
	job_end(job);
}

/* A file of the build folder's disk, without a name. */
static bool disk_open(struct team *team)
{
	char name[] = "build/witness/disk.XXXXXX";

	team->there[0] = mkstemp(name);
	if (team->there[0] < 0)
		return false;
	unlink(name);
	return true;
}

static void disk(struct job *job)
{
	static char block[65536];
	int fd = job->team->there[0];

	job_begin(job);
	for (unsigned i = 0; goes_on(job); i++) {
		call(job, SYS_pwrite64, fd, block, sizeof(block), (long)(i % 16 * sizeof(block)));
		call(job, SYS_fdatasync, fd);
		nap(job, 5 * MS);
	}
	job_end(job);
}

static void file_close(struct team *team)
{
	close(team->there[0]);
}

const struct kind time_kinds[] = {
	{ "burn", 0, NULL, burn, NULL },
	{ "burn-idle", 1, NULL, burn_idle, NULL },
	{ "sleep", 3, NULL, sleeper, NULL },
	{ "timerfd", 1, timer_open, timer, file_close },
	{ "real-time", 2, NULL, real_time, NULL },
	{ "deadline", 1, NULL, deadline, NULL },
	{ "yield", 2, NULL, yielder, NULL },
	{ "move", 1, NULL, mover, NULL },
	{ "disk", 1, disk_open, disk, file_close },
	{ NULL, 0, NULL, NULL, NULL },
};
