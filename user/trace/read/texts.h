/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names of tasks and regions that outlive their generation: each text once,
 * so that two are equal if their ids are. Owns the texts. A name that nobody
 * holds lives on until names_sweep().
 */
#ifndef GOTRACE_TRACE_READ_TEXTS_H
#define GOTRACE_TRACE_READ_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/hashindex.h"

struct name {
	char *text; /* NULL: the place is free */
	uint32_t size;
	uint32_t holders;
	uint64_t hash;
};

struct names {
	struct name *list;
	size_t count, cap; /* places, free ones included */
	uint32_t *free;	   /* free places */
	size_t free_count, free_cap;
	size_t unheld;
	struct hashindex index; /* to places + 1 */
};

/* A zeroed struct is empty. */
void names_fini(struct names *names);

/* The id of a text, which is held by nobody if it is new. 0 or -ENOMEM. */
int names_find(struct names *names, const char *text, size_t size, uint32_t *id);

void names_hold(struct names *names, uint32_t id);
void names_drop(struct names *names, uint32_t id);

/* Forgets names that nobody holds, if they are many. Their ids are void then. 0 or -ENOMEM. */
int names_sweep(struct names *names);

#endif
