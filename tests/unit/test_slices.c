// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Slices: of every kept capture (tests/captures), and of the trace that is made
 * of it, their sums are the report's, to the nanosecond, and no thread is in
 * two at one time. Rows: what the texts become in each format. Run from the top
 * of the repository.
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

#include "base/idmap.h"
#include "captext.h"
#include "export/slices/changes.h"
#include "export/slices/events.h"
#include "export/slices/print.h"
#include "gotrace.h"
#include "kept.h"
#include "report/changes.h"
#include "report/events.h"

struct sums {
	uint64_t ns[SLICE_STATES];
	struct idmap ids;
	uint64_t *ends; /* by slot: of the last slice */
	size_t cap;
	uint64_t last_end;
};

static uint64_t *end_of(struct sums *sums, uint64_t id)
{
	uint32_t slot = idmap_find(&sums->ids, id);

	if (slot != IDMAP_NONE)
		return &sums->ends[slot];
	assert_int_equal(idmap_add(&sums->ids, id, &slot), 0);
	sums->ends = realloc(sums->ends, (slot + 1) * sizeof(*sums->ends));
	sums->ends[slot] = 0;
	return &sums->ends[slot];
}

static int add(void *ctx, const struct slice *slice)
{
	struct sums *sums = ctx;
	uint64_t *end;

	assert_true(slice->end_ns > slice->start_ns);
	assert_true(slice->end_ns >= sums->last_end);
	sums->last_end = slice->end_ns;
	if (slice->state == SLICE_STRANGER)
		return 0;
	assert_true(slice->who.id != 0);
	end = end_of(sums, slice->who.id);
	assert_true(slice->start_ns >= *end);
	*end = slice->end_ns;
	sums->ns[slice->state] += slice->end_ns - slice->start_ns;
	return 0;
}

static void sums_fini(struct sums *sums)
{
	idmap_fini(&sums->ids);
	free(sums->ends);
}

/* ---- both sources ---- */

static void slice_capture(const struct captext_buffer *capture, slice_fn tell, void *ctx)
{
	const struct slice_changes_options options = { .arch = kept_arch(capture) };
	struct slice_changes *changes;
	struct exporter exporter;

	assert_int_equal(slice_changes_new(&changes, &options, tell, ctx), 0);
	exporter = slice_changes_exporter(changes);
	kept_play(capture, &exporter, 25, NULL);
	slice_changes_free(changes);
}

static void slice_trace(const struct captext_buffer *trace, slice_fn tell, void *ctx)
{
	const struct gt_event *event;
	struct slice_events *events;
	struct gt_reader *reader;

	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(slice_events_new(&events, tell, ctx), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(slice_events_add(events, reader, event), 0);
	assert_int_equal(slice_events_end(events), 0);
	slice_events_free(events);
	gt_reader_free(reader);
}

static struct report *report_of_capture(const struct captext_buffer *capture)
{
	struct report_changes *changes;
	struct exporter exporter;
	struct report *report;

	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_changes_new(&changes, report, kept_arch(capture)), 0);
	exporter = report_changes_exporter(changes);
	kept_play(capture, &exporter, 25, NULL);
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
	gt_reader_free(reader);
	assert_int_equal(report_events_end(events), 0);
	report_events_free(events);
	return report;
}

/* ---- sums ---- */

struct totals {
	uint64_t running, in_syscall, waiting, blocked;
};

static struct totals totals_of(const struct report *report)
{
	struct totals all = { 0 };
	size_t count;
	const struct report_thread *rows = report_threads(report, &count);

	for (size_t i = 0; i < count; i++) {
		all.running += rows[i].running;
		all.in_syscall += rows[i].in_syscall;
		all.waiting += rows[i].waits.ns;
		all.blocked += rows[i].sleeps.ns + rows[i].still_ns;
	}
	return all;
}

static void check_sum(const char *path, const char *what, uint64_t report, uint64_t slices)
{
	if (report != slices)
		fail_msg("%s: %s: %llu ns in the report, %llu in slices", path, what,
			 (unsigned long long)report, (unsigned long long)slices);
}

static void check_sums(const char *path, const struct report *report, const struct sums *sums)
{
	const struct totals all = totals_of(report);

	check_sum(path, "running", all.running, sums->ns[SLICE_RUNNING]);
	check_sum(path, "in syscalls", all.in_syscall, sums->ns[SLICE_SYSCALL]);
	check_sum(path, "waiting", all.waiting, sums->ns[SLICE_WAITING]);
	check_sum(path, "off", all.blocked, sums->ns[SLICE_ASLEEP] + sums->ns[SLICE_LOST]);
}

static void test_capture(void **state)
{
	const char *path = *state;
	struct captext_buffer capture = { 0 }, trace = { 0 };
	struct sums of_capture = { 0 }, of_trace = { 0 };
	struct report *report;

	kept_read(path, &capture);
	kept_play(&capture, NULL, 25, &trace);
	slice_capture(&capture, add, &of_capture);
	report = report_of_capture(&capture);
	check_sums(path, report, &of_capture);
	report_free(report);
	slice_trace(&trace, add, &of_trace);
	report = report_of_trace(&trace);
	check_sums(path, report, &of_trace);
	report_free(report);
	sums_fini(&of_capture);
	sums_fini(&of_trace);
	free(capture.data);
	free(trace.data);
}

/* ---- rows ---- */

static char printed[1 << 16];

