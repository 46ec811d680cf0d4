// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A report's rows: of names, processes, threads and cgroups, of some threads
 * or a part of the time; and what it says of CPUs, syscalls and single waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/json.h"
#include "report/report.h"
#include "report/sort.h"

#define MS UINT64_C(1000000)

struct actor {
	uint32_t life;
	const char *name;
	uint64_t tid;
	uint32_t pid;
};

static struct report *begin(const struct report_options *options)
{
	struct report *report;

	assert_int_equal(report_new(&report), 0);
	if (options)
		assert_int_equal(report_choose(report, options), 0);
	report_know(report, REPORT_KNOWS_CALLS | REPORT_KNOWS_IDLE);
	report_see_machine(report, 2);
	assert_int_equal(report_see_cpu(report, 0, 0), 0);
	assert_int_equal(report_see_cpu(report, 1, 0), 0);
	return report;
}

static void enter(struct report *report, struct actor *actor, uint64_t now)
{
	struct report_who who = { .tid = actor->tid,
				  .recurs = true,
				  .pid = actor->pid,
				  .attributes = { .known = REC_KNOWN_AFFINITY | REC_KNOWN_POLICY,
						  .cpus_allowed = actor->tid == 12 ? 1 : 3,
						  .cpus_allowed_count =
							  actor->tid == 12 ? 1 : 2 } };

	assert_int_equal(report_enter(report, &actor->life, now), 0);
	assert_int_equal(report_name(report, actor->life, actor->name, strlen(actor->name)), 0);
	assert_int_equal(report_add_text(report, "main", 4, &who.process), 0);
	assert_int_equal(report_add_text(report, actor->pid == 10 ? "/a" : "/b", 2, &who.cgroup),
			 0);
	assert_int_equal(report_describe(report, actor->life, &who), 0);
}

static void go(struct report *report, const struct actor *actor, enum report_state state,
	       uint64_t now, uint64_t cpu)
{
	const struct report_step step = { .state = state, .now = now, .cpu = cpu };

	assert_int_equal(report_go(report, actor->life, &step), 0);
}

static void call(struct report *report, const struct actor *actor, const char *name, uint64_t from,
		 uint64_t to, int64_t result)
{
	struct report_call call = { .from = from, .to = to, .has_result = true, .result = result };

	assert_int_equal(report_add_text(report, name, strlen(name), &call.name), 0);
	assert_int_equal(report_add_call(report, actor->life, &call), 0);
}

/*
 * In ms. 11 runs on CPU 0 from 0 to 60 and sleeps. 12, which may run there alone,
 * waits from 10 on and runs from 60 to 80. 21 runs on CPU 1 from 0 to 20, sleeps,
 * and comes onto CPU 0 from 80 to 100. 22 sleeps all the while.
 */
static struct report *tell(const struct report_options *options)
{
	struct actor a = { .name = "alpha", .tid = 11, .pid = 10 };
	struct actor b = { .name = "beta", .tid = 12, .pid = 10 };
	struct actor c = { .name = "alpha", .tid = 21, .pid = 20 };
	struct actor d = { .name = "delta", .tid = 22, .pid = 20 };
	struct report *report = begin(options);

	enter(report, &a, 0);
	enter(report, &b, 0);
	enter(report, &c, 0);
	enter(report, &d, 0);
	go(report, &a, REPORT_RUNNING, 0, 0);
	go(report, &c, REPORT_RUNNING, 0, 1);
	go(report, &d, REPORT_ASLEEP, 0, 0);
	go(report, &b, REPORT_ASLEEP, 0, 0);
	go(report, &b, REPORT_WAITING, 10 * MS, 0);
	call(report, &a, "read", 10 * MS, 12 * MS, -11);
	call(report, &a, "read", 13 * MS, 14 * MS, -4);
	call(report, &a, "read", 14 * MS, 15 * MS, -11);
	call(report, &c, "write", 15 * MS, 18 * MS, 7);
	go(report, &c, REPORT_ASLEEP, 20 * MS, 0);
	go(report, &a, REPORT_ASLEEP, 60 * MS, 0);
	go(report, &b, REPORT_RUNNING, 60 * MS, 0);
	go(report, &c, REPORT_WAITING, 79 * MS, 0);
	go(report, &b, REPORT_ASLEEP, 80 * MS, 0);
	go(report, &c, REPORT_RUNNING, 80 * MS, 0);
	assert_int_equal(report_end(report, 100 * MS), 0);
	return report;
}

