/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The events of a thread in a trace, as text: what records.h is of a capture. */
#ifndef WITNESS_EVENTS_H
#define WITNESS_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Prints those between two times, the first and the last count / 2 of them. 0 or -errno. */
int events_print(FILE *out, const char *path, uint32_t tid, int64_t from_ns, int64_t to_ns,
		 size_t count);

#endif
