/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A whole v1 trace, looked through once: where each P's batches are, strings
 * and stacks, the clock's frequency, CPU samples, who the timers' goroutine is.
 *
 * All that is read in vain without the rest: strings, stacks and frequency
 * stand at a trace's end, and batches of one P anywhere in it. So the file has
 * to be there as a whole (it is not copied). Strings and stacks go into the
 * reader's tables, by the same rules as in Go: a string is defined once, of a
 * stack the last definition counts, of a PC the first. Which events a batch
 * holds is not known here: v1_order.h.
 */
#ifndef GOTRACE_TRACE_READ_V1_FILE_H
#define GOTRACE_TRACE_READ_V1_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "trace/read/gosort.h"
#include "trace/read/tables.h"
#include "trace/read/v1_raw.h"

#define V1_NO_BATCH UINT32_MAX
/* More no kernel has; each costs a look at every event. */
#define V1_MAX_PROCS 8192

struct v1_batch {
	size_t at, end; /* of its events */
	uint64_t time;	/* ticks */
	uint32_t next;	/* the same P's next batch, or V1_NO_BATCH */
};

struct v1_proc {
	int32_t id;
	uint32_t first, last; /* batches */
};

struct v1_sample {
	int64_t time; /* ticks */
	uint64_t g;
	uint64_t byte; /* offset in the file */
	int32_t p;
	uint32_t stack;
};

struct v1_file {
	struct v1_bytes in;
	size_t start; /* in it, behind the header */
	unsigned version;
	struct tables *tables; /* borrowed */
	uint64_t max_string;   /* the highest string id */

	struct v1_batch *batches;
	size_t batches_count, batches_cap;
	struct idmap proc_ids;
	struct v1_proc *procs; /* when all is read: by id */
	size_t procs_cap;

	struct v1_sample *samples;
	struct keyed *sample_order; /* by time, as Go sorts them */
	size_t samples_count, samples_cap, sample_order_cap;

	struct idmap timers;   /* goroutines whose wakeups are the timers' */
	int64_t ticks_per_sec; /* 0: not said yet */
};

/* A zeroed struct is empty. */
void v1_file_fini(struct v1_file *file);

/* Looks through file->in, which is set, as start, version and tables are. 0 or *error. */
int v1_file_read(struct v1_file *file, struct gt_error *error);

static inline size_t v1_file_procs(const struct v1_file *file)
{
	return file->proc_ids.count;
}

#endif
