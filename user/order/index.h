/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The index: which queued record is a thread's next transition.
 *
 * It is made of all queues at once, when a thread's numbers do not simply go
 * on, at most once a round: a round without skew and loss never needs it. One
 * array holds a stretch per thread, sorted by transition number, and a cursor
 * per thread passes what has been returned meanwhile. So making it is linear
 * in what is queued and a question costs O(1) over the round.
 */
#ifndef GOTRACE_ORDER_INDEX_H
#define GOTRACE_ORDER_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/recall.h"
#include "order/steps.h"
#include "order/queue.h"
#include "record.h"

/* A queued transition. */
struct order_entry {
	uint32_t key; /* its number, counted from the thread's base */
	uint32_t cpu;
	uint64_t place; /* in the CPU's queue */
};

struct order_index {
	struct recall map; /* id to number of stretch */
	struct order_stretch *stretches;
	struct order_entry *entries;
	struct order_entry *spare; /* for merging */
	uint32_t *which;	   /* pass one's stretches, for pass two */
	size_t stretch_count, stretch_size;
	size_t entry_size;
	bool made;
};

void order_index_free(struct order_index *index);

/* Forgets what is queued; keeps the memory. */
void order_index_clear(struct order_index *index);

/*
 * Takes in all records of the queues that may be read. numbers tells
 * the last one returned of the threads it knows. 0 or -ENOMEM (nothing made).
 */
int order_index_make(struct order_index *index, const struct order_queue *queues, uint32_t count,
		     const struct order_numbers *numbers);

/*
 * The first transition of step's thread that is still queued, if it comes
 * before step; else NULL. The index is made.
 */
const struct order_entry *order_index_before(struct order_index *index,
					     const struct order_queue *queues,
					     const struct order_step *step);

#endif
