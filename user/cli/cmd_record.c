// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * gotrace-bpf record: what the kernel side says goes into a raw file as it
 * is. Nothing is looked at, so this is the cheapest way to capture.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/cli.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/live.h"
#include "cli/lost.h"
#include "cli/stats.h"
#include "output/output.h"
#include "raw/raw.h"

#define DEFAULT_PATH "gotrace.gtraw"

struct config {
	struct command_line line;
	struct live_options live;
	struct stack_options stacks;
	struct talk_options talk;
	const char *output;
	bool compress;
};

struct record {
	const struct config *config;
	const char *path;
	struct diag diag;
	struct output *output, *stats; /* stats: NULL without --stats FILE */
	struct raw_writer *writer;
	bool named; /* there are records: an earlier capture had to go */
};

static void measure(void *ctx, struct progress_state *state)
{
	const struct record *record = ctx;

	state->bytes = raw_writer_bytes(record->writer);
}

/* Comes before the writer: an earlier capture stays until there are records. */
static int name_file(void *ctx, const struct stream_ring *ring)
{
	struct record *record = ctx;
	int err = output_name(record->output);

	(void)ring;
	record->named |= !err;
	return err;
}

static enum cli_exit write_stats(const struct record *record, const struct live *live)
{
	const struct capture_usage *usage = &live->usage;
	const struct stats_row rows[] = {
		{ "file", 0, record->path },
		{ "records", (int64_t)(usage->records - usage->dropped), NULL },
		{ "lost", (int64_t)(usage->dropped + usage->missed), NULL },
		{ "unseen", STATS_UNKNOWN, NULL }, /* this command does not look at records */
		{ "repairs", STATS_UNKNOWN, NULL },
		{ "events", 0, NULL },
		{ "bytes", (int64_t)raw_writer_bytes(record->writer), NULL },
		{ "duration_ns", (int64_t)(live->end_ns - live->begin_ns), NULL },
		{ "missed", (int64_t)usage->missed, NULL },
		{ "begin_ns", (int64_t)live->begin_ns, NULL },
		{ "end_ns", (int64_t)live->end_ns, NULL },
		{ "ring_bytes", (int64_t)capture_info(live->capture)->ring_bytes, NULL },
		{ "cpu_time_ns", (int64_t)clock_cpu_ns(), NULL },
		{ "kernel_runs", live->runs ? (int64_t)live->runs : STATS_UNKNOWN, NULL },
		{ "kernel_ns", live->runs ? (int64_t)live->runs_ns : STATS_UNKNOWN, NULL },
	};

	return stats_write(record->stats, record->config->talk.stats, rows,
			   sizeof(rows) / sizeof(rows[0]), &record->diag);
}

static void say_summary(const struct record *record, const struct live *live)
{
	const struct capture_usage *usage = &live->usage;
	char bytes[32], duration[32];

	fprintf(stderr, "%s: %" PRIu64 " records, %" PRIu64 " lost, %s, %s",
		output_path(record->output), usage->records - usage->dropped,
		usage->dropped + usage->missed,
		quantity_format_bytes(bytes, sizeof(bytes), raw_writer_bytes(record->writer)),
		quantity_format_duration(duration, sizeof(duration),
					 live->end_ns - live->begin_ns));
	if (output_is_file(record->output))
		fprintf(stderr, "; convert it: gotrace-bpf convert %s\n", record->path);
	else
		fputc('\n', stderr);
}

static enum cli_exit record_all(struct live *live, struct record *record)
{
	static const struct stream_ops naming = { .ring = name_file };
	struct stream_tee tee;
	const struct live_output output = {
		.stream = stream_tee(&tee, (struct stream){ &naming, record },
				     raw_writer_stream(record->writer)),
		.file = record->output,
		.measure = measure,
		.ctx = record,
	};
	int err = live_run(live, &output, &record->diag);

	if (!err)
		err = output_commit(record->output);
	if (err)
		return cli_fail_with(&record->diag, err, record->path);
	if (!record->config->talk.quiet)
		say_summary(record, live);
	if (!record->config->talk.quiet && live->usage.dropped)
		lost_say(live_buffer_wanted(live), false);
	return write_stats(record, live);
}

/* The files, so that one that cannot be written is known at once. */
static enum cli_exit open_files(struct record *record)
{
	int err = output_open(&record->output, record->path, &record->diag);

	if (!err)
		err = raw_writer_new(&record->writer, output_write, record->output);
	if (!err && record->config->compress)
		err = raw_writer_compress(record->writer);
	if (err)
		return cli_fail_with(&record->diag, err, record->path);
	return stats_open(&record->stats, record->config->talk.stats, &record->diag);
}

static void close_files(struct record *record)
{
	if (record->named)
		output_close(record->output);
	else
		output_discard(record->output);
	output_discard(record->stats);
	raw_writer_free(record->writer);
}

static enum cli_exit capture(struct live *live, struct record *record)
{
	const struct config *config = record->config;
	const struct live_config live_config = { &config->line, &config->live, &config->talk,
						 config->stacks.stacks == STACKS_KERNEL };
	int err = live_open(live, &live_config, &record->diag);

	return err ? cli_fail_with(&record->diag, err, "cannot start") : record_all(live, record);
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct record record = { .config = config,
				 .path = config->output ? config->output : DEFAULT_PATH };
	struct live live;
	enum cli_exit status = open_files(&record);

	if (status != CLI_DONE) {
		close_files(&record);
		return status;
	}
	status = capture(&live, &record);
	close_files(&record);
	return live_close(&live, status);
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;
	int err = live_options_check(&config->live, config->line.child != NULL, diag);

	return err ? err : talk_options_check(&config->talk, config->output, diag);
}

static const struct option_row rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, offsetof(struct config, output),
	  "where the raw capture goes (gotrace.gtraw)", NULL },
	{ 0, "compress", "none|zstd", OPTION_CHOICE_FLAG, offsetof(struct config, compress),
	  "zstd: a third of the size, and five times the work to write it", NULL },
	{ .name = NULL },
};
static const struct option_group groups[] = {
	{ live_option_rows, offsetof(struct config, live) },
	{ stack_option_rows, offsetof(struct config, stacks) },
	{ rows, 0 },
	{ talk_option_rows, offsetof(struct config, talk) },
	{ NULL, 0 },
};

const struct command command_record = {
	.name = "record",
	.arguments = "[-- COMMAND [ARG...]]",
	.summary = "capture only: the cheapest, convert later",
	.text = "Writes what the kernel side says as it is. 'gotrace-bpf convert' makes a trace of "
		"it, as any user, on any machine. What a killed capture has written can be "
		"converted too.",
	.examples = "sudo gotrace-bpf record -d 5s -o cap.gtraw   the machine for five seconds\n"
		    "gotrace-bpf convert cap.gtraw                make a trace of it\n"
		    "sudo gotrace-bpf record --compress zstd      a long one\n",
	.takes_child = true,
	.groups = groups,
	.config_size = sizeof(struct config),
	.check = check,
	.run = run,
};
