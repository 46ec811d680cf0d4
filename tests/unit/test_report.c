// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The sums of a trace: who ran, who waited behind whom, what was slept in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "minitrace.h"
#include "report/events.h"
#include "report/report.h"
#include "report/slices.h"

/* Stacks 1 to 3 are threads' own; 4 and up have something on top. */
#define TEXTS                                                                                      \
	"1.23\nstring 1 one\nstring 2 two\nstring 3 three\nstring 4 futex\nstring 5 sync\n"        \
	"string 6 preempted by two\nstring 7 preempted\nstring 8 throttled, CPU left idle\n"       \
	"string 9 two [preempted by tid]\nstring 10 [limit]\n"                                     \
	"stack 1 1 1 0 0\nstack 2 2 2 0 0\nstack 3 3 3 0 0\nstack 4 4 4 0 0 1 1 0 0\n"             \
	"stack 5 5 6 9 12 1 1 0 0\nstack 6 6 8 10 0 1 1 0 0\nstack 7 7 8 0 0 1 1 0 0\n"
/* Threads of our traces: 21 to 23 their own, 24 and up with something on top. */
#define THREADS                                                                                    \
	TEXTS "string 11 x [pid]\nstring 12 [CPU]\nstring 13 on CPU 0\nstring 14 on CPU 1\n"       \
	      "string 15 [ns]\nstring 16 for 50 ns\nstring 17 throttled by the CPU limit of g\n"   \
	      "string 18 /g [CPU limit of cgroup]\nstring 19 throttled\nstring 20 50\n"            \
	      "stack 21 21 1 11 11\nstack 22 22 2 11 12\n"                                         \
	      "stack 24 24 13 12 0 21 1 11 11\nstack 25 25 14 12 1 21 1 11 11\n"                   \
	      "stack 26 26 17 18 77 21 1 11 11\n"                                                  \
	      "stack 27 26 17 18 77 27 16 15 50 21 1 11 11\n"
/* From 100 on: one runs on CPU 0; two and three wait for it. */
#define START                                                                                      \
	TEXTS "11 98 ProcStatus 0 1\n11 99 GoStatusStack 11 11 2 1\n"                              \
	      "- 100 GoStatusStack 12 - 1 2\n- 101 GoStatusStack 13 - 1 3\n"

