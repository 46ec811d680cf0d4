/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Fusion: a Go program's own trace and what the kernel did to its threads, as
 * one trace. The Go trace is read three times: does it belong (belong.h), what
 * has to be known of it (survey.h), and while the new one is written.
 *
 * It does no I/O but through the sink. Both inputs are untrusted; whatever
 * they are, a reader accepts what is written.
 */
#ifndef GOTRACE_FUSE_FUSE_H
#define GOTRACE_FUSE_FUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "fuse/belong.h"
#include "fuse/kernel.h"
#include "fuse/pen.h"
#include "fuse/survey.h"
#include "gotrace/reader.h"

enum fuse_view {
	FUSE_VIEW_PROCS,   /* Go's Ps; a goroutine stops while its thread is off the CPU */
	FUSE_VIEW_REGIONS, /* nothing of Go's is changed, regions say what the kernel did */
	FUSE_VIEW_CPUS,	   /* CPUs, with goroutines and all other threads on them: cpus.h */
};

struct fuse_options {
	enum fuse_view view;
	uint64_t min_ns;      /* shorter times off the CPU are not shown */
	unsigned version;     /* of the trace that is made: 23, 25, 26 */
	struct pen_wall wall; /* the capture's clocks */
};

struct fuse_stats {
	uint64_t events, bytes;
	uint64_t shown;	  /* times off the CPU */
	uint64_t moved;	  /* ends of syscalls */
	uint64_t refused; /* events that would not have been legal: of damaged traces */
};

/*
 * Writes the fused trace: reader is a new one of the Go trace, of which belong
 * and survey are. 0; -ENOMEM; what the sink returned. If the Go trace is cut
 * off or damaged, so is what is made of it: whole generations are there.
 */
int fuse_write(struct fuse_kernel *kernel, const struct belong *belong, const struct survey *survey,
	       struct gt_reader *reader, const struct fuse_options *options, gt_sink_fn sink,
	       void *ctx, struct fuse_stats *stats);

#endif
