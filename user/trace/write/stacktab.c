// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See stacktab.h. The table owns its arrays; entries point into frames by index. */
#include "trace/write/stacktab.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static uint64_t hash_frames(const struct gt_frame *frames, unsigned count)
{
	uint64_t hash = count;

	for (unsigned i = 0; i < count; i++) {
		hash = mix(hash, frames[i].func);
		hash = mix(hash, frames[i].file);
		hash = mix(hash, frames[i].line);
	}
	return hash;
}

static const struct stacktab_entry *entry_of(const struct stacktab *tab, uint64_t id)
{
	assert(id >= 1 && id <= tab->count);
	return &tab->entries[id - 1];
}

/* The id of these frames, or 0. */
static uint32_t find(const struct stacktab *tab, const struct gt_frame *frames, unsigned count,
		     uint64_t hash)
{
	size_t at = 0;

	for (;;) {
		uint32_t id = hashindex_next(&tab->index, hash, &at);
		const struct stacktab_entry *entry;

		if (!id)
			return 0;
		entry = entry_of(tab, id);
		if (entry->count == count &&
		    !memcmp(tab->frames + entry->first, frames, count * sizeof(*frames)))
			return id;
	}
}

void stacktab_fini(struct stacktab *tab)
{
	free(tab->frames);
	free(tab->entries);
	hashindex_fini(&tab->index);
	memset(tab, 0, sizeof(*tab));
}

static int append(struct stacktab *tab, const struct gt_frame *frames, unsigned count)
{
	struct stacktab_entry *entries;
	struct gt_frame *all;

	if (tab->count >= UINT32_MAX - 1)
		return -ENOMEM;
	all = grow_array(tab->frames, &tab->frames_cap, tab->frames_count + count + 1,
			 sizeof(*all));
	if (!all)
		return -ENOMEM;
	tab->frames = all;
	entries = grow_array(tab->entries, &tab->cap, tab->count + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	tab->entries = entries;
	if (count)
		memcpy(tab->frames + tab->frames_count, frames, count * sizeof(*frames));
	tab->entries[tab->count++] = (struct stacktab_entry){
		.first = tab->frames_count,
		.count = count,
	};
	tab->frames_count += count;
	return 0;
}

int stacktab_add(struct stacktab *tab, const struct gt_frame *frames, unsigned count, uint64_t *id)
{
	uint64_t hash = hash_frames(frames, count);
	uint32_t found = find(tab, frames, count, hash);
	int err;

	if (!found) {
		err = append(tab, frames, count);
		if (err)
			return err;
		found = (uint32_t)tab->count;
		err = hashindex_add(&tab->index, hash, found);
		if (err)
			return err;
	}
	*id = found;
	return 0;
}

int stacktab_skip(struct stacktab *tab, uint64_t id)
{
	int err = 0;

	while (!err && tab->count < id)
		err = append(tab, NULL, 0);
	return err;
}

const struct gt_frame *stacktab_frames(const struct stacktab *tab, uint64_t id, unsigned *count)
{
	const struct stacktab_entry *entry = entry_of(tab, id);

	*count = entry->count;
	return tab->frames + entry->first;
}

void stacktab_clear(struct stacktab *tab)
{
	hashindex_clear(&tab->index);
	tab->frames_count = 0;
	tab->count = 0;
}