static const struct row {
	const char *name, *trace, *expected;
} rows[] = {
	{ "nothing happens", START "11 198 GoBlock 5 4\n",
	  "100 ns, 1 CPUs\n"
	  "one x1: ran 99, syscall 0, waited 0 (0 from 0), slept 0\n"
	  "two x1: ran 0, syscall 0, waited 98 (98 from 2), slept 0\n"
	  "three x1: ran 0, syscall 0, waited 97 (97 from 3), slept 0\n"
	  "two waited 98, 1 times: (it waits still)\n"
	  "three waited 97, 1 times: (it waits still)\n"
	  "one slept 0, 0 times: futex (sync)\n" },
	/* three waits 100 behind one and 50 behind two, who took the CPU for less. The
	 * few ns between are the trace's clock, and nobody's. */
	{ "behind whom",
	  START "11 201 GoStop 7 5\n11 202 ProcStop\n"
		"12 203 ProcStart 0 1\n12 204 GoStart 12 1\n12 254 GoBlock 0 2\n12 255 ProcStop\n"
		"13 256 ProcStart 0 2\n13 257 GoStart 13 1\n13 258 GoBlock 0 3\n",
	  "160 ns, 1 CPUs\n"
	  "one x1: ran 102, syscall 0, waited 57 (57 from 103), slept 0\n"
	  "two x1: ran 50, syscall 0, waited 104 (104 from 2), slept 4\n"
	  "three x1: ran 1, syscall 0, waited 156 (156 from 3), slept 0\n"
	  "two waited 104, 1 times: one\n"
	  "three waited 103, 1 times: one\n"
	  "one waited 57, 1 times: (it waits still)\n"
	  "three waited 53, 1 times: two\n"
	  "two slept 0, 0 times, still 4: -\n"
	  "three slept 0, 0 times: -\n" },
	{ "throttled, and in a syscall",
	  START "11 110 GoSyscallBegin 1 4\n11 115 GoSyscallEnd\n11 120 GoStop 7 6\n"
		"11 121 ProcStop\n11 180 ProcStart 0 2\n11 181 GoStart 11 1\n"
		"11 190 GoDestroy\n",
	  "92 ns, 1 CPUs\n"
	  "one x1: ran 25, syscall 5, waited 61 (61 from 22), slept 0\n"
	  "two x1: ran 0, syscall 0, waited 90 (90 from 2), slept 0\n"
	  "three x1: ran 0, syscall 0, waited 89 (89 from 3), slept 0\n"
	  "two waited 90, 1 times: (it waits still)\n"
	  "three waited 89, 1 times: (it waits still)\n"
	  "one waited 61, 1 times: throttled, CPU left idle\n"
	  "futex: 1 times, 5\n" },
	/* two takes the CPU of one, which is in a syscall: that one runs no more. */
	{ "in a syscall without a CPU",
	  START "11 110 GoSyscallBegin 1 4\n12 150 ProcSteal 0 2 11\n12 151 ProcStart 0 3\n"
		"12 152 GoStart 12 1\n11 170 GoSyscallEndBlocked\n12 190 GoBlock 0 2\n",
	  "92 ns, 1 CPUs\n"
	  "one x1: ran 11, syscall 40, waited 20 (20 from 72), slept 20\n"
	  "two x1: ran 38, syscall 0, waited 52 (52 from 2), slept 0\n"
	  "three x1: ran 0, syscall 0, waited 89 (89 from 3), slept 0\n"
	  "three waited 89, 1 times: (it waits still)\n"
	  "two waited 52, 1 times: one\n"
	  "one waited 20, 1 times: (it waits still)\n"
	  "one slept 20, 1 times: futex (syscall)\n"
	  "two slept 0, 0 times: -\n"
	  "futex: 1 times, 60\n" },
	/* Regions nest; what does not end is left out. */
	{ "ranges, regions, tasks",
	  START "11 110 STWBegin 5 1\n11 115 STWEnd\n11 120 UserTaskBegin 7 0 1 1\n"
		"11 130 UserRegionBegin 7 1 1\n11 140 UserRegionBegin 7 2 1\n"
		"11 150 UserRegionEnd 7 2 1\n11 155 UserRegionBegin 7 2 1\n"
		"11 160 UserRegionEnd 7 2 1\n11 170 UserRegionEnd 7 1 1\n"
		"11 180 UserTaskEnd 7 1\n11 185 UserRegionBegin 7 3 1\n11 198 GoDestroy\n",
	  "100 ns, 1 CPUs\n"
	  "one x1: ran 99, syscall 0, waited 0 (0 from 0), slept 0\n"
	  "two x1: ran 0, syscall 0, waited 98 (98 from 2), slept 0\n"
	  "three x1: ran 0, syscall 0, waited 97 (97 from 3), slept 0\n"
	  "two waited 98, 1 times: (it waits still)\n"
	  "three waited 97, 1 times: (it waits still)\n"
	  "task one: 1 times, 60\n"
	  "region one: 1 times, 40\n"
	  "region two: 2 times, 15\n"
	  "stop-the-world (sync): 1 times, 5\n" },
	/* two is not in this trace; and then a frame that says it to people alone. */
	{ "behind one who is not in the trace, and nobody knows what",
	  TEXTS "11 98 ProcStatus 0 1\n11 99 GoStatusStack 11 11 2 1\n"
		"11 120 GoStop 7 5\n11 121 ProcStop\n11 180 ProcStart 0 1\n11 181 GoStart 11 1\n"
		"11 190 GoStop 7 7\n11 191 ProcStop\n11 211 ProcStart 0 2\n11 212 GoStart 11 2\n"
		"11 215 GoDestroy\n",
	  "117 ns, 1 CPUs\n"
	  "one x1: ran 33, syscall 0, waited 83 (61 from 22), slept 0\n"
	  "one waited 61, 1 times: (nobody in the trace; preempted by two)\n"
	  "one waited 22, 1 times: -\n" },
	/* two runs on CPU 1 and then on 0, where one waits from the start and gets CPU 1. */
	{ "for which CPU: that at the begin; moved, and a trace does not say when",
	  THREADS "- 97 ProcStatus 0 2\n12 98 ProcStatus 1 1\n12 99 GoStatusStack 12 12 2 22\n"
		  "- 100 GoStatusStack 11 - 1 24\n12 201 GoStop 7 22\n12 202 ProcStop\n"
		  "12 203 ProcStart 0 1\n12 204 GoStart 12 1\n11 299 ProcStart 1 1\n"
		  "11 300 GoStart 11 1\n11 400 GoDestroy\n",
	  "303 ns, 2 CPUs\n"
	  "two x1: ran 298, syscall 0, waited 0 (0 from 0), slept 0\n"
	  "one x1: ran 100, syscall 0, waited 200 (200 from 3), slept 0\n"
	  "one waited 200, 1 times: (moved meanwhile, it is not known when)\n" },
	{ "for which CPU: of one woken, and one born",
	  THREADS "12 98 ProcStatus 0 1\n12 99 GoStatusStack 12 12 2 22\n"
		  "- 100 GoStatusStack 11 - 4 21\n- 150 GoUnblock 11 1 24\n"
		  "12 200 GoBlock 0 22\n12 201 ProcStop\n11 210 ProcStart 0 1\n"
		  "11 211 GoStart 11 2\n11 300 GoBlock 0 21\n",
	  "202 ns, 1 CPUs\n"
	  "two x1: ran 101, syscall 0, waited 0 (0 from 0), slept 100\n"
	  "one x1: ran 89, syscall 0, waited 61 (61 from 52), slept 50\n"
	  "one waited 61, 1 times: two\n"
	  "one slept 50, 1 times: -\n"
	  "two slept 0, 0 times, still 100: -\n" },
	{ "throttled first, which a log event says, then behind another",
	  THREADS "11 98 ProcStatus 0 1\n11 99 GoStatusStack 11 11 2 21\n"
		  "- 100 GoStatusStack 12 - 1 22\n11 110 GoStop 7 26\n11 111 ProcStop\n"
		  "12 112 ProcStart 0 1\n12 113 GoStart 12 1\n12 300 GoBlock 0 22\n"
		  "12 301 ProcStop\n11 302 ProcStart 0 2\n11 303 GoStart 11 1\n"
		  "11 304 UserLog 0 19 20 27\n11 400 GoDestroy\n",
	  "302 ns, 1 CPUs\n"
	  "two x1: ran 187, syscall 0, waited 0 (0 from 0), slept 100\n"
	  "one x1: ran 108, syscall 0, waited 193 (193 from 12), slept 0\n"
	  "one waited 143, 1 times: two\n"
	  "one waited 50, 1 times: throttled by the CPU limit of g\n"
	  "two slept 0, 0 times, still 100: -\n" },
};

