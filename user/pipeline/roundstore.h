/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A store for the bytes of the last rounds: records are borrowed by the order
 * stage until the second round after theirs is complete, but a live ring's
 * memory is wanted back at once.
 *
 * Memory comes in blocks that never move, and is used again round by round.
 */
#ifndef GOTRACE_PIPELINE_ROUNDSTORE_H
#define GOTRACE_PIPELINE_ROUNDSTORE_H

#include <stddef.h>
#include <stdint.h>

struct roundstore_block {
	struct roundstore_block *next;
	size_t used;
	size_t size;
	uint64_t data[];
};

struct roundstore {
	struct roundstore_block *rounds[3]; /* newest first */
	struct roundstore_block *spare;
};

/* A zeroed store is empty. */
void roundstore_fini(struct roundstore *store);

/* Begins a block with room for size bytes in the newest round. NULL: no memory. */
struct roundstore_block *roundstore_block(struct roundstore *store, size_t size);

/* A copy of data[size], 8-byte aligned, in the newest round; NULL: no memory. */
void *roundstore_copy(struct roundstore *store, const void *data, size_t size);

/*
 * Room for the next thing in the newest round, 8-byte aligned; NULL: no memory.
 * It is not taken before roundstore_keep(), with the size, at most `most`, that
 * was used of it: so things follow one another without a gap, unless a new
 * block had to be begun for the last one.
 */
static inline void *roundstore_room(struct roundstore *store, size_t most)
{
	struct roundstore_block *block = store->rounds[0];

	if (!block || block->size - block->used < most)
		block = roundstore_block(store, most);
	return block ? (uint8_t *)block->data + block->used : NULL;
}

static inline void roundstore_keep(struct roundstore *store, size_t size)
{
	store->rounds[0]->used += (size + 7) & ~(size_t)7;
}

/* Begins a new round; the bytes of the oldest of three are gone. */
void roundstore_next(struct roundstore *store);

#endif
