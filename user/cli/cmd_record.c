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

static int fail(const struct record *record, int err)
{
	if (*output_error(record->output))
		return cli_fail("%s", output_error(record->output));
	return cli_fail("cannot write %s: %s", record->path, strerror(-err));
}

static int write_stats(const struct record *record, const struct live *live)
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
			   sizeof(rows) / sizeof(rows[0]));
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

static int run(struct live *live, struct record *record)
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
	bool said;
	int err = live_run(live, &output, &said);

	if (!err)
		err = output_commit(record->output);
	if (err)
		return said ? CLI_FAILED : fail(record, err);
	if (!live->config->quiet)
		say_summary(record, live);
	if (!live->config->quiet && live->usage.dropped)
		live_say_lost(live_buffer_wanted(live), false);
	return write_stats(record, live);
}

/* The files, so that one that cannot be written is known at once. */
static int open_files(struct record *record)
{
	struct output_diag diag;

	if (output_open(&record->output, record->path, &diag))
		return cli_fail("%s", diag.text);
	if (raw_writer_new(&record->writer, output_write, record->output))
		return cli_fail("%s", strerror(ENOMEM));
	return stats_open(&record->stats, record->config->stats);
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

int cmd_record(const struct config *config)
{
	struct record record = { .config = config,
				 .path = config->output ? config->output : DEFAULT_PATH };
	struct live live;
	int status = open_files(&record);

	if (status != CLI_DONE) {
		close_files(&record);
		return status;
	}
	status = live_open(&live, config);
	if (status == CLI_DONE)
		status = run(&live, &record);
	close_files(&record);
	return live_close(&live, status);
}
