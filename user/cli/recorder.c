// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/quantity.h"
#include "cli/cli.h"
#include "cli/clock.h"

/* What goes on is looked for so often: with two polls it is 40 ms late at most. */
#define LOOK_NS UINT64_C(20000000)
/* Around the hit, of the part that the summary names. */
#define AROUND_NS UINT64_C(500000000)
#define SECOND_NS UINT64_C(1000000000)
#define CATEGORY "flight"

int recorder_init(struct recorder *recorder, const struct recorder_options *options,
		  struct diag *diag)
{
	const struct watch_options watch = {
		.conditions = options->conditions,
		.count = options->condition_count,
		.count_waits = options->count_waits,
	};
	struct flight_options flight = {
		.keep_ns = options->keep_ns,
		.keep_bytes = options->keep_bytes,
	};
	int err;

	*recorder = (struct recorder){ .options = *options };
	err = dumpnames_init(&recorder->names, options->path);
	if (err)
		return diag_set(diag, err, "cannot write dumps as %s: %s", options->path,
				strerror(-err));
	err = watch_new(&recorder->watch, &watch);
	if (!err) {
		flight.watcher = watch_watcher(recorder->watch);
		err = flight_new(&recorder->flight, &flight);
	}
	return err ? diag_set(diag, err, "cannot start: %s", strerror(-err)) : 0;
}

void recorder_fini(struct recorder *recorder)
{
	flight_free(recorder->flight);
	watch_free(recorder->watch);
}

/* ---- a dump ---- */

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* What the hit is about: "nginx (1234) waited 23.4 ms behind backup". */
static void describe(const struct watch_hit *hit, char *text, size_t size)
{
	if (hit->tid)
		snprintf(text, size, "%.16s (%" PRIu32 ") %s", hit->comm, hit->tid, hit->text);
	else
		snprintf(text, size, "%s", hit->text);
}

static void tell(struct recorder *recorder, bool done, const char *path, const char *text)
{
	const struct recorder_listener *listener = &recorder->options.listener;

	listener->finished(listener->ctx, done, path, text);
}

static void fail(struct recorder *recorder, const char *why)
{
	char text[sizeof(struct diag) + 64];

	recorder->failed++;
	snprintf(text, sizeof(text), "a dump is lost: %s; recording goes on", why);
	tell(recorder, false, recorder->dumper.path, text);
}

static void start_dump(struct recorder *recorder, uint64_t end_ns)
{
	char path[PATH_MAX], text[WATCH_TEXT_MAX + 48];
	struct dumper_job job = {
		.flight = recorder->flight,
		.trace = recorder->options.trace,
		.raw = recorder->options.raw,
		.path = path,
		.mark = { .ts_ns = recorder->hit.ts_ns,
			  .id = recorder->hit.id,
			  .category = CATEGORY,
			  .text = text },
	};
	int err;

	job.moment.mono_ns = clock_now_ns();
	job.moment.wall_ns = wall_ns();
	job.moment.end_ns = end_ns;
	describe(&recorder->hit, text, sizeof(text));
	dumpnames_next(&recorder->names, path);
	recorder->armed = false;
	recorder->written = recorder->hit;
	recorder->started++;
	err = dumper_start(&recorder->dumper, &job);
	if (err)
		fail(recorder, strerror(-err));
}

/* The time of day of something that was, as the local clock shows it. */
static void print_time(FILE *out, uint64_t ts_ns)
{
	uint64_t wall = wall_ns() - (clock_now_ns() - ts_ns);
	time_t seconds = (time_t)(wall / SECOND_NS);
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%H:%M:%S", localtime_r(&seconds, &tm));
	fprintf(out, "%s.%06" PRIu64, text, wall % SECOND_NS / 1000);
}

static double since(uint64_t ts_ns, uint64_t begin_ns)
{
	return ts_ns > begin_ns ? (double)(ts_ns - begin_ns) / 1e9 : 0;
}

/* The command that makes a small file of what is around the hit. */
static void print_how_to_cut(FILE *out, const struct recorder *recorder,
			     const struct dumper_result *result)
{
	const char *path = recorder->dumper.path;
	uint64_t ts_ns = recorder->written.ts_ns;

	if (recorder->options.trace->format)
		return;
	fprintf(out, "; around it: gotrace-bpf %s %s --from %.3fs --to %.3fs -o part.out",
		recorder->options.raw ? "convert" : "cut", path,
		since(ts_ns - AROUND_NS, result->begin_ns),
		since(ts_ns + AROUND_NS, result->begin_ns));
}