static void add_text(const struct report *report, uint32_t id, FILE *out)
{
	struct gt_text text = report_text(report, id);

	fprintf(out, "%.*s", id ? (int)text.size : 1, id ? text.data : "-");
}

static void add_pairs(const struct report *report, const struct report_pair *pairs, size_t count,
		      const char *verb, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		add_text(report, pairs[i].who, out);
		fprintf(out, " %s %llu, %llu times", verb, (unsigned long long)pairs[i].ns,
			(unsigned long long)pairs[i].times);
		if (pairs[i].still_ns)
			fprintf(out, ", still %llu", (unsigned long long)pairs[i].still_ns);
		fprintf(out, ": ");
		add_text(report, pairs[i].what, out);
		fprintf(out, "\n");
	}
}

static void add_calls(const struct report *report, const struct report_call_sum *sums, size_t count,
		      FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		add_text(report, sums[i].name, out);
		fprintf(out, ": %llu times, %llu\n", (unsigned long long)sums[i].sum.count,
			(unsigned long long)sums[i].sum.ns);
	}
}

static void describe(const struct report *report, FILE *out)
{
	size_t count;
	const struct report_thread *threads = report_threads(report, &count);
	const struct report_call_sum *calls;
	const struct report_pair *pairs;

	fprintf(out, "%llu ns, %zu CPUs\n", (unsigned long long)report_duration(report),
		report_cpus(report));
	for (size_t i = 0; i < count; i++) {
		const struct report_thread *t = &threads[i];

		add_text(report, t->name, out);
		fprintf(out,
			" x%llu: ran %llu, syscall %llu, waited %llu (%llu from %llu), slept "
			"%llu\n",
			(unsigned long long)t->threads, (unsigned long long)t->running,
			(unsigned long long)t->in_syscall, (unsigned long long)t->waits.ns,
			(unsigned long long)t->longest_wait, (unsigned long long)t->longest_from,
			(unsigned long long)report_blocked(t));
	}
	pairs = report_waits(report, &count);
	add_pairs(report, pairs, count, "waited", out);
	pairs = report_sleeps(report, &count);
	add_pairs(report, pairs, count, "slept", out);
	calls = report_calls(report, &count);
	add_calls(report, calls, count, out);
	calls = report_ranges(report, &count);
	add_calls(report, calls, count, out);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	static struct minitrace trace;
	const struct gt_event *event;
	struct gt_reader *reader;
	struct report_events *events;
	struct report *report;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	minitrace_make(&trace, row->trace);
	assert_int_equal(gt_reader_new_memory(&reader, trace.data, trace.size, NULL), 0);
	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_events_new(&events, report), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(report_events_add(events, reader, event), 0);
	assert_string_equal(gt_reader_error(reader)->text, "");
	gt_reader_free(reader); /* a report needs it no more */
	assert_int_equal(report_events_end(events), 0);
	report_events_free(events);
	describe(report, out);
	fclose(out);
	assert_string_equal(text, row->expected);
	free(text);
	report_free(report);
}

