// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The tracker's table, every cell of it, against what must be so: where a
 * change leads, in which states it needs no explanation, and that every other
 * cell is a repair. A cell nobody wrote fails, too: it would lead to
 * THREAD_ABSENT without a repair.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "track/machine.h"

#define ALL ((1u << THREAD_STATES) - 1)
#define BIT(state) (1u << THREAD_##state)

static const struct row {
	const char *name;
	unsigned to;	/* where it leads, if it is not dropped */
	unsigned stays; /* states in which it changes nothing */
	unsigned plain; /* states in which it explains itself */
	unsigned drops; /* states in which it has no meaning */
} rows[CHANGE_INPUTS] = {
	[CHANGE_IN] = { "in", THREAD_ON_CPU, 0, BIT(ABSENT) | BIT(RUNNABLE), 0 },
	[CHANGE_OUT_ASLEEP] = { "out_asleep", THREAD_ASLEEP, 0, BIT(ABSENT) | BIT(ON_CPU), 0 },
	[CHANGE_OUT_RUNNABLE] = { "out_runnable", THREAD_RUNNABLE, 0, BIT(ABSENT) | BIT(ON_CPU),
				  0 },
	[CHANGE_END] = { "end", THREAD_DEAD, 0, BIT(ABSENT) | BIT(ON_CPU), 0 },
	/* Of who is absent nobody is told to be runnable: it may be a stranger. */
	[CHANGE_WAKE] = { "wake", THREAD_RUNNABLE, BIT(ABSENT), BIT(ABSENT) | BIT(ASLEEP),
			  BIT(RUNNABLE) },
	[CHANGE_BORN] = { "born", THREAD_RUNNABLE, 0, BIT(ABSENT), ALL & ~BIT(ABSENT) },
	[CHANGE_SYS_ENTER] = { "sys_enter", THREAD_ON_CPU, 0, BIT(ON_CPU), ALL & ~BIT(ON_CPU) },
	[CHANGE_SYS_EXIT] = { "sys_exit", THREAD_ON_CPU, 0, BIT(ON_CPU), ALL & ~BIT(ON_CPU) },
	[CHANGE_EXEC] = { "exec", THREAD_ON_CPU, 0, BIT(ON_CPU), ALL & ~BIT(ON_CPU) },
	/* Off a CPU there is nothing to lose; on it, a loss is what it is. */
	[CHANGE_LOSE] = { "lose", THREAD_LOST, ALL & ~BIT(ON_CPU), ALL & ~BIT(ON_CPU), 0 },
	/* Of who is lost it is not known when it left. */
	[CHANGE_LEAVE] = { "leave", THREAD_ABSENT, 0, ALL & ~BIT(LOST), 0 },
	[CHANGE_GONE] = { "gone", THREAD_DEAD, 0, BIT(ABSENT), 0 },
};

static const char *const state_names[THREAD_STATES] = {
	[THREAD_ABSENT] = "absent", [THREAD_RUNNABLE] = "runnable", [THREAD_ON_CPU] = "on_cpu",
	[THREAD_ASLEEP] = "asleep", [THREAD_LOST] = "lost",
};

struct test {
	char name[64];
	enum thread_state state;
	enum change_kind kind;
};

static void test_cell(void **state)
{
	const struct test *test = *state;
	const struct machine_cell *cell = &machine[test->state][test->kind];
	const struct row *row = &rows[test->kind];
	unsigned here = 1u << test->state;

	if (row->plain & here)
		assert_int_equal(cell->why, CHANGE_SEEN);
	else
		assert_int_equal(cell->why, row->drops & here ? CHANGE_DROP : CHANGE_BRIDGE);
	assert_int_equal(cell->next, (row->stays | row->drops) & here ? test->state : row->to);
}

#define CELLS (THREAD_STATES * CHANGE_INPUTS)

int main(void)
{
	static struct test tests[CELLS];
	static struct CMUnitTest units[CELLS];
	unsigned n = 0;

	for (unsigned s = 0; s < THREAD_STATES; s++)
		for (unsigned i = 0; i < CHANGE_INPUTS; i++, n++) {
			tests[n] = (struct test){ .state = s, .kind = i };
			snprintf(tests[n].name, sizeof(tests[n].name), "%s_%s", state_names[s],
				 rows[i].name);
			units[n] = (struct CMUnitTest){ .name = tests[n].name,
							.test_func = test_cell,
							.initial_state = &tests[n] };
		}
	return _cmocka_run_group_tests("track_machine", units, n, NULL, NULL);
}
