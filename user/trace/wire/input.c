// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/wire/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIN_CAP (256u << 10)

void input_init_memory(struct input *in, const void *data, size_t size)
{
	*in = (struct input){ .bytes = data, .size = size, .end = true };
}

void input_init_source(struct input *in, gt_source_fn read, void *ctx, size_t max)
{
	*in = (struct input){ .read = read, .ctx = ctx, .max = max };
}

void input_fini(struct input *in)
{
	free(in->buf);
	memset(in, 0, sizeof(*in));
}

static int grow(struct input *in)
{
	size_t cap = in->cap ? in->cap * 2 : MIN_CAP;
	uint8_t *buf;

	if (in->cap >= in->max || cap < in->cap)
		return -E2BIG;
	if (cap > in->max)
		cap = in->max;
	buf = realloc(in->buf, cap);
	if (!buf)
		return -ENOMEM;
	in->buf = buf;
	in->bytes = buf;
	in->cap = cap;
	return 0;
}

static int fill(struct input *in)
{
	long got;

	if (in->size == in->cap) {
		int err = grow(in);

		if (err)
			return err;
	}
	got = in->read(in->ctx, in->buf + in->size, in->cap - in->size);
	if (got < 0)
		return (int)got;
	if (!got)
		in->end = true;
	in->size += (size_t)got;
	return 0;
}

int input_have(struct input *in, size_t need, size_t *have)
{
	size_t left;

	while (!in->end && in->size - in->pos < need) {
		int err = fill(in);

		if (err)
			return err;
	}
	left = in->size - in->pos;
	*have = left < need ? left : need;
	return 0;
}

void input_release(struct input *in)
{
	if (!in->pos || !in->read)
		return;
	memmove(in->buf, in->buf + in->pos, in->size - in->pos);
	in->base += in->pos;
	in->size -= in->pos;
	in->pos = 0;
}
