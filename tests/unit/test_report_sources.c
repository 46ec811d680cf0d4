// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A report of a raw capture, one of the trace that is made of it, and a profile
 * of that trace: the same figures. Every kept capture (tests/captures), with losses or without. Run
 * from the top of the repository.
 *
 * A trace has no two events at one time, and states what is so at the start a
 * little before it: so a name's sums may differ by a little for each thread.
 *
 * Of a CPU that nobody in the trace is on, only the capture says more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>

#include <cmocka.h>

#include "captext.h"
#include "gotrace.h"
#include "kept.h"
#include "profile/events.h"
#include "report/changes.h"
#include "report/events.h"

#define THREAD_NS 3000	  /* for each thread */
#define SHARE 200	  /* and this part of a sum */
#define PROFILE_NS 1000	  /* of all waits together */
#define PAIR_MIN_NS 20000 /* shorter sums of pairs are not compared */

struct sides {
	const char *path;
	struct report *changes, *events;
};

/* ---- both reports ---- */

static struct report *report_of_capture(const struct captext_buffer *capture)
{
	struct report_changes *changes;
	struct exporter exporter;
	struct report *report;

	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_changes_new(&changes, report, kept_arch(capture)), 0);
	exporter = report_changes_exporter(changes);
	kept_play(capture, &exporter, 23, NULL);
	report_changes_free(changes);
	return report;
}

static struct report *report_of_trace(const struct captext_buffer *trace)
{
	struct report_events *events;
	const struct gt_event *event;
	struct gt_reader *reader;
	struct report *report;

	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_events_new(&events, report), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(report_events_add(events, reader, event), 0);
	assert_string_equal(gt_reader_error(reader)->text, "");
	gt_reader_free(reader);
	assert_int_equal(report_events_end(events), 0);
	report_events_free(events);
	return report;
}

/* ---- compared ---- */

static bool near(uint64_t a, uint64_t b, uint64_t threads)
{
	uint64_t more = a > b ? a : b, less = a > b ? b : a;

	return more - less <= threads * THREAD_NS + more / SHARE;
}

static bool same_text(const struct report *a, uint32_t x, const struct report *b, uint32_t y)
{
	struct gt_text p = report_text(a, x), q = report_text(b, y);

	return (x == 0) == (y == 0) && p.size == q.size && !memcmp(p.data, q.data, p.size);
}

static void check_time(const struct sides *sides, const struct report_thread *row, const char *what,
		       uint64_t changes, uint64_t events)
{
	struct gt_text name = report_text(sides->changes, row->name);

	if (!near(changes, events, row->threads))
		fail_msg("%s: %.*s %s: %llu ns, in the trace %llu", sides->path, (int)name.size,
			 name.data, what, (unsigned long long)changes, (unsigned long long)events);
}

static const struct report_thread *thread_like(const struct sides *sides,
					       const struct report_thread *row)
{
	size_t count;
	const struct report_thread *rows = report_threads(sides->events, &count);

	for (size_t i = 0; i < count; i++)
		if (same_text(sides->changes, row->name, sides->events, rows[i].name))
			return &rows[i];
	return NULL;
}

static void check_threads(const struct sides *sides)
{
	size_t count, events_count;
	const struct report_thread *rows = report_threads(sides->changes, &count);

	report_threads(sides->events, &events_count);
	assert_int_equal(count, events_count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		const struct report_thread *other = thread_like(sides, &rows[i]);

		assert_non_null(other);
		assert_int_equal(rows[i].threads, other->threads);
		check_time(sides, &rows[i], "ran", rows[i].running, other->running);
		check_time(sides, &rows[i], "was in syscalls", rows[i].in_syscall,
			   other->in_syscall);
		check_time(sides, &rows[i], "waited", rows[i].waits.ns, other->waits.ns);
		check_time(sides, &rows[i], "slept", report_blocked(&rows[i]),
			   report_blocked(other));
		check_time(sides, &rows[i], "waited longest", rows[i].longest_wait,
			   other->longest_wait);
	}
}

/* A thread that sleeps at the start has no reason in a trace, which stands in brackets. */
static bool same_what(struct gt_text a, struct gt_text b)
{
	const char *x = memchr(a.data, '(', a.size), *y = memchr(b.data, '(', b.size);
	size_t x_size = x && x > a.data ? (size_t)(x - 1 - a.data) : a.size;
	size_t y_size = y && y > b.data ? (size_t)(y - 1 - b.data) : b.size;

	return x_size == y_size && !memcmp(a.data, b.data, x_size);
}

typedef const struct report_pair *(*pairs_fn)(const struct report *, size_t *);

