/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The small faults of a trace that a reader with a mender goes on after: an id
 * of a string or stack that is not there reads as none, an event that tells of
 * no state (an end of a region, say) and does not fit is left out, and so is what
 * is left of a batch of strings, stacks or samples. Without a mender the reader
 * is as strict as ever.
 *
 * A fault of a state has no small remedy: it ends the reading, as always.
 */
#ifndef GOTRACE_TRACE_READ_MEND_H
#define GOTRACE_TRACE_READ_MEND_H

#include <stdbool.h>
#include <stdint.h>

#include "gotrace/reader.h"

enum mend_kind {
	MEND_EVENT, /* left out */
	MEND_ID,    /* taken for none */
	MEND_BATCH, /* its rest left out */
};

/* fault says which event, where, and what is wrong with it. */
struct mender {
	void (*say)(void *ctx, enum mend_kind kind, const struct gt_error *fault);
	void *ctx;
};

/* Tells a fault that was found before any event, and clears it but for its place. */
void mend_say(const struct mender *mender, enum mend_kind kind, struct gt_error *fault);

struct cursor;

/*
 * The position, from 1, of an id among the arguments after dt that the open
 * generation does not have, and whether it is a stack's; 0: it has them all.
 */
unsigned mend_missing_id(const struct gt_reader *reader, uint8_t type, const uint64_t *args,
			 bool *stack);

/* Says that there is no such id. Returns the code of the error. */
int mend_say_missing(struct gt_error *error, uint8_t type, bool stack, uint64_t id);

/* Takes ids that are not there out of the event at a cursor. Needs a mender. */
void mend_ids(struct gt_reader *reader, struct cursor *cursor);

/* The rules refused an event: can it be left out? Then the reader's error is told and cleared. */
bool mend_event(struct gt_reader *reader, uint8_t type);

#endif
