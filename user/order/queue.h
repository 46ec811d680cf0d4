/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A CPU's queue: borrowed records, by sequence number.
 *
 * A ring's order is the numbers' order but for interrupts: a handler that is
 * interrupted between reserving its slot and taking its number comes out of
 * the ring before the records of the interrupt and has a higher number. So a
 * record goes in at the tail and moves up past the few with higher numbers.
 *
 * Numbers are 32 bit and wrap; here they are places, 64 bit, that count from
 * the next number expected. The queue does not say what a gap means.
 */
#ifndef GOTRACE_ORDER_QUEUE_H
#define GOTRACE_ORDER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct order_queue {
	const struct rec_head **ring;
	size_t size;	     /* of ring, a power of two or 0 */
	size_t first, count; /* first is taken modulo size */
	uint64_t next;	     /* the place that is expected next */
	uint64_t closed;     /* places below may be read: their round is complete */
	bool unsorted;	     /* needs order_queue_sort() before it is read */
};

void order_queue_free(struct order_queue *queue);

/* order_queue_push() for any record. */
int order_queue_insert(struct order_queue *queue, const struct rec_head *record);

/*
 * Sorts a queue that got more disorder than interrupts make (a damaged
 * file). Returns how many records were dropped: their place was taken.
 */
size_t order_queue_sort(struct order_queue *queue);

static inline const struct rec_head *order_queue_at(const struct order_queue *queue, size_t i)
{
	return queue->ring[(queue->first + i) & (queue->size - 1)];
}

/*
 * 1: queued; 0: its place has been passed or is taken (not detected while
 * unsorted); -ENOMEM. Nearly always it is the one after the last.
 */
static inline int order_queue_push(struct order_queue *queue, const struct rec_head *record)
{
	uint32_t ahead = record->seq - (uint32_t)queue->next;

	if (!queue->count || queue->count == queue->size || ahead > INT32_MAX ||
	    order_queue_at(queue, queue->count - 1)->seq + 1 != record->seq || queue->unsorted)
		return order_queue_insert(queue, record);
	queue->ring[(queue->first + queue->count++) & (queue->size - 1)] = record;
	return 1;
}

/* The place of a queued record. */
static inline uint64_t order_queue_place(const struct order_queue *queue,
					 const struct rec_head *record)
{
	return queue->next + (uint32_t)(record->seq - (uint32_t)queue->next);
}

/* Record i from the front, if it is there and may be read. */
static inline const struct rec_head *order_queue_read(const struct order_queue *queue, size_t i)
{
	const struct rec_head *record;

	if (i >= queue->count)
		return NULL;
	record = order_queue_at(queue, i);
	return order_queue_place(queue, record) < queue->closed ? record : NULL;
}

/* One past the highest place queued; 0 if empty. */
static inline uint64_t order_queue_end(const struct order_queue *queue)
{
	if (!queue->count)
		return 0;
	return order_queue_place(queue, order_queue_at(queue, queue->count - 1)) + 1;
}

/* Takes the first record off; what was missing before it is passed. */
static inline const struct rec_head *order_queue_pop(struct order_queue *queue)
{
	const struct rec_head *record = order_queue_at(queue, 0);

	queue->next = order_queue_place(queue, record) + 1;
	queue->first++;
	queue->count--;
	return record;
}

#endif
