/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What somebody may have meant who typed something that is not there. */
#ifndef GOTRACE_OPTIONS_NEAR_H
#define GOTRACE_OPTIONS_NEAR_H

#include <stddef.h>

/*
 * How many letters must be put in, left out, replaced, or swapped with the
 * next, to make b of a. Words too long to be a name of ours: SIZE_MAX.
 */
size_t near_distance(const char *a, const char *b);

/*
 * The nearest of count names, if no more than a third of its letters are
 * wrong; else NULL. name(i, ctx): the i-th, or NULL: pass over it.
 */
const char *near_find(const char *text, size_t count,
		      const char *(*name)(size_t i, const void *ctx), const void *ctx);

#endif
