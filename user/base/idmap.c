// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See idmap.h. The map owns its tables. */
#include "base/idmap.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define IDMAP_MIN_SIZE 64
#define IDMAP_KEEP_SIZE 4096

static int resize(struct idmap *map, size_t size)
{
	struct idmap bigger = { .size = size };

	if (size > SIZE_MAX / sizeof(*bigger.entries))
		return -ENOMEM;
	bigger.entries = malloc(size * sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	memset(bigger.entries, 0xff, size * sizeof(*bigger.entries));
	bigger.seed = (uintptr_t)bigger.entries >> 4; /* random enough: where memory is */
	for (size_t i = 0; i < map->size; i++) {
		if (map->entries[i].slot != IDMAP_NONE)
			bigger.entries[idmap_probe(&bigger, map->entries[i].id)] = map->entries[i];
	}
	free(map->entries);
	map->entries = bigger.entries;
	map->seed = bigger.seed;
	map->size = size;
	return 0;
}

void idmap_fini(struct idmap *map)
{
	free(map->entries);
	free(map->free);
	memset(map, 0, sizeof(*map));
}

int idmap_add(struct idmap *map, uint64_t id, uint32_t *slot)
{
	struct idmap_entry *entry;

	if (map->count >= map->size / 2) {
		int err = resize(map, map->size ? map->size * 2 : IDMAP_MIN_SIZE);
		if (err)
			return err;
	}
	if (!map->free_count) {
		/* So that removing needs no memory. */
		uint32_t *stack = grow_array(map->free, &map->free_cap, (size_t)map->slots + 1,
					     sizeof(*stack));

		if (!stack || map->slots == IDMAP_NONE)
			return -ENOMEM;
		map->free = stack;
		map->free[map->free_count++] = map->slots++;
	}
	entry = &map->entries[idmap_probe(map, id)];
	assert(entry->slot == IDMAP_NONE);
	entry->id = id;
	entry->slot = map->free[--map->free_count];
	map->count++;
	*slot = entry->slot;
	return 0;
}

/* Is home cyclically in (hole, at]? Then the entry at `at` must stay there. */
static bool stays(size_t hole, size_t at, size_t home_at)
{
	return hole < at ? hole < home_at && home_at <= at : hole < home_at || home_at <= at;
}

void idmap_del(struct idmap *map, uint64_t id)
{
	size_t hole = idmap_probe(map, id);

	assert(map->entries[hole].slot != IDMAP_NONE);
	map->free[map->free_count++] = map->entries[hole].slot;
	map->count--;
	/* Move back what was probed past the hole, so that no tombstones are needed. */
	for (size_t at = idmap_after(map, hole); map->entries[at].slot != IDMAP_NONE;
	     at = idmap_after(map, at)) {
		if (stays(hole, at, idmap_home(map, map->entries[at].id)))
			continue;
		map->entries[hole] = map->entries[at];
		hole = at;
	}
	map->entries[hole].slot = IDMAP_NONE;
}

void idmap_clear(struct idmap *map)
{
	/* Otherwise each small generation would clear the memory of a large one before it. */
	if (map->size > IDMAP_KEEP_SIZE && map->count < map->size / 64) {
		idmap_fini(map);
		return;
	}
	if (map->entries)
		memset(map->entries, 0xff, map->size * sizeof(*map->entries));
	map->count = 0;
	map->slots = 0;
	map->free_count = 0;
}
