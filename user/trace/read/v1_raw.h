/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One event of a v1 trace as it stands in the file: a byte of type and number
 * of values, then the values, from four on behind their length in bytes.
 *
 * It checks what one event can be wrong about by itself, its number of values
 * among it. What a batch is, and what the values mean, is not known here.
 */
#ifndef GOTRACE_TRACE_READ_V1_RAW_H
#define GOTRACE_TRACE_READ_V1_RAW_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"
#include "trace/wire/v1spec.h"

#define V1_MAX_TEXT 1000000 /* bytes of a string, of a log message */
#define V1_MAX_BODY 2048    /* bytes of an event's values */
#define V1_MAX_FRAMES 1000

/* The bytes of a file, header and all. */
struct v1_bytes {
	const uint8_t *bytes;
	size_t size;
	uint64_t base; /* offset in the file of the first, for errors */
};

struct v1_raw {
	uint8_t type;
	uint8_t count; /* of values */
	uint64_t values[V1_MAX_ARGS];
	size_t text, text_size; /* String, UserLog: where its text is, and how long */
	size_t text_head;	/* UserLog: where the length of its text is */
	size_t body, body_end;	/* Stack: its values */
};

/* Reads the event at *at and moves on. 0, or *error. */
int v1_raw_read(const struct v1_bytes *in, unsigned version, size_t *at, struct v1_raw *raw,
		struct gt_error *error);

#endif
