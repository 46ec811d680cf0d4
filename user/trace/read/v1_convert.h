/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A v1 trace's events as Go's reader gives them: in the words of v2, to be read
 * like a v2 trace's. What it makes of each is Go's internal/trace/tracev1.go.
 *
 * These are not the events of a legal v2 trace: a wakeup by a timer stands on a
 * P that is none, an end of a syscall on no M, and a P lost in a syscall is
 * told by nothing. v1_legal.h makes those. Sequence numbers are the v1 trace's.
 *
 * Memory: Ps, open tasks, and the goroutines of the start until it is over.
 */
#ifndef GOTRACE_TRACE_READ_V1_CONVERT_H
#define GOTRACE_TRACE_READ_V1_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "gotrace/reader.h"
#include "trace/read/tables.h"
#include "trace/read/texts.h"
#include "trace/read/v1_event.h"

/* What belongs to a P: the M that it runs on. */
struct v1_place {
	uint64_t m;
	bool has_m;
	bool seen;
};

struct v1_task {
	uint64_t parent;
	uint32_t text;
};

struct v1_convert {
	unsigned version;
	const struct tables *tables; /* borrowed */
	const uint8_t *window;	     /* borrowed: where the tables' texts are */
	struct texts *texts;	     /* borrowed: for the names of tasks */
	uint64_t names;		     /* string id of v1_names.h's first, all above the trace's */

	bool started; /* the first Gomaxprocs was there: what comes is no status */
	struct idmap created;
	struct idmap place_ids, task_ids;
	struct v1_place *places;
	struct v1_task *tasks;
	size_t places_cap, tasks_cap;
	uint64_t last_stop; /* string id */

	struct gt_event *queue; /* what came of the last event */
	size_t queue_count, queue_cap;
};

/* A zeroed struct with the borrowed parts, version and names is ready. */
void v1_convert_fini(struct v1_convert *convert);

/* The string id of a UserLog's text: where its length is in the file's bytes. */
static inline uint64_t v1_convert_inline(const struct v1_convert *convert, uint64_t at)
{
	return convert->names + 256 + at;
}

/* Fills the queue with what one event becomes, nothing perhaps. 0 or *error. */
int v1_convert_event(struct v1_convert *convert, const struct v1_event *event,
		     struct gt_error *error);

#endif
