/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An idmap whose ids are nearly consecutive, as a table's are: once all are
 * added, finding one is a look into an array. It holds ids, no values.
 */
#ifndef GOTRACE_BASE_IDINDEX_H
#define GOTRACE_BASE_IDINDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"

struct idindex {
	struct idmap map;
	uint32_t *dense; /* slot by id; IDMAP_NONE: no such id */
	size_t dense_size;
	size_t dense_cap;
};

/* A zeroed struct is empty. */
void idindex_fini(struct idindex *index);
void idindex_clear(struct idindex *index);

/* As idmap_add(); not after idindex_finish(). */
int idindex_add(struct idindex *index, uint64_t id, uint32_t *slot);

/* Makes finding fast, if the ids are worth it. 0 or -ENOMEM. */
int idindex_finish(struct idindex *index);

static inline uint32_t idindex_find(const struct idindex *index, uint64_t id)
{
	return id < index->dense_size ? index->dense[id] : idmap_find(&index->map, id);
}

#endif
