/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The map that may forget: finds what was put in, forgets only what is old,
 * and stays small however many ids come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/recall.h"

/* An id as the kernel side makes it: a counter, the CPU on top. */
static uint64_t make_id(uint32_t i)
{
	return (uint64_t)(i % 8) << 48 | (i / 8 + 1);
}

static void test_finds_all(void **state)
{
	struct recall map = { 0 };

	(void)state;
	assert_null(recall_find(&map, 1));
	for (uint32_t i = 0; i < 100000; i++) {
		struct recall_slot *slot = recall_add(&map, make_id(i), 5, 1);

		assert_non_null(slot);
		assert_int_equal(slot->value, 0);
		slot->value = i;
		assert_ptr_equal(recall_add(&map, make_id(i), 6, 1), slot);
	}
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(recall_find(&map, make_id(i))->value, i);
	assert_null(recall_find(&map, make_id(100000)));
	assert_true(map.size <= 4 * 100000);
	recall_clear(&map);
	assert_null(recall_find(&map, make_id(7)));
	recall_free(&map);
}

static void test_forgets_the_old_only(void **state)
{
	struct recall map = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		recall_add(&map, make_id(i), UINT32_MAX, 0)->value = i;
	for (uint32_t i = 100; i < 1000000; i++)
		recall_add(&map, make_id(i), i, i > 1000 ? i - 1000 : 1)->stamp = i % 2 ? i : 0;
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(recall_find(&map, make_id(i))->value, i);
	for (uint32_t i = 999001; i < 1000000; i += 2)
		assert_non_null(recall_find(&map, make_id(i)));
	assert_true(map.size <= 4096);
	recall_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_all),
		cmocka_unit_test(test_forgets_the_old_only),
	};

	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
