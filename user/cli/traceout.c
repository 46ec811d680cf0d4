// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/traceout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/cli.h"
#include "cli/clock.h"
#include "cli/lost.h"
#include "cli/stats.h"
#include "cli/tracefile.h"

static const char *const default_paths[] = {
	[PIPELINE_GO] = "gotrace.out",
	[PIPELINE_PERFETTO] = "gotrace.pftrace",
};

/* Beyond so many events viewers are no pleasure any more. */
#define COMFORTABLE_EVENTS 1000000

const char *traceout_path(const struct trace_options *options)
{
	return options->output ? options->output : default_paths[options->format];
}

static int make_pipeline(struct traceout *trace)
{
	const struct pipeline_options options = {
		.format = (enum pipeline_format)trace->options->format,
		.mapping = (enum export_go_mapping)trace->options->mapping,
		.version = trace->options->version,
		.monotonic = trace->options->monotonic,
		.from_ns = trace->options->from_ns,
		.to_ns = trace->options->to_ns,
	};

	return pipeline_new(&trace->pipeline, &options, output_write, trace->output);
}

static enum cli_exit open_all(struct traceout *trace)
{
	int err = output_open(&trace->output, trace->path, &trace->diag);

	if (!err && trace->options->check && !output_is_file(trace->output))
		return cli_fail("--check reads the trace back: name a file with -o");
	if (!err)
		err = make_pipeline(trace);
	if (err)
		return cli_fail_with(&trace->diag, err, trace->path);
	return stats_open(&trace->stats, trace->talk->stats, &trace->diag);
}

enum cli_exit traceout_open(struct traceout *trace, const struct trace_options *options,
			    const struct talk_options *talk)
{
	enum cli_exit status;

	*trace = (struct traceout){ .options = options,
				    .talk = talk,
				    .path = traceout_path(options) };
	status = open_all(trace);
	if (status != CLI_DONE)
		traceout_close(trace);
	return status;
}

void traceout_measure(const struct traceout *trace, struct progress_state *state)
{
	struct pipeline_stats stats;

	pipeline_stats(trace->pipeline, &stats);
	state->events = stats.events;
	state->bytes = stats.bytes;
}

/* What is mostly nothing, and then nothing to think about. */
static void say_if_any(uint64_t count, const char *what)
{
	if (count)
		fprintf(stderr, "%" PRIu64 " %s, ", count, what);
}

static void say_summary(const struct traceout *trace, const struct pipeline_stats *stats)
{
	char bytes[32], duration[32];

	fprintf(stderr, "%s: %" PRIu64 " records, %" PRIu64 " lost, ", output_path(trace->output),
		stats->records, stats->lost);
	say_if_any(stats->unseen, "unseen");
	say_if_any(stats->stacks_lost, "stacks lost");
	say_if_any(stats->repairs, "repairs");
	fprintf(stderr, "%" PRIu64 " events, %s, %s", stats->events,
		quantity_format_bytes(bytes, sizeof(bytes), stats->bytes),
		quantity_format_duration(duration, sizeof(duration),
					 stats->end_ns - stats->begin_ns));
	if (output_is_file(trace->output) && trace->options->format == PIPELINE_PERFETTO)
		fprintf(stderr, "; open it: https://ui.perfetto.dev\n");
	else if (output_is_file(trace->output))
		fprintf(stderr, "; open it: go tool trace %s, or here: gotrace-bpf report %s\n",
			trace->path, trace->path);
	else
		fputc('\n', stderr);
}

/* Parts that are as large as is comfortable. */
static void say_how_to_cut(const struct traceout *trace, uint64_t events)
{
	uint64_t parts = (events + COMFORTABLE_EVENTS - 1) / COMFORTABLE_EVENTS;

	if (!output_is_file(trace->output))
		return;
	cli_note("viewers are slow with more than a million events: 'gotrace-bpf cut %s --split "
		 "%" PRIu64 "' makes %s.1 to %s.%" PRIu64,
		 trace->path, parts, trace->path, trace->path, parts);
}

