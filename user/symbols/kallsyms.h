/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The functions of the running kernel and its modules, out of the text of
 * /proc/kallsyms. It has no sizes: a function ends where the next one begins.
 */
#ifndef GOTRACE_SYMBOLS_KALLSYMS_H
#define GOTRACE_SYMBOLS_KALLSYMS_H

#include <stddef.h>

#include "stream/stream.h"

#define KALLSYMS_MOST_BYTES (1u << 20) /* no function is longer */

/*
 * Lines that are none are passed over. No function has the address 0: that is
 * what the text has for who may not know. 0 or -ENOMEM; kallsyms_free() then.
 */
int kallsyms_parse(struct stream_symbols *out, const char *text, size_t size);
void kallsyms_free(struct stream_symbols *symbols);

#endif
