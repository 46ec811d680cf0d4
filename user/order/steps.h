/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Steps: the transitions of threads that records make, and the last number
 * returned of each thread.
 *
 * The numbers are a shortcut only: a thread that died or has done nothing for
 * long is forgotten, and then the index (index.h) is asked.
 */
#ifndef GOTRACE_ORDER_STEPS_H
#define GOTRACE_ORDER_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/recall.h"
#include "record.h"

/* One transition of one thread. */
struct order_step {
	uint64_t id;
	uint32_t num; /* not 0 */
	bool last;    /* it is dead after this */
	bool behind;  /* not made: what makes none stands behind the one before it */
};

/* order_steps() for a record of any type. */
unsigned order_steps_any(const struct rec_head *record, struct order_step steps[2]);

/* The transitions of threads that a record waits for those before. Returns how many: 0 to 2. */
static inline unsigned order_steps(const struct rec_head *record, struct order_step steps[2])
{
	if (record->type == REC_SYS_ENTER || record->type == REC_SYS_EXIT) /* most are */
		return 0;
	return order_steps_any(record, steps);
}

/* Those of them that it makes. */
static inline unsigned order_steps_made(const struct rec_head *record, struct order_step steps[2])
{
	unsigned count = order_steps(record, steps);

	return count && steps[0].behind ? 0 : count;
}

/* Last numbers, by thread. All zero is empty. */
struct order_numbers {
	struct recall map; /* value: the number; stamp: the round it is of */
	uint32_t round;
};

void order_numbers_free(struct order_numbers *numbers);
/* A round is complete. */
void order_numbers_round(struct order_numbers *numbers);

/* The last number of the thread; 0 if it is not known. */
uint32_t order_numbers_last(const struct order_numbers *numbers, uint64_t id);
/* Whether nothing can be between the thread's last number and step. */
bool order_numbers_go_on(const struct order_numbers *numbers, const struct order_step *step);
/* The step has been returned. */
void order_numbers_note(struct order_numbers *numbers, const struct order_step *step);

#endif
