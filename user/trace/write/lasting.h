/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Strings and stacks that outlive generations: a writer's memory of them, of a
 * stated size. See gotrace/writer.h for what it promises.
 *
 * A stack holds the strings of its frames, so they do not go before it. How
 * they come into an open generation is writer.c's: here each entry only keeps
 * the id that it had in the last one.
 */
#ifndef GOTRACE_TRACE_WRITE_LASTING_H
#define GOTRACE_TRACE_WRITE_LASTING_H

#include "gotrace/writer.h"
#include "trace/write/recent.h"

#define LASTING_MAX_FRAMES 64
#define LASTING_MIN_STRINGS 256 /* twice those of one stack */

struct lasting {
	struct recent strings, stacks; /* texts; arrays of struct gt_frame */
	uint64_t forgotten;	       /* uses of ids that were gone */
	bool used;		       /* something was ever added */
};

/* 0: as in gotrace/writer.h. */
void lasting_init(struct lasting *lasting, size_t max_strings, size_t max_stacks);
void lasting_fini(struct lasting *lasting);

/* *id, made if need be; of a stack 0 if one of its strings does not last. 0 or -ENOMEM. */
int lasting_string(struct lasting *lasting, const char *text, size_t size, uint64_t *id);
int lasting_stack(struct lasting *lasting, const struct gt_frame *frames, unsigned count,
		  uint64_t *id);

/* What an id is of; NULL, and counted: it is gone. Valid until something is added. */
struct recent_entry *lasting_get(struct lasting *lasting, struct recent *of, uint64_t id);

#endif
