/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The index: a counting sort by thread, then a merge of what each CPU has.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "order/index.h"

/* A thread's entries: [begin, end) of the array. */
struct order_stretch {
	uint32_t base; /* keys count from this number, so that they compare */
	size_t begin, end;
	size_t cursor; /* what is before it has been returned */
};

void order_index_free(struct order_index *index)
{
	recall_free(&index->map);
	free(index->stretches);
	free(index->entries);
	free(index->spare);
	free(index->which);
	*index = (struct order_index){ 0 };
}

void order_index_clear(struct order_index *index)
{
	if (!index->made)
		return;
	recall_clear(&index->map);
	index->stretch_count = 0;
	index->made = false;
}

/* Room for this many entries. The old ones are not kept. */
static int reserve_entries(struct order_index *index, size_t count)
{
	if (count <= index->entry_size)
		return 0;
	if (count > SIZE_MAX / 4 / sizeof(*index->entries))
		return -ENOMEM;
	count += count / 2;
	free(index->entries);
	free(index->spare);
	free(index->which);
	index->entries = malloc(count * sizeof(*index->entries));
	index->spare = malloc(count * sizeof(*index->spare));
	index->which = malloc(count * sizeof(*index->which));
	index->entry_size = count;
	if (index->entries && index->spare && index->which)
		return 0;
	free(index->entries);
	free(index->spare);
	free(index->which);
	index->entries = index->spare = NULL;
	index->which = NULL;
	index->entry_size = 0;
	return -ENOMEM;
}

static int add_stretch(struct order_index *index, uint32_t base)
{
	if (index->stretch_count == index->stretch_size) {
		size_t size = index->stretch_size ? 2 * index->stretch_size : 64;
		struct order_stretch *grown = reallocarray(index->stretches, size, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		index->stretches = grown;
		index->stretch_size = size;
	}
	index->stretches[index->stretch_count++] = (struct order_stretch){ .base = base };
	return 0;
}

/* The number of the thread's stretch, new if need be. */
static int find_stretch(struct order_index *index, const struct order_step *step,
			const struct order_numbers *numbers, uint32_t *out)
{
	struct recall_slot *slot = recall_add(&index->map, step->id, UINT32_MAX, 0);
	uint32_t last;
	int err;

	if (!slot)
		return -ENOMEM;
	if (!slot->value) { /* new: values are one more than the stretch */
		last = order_numbers_last(numbers, step->id);
		err = add_stretch(index, last ? last : step->num - INT32_MAX);
		if (err)
			return err;
		slot->value = (uint32_t)index->stretch_count;
	}
	*out = slot->value - 1;
	return 0;
}

/* Pass one: which stretch each transition belongs to, and their sizes in end. */
static int count_steps(struct order_index *index, const struct order_queue *queues, uint32_t count,
		       const struct order_numbers *numbers)
{
	const struct rec_head *record;
	struct order_step steps[2];
	size_t at = 0;

	for (uint32_t cpu = 0; cpu < count; cpu++) {
		for (size_t i = 0; (record = order_queue_read(&queues[cpu], i)); i++) {
			unsigned n = order_steps_made(record, steps);

			for (unsigned s = 0; s < n; s++, at++) {
				int err =
					find_stretch(index, &steps[s], numbers, &index->which[at]);

				if (err)
					return err;
				index->stretches[index->which[at]].end++;
			}
		}
	}
	return 0;
}

/* Sizes become places: end grows from begin as entries come. */
static void place_stretches(struct order_index *index)
{
	size_t begin = 0;

	for (size_t i = 0; i < index->stretch_count; i++) {
		struct order_stretch *stretch = &index->stretches[i];
		size_t size = stretch->end;

		stretch->begin = stretch->cursor = stretch->end = begin;
		begin += size;
	}
}

/* Pass two, in the order of pass one. */
static void fill_entries(struct order_index *index, const struct order_queue *queues,
			 uint32_t count)
{
	const struct rec_head *record;
	struct order_step steps[2];
	size_t at = 0;

	for (uint32_t cpu = 0; cpu < count; cpu++) {
		for (size_t i = 0; (record = order_queue_read(&queues[cpu], i)); i++) {
			unsigned n = order_steps_made(record, steps);

			for (unsigned s = 0; s < n; s++, at++) {
				struct order_stretch *stretch = &index->stretches[index->which[at]];

				index->entries[stretch->end++] = (struct order_entry){
					.key = steps[s].num - stretch->base,
					.cpu = cpu,
					.place = order_queue_place(&queues[cpu], record),
				};
			}
		}
	}
}

/* The end of the rising run that begins at from. */
static size_t run_end(const struct order_entry *entries, size_t from, size_t end)
{
	size_t to = from + 1;

	while (to < end && entries[to - 1].key <= entries[to].key)
		to++;
	return to < end ? to : end;
}

/* Merges the runs [a, b) and [b, end) of from into to, at the same places. */
static void merge_runs(const struct order_entry *from, struct order_entry *to, size_t a, size_t b,
		       size_t end)
{
	size_t mid = b;

	for (size_t at = a; at < end; at++)
		to[at] =
			a < mid && (b == end || from[a].key <= from[b].key) ? from[a++] : from[b++];
}

/*
 * Sorts a stretch: each CPU's part of it is a rising run already, so it takes
 * as many rounds of merging as the logarithm of the CPUs the thread was on.
 */
static void sort_stretch(struct order_index *index, const struct order_stretch *stretch)
{
	struct order_entry *entries = index->entries, *spare = index->spare;
	size_t begin = stretch->begin, end = stretch->end;

	while (run_end(entries, begin, end) < end) {
		size_t from = begin;

		while (from < end) {
			size_t mid = run_end(entries, from, end);
			size_t to = mid < end ? run_end(entries, mid, end) : end;

			merge_runs(entries, spare, from, mid, to);
			from = to;
		}
		memcpy(entries + begin, spare + begin, (end - begin) * sizeof(*entries));
	}
}

int order_index_make(struct order_index *index, const struct order_queue *queues, uint32_t count,
		     const struct order_numbers *numbers)
{
	size_t queued = 0;
	int err;

	for (uint32_t cpu = 0; cpu < count; cpu++)
		queued += queues[cpu].count;
	index->made = true; /* so that a failure is cleared */
	err = reserve_entries(index, 2 * queued);
	if (!err)
		err = count_steps(index, queues, count, numbers);
	if (err) {
		order_index_clear(index);
		return err;
	}
	place_stretches(index);
	fill_entries(index, queues, count);
	for (size_t i = 0; i < index->stretch_count; i++)
		sort_stretch(index, &index->stretches[i]);
	return 0;
}

const struct order_entry *order_index_before(struct order_index *index,
					     const struct order_queue *queues,
					     const struct order_step *step)
{
	const struct recall_slot *slot = recall_find(&index->map, step->id);
	const struct order_entry *entry;
	struct order_stretch *stretch;

	if (!slot)
		return NULL;
	stretch = &index->stretches[slot->value - 1];
	for (; stretch->cursor < stretch->end; stretch->cursor++) {
		entry = &index->entries[stretch->cursor];
		if (entry->place >= queues[entry->cpu].next)
			return entry->key < step->num - stretch->base ? entry : NULL;
	}
	return NULL;
}