/* What is said where nobody in the trace ran. */
static bool is_nobody(struct gt_text what)
{
	static const char *const begins[] = { "(CPU idle", "(records lost",
					      "(nobody in the trace" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (what.size >= strlen(begins[i]) &&
		    !memcmp(what.data, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* The sum of the row, or of all that its name waited behind nobody. */
static uint64_t sum_of(const struct report *report, pairs_fn pairs, struct gt_text who,
		       struct gt_text what, bool nobody)
{
	size_t count;
	const struct report_pair *rows = pairs(report, &count);
	uint64_t ns = 0;

	for (size_t i = 0; i < count; i++) {
		struct gt_text p = report_text(report, rows[i].who),
			       q = report_text(report, rows[i].what);
		bool is_row = rows[i].what && same_what(q, what);

		if (!rows[i].what || is_nobody(q))
			is_row = nobody;
		if (p.size == who.size && !memcmp(p.data, who.data, p.size) && is_row)
			ns += rows[i].ns;
	}
	return ns;
}

/* Each of one side is on the other. */
static void check_pairs(const char *path, const struct report *a, const struct report *b,
			pairs_fn pairs)
{
	size_t count;
	const struct report_pair *rows = pairs(a, &count);

	for (size_t i = 0; i < count; i++) {
		struct gt_text who = report_text(a, rows[i].who),
			       what = report_text(a, rows[i].what);
		bool nobody = !rows[i].what || is_nobody(what);
		uint64_t here = sum_of(a, pairs, who, what, nobody);
		uint64_t there = sum_of(b, pairs, who, what, nobody);

		if (here >= PAIR_MIN_NS && !near(here, there, rows[i].times))
			fail_msg("%s: %.*s, %.*s: %llu ns, %llu times: %llu ns on the other side",
				 path, (int)who.size, who.data, (int)what.size, what.data,
				 (unsigned long long)here, (unsigned long long)rows[i].times,
				 (unsigned long long)there);
	}
}

/* ---- the profile ---- */

static struct profile *profile_of_trace(const struct captext_buffer *trace)
{
	struct profile_events *events;
	const struct gt_event *event;
	struct gt_reader *reader;
	struct profile *profile;

	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_events_new(&events, profile), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(profile_events_add(events, reader, event), 0);
	gt_reader_free(reader);
	assert_int_equal(profile_events_end(events), 0);
	profile_events_free(events);
	return profile;
}

/*
 * Its sums, of all names: one that renames itself has time under both of them.
 * Waits of no more than the trace's clock are none in the report.
 */
static void check_profile(const char *path, const struct profile *profile,
			  const struct report *report)
{
	uint64_t sums[PROFILE_TYPES] = { 0 };
	size_t count;
	const struct report_thread *rows = report_threads(report, &count);

	for (size_t i = 0; i < count; i++) {
		sums[PROFILE_OFFCPU] += report_blocked(&rows[i]);
		sums[PROFILE_WAIT] += rows[i].waits.ns;
		sums[PROFILE_CPU] += rows[i].running + rows[i].in_syscall;
	}
	for (enum profile_type type = 0; type < PROFILE_TYPES; type++)
		if (profile_total(profile, type) < sums[type] ||
		    profile_total(profile, type) >
			    sums[type] + (type == PROFILE_WAIT ? PROFILE_NS : 0))
			fail_msg("%s: %s: %llu ns, in the report %llu", path,
				 profile_type_name(type),
				 (unsigned long long)profile_total(profile, type),
				 (unsigned long long)sums[type]);
	assert_true(profile_duration(profile) == report_duration(report));
	assert_true(profile_time(profile, PROFILE_NOTHING, PROFILE_OFFCPU) == 0);
	assert_true(profile_cut(profile) == 0);
}

static void test_capture(void **state)
{
	const char *path = *state;
	struct captext_buffer capture = { 0 }, trace = { 0 };
	struct sides sides = { .path = path };
	struct profile *profile;

	kept_read(path, &capture);
	kept_play(&capture, NULL, 23, &trace);
	sides.changes = report_of_capture(&capture);
	sides.events = report_of_trace(&trace);
	assert_true(near(report_duration(sides.changes), report_duration(sides.events), 1));
	assert_int_equal(report_cpus(sides.changes), report_cpus(sides.events));
	check_threads(&sides);
	check_pairs(path, sides.changes, sides.events, report_waits);
	check_pairs(path, sides.events, sides.changes, report_waits);
	check_pairs(path, sides.changes, sides.events, report_sleeps);
	check_pairs(path, sides.events, sides.changes, report_sleeps);
	profile = profile_of_trace(&trace);
	check_profile(path, profile, sides.events);
	profile_free(profile);
	report_free(sides.changes);
	report_free(sides.events);
	free(capture.data);
	free(trace.data);
}

int main(void)
{
	struct CMUnitTest *tests;
	glob_t files;
	int failed;

	if (glob("tests/captures/[0-9]*/*.gtraw", 0, NULL, &files)) {
		fprintf(stderr, "no tests/captures/[0-9]*/*.gtraw\n");
		return 1;
	}
	tests = calloc(files.gl_pathc, sizeof(*tests));
	for (size_t i = 0; i < files.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){ .name = files.gl_pathv[i],
						.test_func = test_capture,
						.initial_state = files.gl_pathv[i] };
	failed = _cmocka_run_group_tests("report_sources", tests, files.gl_pathc, NULL, NULL);
	globfree(&files);
	free(tests);
	return failed;
}
