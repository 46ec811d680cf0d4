/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A part of a trace being written: events, samples and what they refer to,
 * taken over from a reader as they are, under new ids.
 *
 * Unlike the writer (writer.h) it changes no text and no PC, and takes stacks
 * of any legal depth. It knows the wire, not which event may follow which:
 * that is cut.h. Times are ns, and rise over all Ms.
 *
 * Memory: one generation. Errors are sticky, as the writer's.
 */
#ifndef GOTRACE_TRACE_CUT_COPY_H
#define GOTRACE_TRACE_CUT_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace.h"
#include "trace/write/batch.h"
#include "base/idmap.h"

#define COPY_MAX_DATA (GT_MAX_BATCH - 64) /* of a batch; its header stays out of it */

/* Entries of one kind, encoded, to be cut into batches. */
struct copy_bytes {
	uint8_t *data;
	size_t size, cap;
	size_t *ends; /* where a batch ends, before the last one */
	size_t ends_count, ends_cap;
};

struct copy {
	gt_sink_fn sink;
	void *ctx;
	unsigned version;
	int err;
	uint64_t generation; /* the open one's number, from 1 */
	uint64_t first_time; /* of its first event; 0: none yet */
	uint64_t events;     /* of the part */
	struct gt_clock clock;

	struct batches batches;
	struct copy_bytes strings, stacks, samples, experiments;
	uint64_t string_ids, stack_ids;	      /* given so far */
	struct idmap new_strings, new_stacks; /* the source's ids to slots in these */
	uint64_t *string_of, *stack_of;	      /* the new ids */
	size_t string_of_cap, stack_of_cap;
	uint8_t stage[GT_MAX_BATCH];
};

/* Begins a part and writes its header. The part is large: not for the stack. */
void copy_init(struct copy *copy, unsigned version, gt_sink_fn sink, void *ctx);
void copy_fini(struct copy *copy);

/* The source is in another generation: ids mean other things, its clock is this. */
void copy_source(struct copy *copy, const struct gt_reader *reader);

/* The new id of one of the source's strings or stacks; 0 for 0. */
uint64_t copy_string(struct copy *copy, const struct gt_reader *reader, uint64_t id);
uint64_t copy_stack(struct copy *copy, const struct gt_reader *reader, uint64_t id);

/* The id of a new text, and of a stack of one frame. */
uint64_t copy_text(struct copy *copy, struct gt_text text);
uint64_t copy_frame(struct copy *copy, const struct gt_stack_frame *frame);

/* args are those after dt, count of them. */
void copy_event(struct copy *copy, uint64_t m, uint64_t time, unsigned type, const uint64_t *args,
		unsigned count);
void copy_sample(struct copy *copy, const struct gt_event *sample, uint64_t stack);
/* A batch of an experiment, unread. */
void copy_experiment(struct copy *copy, uint8_t experiment, uint64_t m, uint64_t time,
		     struct gt_text data);

/* Closes the open generation if it has anything. 0 or the first error. */
int copy_generation(struct copy *copy);

#endif
