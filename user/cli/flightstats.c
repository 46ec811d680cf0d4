// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/flightstats.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/place.h"

#define EVERY_NS UINT64_C(1000000000)
/* Who scrapes it is another user. */
#define METRICS_MODE 0644

/* The recorder's own, of both modes. */
static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Numbers of one name each; the rest is in the functions below. */
struct row {
	const char *name;
	const char *type; /* Prometheus' */
	const char *help;
	uint64_t value;
};

#define ROWS 8

static void fill_rows(const struct recorder *recorder, struct row rows[ROWS])
{
	const struct state *state = flight_state(recorder->flight);
	const struct row filled[ROWS] = {
		{ "records", "counter", "Records taken", state_records(state) },
		{ "lost", "counter", "Records lost", state_lost(state) },
		{ "dumps", "counter", "Dumps written", recorder->done },
		{ "dumps_lost", "counter", "Dumps that could not be written", recorder->failed },
		{ "held_back", "counter", "Conditions met that led to no dump of their own",
		  recorder->held_back },
		{ "kept_bytes", "gauge", "Memory of what is kept", flight_bytes(recorder->flight) },
		{ "threads", "gauge", "Threads known", state_slots(state) },
		{ "writing", "gauge", "A dump is being written",
		  dumper_is_busy(&recorder->dumper) },
	};

	memcpy(rows, filled, sizeof(filled));
}

static void put_json(FILE *out, const struct recorder *recorder)
{
	struct row rows[ROWS];

	fill_rows(recorder, rows);
	fputs("{\n", out);
	for (int i = 0; i < ROWS; i++)
		fprintf(out, "  \"%s\": %" PRIu64 ",\n", rows[i].name, rows[i].value);
	fprintf(out, "  \"dumps_asked\": %" PRIu64 ",\n", recorder->asked);
	fprintf(out, "  \"cpu_seconds\": %.3f\n}\n", cpu_seconds());
}

/* A label's value: quotes and backslashes are escaped. */
static void put_label(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void put_by(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP gotrace_flight_%s_total %s\n# TYPE gotrace_flight_%s_total counter\n",
		name, help, name);
}

static void put_count(FILE *out, const char *name, const char *when, uint64_t count)
{
	fprintf(out, "gotrace_flight_%s_total{when=\"", name);
	put_label(out, when);
	fprintf(out, "\"} %" PRIu64 "\n", count);
}

static void put_conditions(FILE *out, const struct recorder *recorder)
{
	const struct recorder_options *options = &recorder->options;

	put_by(out, "met", "Times a condition was met");
	for (size_t i = 0; i < options->condition_count; i++)
		put_count(out, "met", options->conditions[i].text, watch_hits(recorder->watch, i));
	put_by(out, "dumps_by", "Dumps written, by what they were made for");
	for (size_t i = 0; i < options->condition_count; i++)
		put_count(out, "dumps_by", options->conditions[i].text, recorder->by[i]);
	put_count(out, "dumps_by", "asked", recorder->asked);
}

static void put_waits(FILE *out, const struct watch_stats *stats)
{
	uint64_t sum = 0;

	fputs("# HELP gotrace_flight_wait_seconds Waits for a CPU\n"
	      "# TYPE gotrace_flight_wait_seconds histogram\n",
	      out);
	for (int i = 0; i < WATCH_BUCKETS - 1; i++) {
		sum += stats->waits[i];
		fprintf(out, "gotrace_flight_wait_seconds_bucket{le=\"%.9g\"} %" PRIu64 "\n",
			1e-6 * (double)(1u << i), sum);
	}
	fprintf(out,
		"gotrace_flight_wait_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		"gotrace_flight_wait_seconds_sum %.9f\n"
		"gotrace_flight_wait_seconds_count %" PRIu64 "\n",
		stats->wait_count, (double)stats->wait_ns / 1e9, stats->wait_count);
}

static void put_metrics(FILE *out, const struct recorder *recorder)
{
	struct row rows[ROWS];

	fill_rows(recorder, rows);
	for (int i = 0; i < ROWS; i++) {
		const char *total = strcmp(rows[i].type, "counter") ? "" : "_total";

		fprintf(out,
			"# HELP gotrace_flight_%s%s %s\n# TYPE gotrace_flight_%s%s %s\n"
			"gotrace_flight_%s%s %" PRIu64 "\n",
			rows[i].name, total, rows[i].help, rows[i].name, total, rows[i].type,
			rows[i].name, total, rows[i].value);
	}
	fprintf(out,
		"# HELP gotrace_flight_cpu_seconds_total CPU time of the recorder\n"
		"# TYPE gotrace_flight_cpu_seconds_total counter\n"
		"gotrace_flight_cpu_seconds_total %.3f\n",
		cpu_seconds());
	put_conditions(out, recorder);
	put_waits(out, watch_stats(recorder->watch));
}

typedef void (*put_fn)(FILE *out, const struct recorder *recorder);

/* A new file in the place of the old one; nobody waits for the disk. */
static int replace(const char *path, mode_t mode, put_fn put, const struct recorder *recorder,
		   struct diag *diag)
{
	char part[PATH_MAX];
	FILE *out;
	int fd;

	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		return diag_set(diag, -ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
	fd = place_create(part, diag);
	if (fd < 0)
		return fd;
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		return diag_set(diag, -ENOMEM, "not enough memory");
	}
	put(out, recorder);
	if (ferror(out) | fchmod(fd, mode) | fclose(out) || rename(part, path)) {
		int err = -errno;

		unlink(part);
		return diag_set(diag, err, "cannot write %s: %s", path, strerror(-err));
	}
	return 0;
}

int flightstats_write(const struct flightstats *stats, struct diag *diag)
{
	int err = 0;

	if (stats->json)
		err = replace(stats->json, 0600, put_json, stats->recorder, diag);
	if (!err && stats->metrics)
		err = replace(stats->metrics, METRICS_MODE, put_metrics, stats->recorder, diag);
	return err;
}

int flightstats_tick(struct flightstats *stats, uint64_t now_ns, struct diag *diag)
{
	if (now_ns < stats->due_ns || (!stats->json && !stats->metrics))
		return 0;
	stats->due_ns = now_ns + EVERY_NS;
	return flightstats_write(stats, diag);
}
