/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The records of a raw capture: one after the other, or those that name a
 * thread, as text: what a trace that is not true was made of.
 */
#ifndef WITNESS_RECORDS_H
#define WITNESS_RECORDS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "record.h"

/*
 * Calls fn with each record, a CPU's in the ring's order, until it returns
 * other than 0. Returns that, 0 or -errno.
 */
int records_walk(const char *path, int (*fn)(void *ctx, const struct rec_head *record), void *ctx);

/*
 * Prints the first and the last count / 2 of the records of tid (0: of any)
 * between two times, by time. 0 or -errno.
 */
int records_print(FILE *out, const char *path, uint32_t tid, uint64_t from_ns, uint64_t to_ns,
		  size_t count);

#endif
