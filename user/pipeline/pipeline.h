/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The pipeline: a stream in, the bytes of a trace out, or whatever another
 * exporter makes.
 *
 * It drives order -> tracker -> exporter, and does not know who calls the
 * stream, a live capture or a raw file that is played. So a live
 * trace and a converted one are the same code. It does no I/O; where bytes go
 * is the sink's business. Nothing that it is fed is trusted.
 *
 * Memory: the records of three rounds (copied, unless they stay where they
 * are), the threads alive, the tables of one generation.
 */
#ifndef GOTRACE_PIPELINE_PIPELINE_H
#define GOTRACE_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/go/go.h"
#include "stream/stream.h"
#include "gotrace/writer.h"

struct pipeline;

enum pipeline_format {
	PIPELINE_GO, /* Go's execution trace: the default */
	PIPELINE_PERFETTO,
};

struct pipeline_options {
	enum pipeline_format format;
	enum export_go_mapping mapping;
	int version;		/* of the trace: 19, 21 (the first mapping only), 22, 23, 25, 26 */
	bool monotonic;		/* times as CLOCK_MONOTONIC; else from a small origin */
	uint64_t generation_ns; /* 0: 10^9 */
	uint64_t generation_bytes; /* 0: 16 MiB */
	/* Told instead of one of Go traces; no byte is written then, and all that is
	 * above is not looked at. NULL: of Go traces. Borrowed. */
	const struct exporter *exporter;
	/* Of Go traces: what the trace points out. NULL: nothing. Borrowed. */
	const struct export_mark *mark;
	/* A part of the capture, since the snapshot's end; to_ns 0: all of the rest. */
	uint64_t from_ns, to_ns;
};

struct pipeline_stats {
	uint64_t records;	   /* of the kernel side that reached the tracker */
	uint64_t lost;		   /* records missing by number, and programs that did not run */
	uint64_t missed;	   /* programs that did not run; part of lost */
	uint64_t unseen;	   /* transitions without a record, though no number is missing */
	uint64_t stacks_lost;	   /* named by a record, and not known */
	uint64_t repairs;	   /* late, moved in time, or bridged */
	uint64_t no_number;	   /* records of threads without storage */
	uint64_t unfinished;	   /* records after the last whole round of a capture cut off */
	uint64_t threads;	   /* seen */
	uint64_t events;	   /* of the trace */
	uint64_t bytes;		   /* of the trace */
	uint64_t refused;	   /* events that broke Go's rules: always 0 */
	uint64_t begin_ns, end_ns; /* of the trace, CLOCK_MONOTONIC */
	uint64_t clock_offset_ns;  /* trace time + this = CLOCK_MONOTONIC */
};

/* 0 or -ENOMEM. */
int pipeline_new(struct pipeline **out, const struct pipeline_options *options, gt_sink_fn sink,
		 void *ctx);
void pipeline_free(struct pipeline *pipeline);

/*
 * What makes the trace of what is sent there. Begin: -EINVAL if an option or
 * the info makes no sense, -ENOMEM. Records count when their round is
 * complete. An end without counters: the trace goes up to the last whole
 * round. -ERANGE at the end: the capture ended before from_ns, and there is no
 * trace. The first -errno of the sink is returned by every later call.
 */
struct stream pipeline_stream(struct pipeline *pipeline);

/* Zeros until the stream has begun. */
void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *out);

#endif
