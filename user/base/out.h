/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Text on its way out: a small buffer in front of a sink. The first
 * error of the sink stays and everything after it is dropped; ask at the end.
 */
#ifndef GOTRACE_BASE_OUT_H
#define GOTRACE_BASE_OUT_H

#include <stddef.h>
#include <stdint.h>

/* Writes all of data or returns -errno, which ends the output. */
typedef int (*out_sink_fn)(void *ctx, const void *data, size_t size);

struct out {
	out_sink_fn sink;
	void *ctx;
	int err;
	size_t used;
	char buf[1 << 16];
};

void out_init(struct out *out, out_sink_fn sink, void *ctx);
/* Hands over what is in the buffer. 0, or the first error. */
int out_flush(struct out *out);

void out_bytes(struct out *out, const void *data, size_t size);
void out_str(struct out *out, const char *text);
void out_char(struct out *out, char c);
void out_u64(struct out *out, uint64_t value);
void out_i64(struct out *out, int64_t value);
/* The value in decimal, with zeros in front to this width. */
void out_padded(struct out *out, uint64_t value, int width);
void out_hex(struct out *out, uint64_t value);

#endif
