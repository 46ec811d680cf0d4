// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "flight/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (1UL << 20)
/* So many segments hold what is to be kept; one more is being filled. */
#define SEGMENTS 8

struct store_block {
	struct store_block *next;
	size_t used, room;
	uint64_t data[];
};

struct store_segment {
	struct store_segment *next;
	struct words_cpu *cpus;
	struct rec_snapshot *threads; /* NULL until it is listed */
	size_t thread_count;
	uint64_t ts_ns; /* of the list */
	struct store_block *first, *last;
	uint64_t bytes; /* of blocks and lists */
	uint64_t filled;
};

/* Before an entry's words. */
struct head {
	uint32_t cpu; /* ROUND: it is one */
	uint32_t position;
	uint64_t size; /* ROUND: 0 */
	uint64_t ts_ns, missed;
};
#define ROUND UINT32_MAX

struct store {
	struct store_options options;
	struct store_segment *oldest, *newest;
	struct store_block *spare;
	uint64_t bytes, spare_bytes;
};

int store_new(struct store **out, const struct store_options *options)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	store->options = *options;
	*out = store;
	return 0;
}

static void free_blocks(struct store_block *block)
{
	while (block) {
		struct store_block *next = block->next;

		free(block);
		block = next;
	}
}

static void free_segment(struct store_segment *segment)
{
	free_blocks(segment->first);
	free(segment->threads);
	free(segment->cpus);
	free(segment);
}

void store_free(struct store *store)
{
	if (!store)
		return;
	while (store->oldest) {
		struct store_segment *next = store->oldest->next;

		free_segment(store->oldest);
		store->oldest = next;
	}
	free_blocks(store->spare);
	free(store);
}

/* ---- blocks ---- */

static struct store_block *take_block(struct store *store, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct store_block *block = store->spare;

	if (block && block->room >= room) {
		store->spare = block->next;
		store->spare_bytes -= block->room;
	} else {
		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		block->room = room;
	}
	block->next = NULL;
	block->used = 0;
	return block;
}

/* For the next ones, unless there is enough; one of another size is freed. */
static void give_back(struct store *store, struct store_block *block)
{
	while (block) {
		struct store_block *next = block->next;

		if (block->room != BLOCK_BYTES ||
		    store->spare_bytes + store->bytes > store->options.keep_bytes) {
			free(block);
		} else {
			block->next = store->spare;
			store->spare = block;
			store->spare_bytes += block->room;
		}
		block = next;
	}
}

static void *room_for(struct store *store, size_t size)
{
	struct store_segment *segment = store->newest;
	struct store_block *block = segment->last;
	void *room;

	if (!block || block->room - block->used < size) {
		block = take_block(store, size);
		if (!block)
			return NULL;
		if (segment->last)
			segment->last->next = block;
		else
			segment->first = block;
		segment->last = block;
		segment->bytes += block->room;
		store->bytes += block->room;
	}
	room = (uint8_t *)block->data + block->used;
	block->used += size;
	segment->filled += size;
	return room;
}

/* ---- segments ---- */

bool store_is_due(const struct store *store, uint64_t ts_ns)
{
	const struct store_segment *segment = store->newest;
	uint64_t share = store->options.keep_bytes / SEGMENTS;
	uint64_t list = segment->thread_count * sizeof(*segment->threads);

	if (!segment->threads)
		return false;
	return ts_ns - segment->ts_ns >= store->options.keep_ns / SEGMENTS ||
	       segment->filled >= (share > list ? share : list);
}

static void drop_oldest(struct store *store)
{
	struct store_segment *segment = store->oldest;

	store->oldest = segment->next;
	store->bytes -= segment->bytes;
	give_back(store, segment->first);
	segment->first = NULL;
	free_segment(segment);
}

/* The one that follows reaches back far enough, or there is too much. */
static bool is_dispensable(const struct store *store, uint64_t ts_ns)
{
	const struct store_segment *next = store->oldest->next;

	if (next == NULL || next == store->newest)
		return false;
	return ts_ns - next->ts_ns >= store->options.keep_ns ||
	       store->bytes + store->options.keep_bytes / SEGMENTS > store->options.keep_bytes;
}

int store_begin(struct store *store, const struct words_cpu *cpus)
{
	size_t bytes = store->options.cpus * sizeof(*cpus);
	struct store_segment *segment = calloc(1, sizeof(*segment));

	if (segment)
		segment->cpus = malloc(bytes);
	if (!segment || !segment->cpus) {
		free(segment);
		return -ENOMEM;
	}
	memcpy(segment->cpus, cpus, bytes);
	segment->bytes = bytes;
	store->bytes += bytes;
	if (store->newest)
		store->newest->next = segment;
	else
		store->oldest = segment;
	store->newest = segment;
	return 0;
}

void store_list(struct store *store, struct rec_snapshot *threads, size_t count, uint64_t ts_ns)
{
	struct store_segment *segment = store->newest;

	segment->threads = threads;
	segment->thread_count = count;
	segment->ts_ns = ts_ns;
	segment->bytes += count * sizeof(*threads);
	store->bytes += count * sizeof(*threads);
	while (is_dispensable(store, ts_ns))
		drop_oldest(store);
}

int store_ring(struct store *store, const struct stream_ring *ring)
{
	struct head *head = room_for(store, sizeof(*head) + ring->size);

	if (!head)
		return -ENOMEM;
	*head = (struct head){ .cpu = ring->cpu, .position = ring->position, .size = ring->size };
	memcpy(head + 1, ring->data, ring->size);
	return 0;
}

int store_round(struct store *store, uint64_t ts_ns, uint64_t missed)
{
	struct head *head = room_for(store, sizeof(*head));

	if (!head)
		return -ENOMEM;
	*head = (struct head){ .cpu = ROUND, .ts_ns = ts_ns, .missed = missed };
	return 0;
}

/* ---- reading ---- */

bool store_oldest(const struct store *store, struct store_begin *out)
{
	const struct store_segment *segment = store->oldest;

	if (!segment || !segment->threads)
		return false;
	*out = (struct store_begin){ .ts_ns = segment->ts_ns,
				     .threads = segment->threads,
				     .thread_count = segment->thread_count,
				     .cpus = segment->cpus };
	return true;
}

void store_walk_init(const struct store *store, struct store_walk *walk)
{
	*walk = (struct store_walk){ .segment = store->oldest };
	if (walk->segment)
		walk->block = walk->segment->first;
}

bool store_walk_next(struct store_walk *walk, struct store_entry *out)
{
	const struct head *head;

	while (walk->segment && (!walk->block || walk->at == walk->block->used)) {
		walk->at = 0;
		if (walk->block)
			walk->block = walk->block->next;
		if (walk->block)
			continue;
		walk->segment = walk->segment->next;
		if (walk->segment)
			walk->block = walk->segment->first;
	}
	if (!walk->segment)
		return false;
	head = (const struct head *)((const uint8_t *)walk->block->data + walk->at);
	walk->at += sizeof(*head) + head->size;
	*out = (struct store_entry){
		.is_round = head->cpu == ROUND,
		.ring = { .cpu = head->cpu,
			  .position = head->position,
			  .data = head + 1,
			  .size = head->size,
			  .stable = true },
		.ts_ns = head->ts_ns,
		.missed = head->missed,
	};
	return true;
}

uint64_t store_bytes(const struct store *store)
{
	return store->bytes;
}
