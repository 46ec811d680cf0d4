/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The stacks that goroutines were seen with, which a part states when their
 * generation is gone: the root of the first one, which viewers name a goroutine
 * by, and all of the last one while it waits, whose top says what for.
 *
 * It knows Gs by the mirror's slots only (cut_core.h), and decides nothing of
 * what a part holds. Memory: each stack of the open generation once, and those
 * that waiting Gs still have.
 */
#ifndef GOTRACE_TRACE_CUT_SEEN_H
#define GOTRACE_TRACE_CUT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "trace/read/reader.h"
#include "trace/write/encoder.h"

struct seen_frame {
	uint64_t pc, line;
	uint32_t func, file; /* in the reader's texts, held */
};

struct seen_stack {
	uint32_t holders;
	uint32_t count;
	uint64_t id; /* in the part that is being begun; 0: not there yet */
	struct seen_frame frames[];
};

struct seen_g {
	bool named;
	struct seen_frame root;
	struct seen_stack *last; /* NULL: none, or it runs */
};

struct seen {
	struct gt_reader *reader; /* borrowed: the source */
	struct rules *mirror;	  /* borrowed: finds texts */
	struct seen_g *gs;
	size_t gs_count, gs_cap;

	struct idmap stack_ids; /* the open generation's to slots in stacks */
	struct seen_stack **stacks;
	size_t stacks_cap;

	/* The part that is being begun. */
	struct idmap text_ids; /* texts to slots in strings */
	uint64_t *strings;
	size_t strings_cap;
};

void seen_init(struct seen *seen, struct gt_reader *reader, struct rules *mirror);
void seen_fini(struct seen *seen);

/* The source is in another generation: its ids of stacks mean other ones. */
void seen_forget_ids(struct seen *seen);

/* What a transition says of the G in a slot. The mirror has taken it. 0 or -ENOMEM. */
int seen_take(struct seen *seen, uint32_t slot, const struct gt_transition *transition);

/*
 * seen_write() makes a stack that says what is known of a G: its last one, or its
 * root alone; 0 if nothing is known. Stacks go into the encoder's open generation,
 * each once; another part, or encoder, begins with seen_begin_part(). Errors are
 * the encoder's.
 */
void seen_begin_part(struct seen *seen);
uint64_t seen_write(struct seen *seen, uint32_t slot, struct encoder *encoder);

#endif