static void test_nothing(void **state)
{
	struct report *report;
	size_t count;

	(void)state;
	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_end(report, 0), 0);
	assert_true(report_duration(report) == 0);
	report_threads(report, &count);
	assert_int_equal(count, 0);
	report_free(report);
	report_free(NULL);
}

/*
 * More lives than are kept apart: rows are folded on the way, and nobody's sums
 * get lost or go to another one. They wait behind the one that was there all
 * the while.
 */
static void test_many_lives(void **state)
{
	const uint32_t lives = 200000;
	const struct report_thread *threads;
	const struct report_pair *waits;
	struct report *report;
	uint32_t long_one, life;
	size_t count;
	uint64_t now = 0;

	(void)state;
	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_enter(report, &long_one, 0), 0);
	assert_int_equal(report_name(report, long_one, "early", 5), 0);
	for (uint32_t i = 0; i < lives; i++) {
		struct report_step step = { .cpu = 3 };

		assert_int_equal(report_enter(report, &life, now), 0);
		assert_int_equal(report_name(report, life, i % 2 ? "odd" : "even", 3 + !(i % 2)),
				 0);
		step = (struct report_step){ .state = REPORT_WAITING, .now = now, .cpu = 3 };
		assert_int_equal(report_go(report, life, &step), 0);
		step = (struct report_step){ .state = REPORT_RUNNING, .now = now, .cpu = 3 };
		assert_int_equal(report_go(report, long_one, &step), 0);
		step = (struct report_step){ .state = REPORT_ASLEEP, .now = now + 100 };
		assert_int_equal(report_go(report, long_one, &step), 0);
		step = (struct report_step){ .state = REPORT_RUNNING, .now = now + 100, .cpu = 3 };
		assert_int_equal(report_go(report, life, &step), 0);
		assert_int_equal(report_leave(report, life, now + 150), 0);
		now += 200;
	}
	assert_int_equal(report_name(report, long_one, "late", 4), 0);
	assert_int_equal(report_end(report, now), 0);
	threads = report_threads(report, &count);
	assert_int_equal(count, 3);
	assert_int_equal(threads[0].running, lives * 100ull);
	assert_memory_equal(report_text(report, threads[0].name).data, "late", 4);
	assert_int_equal(threads[1].threads, lives / 2);
	assert_int_equal(threads[1].running, lives / 2 * 50ull);
	assert_int_equal(threads[2].waits.ns, lives / 2 * 100ull);
	waits = report_waits(report, &count);
	assert_int_equal(count, 2);
	assert_int_equal(waits[0].what, threads[0].name);
	assert_int_equal(waits[0].times, lives / 2);
	report_free(report);
}

