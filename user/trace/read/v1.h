/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The reader of traces of Go 1.11 to 1.21 (v1), behind gt_reader_next().
 *
 * A v1 trace has no parts that stand alone: its strings, stacks and clock are
 * at its end, its batches in any order. So all of it has to be there, and it is
 * gone over four times: for the tables (v1_file.h), for the order (v1_stream.h), for
 * what can be (v1_check.h), and to give the events (v1_convert.h, v1_legal.h). A trace
 * that is refused gives none, as with Go.
 *
 * Memory: no event is kept but the ends of blocking syscalls (48 bytes each);
 * a bit for each syscall; a few dozen bytes for each goroutine that there ever
 * was; the tables. A trace from a source is kept as a whole, up to the limit.
 */
#ifndef GOTRACE_TRACE_READ_V1_H
#define GOTRACE_TRACE_READ_V1_H

#include "gotrace/reader.h"
#include "trace/read/v1_check.h"
#include "trace/read/v1_convert.h"
#include "trace/read/v1_file.h"
#include "trace/read/v1_legal.h"
#include "trace/read/v1_stream.h"

struct v1 {
	struct v1_file file;
	struct v1_stream stream;
	struct v1_check check;
	struct v1_convert convert;
	struct v1_legal legal;
	bool as_v2;

	const struct gt_event *queue; /* of convert or legal */
	size_t queue_count, queue_next;
	bool ended;
	int64_t last_time;
	struct gt_event point; /* the sync point given last */
	uint64_t points;
	struct gt_event given;
};

/*
 * Goes over the trace: v1->file.in, start, version and tables are set, convert's texts,
 * and as_v2: events as v1_legal.h makes them. Borrowed things stay until v1_fini().
 * 0, or *error, which is Go's verdict.
 */
int v1_open(struct v1 *v1, struct gt_error *error);
void v1_fini(struct v1 *v1);

/*
 * The next event, valid until the next call, NULL after the last one. The first
 * is a sync point, in generation 1 as all others but the last, which is one in
 * none. 0 or *error.
 */
int v1_next(struct v1 *v1, const struct gt_event **event, struct gt_error *error);

/* The text of a string id; empty if there is none. */
struct gt_text v1_text(const struct v1 *v1, uint64_t id);

#endif