static void print_dump(FILE *out, const struct recorder *recorder,
		       const struct dumper_result *result)
{
	char text[WATCH_TEXT_MAX + 48], bytes[32], duration[32];

	describe(&recorder->written, text, sizeof(text));
	fprintf(out, "%s: %s at ", recorder->dumper.path, text);
	print_time(out, recorder->written.ts_ns);
	if (!recorder->options.raw)
		fprintf(out, "; %" PRIu64 " events, %" PRIu64 " lost", result->events,
			result->lost);
	fprintf(out, "; %s, %s", quantity_format_bytes(bytes, sizeof(bytes), result->bytes),
		quantity_format_duration(duration, sizeof(duration),
					 result->end_ns - result->begin_ns));
	print_how_to_cut(out, recorder, result);
}

static void count_done(struct recorder *recorder)
{
	recorder->done++;
	if (recorder->written.condition == WATCH_NO_CONDITION)
		recorder->asked++;
	else
		recorder->by[recorder->written.condition]++;
}

static void finish_dump(struct recorder *recorder, bool wait)
{
	struct dumper_result result;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!dumper_poll(&recorder->dumper, wait, &result))
		return;
	if (result.err) {
		fail(recorder, result.diag.text);
		return;
	}
	count_done(recorder);
	out = open_memstream(&text, &size);
	if (out) {
		print_dump(out, recorder, &result);
		fclose(out);
	}
	tell(recorder, true, recorder->dumper.path, text ? text : recorder->dumper.path);
	free(text);
}

uint64_t recorder_finished(const struct recorder *recorder)
{
	return recorder->done + recorder->failed;
}

/* ---- hits ---- */

static bool is_enough(const struct recorder *recorder)
{
	return recorder->options.max && recorder->started >= recorder->options.max;
}

static void arm(struct recorder *recorder, const struct watch_hit *hit)
{
	uint64_t every_ns = recorder->options.every_ns;

	if (recorder->armed || is_enough(recorder) ||
	    (every_ns && recorder->last_ns && hit->ts_ns < recorder->last_ns + every_ns)) {
		recorder->held_back++;
		return;
	}
	recorder->armed = true;
	recorder->hit = *hit;
	recorder->due_ns = hit->ts_ns + recorder->options.after_ns;
	recorder->last_ns = hit->ts_ns;
}

uint64_t recorder_ask(struct recorder *recorder, const char *why, uint64_t now_ns)
{
	struct watch_hit hit = { .condition = WATCH_NO_CONDITION, .ts_ns = now_ns };

	snprintf(hit.text, sizeof(hit.text), "%s", why);
	arm(recorder, &hit);
	return recorder->armed ? recorder->started + 1 : 0;
}

/*
 * A round that is complete holds all that was written before it began. It began
 * with the first poll after the one that completed the round before.
 */
static void note_rounds(struct recorder *recorder, uint64_t now_ns)
{
	uint64_t rounds = flight_rounds(recorder->flight);

	if (rounds == recorder->rounds)
		return;
	recorder->rounds = rounds;
	recorder->valid_ns = recorder->round_ns;
	recorder->round_ns = now_ns;
}

static void look(struct recorder *recorder, uint64_t now_ns)
{
	struct watch_hit hit;

	if (recorder->valid_ns && now_ns - recorder->look_ns >= LOOK_NS) {
		watch_look(recorder->watch, recorder->valid_ns);
		recorder->look_ns = now_ns;
	}
	if (watch_take(recorder->watch, &hit))
		arm(recorder, &hit);
}

bool recorder_tick(struct recorder *recorder, uint64_t now_ns)
{
	if (!recorder->rounds)
		watch_attach(recorder->watch, flight_state(recorder->flight));
	note_rounds(recorder, now_ns);
	look(recorder, now_ns);
	finish_dump(recorder, false);
	if (recorder->armed && recorder->valid_ns >= recorder->due_ns &&
	    !dumper_is_busy(&recorder->dumper))
		start_dump(recorder, recorder->valid_ns);
	return is_enough(recorder) && !dumper_is_busy(&recorder->dumper);
}

void recorder_end(struct recorder *recorder, uint64_t now_ns)
{
	struct watch_hit hit;

	if (watch_take(recorder->watch, &hit))
		arm(recorder, &hit);
	finish_dump(recorder, true);
	if (!recorder->armed)
		return;
	start_dump(recorder, now_ns);
	finish_dump(recorder, true);
}
