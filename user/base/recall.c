/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A map from thread ids to a number, that may forget.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/recall.h"

#define FIRST_SIZE 64

void recall_free(struct recall *map)
{
	free(map->slots);
	*map = (struct recall){ 0 };
}

void recall_clear(struct recall *map)
{
	if (map->size)
		memset(map->slots, 0, map->size * sizeof(*map->slots));
	map->used = 0;
}

/* The first free slot for an id that is not there. */
static struct recall_slot *free_slot(struct recall *map, uint64_t id)
{
	size_t i = recall_hash(map, id);

	while (map->slots[i].id)
		i = (i + 1) & (map->size - 1);
	map->used++;
	return &map->slots[i];
}

/*
 * Moves to a new array of at least twice what is kept, so that the next move
 * is at least a quarter of the array away.
 */
static int move(struct recall *map, uint32_t oldest)
{
	struct recall moved = { .size = map->size ? map->size : FIRST_SIZE };
	size_t kept = 0;

	for (size_t i = 0; i < map->size; i++)
		kept += map->slots[i].id && map->slots[i].stamp >= oldest;
	while (moved.size / 2 < kept)
		moved.size *= 2;
	moved.slots = calloc(moved.size, sizeof(*moved.slots));
	if (!moved.slots)
		return -ENOMEM;
	for (size_t i = 0; i < map->size; i++) {
		const struct recall_slot *slot = &map->slots[i];

		if (slot->id && slot->stamp >= oldest)
			*free_slot(&moved, slot->id) = *slot;
	}
	free(map->slots);
	*map = moved;
	return 0;
}

struct recall_slot *recall_add(struct recall *map, uint64_t id, uint32_t stamp, uint32_t oldest)
{
	struct recall_slot *slot = recall_find(map, id);

	if (slot)
		return slot;
	/* One slot always stays free: a search ends there. */
	if (map->used + 1 > map->size / 4 * 3 && move(map, oldest ? oldest : 1) &&
	    map->used + 1 >= map->size)
		return NULL;
	slot = free_slot(map, id);
	*slot = (struct recall_slot){ .id = id, .stamp = stamp };
	return slot;
}
