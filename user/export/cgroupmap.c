// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/cgroupmap.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void cgroupmap_fini(struct cgroupmap *map)
{
	idmap_fini(&map->ids);
	free(map->groups);
}

int cgroupmap_add(struct cgroupmap *map, const struct cgroup *cgroup)
{
	const struct cgroup **grown;
	uint32_t slot;

	if (idmap_find(&map->ids, cgroup->id) != IDMAP_NONE)
		return 0; /* the tracker's, whose path is what it is now */
	grown = grow_array(map->groups, &map->room, map->ids.slots + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	map->groups = grown;
	if (idmap_add(&map->ids, cgroup->id, &slot))
		return -ENOMEM;
	grown[slot] = cgroup;
	return 0;
}

const struct cgroup *cgroupmap_find(const struct cgroupmap *map, uint64_t id)
{
	uint32_t slot = idmap_find(&map->ids, id);

	return slot == IDMAP_NONE ? NULL : map->groups[slot];
}
