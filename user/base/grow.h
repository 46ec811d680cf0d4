/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Growth of arrays: the one place that multiplies sizes. */
#ifndef GOTRACE_BASE_GROW_H
#define GOTRACE_BASE_GROW_H

#include <stddef.h>

/*
 * Makes room for need >= 1 elements of size bytes in the array data of *cap
 * elements, by doubling. Returns where the array is now, or NULL: no memory,
 * and the array and *cap are as they were. The caller frees with free().
 */
void *grow_array(void *data, size_t *cap, size_t need, size_t size);

#endif
