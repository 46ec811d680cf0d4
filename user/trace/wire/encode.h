/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Values to bytes of the wire: varints, arguments, frames, data, headers.
 *
 * Each function writes at a position and returns the position after it. Room
 * is the caller's affair; how much is needed at most is said by the macros.
 * Which of them follow each other is known one level up: in a generation by
 * write/encoder.h, in a trace's text by its author.
 */
#ifndef GOTRACE_TRACE_WIRE_ENCODE_H
#define GOTRACE_TRACE_WIRE_ENCODE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gotrace/wire.h"

#define WIRE_EVENT_BYTES (1 + GT_MAX_ARGS * GT_MAX_VARINT) /* any event without its data */
#define WIRE_FRAME_BYTES (4 * GT_MAX_VARINT)

/* One frame of a Stack. func and file are string ids. */
struct wire_frame {
	uint64_t pc, func, file, line;
};

/* Most values are small; the time between two events mostly has two bytes. */
static inline uint8_t *wire_put_varint(uint8_t *at, uint64_t value)
{
	if (value < 0x80) {
		*at = (uint8_t)value;
		return at + 1;
	}
	if (value < 0x4000) {
		at[0] = (uint8_t)value | 0x80;
		at[1] = (uint8_t)(value >> 7);
		return at + 2;
	}
	return at + gt_varint_put(at, value);
}

/* count arguments as they stand behind an event's type. */
static inline uint8_t *wire_put_args(uint8_t *at, const uint64_t *args, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		at = wire_put_varint(at, args[i]);
	return at;
}

/* An event that has no data. */
static inline uint8_t *wire_put_event(uint8_t *at, unsigned type, const uint64_t *args,
				      unsigned count)
{
	*at++ = (uint8_t)type;
	return wire_put_args(at, args, count);
}

static inline uint8_t *wire_put_frame(uint8_t *at, const struct wire_frame *frame)
{
	const uint64_t values[] = { frame->pc, frame->func, frame->file, frame->line };

	return wire_put_args(at, values, 4);
}

/* What follows the arguments of an event with data. */
static inline uint8_t *wire_put_data(uint8_t *at, const void *data, size_t size)
{
	at = wire_put_varint(at, size);
	if (size)
		memcpy(at, data, size);
	return at + size;
}

#endif
