/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How wide UTF-8 text is on a terminal, in columns: most characters take one,
 * those of East Asia and pictures two, accents that go onto the character
 * before none. A byte that is part of no character counts as one.
 */
#ifndef GOTRACE_BASE_COLUMNS_H
#define GOTRACE_BASE_COLUMNS_H

#include <stddef.h>

#include "base/out.h"

size_t columns_of(const char *text, size_t size);
/* Bytes of text that fit into so many columns; *used: the columns they take. */
size_t columns_fit(const char *text, size_t size, size_t columns, size_t *used);
/* The same of its end. */
size_t columns_fit_end(const char *text, size_t size, size_t columns, size_t *used);
/* As much as fits, and blanks up to that many columns. */
void columns_write(struct out *out, const char *text, size_t size, size_t columns);

#endif
