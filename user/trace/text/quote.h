/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Quoted text as Go writes and reads it (strconv.Quote, strconv.Unquote). */
#ifndef GOTRACE_TRACE_TEXT_QUOTE_H
#define GOTRACE_TRACE_TEXT_QUOTE_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"
#include "base/out.h"

/* Go's %q: printable runes as they are (Unicode 15.0.0, as Go 1.21 to 1.26), the rest escaped. */
void quote_go(struct out *out, struct gt_text text);

/*
 * Undoes quote_go(), and what else Go takes for a quoted string: "...", with
 * Go's escapes, or `...`, raw. Writes at most size bytes to buf, which has
 * room for them, and their number to *used. 0, or -EINVAL: it is none.
 */
int unquote_go(const char *text, size_t size, uint8_t *buf, size_t *used);

/* The rune at the start of [at, end), and its size; size 1 and U+FFFD if it is not valid. */
uint32_t rune_get(const uint8_t *at, const uint8_t *end, size_t *size);

#endif
