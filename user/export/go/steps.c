// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The table is mapping sched: what the scheduler did. A thread that leaves its
 * CPU inside a syscall leaves the syscall in the trace, too, and waits or is
 * preempted like any other; back on a CPU it is in the syscall again.
 *
 * Mapping go lays a few rows over it: a blocking syscall as Go's runtime shows
 * it. A thread that leaves its CPU inside a syscall stays in it (G_BLOCKED)
 * and loses its P; what makes it runnable ends the syscall, so that it is
 * G_RUNNING, not G_SYSCALL, when it is back on a CPU in the middle of it, and
 * the syscall's own end tells nothing.
 *
 * Bridges take the fewest events that are legal; none where the thread is again
 * in the state in which it is held.
 */
#include "export/go/steps.h"

#include <string.h>

/* A kind of change, and for three of them whether the thread is inside a syscall. */
enum told {
	IN,
	IN_SYS,
	SLEEP,
	SLEEP_SYS,
	STOP,
	STOP_SYS,
	DIE,
	WAKE,
	FORK,
	ENTER,
	EXIT,
	EXEC,
	LOSE,
	LEAVE,
	GONE,
	TOLD_COUNT
};

static const uint8_t told_of[CHANGE_INPUTS][2] = {
	[CHANGE_IN] = { IN, IN_SYS },
	[CHANGE_OUT_ASLEEP] = { SLEEP, SLEEP_SYS },
	[CHANGE_OUT_RUNNABLE] = { STOP, STOP_SYS },
	[CHANGE_END] = { DIE, DIE },
	[CHANGE_WAKE] = { WAKE, WAKE },
	[CHANGE_BORN] = { FORK, FORK },
	[CHANGE_SYS_ENTER] = { ENTER, ENTER },
	[CHANGE_SYS_EXIT] = { EXIT, EXIT },
	[CHANGE_EXEC] = { EXEC, EXEC },
	[CHANGE_LOSE] = { LOSE, LOSE },
	[CHANGE_LEAVE] = { LEAVE, LEAVE },
	[CHANGE_GONE] = { GONE, GONE },
};

typedef uint8_t told_table[G_STATES][TOLD_COUNT][STEPS_MAX];

static const told_table steps_sched = {
	/* clang-format off */
[G_ABSENT] = {
	/* It becomes a goroutine when it is next seen on a CPU, be it to leave it. */
	[IN]	    = { PROC_START, GO_CREATE, GO_START },
	[IN_SYS]    = { PROC_START, GO_CREATE, GO_START, SYS_BEGIN },
	[SLEEP]	    = { PROC_START, GO_CREATE, GO_START, GO_BLOCK, PROC_STOP },
	[SLEEP_SYS] = { PROC_START, GO_CREATE, GO_START, GO_BLOCK, PROC_STOP },
	[STOP]	    = { PROC_START, GO_CREATE, PROC_STOP },
	[STOP_SYS]  = { PROC_START, GO_CREATE, PROC_STOP },
	[FORK]	    = { CREATE_CHILD },
},
[G_RUNNABLE] = {
	[IN]	    = { PROC_START, GO_START },
	[IN_SYS]    = { PROC_START, GO_START, SYS_BEGIN },
	/* It must have been switched in: it runs for no time. */
	[SLEEP]	    = { PROC_START, GO_START, GO_BLOCK, PROC_STOP },
	[SLEEP_SYS] = { PROC_START, GO_START, GO_BLOCK, PROC_STOP },
	[DIE]	    = { PROC_START, GO_START, GO_DESTROY, PROC_STOP },
	[LEAVE]	    = { PROC_START, GO_START, GO_DESTROY, PROC_STOP },
},
[G_RUNNING] = {
	[IN]	    = { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN, PROC_START,
			GO_START },
	[IN_SYS]    = { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN, PROC_START,
			GO_START, SYS_BEGIN },
	[SLEEP]	    = { GO_BLOCK, PROC_STOP },
	[SLEEP_SYS] = { GO_BLOCK, PROC_STOP },
	[STOP]	    = { GO_STOP, PROC_STOP },
	[STOP_SYS]  = { GO_STOP, PROC_STOP },
	[DIE]	    = { GO_DESTROY, PROC_STOP },
	[WAKE]	    = { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK },
	[ENTER]	    = { SYS_BEGIN },
	[EXEC]	    = { GO_DESTROY, REBIRTH, GO_CREATE, GO_START, SYS_BEGIN },
	[LOSE]	    = { BLOCK_UNKNOWN, PROC_STOP },
	[LEAVE]	    = { GO_DESTROY, PROC_STOP },
	[GONE]	    = { GO_DESTROY, PROC_STOP },
},
[G_SYSCALL] = {
	[IN]	    = { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN,
			PROC_START, GO_START },
	[IN_SYS]    = { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN,
			PROC_START, GO_START, SYS_BEGIN },
	[SLEEP]	    = { SYS_END, GO_BLOCK, PROC_STOP },
	[SLEEP_SYS] = { SYS_END, GO_BLOCK, PROC_STOP },
	[STOP]	    = { SYS_END, GO_STOP, PROC_STOP },
	[STOP_SYS]  = { SYS_END, GO_STOP, PROC_STOP },
	[DIE]	    = { SYS_END, GO_DESTROY, PROC_STOP },
	[WAKE]	    = { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK },
	/* It closes the old one at that moment. */
	[ENTER]	    = { SYS_END, SYS_BEGIN },
	[EXIT]	    = { SYS_END },
	[EXEC]	    = { SYS_END, GO_DESTROY, REBIRTH, GO_CREATE, GO_START,
			SYS_BEGIN },
	[LOSE]	    = { SYS_END, BLOCK_UNKNOWN, PROC_STOP },
	[LEAVE]	    = { SYS_END, GO_DESTROY, PROC_STOP },
	[GONE]	    = { SYS_END, GO_DESTROY, PROC_STOP },
},
[G_WAITING] = {
	[IN]	    = { UNBLOCK_UNKNOWN, PROC_START, GO_START },
	[IN_SYS]    = { UNBLOCK_UNKNOWN, PROC_START, GO_START, SYS_BEGIN },
	[STOP]	    = { UNBLOCK_UNKNOWN },
	[STOP_SYS]  = { UNBLOCK_UNKNOWN },
	[DIE]	    = { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
			PROC_STOP },
	[WAKE]	    = { UNBLOCK },
	[LEAVE]	    = { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
			PROC_STOP },
},
[G_LOST] = {
	[IN]	    = { UNBLOCK_UNKNOWN, PROC_START, GO_START },
	[IN_SYS]    = { UNBLOCK_UNKNOWN, PROC_START, GO_START, SYS_BEGIN },
	[STOP]	    = { UNBLOCK_UNKNOWN },
	[STOP_SYS]  = { UNBLOCK_UNKNOWN },
	[DIE]	    = { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
			PROC_STOP },
	/* Who was asleep and is woken now: the waker is true. */
	[WAKE]	    = { UNBLOCK },
	[LEAVE]	    = { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
			PROC_STOP },
},
[G_BLOCKED] = { /* of mapping go alone */
	[IN]	    = { SYS_END_BLOCKED, PROC_START, GO_START },
	[IN_SYS]    = { SYS_END_BLOCKED, PROC_START, GO_START },
	[STOP]	    = { SYS_END_BLOCKED },
	[STOP_SYS]  = { SYS_END_BLOCKED },
	[DIE]	    = { DESTROY_SYSCALL },
	[WAKE]	    = { SYS_END_BLOCKED },
	[LEAVE]	    = { DESTROY_SYSCALL },
	[GONE]	    = { DESTROY_SYSCALL },
},
	/* clang-format on */
};