static void say_hints(const struct traceout *trace, const struct pipeline_stats *stats,
		      const struct traceout_source *source)
{
	char bytes[32];

	if (!stats->threads)
		cli_note("no thread of what was to be traced was there: look at the pid or cgroup");
	else if (!stats->records)
		cli_note("nothing of what was to be traced ran meanwhile: %s",
			 stats->threads == 1 ? "its thread slept" : "all its threads slept");
	if (stats->lost)
		lost_say(source->buffer_wanted, true);
	if (stats->events > COMFORTABLE_EVENTS && trace->options->format == PIPELINE_GO)
		say_how_to_cut(trace, stats->events);
	if (!trace->talk->verbose)
		return;
	cli_note("%" PRIu64 " threads, %" PRIu64 " records without storage, %" PRIu64
		 " programs missed; %s of rings",
		 stats->threads, stats->no_number, stats->missed,
		 quantity_format_bytes(bytes, sizeof(bytes), source->ring_bytes));
	if (source->ring_fullest >= 0)
		cli_note("the fullest ring was %.0f %% full", source->ring_fullest * 100);
}

static enum cli_exit write_stats(const struct traceout *trace, const struct pipeline_stats *stats,
				 const struct traceout_source *source)
{
	const struct stats_row rows[] = {
		{ "file", 0, trace->path },
		{ "records", (int64_t)stats->records, NULL },
		{ "lost", (int64_t)stats->lost, NULL },
		{ "unseen", (int64_t)stats->unseen, NULL },
		{ "stacks_lost", (int64_t)stats->stacks_lost, NULL },
		{ "repairs", (int64_t)stats->repairs, NULL },
		{ "events", (int64_t)stats->events, NULL },
		{ "bytes", (int64_t)stats->bytes, NULL },
		{ "duration_ns", (int64_t)(stats->end_ns - stats->begin_ns), NULL },
		{ "missed", (int64_t)stats->missed, NULL },
		{ "unfinished", (int64_t)stats->unfinished, NULL },
		{ "no_number", (int64_t)stats->no_number, NULL },
		{ "refused", (int64_t)stats->refused, NULL },
		{ "threads", (int64_t)stats->threads, NULL },
		{ "begin_ns", (int64_t)stats->begin_ns, NULL },
		{ "end_ns", (int64_t)stats->end_ns, NULL },
		{ "clock_offset_ns", (int64_t)stats->clock_offset_ns, NULL },
		{ "ring_bytes", (int64_t)source->ring_bytes, NULL },
		{ "cpu_time_ns", (int64_t)clock_cpu_ns(), NULL },
		{ "kernel_runs", source->runs ? (int64_t)source->runs : STATS_UNKNOWN, NULL },
		{ "kernel_ns", source->runs ? (int64_t)source->runs_ns : STATS_UNKNOWN, NULL },
		{ "cut_off", 0, source->cut_off ? source->cut_off : "" },
	};

	return stats_write(trace->stats, trace->talk->stats, rows, sizeof(rows) / sizeof(rows[0]),
			   &trace->diag);
}

/* --check: as Go's reader would read it, once it has its name. */
static enum cli_exit check(const struct traceout *trace)
{
	const struct gt_reader_options options = { .like_go = true };

	return trace_file_validate(trace->path, &options);
}

enum cli_exit traceout_finish(struct traceout *trace, const struct traceout_source *source)
{
	struct pipeline_stats stats;
	int err = output_commit(trace->output);

	if (err)
		return traceout_fail(trace, err, true);
	trace->keep = true;
	pipeline_stats(trace->pipeline, &stats);
	if (!trace->talk->quiet) {
		say_summary(trace, &stats);
		say_hints(trace, &stats, source);
	}
	if (write_stats(trace, &stats, source))
		return CLI_FAILED;
	return trace->options->check ? check(trace) : CLI_DONE;
}

enum cli_exit traceout_fail(struct traceout *trace, int err, bool keep)
{
	trace->keep = keep;
	return cli_fail_with(&trace->diag, err, "cannot make the trace");
}

void traceout_close(struct traceout *trace)
{
	pipeline_free(trace->pipeline);
	if (trace->keep)
		output_close(trace->output);
	else
		output_discard(trace->output);
	output_discard(trace->stats);
	*trace = (struct traceout){ 0 };
}
