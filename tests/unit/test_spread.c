// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Spreads against a plain recount; and how wide texts are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/columns.h"
#include "base/spread.h"
#include "simulator/rng.h"

#define MANY 20000

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void check_percentile(const struct spread *spread, const uint64_t *sorted, unsigned percent)
{
	uint64_t exact = sorted[(MANY * percent + 99) / 100 - 1];
	uint64_t said = spread_percentile(spread, percent);
	uint64_t off = said > exact ? said - exact : exact - said;

	assert_true(off <= 32 || off * 100 <= exact * SPREAD_ERROR_PERCENT);
}

/* Lengths of all magnitudes, in two halves that are merged. */
static void test_recount(void **state)
{
	static uint64_t values[MANY];
	struct spread spread = { 0 }, half = { 0 };
	uint64_t sum = 0, counted = 0, count = 0;
	struct rng rng = { 7 };

	(void)state;
	for (int i = 0; i < MANY; i++) {
		values[i] = rng_next(&rng) >> (26 + rng_next(&rng) % 38);
		sum += values[i];
		spread_add(i % 2 ? &half : &spread, values[i]);
	}
	spread_merge(&spread, &half);
	qsort(values, MANY, sizeof(values[0]), by_value);
	assert_int_equal(spread.count, MANY);
	assert_true(spread.most_ns == values[MANY - 1]);
	check_percentile(&spread, values, 50);
	check_percentile(&spread, values, 95);
	check_percentile(&spread, values, 99);
	for (unsigned i = 0; i < SPREAD_DECADES; i++) {
		uint64_t from = spread_decade_ns(i), in = 0;

		for (int k = 0; k < MANY; k++)
			in += values[k] >= from &&
			      (i + 1 == SPREAD_DECADES || values[k] < spread_decade_ns(i + 1));
		assert_int_equal(spread.decades[i].count, in);
		counted += spread.decades[i].ns;
		count += in;
	}
	assert_true(counted == sum && count == MANY);
}

static void test_ends(void **state)
{
	struct spread spread = { 0 };

	(void)state;
	assert_int_equal(spread_percentile(&spread, 99), 0);
	spread_add(&spread, 0);
	assert_int_equal(spread_percentile(&spread, 99), 0);
	spread_add(&spread, UINT64_MAX);
	assert_true(spread.most_ns == UINT64_MAX);
	assert_int_equal(spread_percentile(&spread, 50), 32);
	assert_true(spread_percentile(&spread, 99) > UINT64_C(100000000000));
}

static void test_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} rows[] = {
		{ "", 0 },	    { "abc", 3 },	   { "\xc3\xa4", 1 },
		{ "a\xcc\x88", 1 }, { "\xe6\xbc\xa2", 2 }, { "\xf0\x9f\x98\x80", 2 },
		{ "\xff", 1 },	    { "\xef\xbf\xbd", 1 },
	};
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(columns_of(rows[i].text, strlen(rows[i].text)), rows[i].columns);
	/* Never half of a character. */
	assert_int_equal(columns_fit("a\xe6\xbc\xa2"
				     "b",
				     5, 2, &used),
			 1);
	assert_int_equal(used, 1);
	assert_int_equal(columns_fit_end("a\xe6\xbc\xa2"
					 "b",
					 5, 2, &used),
			 1);
	assert_int_equal(used, 1);
	assert_int_equal(columns_fit_end("a\xe6\xbc\xa2"
					 "b",
					 5, 3, &used),
			 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recount),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
