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

#define DEFAULT_PATH "gotrace.gtraw"

struct record {
	const struct config *config;
	const char *path;
	struct output *output, *stats; /* stats: NULL without --stats FILE */
	struct raw_writer *writer;     /* NULL until on_begin */
	bool named;		       /* there are records: an earlier capture had to go */
};

static int on_begin(void *ctx, const struct raw_info *info)
{
	struct record *record = ctx;

	return raw_writer_new(&record->writer, info, output_write, record->output);
}

static void on_measure(void *ctx, struct progress_state *state)
{
	const struct record *record = ctx;

	state->bytes = raw_writer_bytes(record->writer);
}

static int on_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count, uint64_t end_ns)
{
	const struct record *record = ctx;

	return raw_write_snapshot(record->writer, threads, count, end_ns);
}

static int on_ring(void *ctx, uint32_t cpu, const void *data, size_t size)
{
	struct record *record = ctx;
	int err = output_name(record->output);

	if (err)
		return err;
	record->named = true;
	return raw_write_ring(record->writer, cpu, data, size);
}

static int on_round(void *ctx, const struct raw_counters *counters)
{
	const struct record *record = ctx;
	int err = raw_write_round(record->writer, counters);

	return err ? err : output_flush(record->output);
}

static int on_end(void *ctx, const struct raw_counters *counters)
{
	const struct record *record = ctx;

	return raw_write_end(record->writer, counters);
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
		{ "lost", (int64_t)(usage->dropped + live->missed), NULL },
		{ "unseen", STATS_UNKNOWN, NULL }, /* this command does not look at records */
		{ "repairs", STATS_UNKNOWN, NULL },
		{ "events", 0, NULL },
		{ "bytes", (int64_t)raw_writer_bytes(record->writer), NULL },
		{ "duration_ns", (int64_t)(live->end_ns - live->begin_ns), NULL },
		{ "missed", (int64_t)live->missed, NULL },
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
		usage->dropped + live->missed,
		units_format_bytes(bytes, sizeof(bytes), raw_writer_bytes(record->writer)),
		units_format_duration(duration, sizeof(duration), live->end_ns - live->begin_ns));
	if (output_is_file(record->output))
		fprintf(stderr, "; convert it: gotrace-bpf convert %s\n", record->path);
	else
		fputc('\n', stderr);
}

static int run(struct live *live, struct record *record)
{
	const struct live_output output = {
		.begin = on_begin,
		.measure = on_measure,
		.sink = { .ctx = record,
			  .snapshot = on_snapshot,
			  .ring = on_ring,
			  .round = on_round,
			  .end = on_end },
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

int cmd_record(const struct config *config)
{
	struct record record = { .config = config,
				 .path = config->output ? config->output : DEFAULT_PATH };
	struct live live;
	struct output_diag diag;
	int status;

	if (output_open(&record.output, record.path, &diag))
		return cli_fail("%s", diag.text);
	if (stats_open(&record.stats, config->stats)) {
		output_discard(record.output);
		return CLI_FAILED;
	}
	status = live_open(&live, config);
	if (status == CLI_DONE)
		status = run(&live, &record);
	if (record.named)
		output_close(record.output);
	else
		output_discard(record.output);
	output_discard(record.stats);
	raw_writer_free(record.writer);
	return live_close(&live, status);
}
