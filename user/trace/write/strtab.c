// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See strtab.h. The table owns its arrays; entries point into bytes by offset. */
#include "trace/write/strtab.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/utf8.h"
#include "gotrace/wire.h"

#define SKIPPED UINT32_MAX /* the size of an id that is another's */

static const struct strtab_entry *entry_of(const struct strtab *tab, uint64_t id)
{
	assert(id >= 1 && id <= tab->count);
	return &tab->entries[id - 1];
}

/* Takes room bytes at the end of bytes; their offset in *offset. 0 or -ENOMEM. */
static int take_room(struct strtab *tab, size_t room, size_t *offset)
{
	/* At least a byte, so that bytes is never NULL. */
	char *bytes = grow_array(tab->bytes, &tab->bytes_cap, tab->bytes_size + room + 1, 1);

	if (!bytes)
		return -ENOMEM;
	tab->bytes = bytes;
	*offset = tab->bytes_size;
	tab->bytes_size += room;
	return 0;
}

static int append(struct strtab *tab, const char *text, size_t size)
{
	struct strtab_entry *entries;
	size_t offset;
	int err;

	if (tab->count >= UINT32_MAX - 1)
		return -ENOMEM;
	entries = grow_array(tab->entries, &tab->cap, tab->count + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	tab->entries = entries;
	err = take_room(tab, size, &offset);
	if (err)
		return err;
	memcpy(tab->bytes + offset, text, size);
	tab->entries[tab->count++] = (struct strtab_entry){
		.offset = offset,
		.size = (uint32_t)size,
		.room = (uint32_t)size,
	};
	return 0;
}

void strtab_fini(struct strtab *tab)
{
	free(tab->bytes);
	free(tab->entries);
	hashindex_fini(&tab->index);
	memset(tab, 0, sizeof(*tab));
}

/* The id of a text, or 0. */
static uint32_t find(const struct strtab *tab, const char *text, size_t size, uint64_t hash)
{
	size_t at = 0;

	for (;;) {
		uint32_t id = hashindex_next(&tab->index, hash, &at);
		const struct strtab_entry *entry;

		if (!id)
			return 0;
		entry = entry_of(tab, id);
		if (entry->size == size && !memcmp(tab->bytes + entry->offset, text, size))
			return id;
	}
}

int strtab_add(struct strtab *tab, const char *text, size_t size, uint64_t *id)
{
	char fit[GT_MAX_STRING];
	uint64_t hash;
	uint32_t found;
	int err;

	size = utf8_repair(fit, sizeof(fit), text, size);
	hash = hash_bytes(fit, size);
	found = find(tab, fit, size, hash);
	if (!found) {
		err = append(tab, fit, size);
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

int strtab_add_late(struct strtab *tab, uint64_t *id)
{
	int err = append(tab, "", 0);

	if (!err)
		*id = tab->count;
	return err;
}

int strtab_set(struct strtab *tab, uint64_t id, const char *text, size_t size)
{
	struct strtab_entry *entry = &tab->entries[id - 1];
	char fit[GT_MAX_STRING];
	size_t room = 16;
	int err;

	assert(id >= 1 && id <= tab->count);
	size = utf8_repair(fit, sizeof(fit), text, size);
	if (size > entry->room) {
		/* By powers of two, so that an id set again and again stays bounded. */
		while (room < size)
			room *= 2;
		err = take_room(tab, room, &entry->offset);
		if (err)
			return err;
		entry->room = (uint32_t)room;
	}
	memcpy(tab->bytes + entry->offset, fit, size);
	entry->size = (uint32_t)size;
	return 0;
}

int strtab_skip(struct strtab *tab, uint64_t id)
{
	while (tab->count < id) {
		int err = append(tab, "", 0);

		if (err)
			return err;
		tab->entries[tab->count - 1].size = SKIPPED;
	}
	return 0;
}

const char *strtab_text(const struct strtab *tab, uint64_t id, size_t *size)
{
	const struct strtab_entry *entry = entry_of(tab, id);

	if (entry->size == SKIPPED)
		return NULL;
	*size = entry->size;
	return tab->bytes + entry->offset;
}

uint64_t strtab_hash(const struct strtab *tab, uint64_t id)
{
	size_t size = 0;
	const char *text = id ? strtab_text(tab, id, &size) : "";

	return hash_bytes(text, size);
}

void strtab_clear(struct strtab *tab)
{
	hashindex_clear(&tab->index);
	tab->bytes_size = 0;
	tab->count = 0;
}
