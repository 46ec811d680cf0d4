/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The stack table of one generation: lists of frames to ids. Ids are dense,
 * from 1. Frames name strings by id; what the ids mean and which PC a frame
 * has is not known here.
 */
#ifndef GOTRACE_TRACE_WRITE_STACKTAB_H
#define GOTRACE_TRACE_WRITE_STACKTAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/hashindex.h"
#include "gotrace/writer.h"

struct stacktab_entry {
	size_t first; /* frame, in stacktab.frames */
	uint32_t count;
};

struct stacktab {
	struct gt_frame *frames;
	size_t frames_count, frames_cap;
	struct stacktab_entry *entries; /* of id n at n - 1 */
	size_t count, cap;
	struct hashindex index;
};

/* A zeroed struct is an empty table. */
void stacktab_fini(struct stacktab *tab);

/* The id of these frames; the same frames have the same id. 0 or -ENOMEM. */
int stacktab_add(struct stacktab *tab, const struct gt_frame *frames, unsigned count, uint64_t *id);

/* Leaves all ids up to this one to others. 0 or -ENOMEM. */
int stacktab_skip(struct stacktab *tab, uint64_t id);

/* The frames of an id from 1 to count, none if it is another's; borrowed until the table changes.
 */
const struct gt_frame *stacktab_frames(const struct stacktab *tab, uint64_t id, unsigned *count);

/* Forgets all stacks; keeps the memory. */
void stacktab_clear(struct stacktab *tab);

#endif
