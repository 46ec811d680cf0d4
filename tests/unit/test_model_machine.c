// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The machine's tables, every cell of them: the steps are played against Go's
 * rules for one G and its P, and must be legal from the cell's state and end
 * in what the next state says. A cell nobody wrote fails, too: it would lead
 * to T_ABSENT without ending the goroutine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/machine.h"

enum go {
	NONE,
	RUNNABLE,
	RUNNING,
	SYSCALL,
	WAITING
};
enum proc {
	FREE,
	HELD,
	HELD_SYSCALL
};

struct picture {
	enum go go;
	enum proc proc;
};

static const struct picture pictures[T_STATE_COUNT] = {
	[T_ABSENT] = { NONE, FREE },	 [T_RUNNABLE] = { RUNNABLE, FREE },
	[T_RUNNING] = { RUNNING, HELD }, [T_SYSCALL] = { SYSCALL, HELD_SYSCALL },
	[T_WAITING] = { WAITING, FREE }, [T_LOST] = { WAITING, FREE },
	[T_BLOCKED] = { SYSCALL, FREE },
};

/* What each step needs and makes; -1: does not matter, stays. */
static const struct {
	int go, proc, to_go, to_proc;
} rules[] = {
	[PROC_START] = { -1, FREE, -1, HELD },
	[PROC_STOP] = { NONE, HELD, -1, FREE }, /* or a G that has left: see play() */
	[GIVE_P] = { SYSCALL, HELD_SYSCALL, -1, FREE },
	[GO_CREATE] = { NONE, HELD, RUNNABLE, -1 },
	[CREATE_CHILD] = { NONE, FREE, RUNNABLE, -1 },
	[GO_START] = { RUNNABLE, HELD, RUNNING, -1 },
	[GO_STOP] = { RUNNING, HELD, RUNNABLE, -1 },
	[GO_BLOCK] = { RUNNING, HELD, WAITING, -1 },
	[BLOCK_UNKNOWN] = { RUNNING, HELD, WAITING, -1 },
	[UNBLOCK] = { WAITING, FREE, RUNNABLE, -1 },
	[UNBLOCK_UNKNOWN] = { WAITING, FREE, RUNNABLE, -1 },
	[GO_DESTROY] = { RUNNING, HELD, NONE, -1 },
	[DESTROY_SYSCALL] = { SYSCALL, FREE, NONE, -1 },
	[SYS_BEGIN] = { RUNNING, HELD, SYSCALL, HELD_SYSCALL },
	[SYS_END] = { SYSCALL, HELD_SYSCALL, RUNNING, HELD },
	[SYS_END_BLOCKED] = { SYSCALL, FREE, RUNNABLE, -1 },
	[REBIRTH] = { NONE, HELD, -1, -1 },
};

struct test {
	char name[64];
	const machine_table *table;
	enum thread_state state;
	enum input input;
};

static bool fits(struct picture now, enum step step)
{
	/* A P stops under an M whose G has left it: anything but running. */
	if (step == PROC_STOP)
		return now.proc == HELD && now.go != RUNNING && now.go != SYSCALL;
	return (rules[step].go < 0 || now.go == (enum go)rules[step].go) &&
	       (rules[step].proc < 0 || now.proc == (enum proc)rules[step].proc);
}

static void test_cell(void **state)
{
	const struct test *test = *state;
	const struct cell *cell = &(*test->table)[test->state][test->input];
	struct picture now = pictures[test->state];

	for (unsigned i = 0; i < CELL_STEPS && cell->steps[i] != STEP_END; i++) {
		enum step step = cell->steps[i];

		if (!fits(now, step))
			fail_msg("step %u (%d) is not legal: go %d, proc %d", i, step, now.go,
				 now.proc);
		if (rules[step].to_go >= 0)
			now.go = rules[step].to_go;
		if (rules[step].to_proc >= 0)
			now.proc = rules[step].to_proc;
	}
	assert_in_range(cell->next, 0, T_DEAD);
	assert_int_equal(now.proc, cell->next == T_DEAD ? FREE : pictures[cell->next].proc);
	/* Who is gone may leave a goroutine behind; nobody else may. */
	if (cell->next != T_DEAD)
		assert_int_equal(now.go, pictures[cell->next].go);
	else if (test->input != GONE && test->state != T_BLOCKED)
		assert_int_equal(now.go, NONE);
}

/* A repair in a cell without any event is a drop or an omission: it must be counted. */
static void test_quiet_cells_are_counted(void **state)
{
	const machine_table *const tables[] = { &machine_sched, &machine_go };

	(void)state;
	for (unsigned t = 0; t < 2; t++)
		for (unsigned s = T_RUNNABLE; s < T_STATE_COUNT; s++)
			for (unsigned i = 0; i < INPUT_COUNT; i++) {
				const struct cell *cell = &(*tables[t])[s][i];

				if (cell->steps[0] == STEP_END && i != LOSE && i != EXIT)
					assert_int_not_equal(cell->why, SEEN);
			}
}

static const char *const input_names[INPUT_COUNT] = {
	[IN] = "in",	 [IN_SYS] = "in_sys",	  [SLEEP] = "sleep", [SLEEP_SYS] = "sleep_sys",
	[STOP] = "stop", [STOP_SYS] = "stop_sys", [DIE] = "die",     [WAKE] = "wake",
	[FORK] = "fork", [ENTER] = "enter",	  [EXIT] = "exit",   [EXEC] = "exec",
	[LOSE] = "lose", [LEAVE] = "leave",	  [GONE] = "gone",
};

static const char *const state_names[T_STATE_COUNT] = {
	[T_ABSENT] = "absent",	 [T_RUNNABLE] = "runnable", [T_RUNNING] = "running",
	[T_SYSCALL] = "syscall", [T_WAITING] = "waiting",   [T_LOST] = "lost",
	[T_BLOCKED] = "blocked",
};

#define CELLS (2 * T_STATE_COUNT * INPUT_COUNT)

int main(void)
{
	static struct test tests[CELLS];
	static struct CMUnitTest units[CELLS + 1];
	unsigned n = 0;

	for (unsigned t = 0; t < 2; t++)
		for (unsigned s = 0; s < T_STATE_COUNT; s++)
			for (unsigned i = 0; i < INPUT_COUNT; i++, n++) {
				tests[n].table = t ? &machine_go : &machine_sched;
				tests[n].state = s;
				tests[n].input = i;
				snprintf(tests[n].name, sizeof(tests[n].name), "%s_%s_%s",
					 t ? "go" : "sched", state_names[s], input_names[i]);
				units[n] = (struct CMUnitTest){ .name = tests[n].name,
								.test_func = test_cell,
								.initial_state = &tests[n] };
			}
	units[n++] = (struct CMUnitTest)cmocka_unit_test(test_quiet_cells_are_counted);
	return _cmocka_run_group_tests("machine", units, n, NULL, NULL);
}
