/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Batches: the bytes of each M's events that wait to be written.
 *
 * An M's bytes stand in a chain of small chunks, taken from a pool and given
 * back when they are written, so that a capture of many threads with few
 * events each needs little, and a busy one no copying. What is in an event
 * and what a batch's header looks like is not known here.
 */
#ifndef GOTRACE_TRACE_WRITE_BATCH_H
#define GOTRACE_TRACE_WRITE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"

#define BATCH_CHUNK_BYTES 496	    /* with its head 512 */
#define BATCH_POOL_BYTES (8u << 20) /* kept of empty chunks between generations */

struct batch_chunk {
	struct batch_chunk *next;
	uint32_t used;
	uint8_t bytes[BATCH_CHUNK_BYTES];
};

/* One M's events since its last batch was written. */
struct batch {
	uint64_t m;
	uint64_t first_ts, last_ts;
	size_t size; /* bytes in the chain; 0: no event */
	struct batch_chunk *first, *last;
};

struct batches {
	struct idmap ms;    /* M to its slot in list */
	struct batch *list; /* in the order of the Ms' first events */
	size_t count, cap;
	struct batch_chunk *pool;
	size_t pool_count;
};

/* A zeroed struct holds nothing. */
void batches_fini(struct batches *batches);

/* A batch for an M that has none, a chunk behind its last one. NULL: no memory. */
struct batch *batches_add(struct batches *batches, uint64_t m);
uint8_t *batch_grow(struct batches *batches, struct batch *batch);

/* M's batch, made if need be; valid until the next call. NULL: no memory. */
static inline struct batch *batches_get(struct batches *batches, uint64_t m)
{
	uint32_t slot = idmap_find(&batches->ms, m);

	return slot == IDMAP_NONE ? batches_add(batches, m) : &batches->list[slot];
}

/*
 * Where size <= BATCH_CHUNK_BYTES more bytes of the batch go, or NULL: no
 * memory. batch_commit() says how many of them were used.
 */
static inline uint8_t *batch_room(struct batches *batches, struct batch *batch, size_t size)
{
	struct batch_chunk *chunk = batch->last;

	if (chunk && BATCH_CHUNK_BYTES - chunk->used >= size)
		return chunk->bytes + chunk->used;
	return batch_grow(batches, batch);
}

static inline void batch_commit(struct batch *batch, size_t used)
{
	batch->last->used += (uint32_t)used;
	batch->size += used;
}

/* Moves the batch's bytes to out, which has room for batch->size; it is empty then. */
void batch_take(struct batches *batches, struct batch *batch, uint8_t *out);

/* Forgets all Ms, whose batches must be empty, and trims the pool. */
void batches_clear(struct batches *batches);

#endif
