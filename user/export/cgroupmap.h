/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Cgroups with a path, by their ids: for changes that say no more than an id. */
#ifndef GOTRACE_EXPORT_CGROUPMAP_H
#define GOTRACE_EXPORT_CGROUPMAP_H

#include "base/idmap.h"
#include "track/thread.h"

/* Zeroed: there are none. They are the tracker's. */
struct cgroupmap {
	struct idmap ids;
	const struct cgroup **groups; /* at the ids' slots */
	size_t room;
};

void cgroupmap_fini(struct cgroupmap *map);
/* Of CHANGE_CGROUP. 0 or -ENOMEM. */
int cgroupmap_add(struct cgroupmap *map, const struct cgroup *cgroup);
/* NULL: its path is not known. */
const struct cgroup *cgroupmap_find(const struct cgroupmap *map, uint64_t id);

#endif
