/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An index from hashes to ids (from 1) for the tables of a generation. It
 * holds no keys: the owner compares the candidates that it names.
 */
#ifndef GOTRACE_BASE_HASHINDEX_H
#define GOTRACE_BASE_HASHINDEX_H

#include <stddef.h>
#include <stdint.h>

/* A hash of bytes (FNV-1a), the same on every machine. */
static inline uint64_t hash_bytes(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

struct hashindex_entry {
	uint64_t hash;
	uint32_t id; /* 0: the entry is empty */
};

struct hashindex {
	struct hashindex_entry *entries; /* open addressing, linear probing */
	size_t size;			 /* entries, a power of two, or 0 */
	size_t count;			 /* ids held */
};

/* A zeroed struct is an empty index. */
void hashindex_fini(struct hashindex *index);

/*
 * The next id with this hash, or 0. *at is the place of the search: 0 at its
 * start, moved on by each call; the index must not change during a search.
 */
uint32_t hashindex_next(const struct hashindex *index, uint64_t hash, size_t *at);

/* Adds an id. 0, or -ENOMEM with nothing changed. */
int hashindex_add(struct hashindex *index, uint64_t hash, uint32_t id);

/* Removes all ids; keeps the memory. */
void hashindex_clear(struct hashindex *index);

#endif
