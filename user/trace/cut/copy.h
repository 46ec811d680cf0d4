/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a reader gives, taken over into an encoder: strings, stacks, samples
 * and batches of experiments as they are, under new ids.
 *
 * Unlike the writer (write/writer.h) it changes no text and no PC, and takes
 * stacks of any legal depth. Ids are remapped for each source: an encoder may
 * have several copies. It writes no events and does not know which may follow
 * which: that is its user's (cut.h).
 *
 * Memory: the maps of one generation. Errors are the encoder's.
 */
#ifndef GOTRACE_TRACE_CUT_COPY_H
#define GOTRACE_TRACE_CUT_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "gotrace/reader.h"
#include "trace/write/encoder.h"

/* The ids of one kind: the source's to slots, and by slot the new ones. */
struct copy_ids {
	struct idmap slots;
	uint64_t *ids; /* 0: not there yet */
	size_t cap;
};

struct copy {
	struct encoder *encoder;	/* borrowed */
	const struct gt_reader *reader; /* borrowed: the source */
	struct copy_ids strings, stacks;
};

void copy_init(struct copy *copy, struct encoder *encoder, const struct gt_reader *reader);
void copy_fini(struct copy *copy);

/* The source or the encoder is in another generation: all ids mean other things. */
void copy_forget(struct copy *copy);

/* The new id of one of the source's strings or stacks; 0 for 0. */
uint64_t copy_string(struct copy *copy, uint64_t id);
uint64_t copy_stack(struct copy *copy, uint64_t id);

/* Puts new ids of strings and stacks in the place of the source's in an event's arguments. */
void copy_args(struct copy *copy, unsigned type, uint64_t *args);

void copy_sample(struct copy *copy, const struct gt_event *sample);

/* All batches of experiments of the source's open generation. */
void copy_experiments(struct copy *copy);

/* A clock as encoder_close() wants it: not before its time. */
struct gt_clock copy_clock(const struct gt_clock *clock, const struct encoder *encoder);

#endif
