/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A table of byte strings, each once, that holds a stated number of them and
 * knows which was not used for the longest time.
 *
 * Ids stay as they are, and hardly ever come again (a slot's after 2^30 others),
 * so one that is gone is known to be. Which entry goes when it is full is its
 * user's decision. What the bytes are, and what the two numbers mean that each
 * entry keeps for its user, is not known here.
 */
#ifndef GOTRACE_TRACE_WRITE_RECENT_H
#define GOTRACE_TRACE_WRITE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hashindex.h"

#define RECENT_NONE UINT32_MAX
/* Ids have this bit and not the one above. So none is a small number or GT_NO_ID. */
#define RECENT_BIT (UINT64_C(1) << 62)

struct recent_entry {
	uint8_t *bytes; /* NULL: the slot is free */
	uint32_t size;
	uint32_t version; /* how often the slot was given to other bytes */
	uint32_t holders;
	uint32_t older, newer; /* slots, if nobody holds it; newer: the next free one */
	uint64_t hash;

	uint64_t generation, id; /* the user's; 0 for a new one */
};

struct recent {
	struct recent_entry *entries;
	size_t slots, cap; /* ever used */
	size_t count, max; /* entries */
	uint32_t oldest, newest, free;
	struct hashindex index; /* of slots + 1; some are of what is gone */
};

void recent_init(struct recent *recent, size_t max);
void recent_fini(struct recent *recent);

static inline bool recent_is_id(uint64_t id)
{
	return id >> 62 == 1;
}

/* The entry of these bytes as the latest one, or NULL. */
struct recent_entry *recent_find(struct recent *recent, const void *bytes, size_t size);

/* Adds bytes that are not there, as the latest; it is not full. 0 and *entry, or -ENOMEM. */
int recent_add(struct recent *recent, const void *bytes, size_t size, struct recent_entry **entry);

static inline bool recent_is_full(const struct recent *recent)
{
	return recent->count >= recent->max;
}

/* The entry that was not used for the longest time and is not held; NULL: there is none. */
struct recent_entry *recent_oldest(const struct recent *recent);

/* Its id and its bytes are gone. It is not held. */
void recent_forget(struct recent *recent, struct recent_entry *entry);

/* The entry of an id, as the latest one; NULL: it is gone. Valid until one is added. */
struct recent_entry *recent_get(struct recent *recent, uint64_t id);

/* Was this id ever given? */
bool recent_was(const struct recent *recent, uint64_t id);

uint64_t recent_id(const struct recent *recent, const struct recent_entry *entry);

/* What is held is never the oldest. */
void recent_hold(struct recent *recent, struct recent_entry *entry);
void recent_drop(struct recent *recent, struct recent_entry *entry);

#endif
