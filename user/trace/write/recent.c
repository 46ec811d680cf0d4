// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * See recent.h. Entries that nobody holds stand in a list by their last use.
 * The index cannot forget, so it keeps what is gone until that is as much as
 * what is there, and is then made anew; a candidate is compared anyway.
 */
#include "trace/write/recent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define VERSION_MASK ((1u << 30) - 1) /* so that an id stays below bit 62 */

void recent_init(struct recent *recent, size_t max)
{
	*recent = (struct recent){
		.max = max,
		.oldest = RECENT_NONE,
		.newest = RECENT_NONE,
		.free = RECENT_NONE,
	};
}

void recent_fini(struct recent *recent)
{
	for (size_t i = 0; i < recent->slots; i++)
		free(recent->entries[i].bytes);
	free(recent->entries);
	hashindex_fini(&recent->index);
	recent_init(recent, 0);
}

static uint32_t slot_of(const struct recent *recent, const struct recent_entry *entry)
{
	return (uint32_t)(entry - recent->entries);
}

static void unlink_entry(struct recent *recent, const struct recent_entry *entry)
{
	if (entry->older == RECENT_NONE)
		recent->oldest = entry->newer;
	else
		recent->entries[entry->older].newer = entry->newer;
	if (entry->newer == RECENT_NONE)
		recent->newest = entry->older;
	else
		recent->entries[entry->newer].older = entry->older;
}

static void link_newest(struct recent *recent, struct recent_entry *entry)
{
	uint32_t slot = slot_of(recent, entry);

	entry->older = recent->newest;
	entry->newer = RECENT_NONE;
	if (recent->newest == RECENT_NONE)
		recent->oldest = slot;
	else
		recent->entries[recent->newest].newer = slot;
	recent->newest = slot;
}

static struct recent_entry *touch(struct recent *recent, struct recent_entry *entry)
{
	if (!entry->holders && entry->newer != RECENT_NONE) {
		unlink_entry(recent, entry);
		link_newest(recent, entry);
	}
	return entry;
}

void recent_hold(struct recent *recent, struct recent_entry *entry)
{
	if (!entry->holders++)
		unlink_entry(recent, entry);
}

void recent_drop(struct recent *recent, struct recent_entry *entry)
{
	if (!--entry->holders)
		link_newest(recent, entry);
}

struct recent_entry *recent_find(struct recent *recent, const void *bytes, size_t size)
{
	uint64_t hash = hash_bytes(bytes, size);
	size_t at = 0;
	uint32_t found;

	while ((found = hashindex_next(&recent->index, hash, &at))) {
		struct recent_entry *entry = &recent->entries[found - 1];

		if (entry->bytes && entry->hash == hash && entry->size == size &&
		    !memcmp(entry->bytes, bytes, size))
			return touch(recent, entry);
	}
	return NULL;
}

struct recent_entry *recent_oldest(const struct recent *recent)
{
	return recent->oldest == RECENT_NONE ? NULL : &recent->entries[recent->oldest];
}

void recent_forget(struct recent *recent, struct recent_entry *entry)
{
	unlink_entry(recent, entry);
	free(entry->bytes);
	*entry = (struct recent_entry){
		.version = (entry->version + 1) & VERSION_MASK,
		.newer = recent->free,
	};
	recent->free = slot_of(recent, entry);
	recent->count--;
}

/* Keeps the index at about twice what is there. 0 or -ENOMEM. */
static int renew_index(struct recent *recent)
{
	if (recent->index.count < 2 * recent->max)
		return 0;
	hashindex_clear(&recent->index);
	for (size_t i = 0; i < recent->slots; i++) {
		const struct recent_entry *entry = &recent->entries[i];

		if (entry->bytes && hashindex_add(&recent->index, entry->hash, (uint32_t)i + 1))
			return -ENOMEM;
	}
	return 0;
}

/* A slot without bytes, in no list. NULL: no memory. */
static struct recent_entry *take_slot(struct recent *recent)
{
	struct recent_entry *entries, *entry;

	if (recent->free != RECENT_NONE) {
		entry = &recent->entries[recent->free];
		recent->free = entry->newer;
		return entry;
	}
	entries = grow_array(recent->entries, &recent->cap, recent->slots + 1, sizeof(*entries));
	if (!entries)
		return NULL;
	recent->entries = entries;
	entry = &entries[recent->slots++];
	memset(entry, 0, sizeof(*entry));
	return entry;
}

int recent_add(struct recent *recent, const void *bytes, size_t size, struct recent_entry **out)
{
	uint8_t *copy = malloc(size + 1);
	struct recent_entry *entry = copy && !renew_index(recent) ? take_slot(recent) : NULL;

	if (!entry) {
		free(copy);
		return -ENOMEM;
	}
	if (size)
		memcpy(copy, bytes, size);
	entry->bytes = copy;
	entry->size = (uint32_t)size;
	entry->hash = hash_bytes(bytes, size);
	link_newest(recent, entry);
	recent->count++;
	*out = entry;
	/* Without its place in the index it is there under its id, and not found again. */
	return hashindex_add(&recent->index, entry->hash, slot_of(recent, entry) + 1);
}

bool recent_was(const struct recent *recent, uint64_t id)
{
	return recent_is_id(id) && (uint32_t)id < recent->slots;
}

struct recent_entry *recent_get(struct recent *recent, uint64_t id)
{
	struct recent_entry *entry = recent_was(recent, id) ? &recent->entries[(uint32_t)id] : NULL;

	if (!entry || !entry->bytes || entry->version != (id >> 32 & VERSION_MASK))
		return NULL;
	return touch(recent, entry);
}

uint64_t recent_id(const struct recent *recent, const struct recent_entry *entry)
{
	return RECENT_BIT | (uint64_t)entry->version << 32 | slot_of(recent, entry);
}
