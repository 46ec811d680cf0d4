/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A CPU's queue: a ring array that doubles, insertion from the tail.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "order/queue.h"

#define FIRST_SIZE 256
/*
 * Interrupts nest a few levels deep and each level leaves one record ahead of
 * its place, so a record passes no more than that many. Beyond, the input is
 * damaged and is sorted as a whole: insertion would be quadratic.
 */
#define MAX_PASSED 32

void order_queue_free(struct order_queue *queue)
{
	free(queue->ring);
	*queue = (struct order_queue){ 0 };
}

static int grow(struct order_queue *queue)
{
	size_t size = queue->size ? 2 * queue->size : FIRST_SIZE;
	const struct rec_head **ring;

	if (size > SIZE_MAX / sizeof(*ring))
		return -ENOMEM;
	ring = malloc(size * sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	for (size_t i = 0; i < queue->count; i++)
		ring[i] = order_queue_at(queue, i);
	free(queue->ring);
	queue->ring = ring;
	queue->size = size;
	queue->first = 0;
	return 0;
}

int order_queue_insert(struct order_queue *queue, const struct rec_head *record)
{
	uint32_t ahead = record->seq - (uint32_t)queue->next;
	size_t i = queue->count, passed = 0;

	if (ahead > INT32_MAX)
		return 0;
	if (queue->count == queue->size && grow(queue))
		return -ENOMEM;
	for (; i > 0 && !queue->unsorted; i--, passed++) {
		const struct rec_head *before = order_queue_at(queue, i - 1);
		uint32_t its = before->seq - (uint32_t)queue->next;

		if (its == ahead)
			return 0;
		if (its < ahead)
			break;
		if (passed == MAX_PASSED)
			queue->unsorted = true;
	}
	if (queue->unsorted)
		i = queue->count;
	queue->count++;
	for (size_t to = queue->count - 1; to > i; to--)
		queue->ring[(queue->first + to) & (queue->size - 1)] =
			order_queue_at(queue, to - 1);
	queue->ring[(queue->first + i) & (queue->size - 1)] = record;
	return 1;
}

static int compare(const void *a, const void *b, void *next)
{
	uint32_t base = *(uint32_t *)next;
	uint32_t x = (*(const struct rec_head *const *)a)->seq - base;
	uint32_t y = (*(const struct rec_head *const *)b)->seq - base;

	return (x > y) - (x < y);
}

/* Moves the records to the start of the array. */
static void straighten(struct order_queue *queue)
{
	size_t first = queue->first & (queue->size - 1);
	size_t front = queue->size - first; /* records up to the array's end */

	if (first + queue->count <= queue->size)
		memmove(queue->ring, queue->ring + first, queue->count * sizeof(*queue->ring));
	else /* in two pieces; any order will do, it is sorted next */
		memmove(queue->ring + (queue->count - front), queue->ring + first,
			front * sizeof(*queue->ring));
	queue->first = 0;
}

size_t order_queue_sort(struct order_queue *queue)
{
	uint32_t base = (uint32_t)queue->next;
	size_t count = queue->count, kept = 0;

	if (!queue->unsorted)
		return 0;
	straighten(queue);
	qsort_r(queue->ring, count, sizeof(*queue->ring), compare, &base);
	for (size_t i = 0; i < count; i++)
		if (!kept || queue->ring[i]->seq != queue->ring[kept - 1]->seq)
			queue->ring[kept++] = queue->ring[i];
	queue->count = kept;
	queue->unsorted = false;
	return count - kept;
}
