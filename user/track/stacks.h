/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The stacks that a capture has told of: ids to small numbers, and the frames
 * of each. What a frame is called is not its business.
 *
 * Memory: at most STACKS_MOST stacks, about 300 bytes each. When there are more
 * all are forgotten: the kernel side says each again within a second of its use.
 */
#ifndef GOTRACE_TRACK_STACKS_H
#define GOTRACE_TRACK_STACKS_H

#include <stdbool.h>

#include "base/idmap.h"
#include "records/records.h"
#include "track/change.h"

#define STACKS_MOST (1u << 18)

struct stack_entry {
	struct change_stack stack; /* its frames are the entry's */
	bool told;
};

/* Zeroed is an empty table. */
struct stacks {
	struct idmap ids;
	struct stack_entry *entries; /* of number n at n - 1 */
	size_t count, cap;
};

void stacks_fini(struct stacks *stacks);

/* Takes what a record tells. 0 or -ENOMEM. */
int stacks_add(struct stacks *stacks, const struct rec_stack *record);
/* NULL: nobody told of the id. */
struct stack_entry *stacks_find(struct stacks *stacks, uint64_t id);

#endif
