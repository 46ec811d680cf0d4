/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Filling a struct gt_error: the first failure wins. Knows nothing of what failed. */
#ifndef GOTRACE_TRACE_WIRE_ERROR_H
#define GOTRACE_TRACE_WIRE_ERROR_H

#include "gotrace/wire.h"

/* An error that says nothing yet. */
void gt_error_clear(struct gt_error *error);

/* Where a failure will have been, as far as it is known. */
static inline void gt_error_at(struct gt_error *error, uint64_t byte, uint64_t generation,
			       uint64_t m)
{
	error->byte = byte;
	error->generation = generation;
	error->m = m;
}

/* Sets code (-errno) and text unless there is an error already. Returns the error's code. */
int gt_fail(struct gt_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
