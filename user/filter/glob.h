/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Patterns as shells know them: * any text, ? one character, [a-z] and [!a-z]
 * one of a set, \ before a character that means itself. A / is like any other.
 */
#ifndef GOTRACE_FILTER_GLOB_H
#define GOTRACE_FILTER_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Is it a pattern: is each set closed, and does no \ stand at the end? */
bool glob_is_valid(const char *glob);

/* Does a valid pattern match all of text[size]? Time: at most their lengths' product. */
bool glob_match(const char *glob, const char *text, size_t size);

#endif
