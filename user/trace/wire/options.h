/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Structs of options that can grow: each begins with its size, as its caller
 * knows it. See gotrace.h for the promise.
 */
#ifndef GOTRACE_TRACE_WIRE_OPTIONS_H
#define GOTRACE_TRACE_WIRE_OPTIONS_H

#include <stddef.h>

/*
 * Fills own (size bytes, the size as its first member) from the caller's
 * struct, which may be smaller or larger, or NULL: all zero. first: its size in
 * 0.1. 0, or -EINVAL: it sets an option that is not known here.
 */
int gt_options_take(void *own, size_t size, size_t first, const void *given);

/* For a struct that has not grown since 0.1. */
#define OPTIONS_TAKE(own, given) gt_options_take(own, sizeof(*(own)), sizeof(*(own)), given)

#endif
