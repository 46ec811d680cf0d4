/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A v1 trace's events by time, in ns since the first.
 *
 * The order of v1_order.h has to agree with the time stamps, or the trace is
 * refused: its clocks were broken. One event is an exception: GoSysExit is
 * written late, when the thread has a P again, and says when it really was. It
 * is moved back to there, which needs two passes over the trace: the first one
 * checks, and keeps those that move (48 bytes each), the second one gives the
 * events. Whether what they say can be is not known here: v1_check.h.
 */
#ifndef GOTRACE_TRACE_READ_V1_STREAM_H
#define GOTRACE_TRACE_READ_V1_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/read/v1_event.h"
#include "trace/read/v1_order.h"

/* A GoSysExit that moves, and after how many events it stood. */
struct v1_moved {
	int64_t time;
	uint64_t number;
	uint64_t g, seq, byte;
	int32_t real_p;
};

struct v1_stream {
	const struct v1_file *file; /* borrowed */
	struct v1_order order;
	struct v1_moved *moved; /* by time, then number */
	size_t moved_count, moved_cap;
	size_t next_moved;

	struct v1_event next; /* the order's, if it is there */
	uint64_t number;      /* of next */
	bool has_next, end;

	int64_t origin; /* ticks of the first event */
	bool started;
	double period; /* ns a tick */
};

/* A zeroed struct is empty; the first pass. 0 or *error. */
int v1_stream_init(struct v1_stream *stream, const struct v1_file *file, struct gt_error *error);
void v1_stream_fini(struct v1_stream *stream);

/* Back before the first event. */
void v1_stream_rewind(struct v1_stream *stream);

/* The next event; *end instead if there is no more. 0 or *error. */
int v1_stream_next(struct v1_stream *stream, struct v1_event *event, bool *end,
		   struct gt_error *error);

#endif
