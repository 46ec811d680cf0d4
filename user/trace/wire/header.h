/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The first 16 bytes of a trace: which version it is of, or why it is none. */
#ifndef GOTRACE_TRACE_WIRE_HEADER_H
#define GOTRACE_TRACE_WIRE_HEADER_H

#include "gotrace/wire.h"
#include "trace/wire/input.h"

/* Reads the header at the input's start. 0 and *version (22, 23, 25, 26), or *error. */
int gt_header_read(struct input *in, unsigned *version, struct gt_error *error);

/* Writes the header of a version below 100 into out, GT_HEADER_SIZE bytes. */
void gt_header_put(uint8_t *out, unsigned version);

#endif
