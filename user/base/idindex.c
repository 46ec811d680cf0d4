// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/idindex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void idindex_fini(struct idindex *index)
{
	idmap_fini(&index->map);
	free(index->dense);
	memset(index, 0, sizeof(*index));
}

void idindex_clear(struct idindex *index)
{
	idmap_clear(&index->map);
	index->dense_size = 0;
}

int idindex_add(struct idindex *index, uint64_t id, uint32_t *slot)
{
	return idmap_add(&index->map, id, slot);
}

int idindex_finish(struct idindex *index)
{
	const struct idmap *map = &index->map;
	/* Ids above this stay in the map: a hostile one may be as large as it likes. */
	size_t size = 2 * map->count + 64;
	uint32_t *dense;

	if (!map->count)
		return 0;
	dense = grow_array(index->dense, &index->dense_cap, size, sizeof(*dense));
	if (!dense)
		return -ENOMEM;
	index->dense = dense;
	memset(dense, 0xff, size * sizeof(*dense));
	for (size_t i = 0; i < map->size; i++) {
		if (map->entries[i].slot != IDMAP_NONE && map->entries[i].id < size)
			dense[map->entries[i].id] = map->entries[i].slot;
	}
	index->dense_size = size;
	return 0;
}
