/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A kernel stack as people want to see it: frames that every stack has are left
 * out. By their names and never by their number, which no two kernels agree on:
 * at the leaf those of the tracing itself and of waking and scheduling, at the
 * root those of entering the kernel.
 */
#ifndef GOTRACE_SYMBOLS_KERNEL_H
#define GOTRACE_SYMBOLS_KERNEL_H

#include <stddef.h>

/*
 * names[count]: leaf first, NULL where there is none. What is left is
 * names[*first] and the following, as many as are returned.
 */
size_t kernel_trim(const char *const *names, size_t count, size_t *first);

/* How much of a symbol is the function's name: without ".isra.0", ".cold", ".llvm.123". */
size_t kernel_name_size(const char *name);

#endif
