/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Texts that outlive their generation (types of tasks and regions): each once,
 * so that two are equal if their ids are. Owns them. A text that nobody holds
 * lives on until texts_sweep().
 */
#ifndef GOTRACE_TRACE_READ_TEXTS_H
#define GOTRACE_TRACE_READ_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/hashindex.h"

struct text {
	char *bytes; /* NULL: the slot is free */
	uint32_t size;
	uint32_t holders;
	uint64_t hash;
};

struct texts {
	struct text *list;
	size_t count, cap; /* slots, free ones included */
	uint32_t *free;	   /* free slots */
	size_t free_count, free_cap;
	size_t unheld;
	struct hashindex index; /* to slots + 1 */
};

/* A zeroed struct is empty. */
void texts_fini(struct texts *texts);

/* The id of a text, which is held by nobody if it is new. 0 or -ENOMEM. */
int texts_find(struct texts *texts, const char *text, size_t size, uint32_t *id);

void texts_hold(struct texts *texts, uint32_t id);
void texts_drop(struct texts *texts, uint32_t id);

/* Forgets texts that nobody holds, if they are many. Their ids are void then. 0 or -ENOMEM. */
int texts_sweep(struct texts *texts);

#endif
