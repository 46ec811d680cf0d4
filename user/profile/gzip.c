// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "profile/gzip.h"

#include <errno.h>
#include <string.h>

#define GZIP_FORMAT 16 /* of deflateInit2(): not zlib's own */

int gzip_init(struct gzip *gzip, out_sink_fn sink, void *ctx)
{
	memset(&gzip->stream, 0, sizeof(gzip->stream));
	gzip->sink = sink;
	gzip->ctx = ctx;
	gzip->err = deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
				 MAX_WBITS + GZIP_FORMAT, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK
			    ? 0
			    : -ENOMEM;
	return gzip->err;
}

/* Hands on what deflate makes of the input. */
static void pump(struct gzip *gzip, int flush)
{
	size_t made;

	do {
		gzip->stream.next_out = gzip->buffer;
		gzip->stream.avail_out = sizeof(gzip->buffer);
		deflate(&gzip->stream, flush);
		made = sizeof(gzip->buffer) - gzip->stream.avail_out;
		if (made && !gzip->err)
			gzip->err = gzip->sink(gzip->ctx, gzip->buffer, made);
	} while (!gzip->err && !gzip->stream.avail_out);
}

void gzip_write(struct gzip *gzip, const void *data, size_t size)
{
	const uint8_t *at = data;
	size_t part;

	for (; size && !gzip->err; size -= part, at += part) {
		part = size < UINT32_MAX ? size : UINT32_MAX;
		gzip->stream.next_in = (uint8_t *)at;
		gzip->stream.avail_in = (uint32_t)part;
		pump(gzip, Z_NO_FLUSH);
	}
}

int gzip_finish(struct gzip *gzip)
{
	if (!gzip->err)
		pump(gzip, Z_FINISH);
	deflateEnd(&gzip->stream);
	return gzip->err;
}
