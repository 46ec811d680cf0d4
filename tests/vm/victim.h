/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Victim: a process that takes more memory than its cgroup may have, and is
 * killed for it. That must be told.
 */
#ifndef VICTIM_H
#define VICTIM_H

#include <stdbool.h>
#include <stddef.h>

/* 1: it is; 0: it is not, why[size]; -1: this kernel has no such limit. */
int victim_check(char *why, size_t size);

#endif
