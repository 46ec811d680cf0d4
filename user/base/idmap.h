/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A map from ids (of a G, P, M) to small slot numbers, so that what belongs to
 * an id can stand in a plain array of its owner. Slots are dense: a freed one
 * is given out again before a new one. It holds no values itself.
 */
#ifndef GOTRACE_BASE_IDMAP_H
#define GOTRACE_BASE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

#define IDMAP_NONE UINT32_MAX

struct idmap_entry {
	uint64_t id;
	uint32_t slot; /* IDMAP_NONE: the entry is empty */
};

struct idmap {
	struct idmap_entry *entries; /* open addressing, linear probing */
	size_t size;		     /* entries, a power of two, or 0 */
	size_t count;		     /* ids held */
	uint64_t seed;		     /* of the hash */
	uint32_t slots;		     /* given out so far; free ones included */
	uint32_t *free;		     /* stack of freed slots, room for all */
	size_t free_count;
	size_t free_cap;
};

/* A zeroed struct is an empty map. */
void idmap_fini(struct idmap *map);

/*
 * Where the id belongs. Ids are often consecutive (tids): multiply and take the
 * high bits. A hostile file may choose its ids, but it does not know the seed.
 */
static inline size_t idmap_home(const struct idmap *map, uint64_t id)
{
	uint64_t hash = (id ^ map->seed) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(hash ^ hash >> 32) & (map->size - 1);
}

static inline size_t idmap_after(const struct idmap *map, size_t at)
{
	return (at + 1) & (map->size - 1);
}

/* Where the id stands, or the empty entry where it would. The map has entries. */
static inline size_t idmap_probe(const struct idmap *map, uint64_t id)
{
	size_t at = idmap_home(map, id);

	while (map->entries[at].slot != IDMAP_NONE && map->entries[at].id != id)
		at = idmap_after(map, at);
	return at;
}

/* The id's slot, or IDMAP_NONE. */
static inline uint32_t idmap_find(const struct idmap *map, uint64_t id)
{
	return map->size ? map->entries[idmap_probe(map, id)].slot : IDMAP_NONE;
}

/* Adds an id that is not in the map: its slot in *slot. 0, or -ENOMEM with nothing changed. */
int idmap_add(struct idmap *map, uint64_t id, uint32_t *slot);

/* Removes an id that is in the map; its slot is free. */
void idmap_del(struct idmap *map, uint64_t id);

/* Removes all ids and frees all slots; keeps the memory, unless hardly any was used. */
void idmap_clear(struct idmap *map);

#endif