static const struct {
	enum go_state state;
	enum told told;
	uint8_t steps[STEPS_MAX];
} overlay_go[] = {
	/* clang-format off */
	{ G_ABSENT,   SLEEP_SYS, { PROC_START, GO_CREATE, GO_START, SYS_BEGIN, GIVE_P } },
	{ G_RUNNABLE, IN_SYS,	 { PROC_START, GO_START } },
	{ G_RUNNABLE, SLEEP_SYS, { PROC_START, GO_START, SYS_BEGIN, GIVE_P } },
	{ G_RUNNING,  IN_SYS,	 { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	/* Again in a syscall that has ended in the trace. */
	{ G_RUNNING,  SLEEP_SYS, { SYS_BEGIN, GIVE_P } },
	{ G_SYSCALL,  IN_SYS,	 { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN, PROC_START,
				   GO_START } },
	{ G_SYSCALL,  SLEEP_SYS, { GIVE_P } },
	{ G_SYSCALL,  STOP_SYS,	 { GIVE_P, SYS_END_BLOCKED } },
	{ G_WAITING,  IN_SYS,	 { UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	{ G_LOST,     IN_SYS,	 { UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	/* clang-format on */
};

void steps_make(step_table out, enum export_go_mapping mapping)
{
	told_table told;

	memcpy(told, steps_sched, sizeof(told));
	for (size_t i = 0; i < sizeof(overlay_go) / sizeof(*overlay_go); i++)
		if (mapping == EXPORT_GO_RUNTIME)
			memcpy(told[overlay_go[i].state][overlay_go[i].told], overlay_go[i].steps,
			       STEPS_MAX);
	for (unsigned state = 0; state < G_STATES; state++)
		for (unsigned kind = 0; kind < CHANGE_INPUTS; kind++)
			for (unsigned sys = 0; sys < 2; sys++)
				memcpy(out[state][kind][sys], told[state][told_of[kind][sys]],
				       STEPS_MAX);
}

const uint8_t steps_states[THREAD_STATES + 1][2] = {
	[THREAD_ABSENT] = { G_ABSENT, G_ABSENT },   [THREAD_RUNNABLE] = { G_RUNNABLE, G_RUNNABLE },
	[THREAD_ON_CPU] = { G_RUNNING, G_SYSCALL }, [THREAD_ASLEEP] = { G_WAITING, G_BLOCKED },
	[THREAD_LOST] = { G_LOST, G_LOST },	    [THREAD_DEAD] = { G_ABSENT, G_ABSENT },
};
