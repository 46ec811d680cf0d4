/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a newer trace's events are in a trace before Go 1.22: the writer's other
 * encoder. It is told the events that a newer trace would hold, which the
 * scheduler view has made legal, and tells them in the older words.
 *
 *   an M's event         stands in the batch of the P that it holds; of no P: in
 *                        that of P -1, among them unblocks by no thread
 *   ProcStatus, GoStatus the start: each goroutine is created on P -1, and waits
 *                        or starts; Gomaxprocs ends it
 *   GoBlock              GoBlockSync, GoSleep, ... by its reason
 *   GoStop               GoPreempt
 *   GoSyscallBegin       GoSysCall, an instant, but not where a start goes on
 *                        with a syscall; GoSyscallEnd: nothing
 *   GoLabel              at the next start, as GoStartLabel
 *   the end              whatever runs is stopped (GoSched, ProcStop)
 *
 * Numbers are per goroutine, and left out on the P of the last one ("local").
 * The network's wakeups have a row of their own, as viewers make it; no goroutine
 * is said to be the timers', since gotraceui 0.4.0 refuses that event. There are
 * no futile wakeups, which newer readers refuse. What the other mapping needs (a P stolen, a
 * syscall that ends blocked) it refuses with -ENOTSUP. Its ids of strings and
 * stacks are the writer's, whose tables it asks. Memory: Ms, Gs, 64 KiB a P.
 */
#ifndef GOTRACE_TRACE_WRITE_V1_TELL_H
#define GOTRACE_TRACE_WRITE_V1_TELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "trace/write/v1_out.h"

struct v1_tell_m {
	uint64_t p, g; /* GT_NO_ID: none */
};

struct v1_tell_g {
	uint64_t seq;	  /* the last one given */
	uint64_t p;	  /* where that was */
	uint64_t started; /* when it last was */
	uint64_t label;	  /* string id, for its next start; 0: none */
};

/* What is asked of the writer. */
struct v1_tell_tables {
	/* The text of a string; empty if there is none. */
	struct gt_text (*text)(void *ctx, uint64_t string);
	/* The id of a stack of the root frame of a stack, of an empty one for 0. */
	uint64_t (*root)(void *ctx, uint64_t stack);
	void *ctx;
};

struct v1_tell {
	struct v1_out out;
	struct v1_tell_tables tables;
	struct idmap p_ids, m_ids, g_ids; /* Ps: those that were stated */
	struct v1_tell_m *ms;
	struct v1_tell_g *gs;
	size_t ms_cap, gs_cap;
	uint64_t procs; /* the highest P + 1 */
	uint64_t said;	/* the last Gomaxprocs */
	uint64_t last_ts;
	bool started; /* the start is over */
};

/* tables are set, out has begun before the first event; the rest is zeroed. */
void v1_tell_fini(struct v1_tell *tell);

/* One event, as gt_writer_event() has it. 0 or -errno. */
int v1_tell_event(struct v1_tell *tell, uint64_t m, uint64_t ts, unsigned type,
		  const uint64_t *args);

/* The trace has no more events: strings and stacks may follow on out. */
int v1_tell_end(struct v1_tell *tell);

#endif