static const struct report_thread *row_of(const struct report *report, const char *label)
{
	size_t count;
	const struct report_thread *rows = report_threads(report, &count);

	for (size_t i = 0; i < count; i++) {
		struct gt_text text = report_text(report, rows[i].label);

		if (text.size == strlen(label) && !memcmp(text.data, label, text.size))
			return &rows[i];
	}
	return NULL;
}

static size_t rows_in(const struct report *report)
{
	size_t count;

	report_threads(report, &count);
	return count;
}

static void test_by(void **state)
{
	static const struct by_row {
		enum report_by by;
		size_t rows;
		const char *label;
		uint64_t threads, running;
	} rows[] = {
		{ REPORT_BY_NAME, 3, "alpha", 2, 100 * MS },
		{ REPORT_BY_THREAD, 4, "alpha 11", 1, 60 * MS },
		{ REPORT_BY_THREAD, 4, "alpha 21", 1, 40 * MS },
		{ REPORT_BY_PROCESS, 2, "main 10", 2, 80 * MS },
		{ REPORT_BY_PROCESS, 2, "main 20", 2, 40 * MS },
		{ REPORT_BY_CGROUP, 2, "/a", 2, 80 * MS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct report_options options = { .by = rows[i].by };
		struct report *report = tell(&options);
		const struct report_thread *row = row_of(report, rows[i].label);

		assert_non_null(row);
		assert_int_equal(rows_in(report), rows[i].rows);
		assert_int_equal(row->threads, rows[i].threads);
		assert_int_equal(row->running, rows[i].running);
		assert_int_equal(row->who.pid, rows[i].by == REPORT_BY_NAME ? 0
					       : !strcmp(rows[i].label, "alpha 21") ||
							       !strcmp(rows[i].label, "main 20")
						       ? 20
						       : 10);
		report_free(report);
	}
}

/* A filter chooses rows and leaves their sums as they are. */
static void test_filter(void **state)
{
	struct filter filter;
	const struct report_options options = { .filter = &filter };
	const struct report_pair *waits;
	struct report *report;
	size_t count;

	(void)state;
	assert_int_equal(filter_parse(&filter, "tid=12", NULL), 0);
	report = tell(&options);
	assert_int_equal(rows_in(report), 1);
	assert_int_equal(row_of(report, "beta")->waits.ns, 50 * MS);
	waits = report_waits(report, &count);
	assert_int_equal(count, 1); /* behind one that has no row itself */
	assert_memory_equal(report_text(report, waits[0].what).data, "alpha", 5);
	assert_int_equal(report_still(report), 0);
	report_calls(report, &count);
	assert_int_equal(count, 0);
	report_free(report);
}

/* Of a part everything counts by what of it lies within. */
static void test_part(void **state)
{
	const struct report_options options = { .from = 20 * MS, .to = 70 * MS, .longest = 9 };
	struct report *report = tell(&options);
	const struct report_single *singles;
	const struct cpu_times *cpus;
	uint64_t more;
	size_t count;
	bool sure;

	(void)state;
	assert_int_equal(report_duration(report), 50 * MS);
	assert_int_equal(row_of(report, "alpha")->running, 40 * MS);
	assert_int_equal(row_of(report, "beta")->waits.ns, 40 * MS);
	assert_int_equal(row_of(report, "beta")->running, 10 * MS);
	assert_int_equal(row_of(report, "beta")->longest_from, 20 * MS);
	singles = report_long_runs(report, &count, &more);
	assert_int_equal(count, 2);
	assert_int_equal(singles[0].ns, 40 * MS);
	assert_int_equal(singles[0].from, 20 * MS);
	cpus = report_cpu_times(report, &count, &sure);
	assert_int_equal(cpus[0].busy, 50 * MS);
	assert_int_equal(cpus[1].idle, 50 * MS);
	report_calls(report, &count);
	assert_int_equal(count, 0);
	report_free(report);
}

static void test_cpus(void **state)
{
	struct report *report = tell(NULL);
	const struct cpu_times *cpus;
	size_t count;
	bool sure;

	(void)state;
	cpus = report_cpu_times(report, &count, &sure);
	assert_int_equal(count, 2);
	assert_true(sure);
	assert_int_equal(cpus[0].busy, 100 * MS);
	assert_int_equal(cpus[0].switches, 3);
	assert_int_equal(cpus[0].migrations, 1); /* 21, from CPU 1 */
	assert_int_equal(cpus[0].wasted, 0);
	/* 12 may not run there; 21 waited for 1 ms while it was idle. */
	assert_int_equal(cpus[1].busy, 20 * MS);
	assert_int_equal(cpus[1].idle, 80 * MS);
	assert_int_equal(cpus[1].wasted, MS);
	report_free(report);
}

/* Records of CPU 0 are missing at 50 ms: up to 60 it is not known who was there. */
static void test_lost_cpu(void **state)
{
	struct actor a = { .name = "alpha", .tid = 11, .pid = 10 };
	struct report *report = begin(NULL);
	const struct cpu_times *cpus;
	size_t count;
	bool sure;

	(void)state;
	enter(report, &a, 0);
	go(report, &a, REPORT_RUNNING, 0, 0);
	go(report, &a, REPORT_ASLEEP, 50 * MS, 0);
	assert_int_equal(report_lose_cpu(report, 0, 50 * MS), 0);
	go(report, &a, REPORT_RUNNING, 60 * MS, 0);
	assert_int_equal(report_end(report, 70 * MS), 0);
	cpus = report_cpu_times(report, &count, &sure);
	assert_int_equal(cpus[0].busy, 60 * MS);
	assert_int_equal(cpus[0].unknown, 10 * MS);
	assert_int_equal(cpus[0].idle, 0);
	report_free(report);
}

static void test_calls(void **state)
{
	struct report *report = tell(NULL);
	const struct report_call_sum *calls;
	size_t count;

	(void)state;
	calls = report_calls(report, &count);
	assert_int_equal(count, 2);
	assert_memory_equal(report_text(report, calls[0].name).data, "read", 4);
	assert_int_equal(calls[0].sum.ns, 4 * MS);
	assert_int_equal(calls[0].sum.count, 3);
	assert_int_equal(calls[0].spread.most_ns, 2 * MS);
	assert_int_equal(calls[0].longest_from, 10 * MS);
	assert_int_equal(calls[0].errors, 3);
	assert_int_equal(calls[0].error_count, 2);
	assert_int_equal(calls[0].error_rows[0].what, 11);
	assert_int_equal(calls[0].error_rows[0].times, 2);
	assert_int_equal(calls[1].sum.ns, 3 * MS);
	assert_int_equal(calls[1].errors, 0);
	report_free(report);
}

static void test_longest(void **state)
{
	const struct report_options options = { .longest = 2, .longest_ns = 15 * MS };
	struct report *report = tell(&options);
	const struct report_single *singles;
	uint64_t more;
	size_t count;

	(void)state;
	singles = report_long_runs(report, &count, &more);
	assert_int_equal(count, 2);
	assert_int_equal(more, 2); /* 20 ms each */
	assert_int_equal(singles[0].ns, 60 * MS);
	assert_int_equal(singles[0].tid, 11);
	assert_int_equal(singles[1].ns, 20 * MS);
	assert_int_equal(singles[1].from, 0);
	singles = report_long_waits(report, &count, &more);
	assert_int_equal(count, 1);
	assert_int_equal(more, 0);
	assert_int_equal(singles[0].cpu, 0);
	assert_memory_equal(report_text(report, singles[0].what).data, "alpha", 5);
	report_free(report);
}

static void test_still(void **state)
{
	struct report *report = tell(NULL);
	const struct report_pair *sleeps;
	size_t count;

	(void)state;
	assert_int_equal(report_still(report), 1);
	sleeps = report_sleeps(report, &count);
	assert_int_equal(count, 2); /* the one that slept all the while has no row */
	assert_int_equal(sleeps[0].ns, 59 * MS);
	assert_int_equal(sleeps[0].still_ns, 40 * MS);
	assert_int_equal(sleeps[0].times, 1);
	assert_int_equal(sleeps[1].ns, 10 * MS);
	assert_int_equal(sleeps[1].still_ns, 20 * MS);
	report_free(report);
}

static void test_scheds(void **state)
{
	struct report *report = tell(NULL);
	struct report_sched *scheds;
	size_t count;

	(void)state;
	assert_int_equal(report_scheds(report, &scheds, &count), 0);
	assert_int_equal(count, 1);
	assert_memory_equal(report_text(report, scheds[0].who).data, "beta", 4);
	assert_memory_equal(report_text(report, scheds[0].what).data, "CPU 0", 5);
	assert_int_equal(scheds[0].waiting, 50 * MS);
	assert_int_equal(scheds[0].attributes->cpus_allowed, 1);
	free(scheds);
	report_free(report);
}

/* A thread that has had other names in between counts once under each. */
static void test_renamed(void **state)
{
	static const char *const names[] = { "alpha", "beta", "alpha", "alpha" };
	struct report *report = begin(NULL);

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct actor a = { .name = names[i], .tid = 11, .pid = 10 };

		enter(report, &a, i * MS);
		go(report, &a, REPORT_RUNNING, i * MS, 0);
		assert_int_equal(report_leave(report, a.life, (i + 1) * MS), 0);
	}
	assert_int_equal(report_end(report, 4 * MS), 0);
	assert_int_equal(row_of(report, "alpha")->threads, 1);
	assert_int_equal(row_of(report, "alpha")->running, 3 * MS);
	assert_int_equal(row_of(report, "beta")->threads, 1);
	report_free(report);
}

