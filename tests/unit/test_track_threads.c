// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The table of threads: finding by id and tid, reuse of both, slots, comms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "track/threads.h"

static int make(void **state)
{
	return thread_table_new((struct thread_table **)state);
}

static int unmake(void **state)
{
	thread_table_free(*state);
	return 0;
}

static void test_found_by_both(void **state)
{
	struct thread_table *table = *state;
	struct thread *a = thread_table_add(table, 1, 100);
	struct thread *b = thread_table_add(table, 2, 101);

	assert_ptr_equal(thread_by_id(table, 1), a);
	assert_ptr_equal(thread_by_tid(table, 101), b);
	assert_null(thread_by_id(table, 3));
	assert_null(thread_by_tid(table, 102));
	assert_int_equal(a->state, THREAD_ABSENT);
	assert_string_equal(a->comm, "?");
}

static void test_newest_of_a_tid(void **state)
{
	struct thread_table *table = *state;
	struct thread *old = thread_table_add(table, 1, 100);
	struct thread *new = thread_table_add(table, 2, 100);

	assert_ptr_equal(thread_by_tid(table, 100), new);
	new->orphan = true;
	assert_ptr_equal(thread_by_tid(table, 100), old);
}

/* The tables grow many times: everybody stays found, the newest of a tid first. */
static void test_many(void **state)
{
	struct thread_table *table = *state;
	const unsigned count = 20000;

	for (unsigned i = 1; i <= count; i++)
		assert_non_null(thread_table_add(table, i, 1 + i % 10000));
	assert_int_equal(thread_table_count(table), count);
	for (unsigned i = 1; i <= count; i++)
		assert_int_equal(thread_by_id(table, i)->tid, 1 + i % 10000);
	for (unsigned tid = 2; tid <= 10000; tid++)
		assert_int_equal(thread_by_tid(table, tid)->id, 10000 + tid - 1);
}

static void test_tids_swap(void **state)
{
	struct thread_table *table = *state;
	struct thread *leader = thread_table_add(table, 1, 100);
	struct thread *other = thread_table_add(table, 2, 101);

	thread_set_tid(table, leader, 101);
	thread_set_tid(table, other, 100);
	assert_ptr_equal(thread_by_tid(table, 100), other);
	assert_ptr_equal(thread_by_tid(table, 101), leader);
	assert_ptr_equal(thread_by_id(table, 1), leader);
}

static void test_gets_an_id(void **state)
{
	struct thread_table *table = *state;
	struct thread *thread = thread_table_add(table, 0, 100);

	thread_set_tid(table, thread, 105);
	thread_set_id(table, thread, 7);
	assert_ptr_equal(thread_by_id(table, 7), thread);
	assert_ptr_equal(thread_by_tid(table, 105), thread);
}

static void test_dead_are_remembered(void **state)
{
	struct thread_table *table = *state;
	struct thread *thread = thread_table_add(table, 1, 100);

	thread_table_drop(table, thread);
	assert_null(thread_by_id(table, 1));
	assert_null(thread_by_tid(table, 100));
	assert_ptr_equal(thread_dead_by_id(table, 1), thread);
	for (unsigned i = 2; i < 2 + THREADS_REMEMBERED; i++)
		thread_table_drop(table, thread_table_add(table, i, i));
	assert_null(thread_dead_by_id(table, 1));
	assert_int_equal(thread_table_count(table), 0);
}

/* A slot is a thread's for as long as it is remembered, and small for ever. */
static void test_slots(void **state)
{
	struct thread_table *table = *state;
	struct thread *first = thread_table_add(table, 1, 100);
	uint32_t slot = first->slot;

	assert_int_equal(slot, THREAD_SLOT_FIRST);
	assert_null(thread_table_drop(table, first));
	for (unsigned i = 2; i < 1 + THREADS_REMEMBERED; i++)
		assert_null(thread_table_drop(table, thread_table_add(table, i, i)));
	assert_ptr_equal(thread_table_drop(table, thread_table_add(table, 999, 999)), first);
	assert_int_equal(thread_table_add(table, 1000, 100)->slot, slot);
	for (unsigned i = 0; i < 1000; i++) {
		struct thread *thread = thread_table_add(table, 2000 + i, 200 + i);

		assert_true(thread->slot <= THREAD_SLOT_FIRST + THREADS_REMEMBERED + 1);
		thread_table_drop(table, thread);
	}
}

static void test_revived(void **state)
{
	struct thread_table *table = *state;
	struct thread *thread = thread_table_add(table, 1, 100);

	thread->presumed_from = THREAD_ASLEEP;
	thread_table_drop(table, thread);
	thread_table_revive(table, thread, 101);
	assert_null(thread_dead_by_id(table, 1));
	assert_ptr_equal(thread_by_id(table, 1), thread);
	assert_ptr_equal(thread_by_tid(table, 101), thread);
	assert_int_equal(thread->state, THREAD_ASLEEP);
}

static void test_list_is_sorted(void **state)
{
	struct thread_table *table = *state;
	struct thread *list[3];

	thread_table_add(table, 9, 101);
	thread_table_add(table, 8, 100);
	thread_table_add(table, 7, 101);
	thread_table_list(table, list);
	assert_int_equal(list[0]->id, 8);
	assert_int_equal(list[1]->id, 7);
	assert_int_equal(list[2]->id, 9);
}

static void test_numbers_wrap(void **state)
{
	(void)state;
	assert_true(num_newer(2, 1));
	assert_false(num_newer(1, 1));
	assert_true(num_newer(0, UINT32_MAX));
	assert_false(num_newer(UINT32_MAX, 0));
}

struct comm {
	const char *name;
	const char in[REC_COMM_LEN];
	const char *out;
};

static const struct comm comms[] = {
	{ "comm: as it is", "worker", "worker" },
	{ "comm: full length", "123456789012345", "123456789012345" },
	{ "comm: no NUL", { "1234567890123456" }, "123456789012345" },
	{ "comm: empty", "", "?" },
	{ "comm: a line's end", "a\nb\tc", "a?b?c" },
	{ "comm: a delete", "a\x7f", "a?" },
	{ "comm: bytes that are no text stay", "\xff\xfe", "\xff\xfe" },
};

static void test_comms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(comms) / sizeof(*comms); i++) {
		char out[REC_COMM_LEN];

		memset(out, 'x', sizeof(out));
		thread_clean_comm(out, comms[i].in);
		print_message("%s\n", comms[i].name);
		assert_string_equal(out, comms[i].out);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_found_by_both),
		TEST(test_newest_of_a_tid),
		TEST(test_many),
		TEST(test_tids_swap),
		TEST(test_gets_an_id),
		TEST(test_dead_are_remembered),
		TEST(test_slots),
		TEST(test_revived),
		TEST(test_list_is_sorted),
		cmocka_unit_test(test_numbers_wrap),
		cmocka_unit_test(test_comms),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
