// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Who is to blame for which part of a wait. A row has the slices of CPUs, as
 * "CPU WHO FROM TO" (a "!" behind TO: ended by a limit; TO 0: goes on), the
 * wait's pieces "wait FROM CPU" with a "why" of 90 plus the piece's number, how
 * it ends, and what is to be told: "WHO FROM-TO".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/waits.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CPUS 3

enum {
	WHY = 90,
	IDLE = 60,
	MOVED = 70,
	UNKNOWN,
	FORGOTTEN,
	LIMIT = 80
};

struct row {
	const char *name;
	const char *slices;
	const char *pieces;
	uint64_t end;
	uint32_t got;
	const char *expected; /* sorted by time */
	uint64_t limit_ns;
	bool limit_first, all, by_absent;
};

/* clang-format off */
static const struct row rows[] = {
{ .name = "behind one", .slices = "0 1 50 1000\n", .pieces = "100 0\n", .end = 1000, .got = 0,
  .expected = "1 100-1000\n" },
{ .name = "behind two, and nobody between",
  .slices = "0 1 50 300\n0 2 400 700\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .expected = "1 100-300\n90 300-400\n2 400-700\n90 700-900\n" },
{ .name = "steps of the clock are the neighbour's",
  .slices = "0 1 50 300\n0 2 303 700\n", .pieces = "100 0\n", .end = 702, .got = 0,
  .expected = "1 100-300\n1 300-303\n2 303-700\n2 700-702\n" },
{ .name = "nobody at all", .slices = "1 1 50 1000\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .expected = "90 100-900\n" },
{ .name = "an idle CPU is told apart from one of which nothing is known",
  .slices = "0 2147483647 50 300\n0 1 400 900\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .expected = "60 100-300\n90 300-400\n1 400-900\n" },
{ .name = "moved: behind each where it waited",
  .slices = "0 1 50 1000\n1 2 50 1000\n", .pieces = "100 0\n400 1\n600 0\n", .end = 900, .got = 0,
  .expected = "1 100-400\n2 400-600\n1 600-900\n" },
{ .name = "moved, and nobody told it",
  .slices = "0 1 50 1000\n1 2 50 1000\n", .pieces = "100 0\n400 1\n", .end = 900, .got = 2,
  .expected = "1 100-400\n70 400-900\n" },
{ .name = "nobody knows for which CPU",
  .slices = "0 1 50 1000\n", .pieces = "100 ?\n400 0\n", .end = 900, .got = 0,
  .expected = "71 100-400\n1 400-900\n" },
{ .name = "for any: behind those of the one it got",
  .slices = "0 1 50 1000\n1 2 50 1000\n", .pieces = "100 *\n", .end = 900, .got = 1,
  .expected = "2 100-900\n" },
{ .name = "for any, and it got none",
  .slices = "0 1 50 1000\n", .pieces = "100 *\n", .end = 900, .got = WAIT_ANY_CPU,
  .expected = "90 100-900\n" },
{ .name = "it still waits: behind one that is still there",
  .slices = "0 1 50 0\n", .pieces = "100 0\n", .end = 900, .got = WAIT_ANY_CPU,
  .expected = "1 100-900\n" },
{ .name = "a limit comes first",
  .slices = "0 1 50 1000\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .limit_ns = 500, .limit_first = true,
  .expected = "80 100-600\n1 600-900\n" },
{ .name = "a limit that is longer than the wait",
  .slices = "0 1 50 1000\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .limit_ns = 5000, .limit_first = true,
  .expected = "80 100-900\n" },
{ .name = "a limit over two pieces",
  .slices = "0 1 50 1000\n1 2 50 1000\n", .pieces = "100 0\n400 1\n", .end = 900, .got = 1,
  .limit_ns = 500, .limit_first = true,
  .expected = "80 100-600\n2 600-900\n" },
{ .name = "a limit stands where one on its CPU was stopped by it",
  .slices = "0 1 50 300!\n0 2 300 700\n0 3 700 900\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .limit_ns = 450,
  .expected = "1 100-300\n80 300-750\n3 750-900\n" },
{ .name = "twice: the last is whole, the first ends before the next ran",
  .slices = "0 1 50 200!\n0 2 300 400!\n0 3 600 900\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .limit_ns = 550,
  .expected = "1 100-200\n80 200-250\n90 250-300\n2 300-400\n80 400-900\n" },
{ .name = "nobody was seen to be stopped: it came first",
  .slices = "0 1 50 300\n0 2 300 900\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .limit_ns = 100,
  .expected = "80 100-200\n1 200-300\n2 300-900\n" },
{ .name = "its own slice ended so: it came first",
  .slices = "0 1 50 100!\n0 2 300 900\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .limit_ns = 150,
  .expected = "80 100-250\n90 250-300\n2 300-900\n" },
{ .name = "all of it has one cause", .all = true,
  .slices = "0 1 50 1000\n", .pieces = "100 0\n400 1\n", .end = 900, .got = 0,
  .expected = "90 100-900\n" },
{ .name = "by one who is not there: nobody came", .by_absent = true,
  .slices = "0 1 50 100\n0 2 400 600\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .expected = "90 100-400\n2 400-600\n90 600-900\n" },
{ .name = "by one who is there: what follows is not his", .by_absent = true,
  .slices = "0 1 50 100\n0 2 103 600\n", .pieces = "100 0\n", .end = 900, .got = 0,
  .expected = "2 100-103\n2 103-600\n0 600-900\n" },
};
/* clang-format on */

struct part {
	uint32_t who;
	uint64_t from, to;
};

struct told {
	struct part parts[64];
	size_t count;
};

static int tell(void *ctx, uint32_t who, uint64_t from, uint64_t to)
{
	struct told *told = ctx;

	assert_true(told->count < ARRAY_SIZE(told->parts));
	if (from < to)
		told->parts[told->count++] = (struct part){ who, from, to };
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static void add_slices(struct slices *cpus, const char *text)
{
	for (; *text; text = strchr(text, '\n') + 1) {
		uint64_t from, to, number;
		unsigned cpu, who;
		char mark = 0;

		assert_true(sscanf(text, "%u %u %" SCNu64 " %" SCNu64 "%c", &cpu, &who, &from, &to,
				   &mark) >= 4);
		assert_int_equal(slices_open(&cpus[cpu], who, from, &number), 0);
		if (to)
			slices_close(&cpus[cpu], number, to, mark == '!');
	}
}

static void add_pieces(struct wait *wait, const char *text)
{
	for (uint32_t why = WHY; *text; text = strchr(text, '\n') + 1, why++) {
		struct wait_piece piece = { .why = why, .idle = IDLE };
		char cpu;

		assert_int_equal(sscanf(text, "%" SCNu64 " %c", &piece.from, &cpu), 2);
		piece.cpu = cpu == '?'	 ? WAIT_UNKNOWN_CPU
			    : cpu == '*' ? WAIT_ANY_CPU
					 : (uint32_t)(cpu - '0');
		assert_int_equal(why == WHY ? wait_begin(wait, &piece) : wait_move(wait, &piece),
				 0);
	}
}

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct wait_end end = { .at = row->end,
				      .got = row->got,
				      .moved = MOVED,
				      .unknown = UNKNOWN,
				      .forgotten = FORGOTTEN };
	struct slices cpus[CPUS] = { 0 };
	struct told told = { 0 };
	struct wait wait = { 0 };
	char text[1024] = "";
	size_t size = 0;

	add_slices(cpus, row->slices);
	add_pieces(&wait, row->pieces);
	wait.all = row->all;
	wait.by_absent = row->by_absent;
	wait.limit = LIMIT;
	wait.limit_ns = row->limit_ns;
	wait.limit_first = row->limit_first;
	assert_int_equal(wait_split(&wait, &end, cpus, tell, &told), 0);
	qsort(told.parts, told.count, sizeof(*told.parts), by_time);
	for (size_t i = 0; i < told.count; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size,
					 "%u %" PRIu64 "-%" PRIu64 "\n", told.parts[i].who,
					 told.parts[i].from, told.parts[i].to);
	assert_string_equal(text, row->expected);
	for (size_t i = 0; i < CPUS; i++)
		slices_fini(&cpus[i]);
	wait_fini(&wait);
}

/* However it was moved, all parts together are the wait, and the memory is bounded. */
static void test_moved_often(void **state)
{
	const struct wait_end end = { .at = 100000, .got = 0, .unknown = UNKNOWN };
	struct slices cpus[CPUS] = { 0 };
	struct told told = { 0 };
	struct wait wait = { 0 };
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(wait_begin(&wait, &(struct wait_piece){ .from = 0, .cpu = 0 }), 0);
	for (uint64_t i = 1; i < 1000; i++)
		assert_int_equal(
			wait_move(&wait, &(struct wait_piece){ .from = 10 * i, .cpu = i % 2 }), 0);
	assert_int_equal(wait.count, WAIT_PIECES_MAX);
	memmove(wait.pieces + 1, wait.pieces + WAIT_PIECES_MAX - 10, 10 * sizeof(*wait.pieces));
	wait.count = 11;
	assert_int_equal(wait_split(&wait, &end, cpus, tell, &told), 0);
	for (size_t i = 0; i < told.count; i++)
		sum += told.parts[i].to - told.parts[i].from;
	assert_int_equal(sum, 100000);
	wait_fini(&wait);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 1] = { cmocka_unit_test(test_moved_often) };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i + 1] = (struct CMUnitTest){ .name = rows[i].name,
						    .test_func = test_row,
						    .initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests_name("waits", tests, NULL, NULL);
}
