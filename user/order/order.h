/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Order: many CPUs' records in, one consistent sequence out.
 *
 * Within a CPU the records' sequence numbers are the order; a missing number
 * is a lost record. Across CPUs the order is by time, but a record also waits
 * for the previous transition of each thread it moves, because the threads'
 * transition numbers are the truth where clocks disagree. Where the two
 * contradict each other the numbers win, the time is moved up and the repair
 * is counted.
 *
 * This stage knows nothing of what records mean beyond which threads they
 * move. It does no I/O and copies no record: pushed records are borrowed
 * until order_next() has returned them and the next call is made.
 *
 * Rounds. The caller pushes what it read from every ring up to a position
 * sampled before it began reading, then calls order_round(). One round later
 * whatever must come before a record has been read or is lost; it is returned
 * two rounds later, so that a gap can be told where it begins (see order.c).
 * Memory is what three rounds hold plus the threads that did something lately.
 */
#ifndef GOTRACE_ORDER_ORDER_H
#define GOTRACE_ORDER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct order;

struct order_stats {
	uint64_t records; /* returned */
	uint64_t lost;	  /* sequence numbers that never came */
	uint64_t late;	  /* dropped: their place was taken, or had been passed */
	uint64_t moved;	  /* times moved up: the order contradicted the clock */
	uint64_t forced;  /* returned before a predecessor that was still queued */
};

enum order_kind {
	ORDER_RECORD, /* one record */
	/*
	 * Records of one CPU are missing. It stands where the gap begins in time;
	 * later if the CPU wrote nothing for a round after it, but always before
	 * the CPU's next record.
	 */
	ORDER_LOSS,
};

struct order_item {
	enum order_kind kind;
	uint32_t cpu;
	/* Never lower than any earlier item's; the record's own or moved up. */
	uint64_t ts_ns;
	/* ORDER_RECORD: borrowed, valid until the next call on the order. */
	const struct rec_head *record;
	/* ORDER_LOSS: how many, and between which two times of that CPU. */
	uint64_t lost;
	uint64_t lost_from_ns; /* last record before the gap; 0 if there is none */
	uint64_t lost_to_ns;   /* first record after it; the end's time if there is none */
};

/* cpus: number of possible CPUs; records of others are refused. -ENOMEM. */
int order_new(struct order **out, uint32_t cpus);
void order_free(struct order *order);

/*
 * Queues one record of a ring, in the ring's order. The record's head must
 * already be checked (size, type, cpu < cpus) and its memory must stay as it
 * is until it has been returned. 0, -EINVAL (cpu), -ENOMEM.
 */
int order_push(struct order *order, const struct rec_head *record);

/*
 * Ends a round: see above. When order_next() has then returned false, nothing
 * of the rounds before the last two is held any more, whatever the input.
 */
void order_round(struct order *order);

/*
 * Ends the input: everything queued becomes final. seq_end[cpu] is the CPU's
 * counter at the end (numbers seq_end - 1 and below were given), so that
 * losses at the very end are found; NULL if unknown. end_ns: the time of the
 * end.
 */
void order_end(struct order *order, const uint64_t *seq_end, uint64_t end_ns);

/* The next item in order. true and *out filled, or false: nothing is final now. */
bool order_next(struct order *order, struct order_item *out);

/* Records queued and not yet returned. */
size_t order_queued(const struct order *order);

const struct order_stats *order_stats(const struct order *order);

#endif
