/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A map from thread ids to a number, that may forget.
 *
 * Open addressing with linear probing. Nothing is ever deleted: a slot is
 * stamped when it is used, and when the map is full, those with an old stamp
 * are left behind in the move to the next array. So it holds what was used
 * lately, however many ids come and go. If there is no memory it stays as it
 * is and may refuse new ids. Its user must be right, if slower, without it.
 */
#ifndef GOTRACE_BASE_RECALL_H
#define GOTRACE_BASE_RECALL_H

#include <stddef.h>
#include <stdint.h>

struct recall_slot {
	uint64_t id; /* 0: free */
	uint32_t value;
	uint32_t stamp; /* the user's: it goes up; 0 is always old */
};

struct recall {
	struct recall_slot *slots;
	size_t size; /* of slots, a power of two or 0 */
	size_t used;
};

void recall_free(struct recall *map);
void recall_clear(struct recall *map); /* keeps the array */

/*
 * The id's slot, made if it is not there (value 0, the given stamp). NULL: no
 * memory. Slots with a stamp below oldest may be forgotten, and every slot may
 * move. id is not 0.
 */
struct recall_slot *recall_add(struct recall *map, uint64_t id, uint32_t stamp, uint32_t oldest);

/* Ids are a small counter with a CPU number on top: multiply, take high bits. */
static inline size_t recall_hash(const struct recall *map, uint64_t id)
{
	return (size_t)((id * 0x9e3779b97f4a7c15) >> 32) & (map->size - 1);
}

/* The id's slot or NULL; valid until the next recall_add(). */
static inline struct recall_slot *recall_find(const struct recall *map, uint64_t id)
{
	if (!map->size)
		return NULL;
	for (size_t i = recall_hash(map, id);; i = (i + 1) & (map->size - 1)) {
		struct recall_slot *slot = &map->slots[i];

		if (slot->id == id)
			return slot;
		if (!slot->id)
			return NULL;
	}
}

#endif
