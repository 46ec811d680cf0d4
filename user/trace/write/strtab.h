/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The string table of one generation: texts to ids and back. Ids are dense,
 * from 1. It makes texts fit for a trace (utf8.h) and knows nothing of bytes
 * on the wire.
 */
#ifndef GOTRACE_TRACE_WRITE_STRTAB_H
#define GOTRACE_TRACE_WRITE_STRTAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/hashindex.h"

struct strtab_entry {
	size_t offset; /* of the text in strtab.bytes */
	uint32_t size;
	uint32_t room; /* bytes at offset that are this entry's */
};

struct strtab {
	char *bytes;
	size_t bytes_size, bytes_cap;
	struct strtab_entry *entries; /* of id n at n - 1 */
	size_t count, cap;
	struct hashindex index; /* of all but late strings */
};

/* A zeroed struct is an empty table. */
void strtab_fini(struct strtab *tab);

/* The id of a text, made fit first. The same text has the same id. 0 or -ENOMEM. */
int strtab_add(struct strtab *tab, const char *text, size_t size, uint64_t *id);

/* An id whose text is empty until strtab_set(); no other text ever has it. */
int strtab_add_late(struct strtab *tab, uint64_t *id);

/* Sets a late string's text. 0, or -ENOMEM with the text as it was. */
int strtab_set(struct strtab *tab, uint64_t id, const char *text, size_t size);

/* Leaves all ids up to this one to others. 0 or -ENOMEM. */
int strtab_skip(struct strtab *tab, uint64_t id);

/* The text of an id from 1 to count, NULL if it is another's; borrowed until the table changes. */
const char *strtab_text(const struct strtab *tab, uint64_t id, size_t *size);

/* A hash of the id's text as it is now, of nothing but the text. id 0 is the empty text. */
uint64_t strtab_hash(const struct strtab *tab, uint64_t id);

/* Forgets all strings; keeps the memory. */
void strtab_clear(struct strtab *tab);

#endif
