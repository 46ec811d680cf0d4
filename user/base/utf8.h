/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Text that a Go trace may hold: valid UTF-8 of bounded size. */
#ifndef GOTRACE_BASE_UTF8_H
#define GOTRACE_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the character at text[size], size >= 1; 0 if none that is valid begins there. */
size_t utf8_size(const char *text, size_t size);

/*
 * Copies text[size] to out, at most max bytes, cut on a character's border.
 * Every byte that is not part of a valid character becomes U+FFFD, as in Go's
 * range loops. Surrogates, overlong forms and what lies above U+10FFFF are not
 * valid. Returns the bytes written; no NUL is added.
 */
size_t utf8_repair(char *out, size_t max, const char *text, size_t size);

#endif
