/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The first 16 bytes of a trace: which version it is of, or why it is none. */
#ifndef GOTRACE_TRACE_WIRE_HEADER_H
#define GOTRACE_TRACE_WIRE_HEADER_H

#include "gotrace/wire.h"
#include "trace/wire/input.h"

/* The format before Go 1.22, another one altogether (read/v1.h): headers 1.11, 1.19, 1.21. */
static inline bool gt_header_is_v1(unsigned version)
{
	return version == 11 || version == 19 || version == 21;
}

/* Reads the header at the input's start. 0 and *version (also those of v1), or *error. */
int gt_header_read(struct input *in, unsigned *version, struct gt_error *error);

/* Writes the header of a version below 100 into out, GT_HEADER_SIZE bytes. */
void gt_header_put(uint8_t *out, unsigned version);

#endif
