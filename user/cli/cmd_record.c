// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * gotrace-bpf record: what the kernel side says goes into a raw file as it
 * is. Nothing is looked at, so this is the cheapest way to capture.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/live.h"
#include "cli/stats.h"
#include "output/output.h"
#include "raw/raw.h"

#define DEFAULT_PATH "gotrace.gtraw"

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
	};

	return stats_write(record->stats, record->config->stats, rows,
			   sizeof(rows) / sizeof(rows[0]), &record->diag);
}

static void say_summary(const struct record *record, const struct live *live)
{
	const struct capture_usage *usage = &live->usage;
	char bytes[32], duration[32];

	fprintf(stderr, "%s: %" PRIu64 " records, %" PRIu64 " lost, %s, %s",
		output_path(record->output), usage->records - usage->dropped,
		usage->dropped + usage->missed,
		units_format_bytes(bytes, sizeof(bytes), raw_writer_bytes(record->writer)),
		units_format_duration(duration, sizeof(duration), live->end_ns - live->begin_ns));
	if (output_is_file(record->output))
		fprintf(stderr, "; convert it: gotrace-bpf convert %s\n", record->path);
	else
		fputc('\n', stderr);
}

static enum cli_exit run(struct live *live, struct record *record)
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
	if (!live->config->quiet)
		say_summary(record, live);
	if (!live->config->quiet && live->usage.dropped)
		live_say_lost(live_buffer_wanted(live), false);
	return write_stats(record, live);
}

/* The files, so that one that cannot be written is known at once. */
static enum cli_exit open_files(struct record *record)
{
	int err = output_open(&record->output, record->path, &record->diag);

	if (!err)
		err = raw_writer_new(&record->writer, output_write, record->output);
	if (err)
		return cli_fail_with(&record->diag, err, record->path);
	return stats_open(&record->stats, record->config->stats, &record->diag);
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
	int err = live_open(live, record->config, &record->diag);

	return err ? cli_fail_with(&record->diag, err, "cannot start") : run(live, record);
}

int cmd_record(const struct config *config)
{
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
