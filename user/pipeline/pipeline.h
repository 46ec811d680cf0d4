/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The pipeline: a capture's parts in, the bytes of a trace out.
 *
 * It drives order -> model -> scheduler view -> writer, and is fed by exactly
 * the calls that a live capture makes or a raw file yields: snapshot, ring
 * bytes, rounds, end. So a live trace and a converted one are the same code.
 * It does no I/O; where bytes go is the sink's business.
 *
 * Memory: the records of three rounds (copied, unless they stay where they
 * are), the threads alive, the tables of one generation.
 */
#ifndef GOTRACE_PIPELINE_H
#define GOTRACE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "raw/raw.h"
#include "trace/writer.h"

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
	uint64_t unseen;	   /* transitions without a record, though no number is missing */
	uint64_t repairs;	   /* late, moved in time, or bridged */
	uint64_t no_number;	   /* records of threads without storage */
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

/* In this order: snapshot, then rings and rounds, then the end. 0 or -errno. */
int pipeline_snapshot(struct pipeline *pipeline, const struct rec_snapshot *threads, size_t count,
		      uint64_t end_ns);
/* Whole frames (raw_frame_next). -EBADMSG: damaged; the records before were taken. */
int pipeline_ring(struct pipeline *pipeline, const void *data, size_t size);
int pipeline_round(struct pipeline *pipeline);
/*
 * Finishes the trace. counters: the capture's last, NULL if it has none
 * (losses at the very end are unknown then).
 */
int pipeline_end(struct pipeline *pipeline, const struct raw_counters *counters);

void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *out);

#endif
