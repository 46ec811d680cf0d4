// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "scenario.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gorig.h"
#include "lib/perfettotext.h"
#include "raw/raw.h"
#include "rectext.h"
#include "tracetext.h"

#define MAX_SNAPSHOT 64
#define MAX_CPUS 64

struct scenario {
	char *input;	/* up to the first "===" */
	char *expected; /* from there on */
};

struct settings {
	struct gorig_options rig;
	uint64_t start_ns, end_ns;
};

/* A capture on its way through the tracker. */
struct run {
	struct settings settings;
	struct rec_snapshot snapshot[MAX_SNAPSHOT];
	size_t snapshot_count;
	uint32_t next_seq[MAX_CPUS];
	uint64_t last_ns[MAX_CPUS];
	uint64_t now_ns; /* of the last item */
	bool started;
	struct gorig rig;
	FILE *trace;
};

/* ---- files ---- */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	FILE *copy = file ? open_memstream(&text, &size) : NULL;
	int c;

	if (!file)
		return NULL;
	while ((c = getc(file)) != EOF)
		putc(c, copy);
	fclose(copy);
	fclose(file);
	return text;
}

struct scenario *scenario_load(const char *path, char *error, size_t size)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	char *text = read_file(path);
	char *mark;

	if (!scenario || !text) {
		snprintf(error, size, "%s: cannot be read", path);
		free(scenario);
		return NULL;
	}
	mark = strncmp(text, "===", 3) == 0 ? text : strstr(text, "\n===");
	if (mark && *mark == '\n')
		mark++;
	scenario->expected = strdup(mark ? mark : "");
	if (mark)
		*mark = '\0';
	scenario->input = text;
	return scenario;
}

void scenario_free(struct scenario *scenario)
{
	if (!scenario)
		return;
	free(scenario->input);
	free(scenario->expected);
	free(scenario);
}

const char *scenario_input(const struct scenario *scenario)
{
	return scenario->input;
}

const char *scenario_expected(const struct scenario *scenario)
{
	return scenario->expected;
}

/* ---- options ---- */

/* moves,shares,strangers */
static unsigned told_of(const char *words)
{
	return (strstr(words, "moves") ? TOLD_MOVES : 0) |
	       (strstr(words, "shares") ? TOLD_SHARES : 0) |
	       (strstr(words, "strangers") ? TOLD_STRANGERS : 0);
}

static int set_option(struct settings *s, const char *key, const char *value)
{
	uint64_t number = strtoull(value, NULL, 10);

	if (strcmp(key, "cpus") == 0)
		s->rig.track.cpus = s->rig.track.cpus_online = number;
	else if (strcmp(key, "online") == 0)
		s->rig.track.cpus_online = number;
	else if (strcmp(key, "scope") == 0)
		s->rig.track.system_wide = strcmp(value, "all") == 0;
	else if (strcmp(key, "told") == 0)
		s->rig.track.told = told_of(value);
	else if (strcmp(key, "arch") == 0)
		s->rig.track.arch = strcmp(value, "arm64") == 0 ? REC_ARCH_ARM64 : REC_ARCH_X86_64;
	else if (strcmp(key, "version") == 0)
		s->rig.version = number;
	else if (strcmp(key, "start") == 0)
		s->start_ns = number;
	else if (strcmp(key, "end") == 0)
		s->end_ns = number;
	else if (strcmp(key, "base") == 0)
		s->rig.time_base_ns = number;
	else if (strcmp(key, "generation") == 0)
		s->rig.generation_ns = number;
	else
		return -EINVAL;
	return 0;
}

/* A "with" line, which is consumed. */
static int set_options(struct settings *s, char *line)
{
	char *save = NULL;

	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *value = strchr(word, '=');

		if (!value)
			return -EINVAL;
		*value++ = '\0';
		if (set_option(s, word, value))
			return -EINVAL;
	}
	return s->rig.track.cpus <= MAX_CPUS ? 0 : -EINVAL;
}

/* ---- records ---- */

static int write_trace(void *ctx, const void *data, size_t size)
{
	struct run *run = ctx;

	return fwrite(data, 1, size, run->trace) == size ? 0 : -EIO;
}

static int start(struct run *run)
{
	const struct settings *s = &run->settings;
	int err;

	if (run->started)
		return 0;
	run->started = true;
	err = gorig_init(&run->rig, &s->rig, write_trace, run);
	if (!err)
		err = track_snapshot(run->rig.track, run->snapshot, run->snapshot_count,
				     s->start_ns);
	return err;
}

static int lose(struct run *run, uint32_t cpu, uint64_t ts_ns, uint64_t count, uint64_t to_ns)
{
	struct order_item item = { .kind = ORDER_LOSS,
				   .cpu = cpu,
				   .ts_ns = ts_ns,
				   .lost = count,
				   .lost_from_ns = run->last_ns[cpu],
				   .lost_to_ns = to_ns };

	run->next_seq[cpu] += count;
	run->now_ns = ts_ns;
	return track_step(run->rig.track, &item);
}

