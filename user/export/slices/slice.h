/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A slice: a stretch of time in which a thread was in one state, with all that
 * is known of it: where, why, who ended or began it. It is made of changes
 * (changes.h) or of a trace's events (events.h); csv.h prints it, the critical
 * path (why/) walks over it. It knows no file and no text format.
 *
 * Slices come in the order of their ends; those of one thread do not overlap,
 * and leave no time out but for what the source does not know. None is empty.
 */
#ifndef GOTRACE_EXPORT_SLICES_SLICE_H
#define GOTRACE_EXPORT_SLICES_SLICE_H

#include <stdbool.h>
#include <stdint.h>

#include "gotrace/wire.h"

enum slice_state {
	SLICE_RUNNING,
	SLICE_SYSCALL, /* on a CPU, inside a syscall */
	SLICE_WAITING, /* for a CPU */
	SLICE_ASLEEP,
	SLICE_LOST, /* off its CPU as far as anybody knows; reason: why it is not known */
	SLICE_STATES,
	/* On a CPU, and not traced: of its time nothing else is known. who.tid 0: not who it was.
	 */
	SLICE_STRANGER = SLICE_STATES,
};

/* What woke a thread, or made it. */
enum slice_context {
	SLICE_BY_NOBODY, /* not known */
	SLICE_BY_THREAD,
	SLICE_BY_SOFTIRQ, /* timers, the network */
	SLICE_BY_HARDIRQ, /* timers, devices */
	SLICE_BY_BIRTH,	  /* it was created */
	SLICE_CONTEXTS
};

/* A thread, or a goroutine of Go's. */
struct slice_who {
	uint64_t id;  /* of nobody else as long as the source goes; 0: nobody, or not known */
	uint64_t tid; /* or the goroutine's number */
	uint64_t pid; /* 0: not known */
	struct gt_text comm;
};

#define SLICE_NO_CPU UINT64_MAX
#define SLICE_NO_WALL INT64_MIN

/* Texts are valid during the call; empty: not known, or there is none. */
struct slice {
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC, or what a trace has for it */
	int64_t wall_ns;	   /* start_ns since 1970, or SLICE_NO_WALL */
	uint64_t cpu;		   /* where it runs; for which it waits; SLICE_NO_CPU */
	enum slice_state state;
	struct slice_who who;
	struct gt_text cgroup;
	struct gt_text reason;
	struct gt_text syscall; /* inside which it is */
	struct gt_text error;	/* of the syscall, which ends here */
	/* Who woke it at the end of a sleep; also of the wait that begins with that. */
	struct slice_who waker;
	enum slice_context context;
	uint64_t flight_ns; /* between the waker's call and the slice's end, of a sleep */
	/* Who got its CPU, where a wait begins with that. tid 0 and a comm: a limit. */
	struct slice_who by;
	uint64_t syscall_ns; /* when the syscall began; 0: not known, or in none */
	bool goes_on;	     /* only what was told ends here, not the state */
	uint64_t began_ns;   /* the state, of which a part was told already; else start_ns */
};

/* Takes a slice. 0 or -errno, which ends it. */
typedef int (*slice_fn)(void *ctx, const struct slice *slice);

/* "running", "waiting"; SLICE_STRANGER has none. */
const char *slice_state_name(enum slice_state state);
/* "thread", "softirq"; "" for nobody. */
const char *slice_context_name(enum slice_context context);

/* A constant text. */
struct gt_text slice_text(const char *text);

/* Why a thread waits: one word each, whatever the source. */
#define SLICE_PREEMPTED "preempted"
#define SLICE_YIELDED "yielded"
#define SLICE_THROTTLED "throttled"
#define SLICE_WOKEN "woken"
#define SLICE_BORN "born"
#define SLICE_RELEASED "released" /* from a limit, in the same wait */

#endif
