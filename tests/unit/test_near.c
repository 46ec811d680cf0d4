// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* How far two words are apart, and which is the nearest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "options/near.h"

static void test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{ "", "", 0 },
		{ "record", "record", 0 },
		{ "", "cut", 3 },
		{ "recrod", "record", 1 },
		{ "rcord", "record", 1 },
		{ "records", "record", 1 },
		{ "recoxd", "record", 1 },
		{ "ercodr", "record", 2 },
		{ "cut", "dump", 3 },
		{ "a name that is longer than any of ours", "cut", SIZE_MAX },
		{ "1234567890123456789012345678901", "1234567890123456789012345678901", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(near_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(near_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}

static const char *name(size_t i, const void *ctx)
{
	return ((const char *const *)ctx)[i];
}

static void test_nearest(void **state)
{
	static const char *const names[] = { "validate", NULL, "cut", "convert" };

	(void)state;
	assert_string_equal(near_find("vaildate", 4, name, names), "validate");
	assert_string_equal(near_find("cat", 4, name, names), "cut");
	assert_string_equal(near_find("covnet", 4, name, names), "convert");
	assert_null(near_find("dog", 4, name, names));
	assert_null(near_find("", 4, name, names));
	assert_null(near_find("cut", 0, name, names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "distance", test_distance, NULL, NULL, NULL },
		{ "nearest", test_nearest, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
