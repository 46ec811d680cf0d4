/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The witness's workload, as its kinds of threads see it: a job per measured
 * thread, and teams of threads that wake each other.
 *
 * Between job_begin() and job_end() a thread makes no syscall but by call(),
 * which counts them; libc's own would not be counted.
 */
#ifndef WITNESS_WORK_H
#define WITNESS_WORK_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ledger.h"

#define US 1000ULL
#define MS 1000000ULL
#define ROLES_MAX 64

/* What the threads of one group share. */
struct team {
	const char *name;
	int there[2], back[2]; /* pipes, sockets, an eventfd: as the kind needs */
	uint32_t word;	       /* a futex */
	uint32_t over;	       /* 1: the leader has stopped */
	pid_t pid;
	pid_t tids[ROLES_MAX];
	void *memory;
	size_t memory_size;
};

struct job {
	struct ledger *ledger;
	int ledger_fd;
	struct entry *entry;
	struct team *team;
	int role;
	bool crowded;
	uint64_t end_ns;  /* CLOCK_MONOTONIC: when to stop */
	uint64_t span_ns; /* when the next span is due */
	uint64_t calls;
	uint32_t marks;
	int schedstat;
};

#define call(job, ...) ((job)->calls++, syscall(__VA_ARGS__))

struct kind {
	const char *name;
	int roles; /* threads; 0: one for every CPU */
	bool (*open)(struct team *team);
	void (*run)(struct job *job);
	void (*close)(struct team *team);
};

extern const struct kind time_kinds[], talk_kinds[], life_kinds[]; /* ends: no name */

void must(bool good, const char *what);
uint64_t now_ns(void);
/* Computes for about so long, without a syscall. */
void compute(uint64_t ns);
/* clock_nanosleep(), counted. */
void nap(struct job *job, uint64_t ns);
void pin(int nth); /* to the nth CPU allowed; not counted */

/* Must be called once for each thread that is made: true, in its maker, if it was. */
bool made(struct ledger *ledger, long tid);

/* Takes an entry of the ledger for the calling thread. */
void job_open(struct job *job, const char *kind);
/* Reads the books at the begin, at the end of the first, the last span. */
void job_begin(struct job *job);
void job_end(struct job *job);
/* Ends a span and begins the next, if it is time. */
void job_span(struct job *job);
/* The same; false when it is time to stop. */
bool goes_on(struct job *job);
/* Says who ends the job's sleeps in a syscall (between open and end). */
void job_wakers(struct job *job, const char *wait, enum wake_context context, const char *by_call,
		pid_t by);

/* The other way into the program: what execve() of it does (work.c). */
void work_exec(struct job *parent, const char *kind);

#endif
