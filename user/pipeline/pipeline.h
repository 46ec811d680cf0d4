/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The pipeline: a capture's parts in, the bytes of a trace out.
 *
 * It drives order -> model -> scheduler view -> writer, and is fed by exactly
 * the calls that a live capture makes or a raw file yields: snapshot, ring
 * bytes, rounds, end. So a live trace and a converted one are the same code.
 * It does no I/O; where bytes go is the sink's business. Nothing that it is
 * fed is trusted.
 *
 * Memory: the records of three rounds (copied, unless they stay where they
 * are), the threads alive, the tables of one generation.
 */
#ifndef GOTRACE_PIPELINE_PIPELINE_H
#define GOTRACE_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "raw/raw.h"
#include "trace/write/writer.h"

struct pipeline;

struct pipeline_options {
	enum model_mapping mapping;
	int version;	  /* of the trace: 22, 23, 25, 26 */
	bool monotonic;	  /* times as CLOCK_MONOTONIC; else from a small origin */
	bool data_stable; /* ring bytes stay as they are for the pipeline's life: not copied */
	uint64_t generation_ns;	   /* 0: 10^9 */
	uint64_t generation_bytes; /* 0: 16 MiB */
};

struct pipeline_stats {
	uint64_t records;	   /* of the kernel side that reached the model */
	uint64_t lost;		   /* records missing by number, and programs that did not run */
	uint64_t missed;	   /* programs that did not run; part of lost */
	uint64_t unseen;	   /* transitions without a record, though no number is missing */
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

/* info is copied. -EINVAL: an option or info makes no sense; -ENOMEM. */
int pipeline_new(struct pipeline **out, const struct pipeline_options *options,
		 const struct raw_info *info, gt_sink_fn sink, void *ctx);
void pipeline_free(struct pipeline *pipeline);

/*
 * In this order: snapshot, then rings and rounds, then the end. 0; -errno of
 * the sink, -ENOMEM: nothing can follow; -EINVAL: out of order; -EBADMSG: what
 * no kernel side writes. Then nothing of the call was taken, and the end may
 * follow.
 */
int pipeline_snapshot(struct pipeline *pipeline, const struct rec_snapshot *threads, size_t count,
		      uint64_t end_ns);
/* Whole frames (raw_frame_next), 8-aligned. They count when their round is complete. */
int pipeline_ring(struct pipeline *pipeline, const void *data, size_t size);
int pipeline_round(struct pipeline *pipeline);
/* The counters at a round's end, for the stats of a capture that is cut off after it. */
void pipeline_count(struct pipeline *pipeline, const struct raw_counters *counters);
/*
 * Finishes the trace. counters: the capture's last. NULL: it was cut off, so
 * that the trace goes up to its last whole round, and losses at the very end
 * are unknown.
 */
int pipeline_end(struct pipeline *pipeline, const struct raw_counters *counters);

/* The file's bytes below offset are not needed any more. 0, or -errno to stop. */
typedef int (*pipeline_passed_fn)(void *ctx, uint64_t offset);

/*
 * Feeds all of a raw file to a pipeline with data_stable. passed may be NULL.
 * 0: the trace is complete; diag->text is empty, or says why the capture is
 * not, and diag->offset where. -ENODATA, -EBADMSG: there is no trace, for the
 * capture has not even a snapshot; diag says why. Others as above, or passed's.
 */
int pipeline_convert(struct pipeline *pipeline, struct raw_reader *reader,
		     pipeline_passed_fn passed, void *ctx, struct raw_diag *diag);

void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *out);

#endif
