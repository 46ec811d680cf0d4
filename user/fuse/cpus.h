/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The view by CPU: a P is a CPU, an M a thread, and what runs on a P is a
 * goroutine, or a thread that has none, or another program. A goroutine runs
 * only while its thread is on a CPU; its state is the product of both sides.
 *
 * It is of the common time alone. The scheduler view of the writer
 * (gotrace/writer.h) sees to it that what is written is legal.
 */
#ifndef GOTRACE_FUSE_CPUS_H
#define GOTRACE_FUSE_CPUS_H

#include "fuse/fuse.h"

/* As fuse_write(). */
int fuse_write_cpus(struct fuse_kernel *kernel, const struct belong *belong,
		    const struct survey *survey, struct gt_reader *reader,
		    const struct fuse_options *options, gt_sink_fn sink, void *ctx,
		    struct fuse_stats *stats);

#endif
