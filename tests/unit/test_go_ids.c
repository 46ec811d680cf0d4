// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Ids of goroutines and Ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "export/go/ids.h"

static int make(void **state)
{
	return ids_new((struct ids **)state);
}

static int unmake(void **state)
{
	ids_free(*state);
	return 0;
}

static uint64_t new_g(struct ids *ids, struct goroutine *g)
{
	assert_int_equal(ids_new_g(ids, g), 0);
	return g->g;
}

static void test_goroutines_of_a_tid(void **state)
{
	const struct thread low = { .tid = 100 }, high = { .tid = TID_LIMIT - 1 };
	struct goroutine a = { .thread = &low }, b = { .thread = &high };

	assert_int_equal(new_g(*state, &a), 100);
	assert_int_equal(new_g(*state, &a), 100 + G_STEP);
	assert_int_equal(new_g(*state, &a), 100 + 2 * G_STEP);
	assert_int_equal(new_g(*state, &b), TID_LIMIT - 1);
}

/* No two threads have one M, however their tids come and go. */
static void test_ms(void **state)
{
	const struct thread thread = { .tid = 100 };
	struct goroutine a = { .thread = &thread }, b = a, c = a;

	assert_true(ids_m_free(*state, 100));
	new_g(*state, &a);
	ids_take_m(*state, &a);
	assert_int_equal(a.m, 100);
	assert_false(ids_m_free(*state, 100));
	new_g(*state, &b);
	ids_take_m(*state, &b);
	assert_int_equal(b.m, 100 + G_STEP);
	ids_release_m(*state, &a);
	assert_true(ids_m_free(*state, 100));
	new_g(*state, &c);
	ids_take_m(*state, &c);
	assert_int_equal(c.m, 100);
	ids_release_m(*state, &b);
	assert_false(ids_m_free(*state, 100));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_goroutines_of_a_tid),
		TEST(test_ms),
	};

	return cmocka_run_group_tests_name("go_ids", tests, NULL, NULL);
}
