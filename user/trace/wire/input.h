/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The bytes that the reader stands on: memory as it is, or a window on a
 * source that grows as it is read and is moved on when a generation is done.
 *
 * Offsets are relative to the window's start and stay valid until
 * input_release(); pointers only until the next input_have(). It knows nothing
 * of what the bytes mean.
 */
#ifndef GOTRACE_TRACE_WIRE_INPUT_H
#define GOTRACE_TRACE_WIRE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace/wire.h"

struct input {
	const uint8_t *bytes; /* the window */
	size_t size;	      /* of it */
	size_t pos;	      /* what is read next, in the window */
	uint64_t base;	      /* offset in the file of the window's start */

	gt_source_fn read; /* NULL: memory, the window is everything */
	void *ctx;
	uint8_t *buf; /* of a source: bytes, owned */
	size_t cap;
	size_t max; /* what cap may become */
	bool end;   /* the source has no more */
};

void input_init_memory(struct input *in, const void *data, size_t size);
/* max: bytes that the window may hold. */
void input_init_source(struct input *in, gt_source_fn read, void *ctx, size_t max);
void input_fini(struct input *in);

/*
 * Makes at least need bytes from pos on available if there are as many, and
 * says how many there are, at most need, in *have. 0, -E2BIG above max,
 * -ENOMEM, or the source's error.
 */
int input_have(struct input *in, size_t need, size_t *have);

/* Lets go of everything before pos. */
void input_release(struct input *in);

/* pos, as an offset in the file. */
static inline uint64_t input_offset(const struct input *in)
{
	return in->base + in->pos;
}

#endif
