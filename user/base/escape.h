/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Any bytes as text of one line and of bounded size, and back. The text is
 * valid UTF-8 without control characters: "\\" stands for a backslash, "\x0a"
 * (two hexadecimal digits, small letters) for a byte that cannot stand there,
 * "\..." at the begin or the end for what was cut off. Everything else is
 * itself.
 */
#ifndef GOTRACE_BASE_ESCAPE_H
#define GOTRACE_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

enum escape_keep {
	ESCAPE_HEAD, /* what is too long loses its end */
	ESCAPE_TAIL, /* ... its begin */
};

/* Room that any text has, however little of it fits. */
#define ESCAPE_MIN 4

/*
 * Writes text[size] to out, at most max bytes (from ESCAPE_MIN), no NUL. also:
 * characters that are to be written as "\xNN" too. Returns the bytes written.
 */
size_t escape_text(char *out, size_t max, const char *text, size_t size, const char *also,
		   enum escape_keep keep);

/*
 * The bytes of an escaped text[size], at most size, to out. False if it is
 * none; then out holds anything. *cut: something is missing at an end.
 */
bool unescape_text(char *out, size_t *out_size, bool *cut, const char *text, size_t size);

/*
 * The bytes at text[size], size >= 1, that are shown as they are: one
 * character, or 0 if the first byte is of a control character or of none.
 */
size_t escape_plain(const char *text, size_t size);

#endif
