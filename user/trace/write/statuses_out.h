/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the scheduler view writes: it gives events their times, opens
 * generations, and gives Ps and Gs their sequence numbers with the statuses
 * that those start from. A part of statuses.c, which says what may be written.
 *
 * Generations. A reader goes on with its statuses from one generation to the
 * next, but a sequence number counts only within a generation in which its P
 * or G was stated (or created). So a P or G is stated again just before its
 * first event with a number, in the state the reader holds, and not otherwise:
 * a G that blocks in a generation in which it was never named needs nothing.
 */
#ifndef GOTRACE_TRACE_WRITE_STATUSES_OUT_H
#define GOTRACE_TRACE_WRITE_STATUSES_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "gotrace/writer.h"
#include "trace/write/statuses_table.h"

struct statuses_out {
	struct gt_writer *writer;
	struct gt_statuses_options options;
	bool started;	     /* the statuses of the start are over */
	uint64_t at;	     /* the caller's time */
	uint64_t last;	     /* no event is at or before it */
	uint64_t last_event; /* time of the last event; 0: none yet */
	uint64_t generation; /* the writer's number of the open one */
	uint64_t first;	     /* time of its first event; 0: none yet */
};

void statuses_out_init(struct statuses_out *out, struct gt_writer *writer,
		       const struct gt_statuses_options *options);

/* See gt_statuses_at(). */
uint64_t statuses_out_at(struct statuses_out *out, uint64_t ts);

#define STATUSES_LAST_TIME (UINT64_C(1) << 62) /* a reader's times are signed */
#define STATUSES_MAX_EVENTS 4		       /* that one call makes, at most */

static inline uint64_t statuses_out_next_time(const struct statuses_out *out)
{
	return out->at > out->last ? out->at : out->last + 1;
}

/* Is there time left for one more call's events? */
static inline bool statuses_out_has_time(const struct statuses_out *out)
{
	return statuses_out_next_time(out) < STATUSES_LAST_TIME - STATUSES_MAX_EVENTS;
}

/* Writes one status of the start; any other event ends the start. args as in gt_writer_event(). */
static inline void statuses_out_status(struct statuses_out *out, uint64_t m, unsigned type,
				       const uint64_t *args, unsigned count)
{
	out->last = out->last_event = statuses_out_next_time(out);
	if (!out->first)
		out->first = out->last;
	gt_writer_event(out->writer, m, out->last, type, args, count);
}

static inline void statuses_out_event(struct statuses_out *out, uint64_t m, unsigned type,
				      const uint64_t *args, unsigned count)
{
	out->started = true;
	statuses_out_status(out, m, type, args, count);
}

/* The next number; states it first if need be. The G is runnable or waiting. */
uint64_t statuses_out_proc_seq(struct statuses_out *out, struct statuses_proc *proc);
uint64_t statuses_out_go_seq(struct statuses_out *out, struct statuses_go *go);

/* The arguments of an event, for the two parameters args and count. */
#define ARGS(...) (const uint64_t[]){ __VA_ARGS__ }, sizeof((uint64_t[]){ __VA_ARGS__ }) / 8
#define NO_ARGS NULL, 0

#endif
