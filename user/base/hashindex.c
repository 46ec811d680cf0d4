// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See hashindex.h. The index owns its entries. */
#include "base/hashindex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASHINDEX_MIN_SIZE 256

static struct hashindex_entry *entry_at(const struct hashindex *index, uint64_t hash, size_t at)
{
	return &index->entries[((size_t)(hash ^ hash >> 32) + at) & (index->size - 1)];
}

static void insert(struct hashindex *index, uint64_t hash, uint32_t id)
{
	size_t at = 0;

	while (entry_at(index, hash, at)->id)
		at++;
	*entry_at(index, hash, at) = (struct hashindex_entry){ .hash = hash, .id = id };
}

static int resize(struct hashindex *index, size_t size)
{
	struct hashindex bigger = { .size = size, .count = index->count };

	bigger.entries = calloc(size, sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	for (size_t i = 0; i < index->size; i++) {
		if (index->entries[i].id)
			insert(&bigger, index->entries[i].hash, index->entries[i].id);
	}
	free(index->entries);
	*index = bigger;
	return 0;
}

void hashindex_fini(struct hashindex *index)
{
	free(index->entries);
	memset(index, 0, sizeof(*index));
}

uint32_t hashindex_next(const struct hashindex *index, uint64_t hash, size_t *at)
{
	if (!index->size)
		return 0;
	for (;;) {
		const struct hashindex_entry *entry = entry_at(index, hash, (*at)++);

		if (!entry->id || entry->hash == hash)
			return entry->id;
	}
}

int hashindex_add(struct hashindex *index, uint64_t hash, uint32_t id)
{
	if (index->count >= index->size / 2) {
		int err = resize(index, index->size ? index->size * 2 : HASHINDEX_MIN_SIZE);

		if (err)
			return err;
	}
	insert(index, hash, id);
	index->count++;
	return 0;
}

void hashindex_clear(struct hashindex *index)
{
	if (index->count)
		memset(index->entries, 0, index->size * sizeof(*index->entries));
	index->count = 0;
}
