/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What each CPU did: how long somebody ran there, how long nobody did, and how
 * long of that somebody waited who was allowed to run there. A part of a
 * report, which tells it who comes, goes and waits; it knows no threads.
 */
#ifndef GOTRACE_REPORT_CPUS_H
#define GOTRACE_REPORT_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_NO_ID UINT64_MAX

struct cpu_times {
	uint64_t id;
	uint64_t busy, idle;
	uint64_t unknown; /* records are missing: who ran then is not known */
	uint64_t wasted; /* of idle: somebody waited meanwhile who could have run there, at least */
	uint64_t switches;   /* so often a thread came onto it, */
	uint64_t migrations; /* from another CPU */

	/* ---- inside ---- */
	uint64_t at;	   /* all up to here is counted */
	uint64_t anywhere; /* cpus.anywhere then */
	uint32_t waiters;  /* threads that wait, and may run here and not everywhere */
	bool running, blind;
};

/* Zeroed but for to: nothing was told. */
struct cpus {
	struct cpu_times *rows; /* at the numbers that cpus_add() was called in */
	size_t count, cap;
	uint64_t from, to; /* the time outside is not counted */
	uint64_t waiters;  /* that may run everywhere */
	uint64_t anywhere; /* how long there was one, up to at */
	uint64_t at;
	bool sure; /* of some that waited it is known where they may run */
};

void cpus_fini(struct cpus *cpus);

/* The next one; it is idle. 0 or -ENOMEM. */
int cpus_add(struct cpus *cpus, uint64_t id, uint64_t now);
/* Somebody comes onto a CPU, goes; records of it are missing. */
void cpus_come(struct cpus *cpus, uint32_t cpu, uint64_t now, bool from_another);
void cpus_go(struct cpus *cpus, uint32_t cpu, uint64_t now);
void cpus_lose(struct cpus *cpus, uint32_t cpu, uint64_t now);
/* Somebody begins or ends to wait. allowed: the CPUs, of the first 64; 0: all of them. */
void cpus_wait(struct cpus *cpus, uint64_t allowed, uint64_t now);
void cpus_wait_end(struct cpus *cpus, uint64_t allowed, uint64_t now);
/* Counts all up to the end, and brings the rows into the order of their ids. */
void cpus_end(struct cpus *cpus, uint64_t now);

#endif
