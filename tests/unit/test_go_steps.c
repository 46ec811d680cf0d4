// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The table of steps, every row of it, in both mappings: the steps are played
 * against Go's rules for one G and its P, must be legal from the row's state,
 * and must end where the tracker's table says that the thread is then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "export/go/steps.h"
#include "track/machine.h"

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

static const struct picture pictures[G_STATES] = {
	[G_ABSENT] = { NONE, FREE },	 [G_RUNNABLE] = { RUNNABLE, FREE },
	[G_RUNNING] = { RUNNING, HELD }, [G_SYSCALL] = { SYSCALL, HELD_SYSCALL },
	[G_WAITING] = { WAITING, FREE }, [G_LOST] = { WAITING, FREE },
	[G_BLOCKED] = { SYSCALL, FREE },
};

/* The thread's state that each stands for. */
static const enum thread_state thread_states[G_STATES] = {
	[G_ABSENT] = THREAD_ABSENT,  [G_RUNNABLE] = THREAD_RUNNABLE, [G_RUNNING] = THREAD_ON_CPU,
	[G_SYSCALL] = THREAD_ON_CPU, [G_WAITING] = THREAD_ASLEEP,    [G_LOST] = THREAD_LOST,
	[G_BLOCKED] = THREAD_ASLEEP,
};

static const char *const kind_names[CHANGE_INPUTS] = {
	[CHANGE_IN] = "in",	      [CHANGE_OUT_ASLEEP] = "sleep", [CHANGE_OUT_RUNNABLE] = "stop",
	[CHANGE_END] = "end",	      [CHANGE_WAKE] = "wake",	     [CHANGE_BORN] = "born",
	[CHANGE_SYS_ENTER] = "enter", [CHANGE_SYS_EXIT] = "exit",    [CHANGE_EXEC] = "exec",
	[CHANGE_LOSE] = "lose",	      [CHANGE_LEAVE] = "leave",	     [CHANGE_GONE] = "gone",
};

/* What each step needs and makes; -1: does not matter, stays. */
static const struct {
	int go, proc, to_go, to_proc;
} rules[] = {
	[PROC_START] = { -1, FREE, -1, HELD },
	[PROC_STOP] = { NONE, HELD, -1, FREE }, /* or a G that has left: see fits() */
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
	enum export_go_mapping mapping;
	enum go_state state;
	enum change_kind kind;
	bool inside; /* a syscall */
};

#define ROWS (2 * G_STATES * CHANGE_INPUTS * 2)

static struct test test_of(unsigned row)
{
	return (struct test){ .inside = row % 2,
			      .kind = row / 2 % CHANGE_INPUTS,
			      .state = row / 2 / CHANGE_INPUTS % G_STATES,
			      .mapping = row / 2 / CHANGE_INPUTS / G_STATES };
}

static bool fits(struct picture now, enum step step)
{
	/* A P stops under an M whose G has left it: anything but running. */
	if (step == PROC_STOP)
		return now.proc == HELD && now.go != RUNNING && now.go != SYSCALL;
	return (rules[step].go < 0 || now.go == (enum go)rules[step].go) &&
	       (rules[step].proc < 0 || now.proc == (enum proc)rules[step].proc);
}

/* Plays one row. The picture in the end; *in_syscall: a syscall is open then. */
static struct picture play(const uint8_t *steps, struct picture now, bool *in_syscall)
{
	for (unsigned i = 0; i < STEPS_MAX && steps[i] != STEP_END; i++) {
		enum step step = steps[i];

		if (!fits(now, step))
			fail_msg("step %u (%d) is not legal: go %d, proc %d", i, step, now.go,
				 now.proc);
		if (rules[step].to_go >= 0)
			now.go = rules[step].to_go;
		if (rules[step].to_proc >= 0)
			now.proc = rules[step].to_proc;
	}
	*in_syscall = now.go == SYSCALL;
	return now;
}

static void test_row(void **state)
{
	const struct test *test = *state;
	enum thread_state next = machine[thread_states[test->state]][test->kind].next;
	struct picture now;
	bool in_syscall;
	step_table steps;

	steps_make(steps, test->mapping);
	now = play(steps[test->state][test->kind][test->inside], pictures[test->state],
		   &in_syscall);
	assert_int_equal(now.proc, pictures[go_state_of(next, in_syscall)].proc);
	/* Who is gone may leave a goroutine behind; nobody else may. */
	if (next != THREAD_DEAD || test->kind != CHANGE_GONE)
		assert_int_equal(now.go, pictures[go_state_of(next, in_syscall)].go);
}

/* A change of which nothing is told, though the trace holds the thread, is a repair. */
static void test_quiet_rows_are_counted(void **state)
{
	step_table tables[2];

	(void)state;
	steps_make(tables[0], EXPORT_GO_SCHED);
	steps_make(tables[1], EXPORT_GO_RUNTIME);
	for (unsigned row = 0; row < ROWS; row++) {
		struct test test = test_of(row);
		enum change_repair why = machine[thread_states[test.state]][test.kind].why;

		if (test.state != G_ABSENT && test.kind != CHANGE_LOSE &&
		    test.kind != CHANGE_SYS_EXIT &&
		    !tables[test.mapping][test.state][test.kind][test.inside][0])
			assert_int_not_equal(why, CHANGE_SEEN);
	}
}

/* Mapping go is mapping sched, but for syscalls in which a thread leaves its CPU. */
static void test_overlay_is_about_syscalls(void **state)
{
	step_table sched, go;

	(void)state;
	steps_make(sched, EXPORT_GO_SCHED);
	steps_make(go, EXPORT_GO_RUNTIME);
	for (unsigned s = 0; s < G_STATES; s++)
		for (unsigned i = 0; i < CHANGE_INPUTS; i++) {
			assert_memory_equal(sched[s][i][0], go[s][i][0], STEPS_MAX);
			if (i > CHANGE_OUT_RUNNABLE)
				assert_memory_equal(sched[s][i][1], go[s][i][1], STEPS_MAX);
		}
	assert_memory_not_equal(sched, go, sizeof(sched));
}

static const char *const state_names[G_STATES] = {
	[G_ABSENT] = "absent",	 [G_RUNNABLE] = "runnable", [G_RUNNING] = "running",
	[G_SYSCALL] = "syscall", [G_WAITING] = "waiting",   [G_LOST] = "lost",
	[G_BLOCKED] = "blocked",
};

int main(void)
{
	static struct test tests[ROWS];
	static struct CMUnitTest units[ROWS + 2];
	unsigned n = 0;

	for (; n < ROWS; n++) {
		struct test *test = &tests[n];

		*test = test_of(n);
		snprintf(test->name, sizeof(test->name), "%s_%s_%s%s",
			 test->mapping ? "go" : "sched", state_names[test->state],
			 kind_names[test->kind], test->inside ? "_in_syscall" : "");
		units[n] = (struct CMUnitTest){ .name = test->name,
						.test_func = test_row,
						.initial_state = test };
	}
	units[n++] = (struct CMUnitTest)cmocka_unit_test(test_quiet_rows_are_counted);
	units[n++] = (struct CMUnitTest)cmocka_unit_test(test_overlay_is_about_syscalls);
	return _cmocka_run_group_tests("go_steps", units, n, NULL, NULL);
}