static int step(struct run *run, const struct rec_head *record)
{
	struct order_item item = {
		.kind = ORDER_RECORD, .cpu = record->cpu, .ts_ns = record->ts_ns, .record = record
	};
	uint32_t missing = record->seq - run->next_seq[record->cpu];
	int err = 0;

	if (missing)
		err = lose(run, record->cpu, run->now_ns, missing, record->ts_ns);
	run->now_ns = record->ts_ns;
	run->next_seq[record->cpu] = record->seq + 1;
	run->last_ns[record->cpu] = record->ts_ns;
	return err ? err : track_step(run->rig.track, &item);
}

/* One line of the input. */
static int take_line(struct run *run, struct rectext *text, char *line, char *error, size_t size)
{
	union rectext_any any;
	uint64_t ts, count;
	unsigned cpu;
	int kind, err;

	if (strncmp(line, "with ", 5) == 0)
		return set_options(&run->settings, line + 5);
	if (sscanf(line, "%" SCNu64 " cpu%u lost %" SCNu64, &ts, &cpu, &count) == 3) {
		err = start(run);
		if (!err && cpu >= run->settings.rig.track.cpus)
			err = -EINVAL;
		return err ? err : lose(run, cpu, ts, count, run->settings.end_ns);
	}
	kind = rectext_parse(text, line, &any, error, size);
	if (kind < 0 || kind == RECTEXT_NOTHING)
		return kind;
	if (kind == RECTEXT_SNAPSHOT) {
		if (run->started || run->snapshot_count == MAX_SNAPSHOT)
			return -EINVAL;
		run->snapshot[run->snapshot_count++] = any.snapshot;
		return 0;
	}
	if (any.head.cpu >= run->settings.rig.track.cpus)
		return -EINVAL;
	err = start(run);
	return err ? err : step(run, &any.head);
}

static int take_input(struct run *run, const char *input, char *error, size_t size)
{
	char *copy = strdup(input), *save = NULL;
	struct rectext *text = NULL;
	int err = copy ? rectext_new(&text) : -ENOMEM;

	for (char *line = err ? NULL : strtok_r(copy, "\n", &save); line && !err;
	     line = strtok_r(NULL, "\n", &save)) {
		snprintf(error, size, "wrong: ");
		err = take_line(run, text, line, error + 7, size - 7);
		if (err)
			snprintf(error + strlen(error), size - strlen(error), " in: %s", line);
	}
	rectext_free(text);
	free(copy);
	return err;
}

/* ---- results ---- */

static void print_stat(FILE *out, const char *name, uint64_t value)
{
	if (value)
		fprintf(out, " %s=%" PRIu64, name, value);
}

static void print_stats(FILE *out, const struct track_stats *stats)
{
	fputs("stats", out);
	print_stat(out, "records", stats->records);
	print_stat(out, "lost", stats->lost);
	print_stat(out, "unseen", stats->unseen);
	print_stat(out, "repairs", stats->repairs);
	print_stat(out, "no_number", stats->no_number);
	print_stat(out, "threads", stats->threads);
	fputc('\n', out);
}

static int finish(struct run *run, struct scenario_result *result)
{
	int err = start(run);
	size_t size = 0;
	FILE *out;

	if (!err)
		err = gorig_finish(&run->rig, run->settings.end_ns);
	if (err)
		return err;
	fflush(run->trace);
	out = open_memstream(&result->text, &size);
	if (run->rig.perfetto) {
		err = perfettotext_print(out, result->trace, result->trace_size);
	} else {
		err = tracetext_print(out, result->trace, result->trace_size);
		result->refused = gt_statuses_refused(run->rig.sched);
	}
	print_stats(out, track_stats(run->rig.track));
	fclose(out);
	return err;
}

static int run_with(const struct scenario *scenario, const struct gorig_options *options,
		    struct scenario_result *result, char *error, size_t size)
{
	struct run *run = calloc(1, sizeof(*run));
	int err;

	memset(result, 0, sizeof(*result));
	run->settings = (struct settings){ .rig = { .perfetto = options->perfetto,
						    .mapping = options->mapping,
						    .version = 23,
						    .track = { .cpus = 2,
							       .cpus_online = 2,
							       .system_wide = 1,
							       .arch = REC_ARCH_X86_64 } },
					   .start_ns = 1000,
					   .end_ns = 9000 };
	run->trace = open_memstream((char **)&result->trace, &result->trace_size);
	err = take_input(run, scenario->input, error, size);
	if (!err)
		err = finish(run, result);
	gorig_fini(&run->rig);
	fclose(run->trace);
	free(run);
	return err;
}

int scenario_run(const struct scenario *scenario, enum export_go_mapping mapping,
		 struct scenario_result *result, char *error, size_t size)
{
	const struct gorig_options options = { .mapping = mapping };

	return run_with(scenario, &options, result, error, size);
}

int scenario_run_perfetto(const struct scenario *scenario, struct scenario_result *result,
			  char *error, size_t size)
{
	const struct gorig_options options = { .perfetto = true };

	return run_with(scenario, &options, result, error, size);
}

void scenario_result_free(struct scenario_result *result)
{
	free(result->text);
	free(result->trace);
}
