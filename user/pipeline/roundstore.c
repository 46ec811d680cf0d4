// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "pipeline/roundstore.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (1UL << 20)
/* Of the spare blocks so many are kept; more go back to the system. */
#define SPARE_BLOCKS 64

#define ROUNDS (sizeof(((struct roundstore *)0)->rounds) / sizeof(struct roundstore_block *))

static void free_blocks(struct roundstore_block *block)
{
	while (block) {
		struct roundstore_block *next = block->next;

		free(block);
		block = next;
	}
}

void roundstore_fini(struct roundstore *store)
{
	for (size_t i = 0; i < ROUNDS; i++)
		free_blocks(store->rounds[i]);
	free_blocks(store->spare);
	*store = (struct roundstore){ 0 };
}

struct roundstore_block *roundstore_block(struct roundstore *store, size_t size)
{
	struct roundstore_block *block = store->spare;

	size = (size + 7) & ~(size_t)7;
	if (block && block->size >= size) {
		store->spare = block->next;
	} else {
		size = size > BLOCK_BYTES ? size : BLOCK_BYTES;
		block = malloc(sizeof(*block) + size);
		if (!block)
			return NULL;
		block->size = size;
	}
	block->used = 0;
	block->next = store->rounds[0];
	store->rounds[0] = block;
	return block;
}

void *roundstore_copy(struct roundstore *store, const void *data, size_t size)
{
	void *place = roundstore_room(store, size);

	if (!place)
		return NULL;
	memcpy(place, data, size);
	roundstore_keep(store, size);
	return place;
}

static size_t count_blocks(const struct roundstore_block *block)
{
	size_t count = 0;

	for (; block; block = block->next)
		count++;
	return count;
}

void roundstore_next(struct roundstore *store)
{
	struct roundstore_block *old = store->rounds[ROUNDS - 1];
	size_t spares = count_blocks(store->spare);

	memmove(&store->rounds[1], &store->rounds[0], (ROUNDS - 1) * sizeof(store->rounds[0]));
	store->rounds[0] = NULL;
	while (old) {
		struct roundstore_block *next = old->next;

		if (spares++ < SPARE_BLOCKS && old->size == BLOCK_BYTES) {
			old->next = store->spare;
			store->spare = old;
		} else {
			free(old);
		}
		old = next;
	}
}