/* The process's title is its first thread's, though another one ends later. */
static void test_title(void **state)
{
	static const char *const titles[] = { "early", "late" };
	const struct report_options options = { .by = REPORT_BY_PROCESS };
	struct actor actors[] = { { .name = "a", .tid = 10, .pid = 10 },
				  { .name = "b", .tid = 11, .pid = 10 } };
	struct report *report = begin(&options);
	struct report_who who;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct actor *actor = &actors[i % 2];

		if (i < 2)
			enter(report, actor, 0);
		who = (struct report_who){ .tid = actor->tid, .recurs = true, .pid = 10 };
		assert_int_equal(
			report_add_text(report, titles[i / 2], strlen(titles[i / 2]), &who.command),
			0);
		assert_int_equal(report_describe(report, actor->life, &who), 0);
	}
	go(report, &actors[1], REPORT_RUNNING, 0, 0);
	go(report, &actors[0], REPORT_RUNNING, 0, 1);
	assert_int_equal(report_end(report, MS), 0);
	assert_int_equal(rows_in(report), 1);
	who = report_threads(report, &(size_t){ 0 })->who;
	assert_memory_equal(report_text(report, who.command).data, "late", 4);
	report_free(report);
}

static void test_sort(void **state)
{
	struct report *report = tell(NULL);
	const struct report_thread **rows;
	size_t count;

	(void)state;
	assert_int_equal(sort_threads(report, SORT_WAITING, &rows, &count), 0);
	assert_int_equal(count, 3);
	assert_ptr_equal(rows[0], row_of(report, "beta"));
	free(rows);
	assert_int_equal(sort_threads(report, SORT_NAME, &rows, &count), 0);
	assert_ptr_equal(rows[0], row_of(report, "alpha"));
	assert_ptr_equal(rows[2], row_of(report, "delta"));
	free(rows);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by),	 cmocka_unit_test(test_filter),
		cmocka_unit_test(test_part),	 cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_lost_cpu), cmocka_unit_test(test_calls),
		cmocka_unit_test(test_longest),	 cmocka_unit_test(test_still),
		cmocka_unit_test(test_scheds),	 cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_title),	 cmocka_unit_test(test_sort),
	};

	return cmocka_run_group_tests_name("report_rows", tests, NULL, NULL);
}
