/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A binary heap of CPUs by the time of what they have next; equal times by
 * CPU number, so that the order is a function of the input alone.
 */
#ifndef GOTRACE_ORDER_HEAP_H
#define GOTRACE_ORDER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_heap_item {
	uint64_t ts_ns;
	uint32_t cpu;
};

struct order_heap {
	struct order_heap_item *items; /* as many as there are CPUs */
	size_t count;
};

static inline bool order_heap_less(const struct order_heap_item *a, const struct order_heap_item *b)
{
	return a->ts_ns != b->ts_ns ? a->ts_ns < b->ts_ns : a->cpu < b->cpu;
}

/* Puts item in place of the top. */
static inline void order_heap_replace(struct order_heap *heap, struct order_heap_item item)
{
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    order_heap_less(&heap->items[child + 1], &heap->items[child]))
			child++;
		if (!order_heap_less(&heap->items[child], &item))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = item;
}

static inline void order_heap_drop(struct order_heap *heap)
{
	struct order_heap_item last = heap->items[--heap->count];

	if (heap->count)
		order_heap_replace(heap, last);
}

static inline void order_heap_add(struct order_heap *heap, struct order_heap_item item)
{
	size_t at = heap->count++;

	while (at > 0 && order_heap_less(&item, &heap->items[(at - 1) / 2])) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = item;
}

#endif
