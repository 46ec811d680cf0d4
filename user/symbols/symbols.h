/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names of addresses. It holds a list of functions, as a capture gave it, and
 * finds the one that an address is in. It reads no file: kallsyms.h and a raw
 * file make such lists.
 */
#ifndef GOTRACE_SYMBOLS_SYMBOLS_H
#define GOTRACE_SYMBOLS_SYMBOLS_H

#include "stream/stream.h"

struct symbols;

/*
 * A copy of the list, in order. -ENOMEM; -EBADMSG: a text that is not in its
 * strings, or a function that ends before it begins.
 */
int symbols_new(struct symbols **out, const struct stream_symbols *list);
void symbols_free(struct symbols *symbols);

/* Borrowed for as long as symbols live. */
struct symbol {
	const char *func;
	const char *file; /* "[kernel]", "MODULE.ko" */
	uint32_t line;	  /* 0: not known */
};

/* False: no function has the address. symbols may be NULL: then none has. */
bool symbols_find(const struct symbols *symbols, uint64_t address, struct symbol *out);

#endif
