/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Bytes on their way into a gzip file, the same for the same bytes: it has no name and no time. */
#ifndef GOTRACE_PROFILE_GZIP_H
#define GOTRACE_PROFILE_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include "base/out.h"

struct gzip {
	z_stream stream;
	out_sink_fn sink;
	void *ctx;
	int err; /* the first error; nothing is written after it */
	uint8_t buffer[1 << 14];
};

/* 0 or -ENOMEM. The caller ends it with gzip_finish() in either case. */
int gzip_init(struct gzip *gzip, out_sink_fn sink, void *ctx);
void gzip_write(struct gzip *gzip, const void *data, size_t size);
/* Writes what is left and frees. 0 or the first error. */
int gzip_finish(struct gzip *gzip);

#endif