static int append(void *ctx, const void *data, size_t size)
{
	size_t *used = ctx;

	assert_true(*used + size < sizeof(printed));
	memcpy(printed + *used, data, size);
	*used += size;
	printed[*used] = '\0';
	return 0;
}

static void check_row(const struct slice *slice, enum slice_format format, const char *expected)
{
	static struct out out;
	size_t used = 0;
	struct slice_printer printer = { .out = &out, .format = format, .host = slice_text("box") };

	out_init(&out, append, &used);
	printed[0] = '\0';
	assert_int_equal(slice_print(&printer, slice), 0);
	assert_int_equal(out_flush(&out), 0);
	assert_string_equal(printed, expected);
}

static const struct slice full = {
	.start_ns = 1000,
	.end_ns = 18446744073709551615u,
	.wall_ns = -1234567,
	.cpu = 3,
	.state = SLICE_ASLEEP,
	.who = { .id = 1, .tid = 12, .pid = 11, .comm = { "a\"b, c", 6 } },
	.cgroup = { "/x", 2 },
	.reason = { "chan receive", 12 },
	.syscall = { "read", 4 },
	.error = { "EAGAIN", 6 },
	.waker = { .id = 2, .tid = 13, .comm = { "caf\xc3\xa9\xff", 6 } },
	.context = SLICE_BY_THREAD,
	.by = { .comm = { " \\\n", 3 } },
};

static void test_full_row(void **state)
{
	(void)state;
	check_row(&full, SLICE_CSV,
		  "box,1000,-1234567,18446744073709550615,3,12,11,\"a\"\"b, c\",/x,asleep,"
		  "chan receive,read,EAGAIN,13,\"caf\xc3\xa9\xef\xbf\xbd\",thread,\" \\\n\"\n");
	check_row(&full, SLICE_JSON,
		  "{\"host\":\"box\",\"start_ns\":1000,\"wall_ns\":-1234567,\"dur_ns\":"
		  "18446744073709550615,\"cpu\":3,\"tid\":12,\"pid\":11,\"comm\":\"a\\\"b, c\","
		  "\"cgroup\":\"/x\",\"state\":\"asleep\",\"reason\":\"chan receive\",\"syscall\":"
		  "\"read\",\"error\":\"EAGAIN\",\"waker_tid\":13,\"waker_comm\":"
		  "\"caf\xc3\xa9\xef\xbf\xbd\",\"waker_context\":\"thread\",\"by\":"
		  "\" \\\\\\u000a\"}\n");
}

static void test_empty_row(void **state)
{
	const struct slice slice = { .start_ns = 9,
				     .end_ns = 109,
				     .wall_ns = SLICE_NO_WALL,
				     .cpu = SLICE_NO_CPU,
				     .who = { .id = 1, .tid = 100 } };

	(void)state;
	check_row(&slice, SLICE_CSV, "box,9,,100,,100,,,,running,,,,,,,\n");
	check_row(&slice, SLICE_JSON,
		  "{\"host\":\"box\",\"start_ns\":9,\"wall_ns\":null,\"dur_ns\":100,\"cpu\":null,"
		  "\"tid\":100,\"pid\":null,\"comm\":null,\"cgroup\":null,\"state\":\"running\","
		  "\"reason\":null,\"syscall\":null,\"error\":null,\"waker_tid\":null,"
		  "\"waker_comm\":null,\"waker_context\":null,\"by\":null}\n");
}

/* Every text as long as can be, and all of it to be escaped: it still has room. */
static void test_long_row(void **state)
{
	static char text[4096];
	const struct gt_text longest = { text, sizeof(text) };
	const struct slice slice = { .end_ns = 1,
				     .who = { .comm = longest },
				     .cgroup = longest,
				     .reason = longest,
				     .syscall = longest,
				     .error = longest,
				     .waker = { .comm = longest },
				     .by = { .comm = longest } };
	static struct out out;
	size_t used = 0;
	struct slice_printer printer = { .out = &out, .format = SLICE_JSON, .host = longest };

	(void)state;
	memset(text, 1, sizeof(text));
	out_init(&out, append, &used);
	assert_int_equal(slice_print(&printer, &slice), 0);
	assert_int_equal(out_flush(&out), 0);
	assert_true(used > 8 * 6 * 1024);
}

static void test_stranger(void **state)
{
	const struct slice slice = { .end_ns = 1, .state = SLICE_STRANGER };

	(void)state;
	check_row(&slice, SLICE_CSV, "");
}

static const struct CMUnitTest row_tests[] = {
	cmocka_unit_test(test_full_row),
	cmocka_unit_test(test_empty_row),
	cmocka_unit_test(test_long_row),
	cmocka_unit_test(test_stranger),
};

int main(void)
{
	struct CMUnitTest *tests;
	glob_t files;
	int failed = cmocka_run_group_tests_name("slices_rows", row_tests, NULL, NULL);

	if (glob("tests/captures/[0-9]*/*.gtraw", 0, NULL, &files)) {
		fprintf(stderr, "no tests/captures/[0-9]*/*.gtraw\n");
		return 1;
	}
	tests = calloc(files.gl_pathc, sizeof(*tests));
	for (size_t i = 0; i < files.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){ .name = files.gl_pathv[i],
						.test_func = test_capture,
						.initial_state = files.gl_pathv[i] };
	failed += _cmocka_run_group_tests("slices", tests, files.gl_pathc, NULL, NULL);
	globfree(&files);
	free(tests);
	return failed;
}
