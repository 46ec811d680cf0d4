// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See batch.h. Chunks belong to a batch's chain or to the pool. */
#include "trace/write/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

_Static_assert(sizeof(struct batch_chunk) == 512 || sizeof(void *) != 8, "a round size");

static void free_chain(struct batch_chunk *chunk)
{
	while (chunk) {
		struct batch_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

static struct batch_chunk *take_chunk(struct batches *batches)
{
	struct batch_chunk *chunk = batches->pool;

	if (chunk) {
		batches->pool = chunk->next;
		batches->pool_count--;
	} else {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
	}
	chunk->next = NULL;
	chunk->used = 0;
	return chunk;
}

void batches_fini(struct batches *batches)
{
	for (size_t i = 0; i < batches->count; i++)
		free_chain(batches->list[i].first);
	free_chain(batches->pool);
	free(batches->list);
	idmap_fini(&batches->ms);
	memset(batches, 0, sizeof(*batches));
}

struct batch *batches_add(struct batches *batches, uint64_t m)
{
	struct batch *list =
		grow_array(batches->list, &batches->cap, batches->count + 1, sizeof(*list));
	uint32_t slot;

	if (!list)
		return NULL;
	batches->list = list;
	if (idmap_add(&batches->ms, m, &slot))
		return NULL;
	/* No id is ever removed, so slots count up as the list does. */
	assert(slot == batches->count);
	list[batches->count++] = (struct batch){ .m = m };
	return &list[slot];
}

uint8_t *batch_grow(struct batches *batches, struct batch *batch)
{
	struct batch_chunk *chunk = take_chunk(batches);

	if (!chunk)
		return NULL;
	if (batch->last)
		batch->last->next = chunk;
	else
		batch->first = chunk;
	batch->last = chunk;
	return chunk->bytes;
}

void batch_take(struct batches *batches, struct batch *batch, uint8_t *out)
{
	while (batch->first) {
		struct batch_chunk *chunk = batch->first;

		memcpy(out, chunk->bytes, chunk->used);
		out += chunk->used;
		batch->first = chunk->next;
		chunk->next = batches->pool;
		batches->pool = chunk;
		batches->pool_count++;
	}
	batch->last = NULL;
	batch->size = 0;
}

void batches_clear(struct batches *batches)
{
	while (batches->pool_count > BATCH_POOL_BYTES / sizeof(struct batch_chunk)) {
		struct batch_chunk *chunk = batches->pool;

		batches->pool = chunk->next;
		batches->pool_count--;
		free(chunk);
	}
	idmap_clear(&batches->ms);
	batches->count = 0;
}
