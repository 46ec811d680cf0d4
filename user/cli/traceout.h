/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace being made, as the commands that make one see it: the pipeline with
 * a file at its end, what is said about it when it is done, and --stats.
 * Where the parts of the capture come from is its callers' business:
 * cmd_trace.c has them from the kernel, cmd_convert.c from a raw file.
 */
#ifndef GOTRACE_CLI_TRACEOUT_H
#define GOTRACE_CLI_TRACEOUT_H

#include "cli/cli.h"
#include "cli/progress.h"
#include "options/shared.h"
#include "output/output.h"
#include "pipeline/pipeline.h"

struct traceout {
	const struct trace_options *options;
	const struct talk_options *talk;
	const char *path;
	struct diag diag;	       /* of all that makes the trace */
	struct output *output, *stats; /* stats: NULL without --stats FILE */
	struct pipeline *pipeline;
	bool keep; /* what is there: it is finished, or can be read in parts */
};

/* Where the trace goes. */
const char *traceout_path(const struct trace_options *options);
/*
 * Makes the pipeline and opens the files, so that one that cannot be written
 * is known at once. CLI_DONE, or said what is wrong and CLI_FAILED.
 */
enum cli_exit traceout_open(struct traceout *trace, const struct trace_options *options,
			    const struct talk_options *talk);
/* Fills events and bytes. */
void traceout_measure(const struct traceout *trace, struct progress_state *state);

/* What only the source of the records knows. */
struct traceout_source {
	uint64_t ring_bytes;
	double ring_fullest;	/* 0 to 1; below 0: unknown */
	uint64_t buffer_wanted; /* as lost_say() has it */
	uint64_t runs, runs_ns; /* of the kernel side's programs; 0: not counted */
	const char *cut_off;	/* why it is not whole; NULL: it is */
};

/* Puts the finished trace under its name and says how it went. CLI_DONE or CLI_FAILED. */
enum cli_exit traceout_finish(struct traceout *trace, const struct traceout_source *source);
/* Says why no trace comes of it. keep: what there is can be read. CLI_FAILED. */
enum cli_exit traceout_fail(struct traceout *trace, int err, bool keep);
/* Frees. What is neither finished nor a failure's rest is removed. */
void traceout_close(struct traceout *trace);

#endif
