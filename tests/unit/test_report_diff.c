// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What differs between two reports, and what of that is noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/diff.h"

#define MS UINT64_C(1000000)

/* In a second: so many waits of so long of a thread of that name, which runs in between. */
static struct report *waits_of(const char *name, unsigned count, uint64_t ns)
{
	struct report *report;
	uint64_t now = 0;
	uint32_t life;

	assert_int_equal(report_new(&report), 0);
	report_know(report, REPORT_KNOWS_CALLS);
	assert_int_equal(report_enter(report, &life, 0), 0);
	assert_int_equal(report_name(report, life, name, strlen(name)), 0);
	for (unsigned i = 0; i < count; i++) {
		struct report_step step = { .state = REPORT_WAITING, .now = now };
		struct report_call call = { .from = now, .to = now + ns };

		assert_int_equal(report_go(report, life, &step), 0);
		assert_int_equal(report_add_text(report, "read", 4, &call.name), 0);
		assert_int_equal(report_add_call(report, life, &call), 0);
		now += ns;
		step = (struct report_step){ .state = REPORT_ASLEEP, .now = now };
		assert_int_equal(report_go(report, life, &step), 0);
	}
	assert_int_equal(report_end(report, 1000 * MS), 0);
	return report;
}

static const struct diff_row *row_of(const struct diff_row *rows, size_t count, enum diff_kind kind,
				     const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].kind == kind && rows[i].name.size == strlen(name) &&
		    !memcmp(rows[i].name.data, name, rows[i].name.size))
			return &rows[i];
	return NULL;
}

static const struct noise_row {
	unsigned a_count, b_count;
	uint64_t a_ns, b_ns;
	bool is_noise;
} noise[] = {
	{ 0, 1, 0, 100 * MS, true },  /* one alone says nothing */
	{ 0, 10, 0, 10 * MS, false }, /* sqrt(10) * 10 ms, twice: 63 ms */
	{ 100, 110, MS, MS, true },   /* sqrt(210) * 1 ms, twice: 29 ms */
	{ 100, 140, MS, MS, false },  /* 31 ms */
	{ 100, 100, MS, 2 * MS, false }, { 4, 3, 50 * MS, 50 * MS, true },
};

static void test_noise(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		struct report *a = waits_of("x", noise[i].a_count, noise[i].a_ns);
		struct report *b = waits_of("x", noise[i].b_count, noise[i].b_ns);
		const struct diff_row *row, *call;
		struct diff_row *rows;
		size_t count;

		assert_int_equal(diff_reports(a, b, &rows, &count), 0);
		row = row_of(rows, count, DIFF_WAITING, "x");
		assert_non_null(row);
		assert_true(diff_change(row) ==
			    (int64_t)(noise[i].b_count * noise[i].b_ns) -
				    (int64_t)(noise[i].a_count * noise[i].a_ns));
		if (row->is_noise != noise[i].is_noise)
			fail_msg("row %zu: noise %llu", i, (unsigned long long)row->noise_ns);
		call = row_of(rows, count, DIFF_SYSCALL, "read");
		assert_non_null(call);
		assert_true(diff_change(call) == diff_change(row));
		free(rows);
		report_free(a);
		report_free(b);
	}
}

/* A name on one side alone, and one that is the same. */
static void test_sides(void **state)
{
	struct report *a = waits_of("old", 5, MS), *b = waits_of("new", 5, 2 * MS);
	struct diff_row *rows;
	size_t count;

	(void)state;
	assert_int_equal(diff_reports(a, b, &rows, &count), 0);
	assert_int_equal(row_of(rows, count, DIFF_WAITING, "old")->a_ns, 5 * MS);
	assert_int_equal(row_of(rows, count, DIFF_WAITING, "old")->b_ns, 0);
	assert_int_equal(row_of(rows, count, DIFF_WAITING, "new")->b_ns, 10 * MS);
	assert_null(row_of(rows, count, DIFF_RUNNING, "new"));
	free(rows);
	assert_int_equal(diff_reports(a, a, &rows, &count), 0);
	assert_int_equal(count, 0);
	free(rows);
	report_free(a);
	report_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_sides),
	};

	return cmocka_run_group_tests_name("report_diff", tests, NULL, NULL);
}
