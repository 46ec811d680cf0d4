/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A v1 trace's events in a consistent order, be its clocks broken.
 *
 * A P's batches are in order by themselves. Of each P the first event that is
 * left stands ready if what it needs has happened: by status and sequence
 * number of its goroutine (or of the GC). Of those that are ready the earliest
 * comes next. It has a cursor for each P, and a state for each goroutine. Time
 * is in ticks, and not looked into: whether it fits the order is known to
 * v1_stream.h. Among equal times the Ps' order is ascending where Go's is chance.
 */
#ifndef GOTRACE_TRACE_READ_V1_ORDER_H
#define GOTRACE_TRACE_READ_V1_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "trace/read/gosort.h"
#include "trace/read/v1_event.h"
#include "trace/read/v1_file.h"

struct v1_cursor {
	size_t at, end; /* of the batch */
	uint32_t batch; /* the one after it */
	uint64_t g;	/* that runs on the P */
	int64_t time;
	struct v1_event event; /* the next one, if ready */
	bool ready;
};

struct v1_state {
	uint64_t seq;
	uint8_t status;
};

struct v1_order {
	const struct v1_file *file; /* borrowed */
	struct v1_cursor *cursors;  /* one for each P; the last one: of the samples */
	uint32_t *available;	    /* cursors that are not in the frontier */
	size_t available_count;
	struct keyed *frontier; /* a heap of cursors */
	size_t frontier_count;
	size_t next_sample;
	struct idmap ids; /* of Gs, and of the GC, to slots in states */
	struct v1_state *states;
	size_t states_cap;
};

/* A zeroed struct is empty; begins before the first event. 0 or -ENOMEM. */
int v1_order_init(struct v1_order *order, const struct v1_file *file);
void v1_order_fini(struct v1_order *order);

/* Back before the first event. */
void v1_order_rewind(struct v1_order *order);

/* The next event; *end instead if there is no more. 0 or *error. */
int v1_order_next(struct v1_order *order, struct v1_event *event, bool *end,
		  struct gt_error *error);

#endif
