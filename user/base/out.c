// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/out.h"

#include <string.h>

void out_init(struct out *out, out_sink_fn sink, void *ctx)
{
	out->sink = sink;
	out->ctx = ctx;
	out->err = 0;
	out->used = 0;
}

int out_flush(struct out *out)
{
	if (!out->err && out->used)
		out->err = out->sink(out->ctx, out->buf, out->used);
	out->used = 0;
	return out->err;
}

void out_bytes(struct out *out, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		size_t room = sizeof(out->buf) - out->used;
		size_t n = size < room ? size : room;

		memcpy(out->buf + out->used, at, n);
		out->used += n;
		at += n;
		size -= n;
		if (out->used == sizeof(out->buf))
			out_flush(out);
	}
}

void out_str(struct out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

void out_char(struct out *out, char c)
{
	out_bytes(out, &c, 1);
}

static void out_number(struct out *out, uint64_t value, unsigned base, int width)
{
	char digits[32];
	int at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
		width--;
	} while (value);
	while (width-- > 0 && at > 0)
		digits[--at] = '0';
	out_bytes(out, digits + at, sizeof(digits) - (size_t)at);
}

void out_u64(struct out *out, uint64_t value)
{
	out_number(out, value, 10, 1);
}

void out_i64(struct out *out, int64_t value)
{
	if (value < 0)
		out_char(out, '-');
	out_number(out, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 1);
}

void out_padded(struct out *out, uint64_t value, int width)
{
	out_number(out, value, 10, width);
}

void out_hex(struct out *out, uint64_t value)
{
	out_number(out, value, 16, 1);
}
