/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One generation as it stands in the file: its batches, grouped by M, its
 * tables, CPU samples and clocks.
 *
 * It knows how Go's reader finds where a generation ends (by the next one's
 * first batch; from 1.26 by a byte of its own) and what must be in it. It does
 * not decode events.
 */
#ifndef GOTRACE_TRACE_READ_GENERATION_H
#define GOTRACE_TRACE_READ_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"
#include "trace/read/gosort.h"
#include "trace/read/mend.h"
#include "base/idmap.h"
#include "trace/wire/input.h"
#include "trace/read/tables.h"

#define NO_BATCH UINT32_MAX

struct batch_ref {
	uint64_t offset; /* of its events, in the window */
	uint64_t time;	 /* trace units */
	uint32_t size;	 /* bytes of events */
	uint32_t next;	 /* the same M's next batch, or NO_BATCH */
};

struct m_batches {
	uint64_t m;
	uint32_t first, last; /* in batches */
};

struct cpu_sample {
	int64_t time; /* ns */
	uint64_t m, p, g, stack;
	uint64_t byte; /* offset in the file */
};

/* A batch of an experiment: legal, not read. */
struct experiment_ref {
	uint64_t m, time, offset;
	uint32_t size;
	uint8_t experiment;
};

struct generation {
	uint64_t number;
	uint64_t min_time; /* the earliest batch, trace units */
	double period;	   /* ns per trace unit; 0: no frequency was there */

	bool has_clock;
	uint64_t clock_time, clock_mono, clock_sec, clock_nsec; /* as on the wire */

	struct batch_ref *batches;
	size_t batches_count, batches_cap;
	struct idmap m_ids; /* to slots in ms, in the order of appearance */
	struct m_batches *ms;
	size_t ms_cap;

	struct cpu_sample *samples;
	size_t samples_count, samples_cap;
	struct keyed *sample_order; /* the samples by time, as Go sorts them */
	size_t sample_order_cap;

	struct tables tables;
	struct experiment_ref *experiments;
	size_t experiments_count, experiments_cap;
	const struct mender *mender; /* borrowed; NULL: a damaged table is an error */
	struct gt_error after;	     /* below 1.26: what was found wrong behind this generation */
};

/* A zeroed struct is empty. */
void generation_fini(struct generation *gen);

/*
 * Reads the next generation; *end instead if the input has no more. Its
 * offsets in the window hold until the input is released. Else *error is
 * filled and its code returned, GT_SILENT_IN_GO among them.
 */
int generation_load(struct generation *gen, struct input *in, unsigned version, bool *end,
		    struct gt_error *error);

/* Trace units to ns as Go computes it: in doubles, cut off; out of range is INT64_MIN. */
int64_t generation_ns(const struct generation *gen, uint64_t units);

#endif