/* Only the last slices are kept, and one whose place was taken is not ended again. */
static void test_slices(void **state)
{
	struct slices slices = { 0 };
	uint64_t number = 0;

	(void)state;
	assert_null(slices_back(&slices, 0));
	for (uint32_t i = 0; i < SLICES_KEPT + 10; i++)
		assert_int_equal(slices_open(&slices, i, 10 + i, &number), 0);
	slices_close(&slices, number - 1, 500000, false);
	assert_true(slices_back(&slices, 1)->to == 10 + SLICES_KEPT + 9);
	slices_close(&slices, number, 500000, true);
	assert_true(slices_back(&slices, 0)->to == 500000);
	assert_true(slices_back(&slices, 0)->limited);
	assert_int_equal(slices_back(&slices, SLICES_KEPT - 1)->who, 10);
	assert_null(slices_back(&slices, SLICES_KEPT));
	slices_fini(&slices);
}

static void expect_last(const struct slices *slices, uint32_t who, uint64_t from, uint64_t to)
{
	assert_int_equal(slices_back(slices, 0)->who, who);
	assert_int_equal(slices_back(slices, 0)->from, from);
	assert_int_equal(slices_back(slices, 0)->to, to);
}

/* Who comes while nobody waits is not seen to go; who goes was there as long as somebody waits. */
static void test_slices_transient(void **state)
{
	struct slices slices = { 0 };
	uint64_t number;

	(void)state;
	assert_int_equal(slices_go(&slices, 1, 20), 0);
	expect_last(&slices, 1, 0, 20);
	assert_int_equal(slices_come(&slices, 2, 30), 0);
	expect_last(&slices, 2, 30, 30);
	assert_int_equal(slices_go(&slices, 3, 40), 0);
	expect_last(&slices, 3, 30, 40);
	slices_wait(&slices);
	slices_wait(&slices);
	assert_int_equal(slices_come(&slices, 4, 50), 0);
	slices_wait_end(&slices, 60);
	expect_last(&slices, 4, 50, 0);
	slices_wait_end(&slices, 70);
	expect_last(&slices, 4, 50, 70);
	slices_wait(&slices);
	assert_int_equal(slices_come(&slices, 5, 80), 0);
	assert_int_equal(slices_go(&slices, 5, 90), 0);
	expect_last(&slices, 5, 80, 90);
	assert_int_equal(slices_come(&slices, 6, 90), 0);
	assert_int_equal(slices_go(&slices, 7, 95), 0);
	expect_last(&slices, 0, 90, 95);
	assert_int_equal(slices_open(&slices, 8, 100, &number), 0);
	slices_wait_end(&slices, 110);
	expect_last(&slices, 8, 100, 0);
	slices_fini(&slices);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 4] = {
		{ "nothing", test_nothing, NULL, NULL, NULL },
		{ "slices", test_slices, NULL, NULL, NULL },
		{ "transient slices", test_slices_transient, NULL, NULL, NULL },
		{ "many lives", test_many_lives, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[4 + i] =
			(struct CMUnitTest){ rows[i].name, test_row, NULL, NULL, (void *)&rows[i] };
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
