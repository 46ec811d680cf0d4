/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The second witness from user space: loads witness.bpf.c, and hands over the
 * marks it made. It knows nothing of the workload.
 */
#ifndef WITNESS_KERNEL_H
#define WITNESS_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "mark.h"

struct kernel;

/* Loads, and attaches what has to run before the capture's. 0 or -errno (libbpf has said why). */
int kernel_open(struct kernel **out);
/* Attaches what has to run after the capture's. From here on births are seen. 0 or -errno. */
int kernel_attach_after(struct kernel *kernel);
/* Detaches and frees; NULL is legal. */
void kernel_close(struct kernel *kernel);
/* All marks so far: an array of *count for free(). 0, -ENOMEM, -ENOSPC: some did not fit. */
int kernel_marks(struct kernel *kernel, struct mark **out, size_t *count);

/* How often a thread left a CPU that was not seen to come onto it: the machine hides some. */
uint64_t kernel_holes(const struct kernel *kernel);

#endif
