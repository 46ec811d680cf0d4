/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A fusion of bytes in memory: a Go trace and a raw capture, whatever they
 * are, as the commands do it.
 */
#ifndef GOTRACE_TESTS_LIB_FUSECASE_H
#define GOTRACE_TESTS_LIB_FUSECASE_H

#include <stddef.h>

#include "captext.h"
#include "fuse/fuse.h"
#include "fuse/sums.h"

struct fusecase {
	const void *trace; /* borrowed, as the capture */
	size_t trace_size;
	struct fuse_kernel *kernel;
	struct belong belong;
	struct survey survey;
	struct diag diag;
};

/*
 * 0; or as raw_reader_new(), raw_play(), belong_read(), with words in diag. To
 * be closed in any case. The capture is 8-aligned.
 */
int fusecase_open(struct fusecase *fusecase, const void *trace, size_t trace_size,
		  const void *capture, size_t capture_size);
void fusecase_close(struct fusecase *fusecase);

/* As fuse_write(). */
int fusecase_write(struct fusecase *fusecase, const struct fuse_options *options, gt_sink_fn sink,
		   void *ctx, struct fuse_stats *stats);

/* As sums_new() and sums_read(); the sums are the caller's. */
int fusecase_sum(struct fusecase *fusecase, struct sums **out);

#endif
