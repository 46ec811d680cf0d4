/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is told of a change, step by step, as data: a row of steps for each
 * state in which the trace holds a thread and each kind of change. Where the
 * steps lead is the tracker's table's business (machine.h): what the trace
 * holds then must be go_state_of() its next state.
 */
#ifndef GOTRACE_EXPORT_GO_STEPS_H
#define GOTRACE_EXPORT_GO_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "export/go/go.h"
#include "export/go/goroutine.h"

enum step {
	STEP_END, /* no more steps */
	PROC_START,
	PROC_STOP,
	GIVE_P, /* its P goes to the next thread on the CPU, which steals it, or stops */
	GO_CREATE,
	CREATE_CHILD, /* by its parent, or by a stranger on its CPU */
	GO_START,
	GO_STOP,
	GO_BLOCK,
	BLOCK_UNKNOWN, /* it waits, nobody knows for what */
	UNBLOCK,       /* by its waker */
	UNBLOCK_UNKNOWN,
	GO_DESTROY,
	DESTROY_SYSCALL,
	SYS_BEGIN,
	SYS_END,
	SYS_END_BLOCKED,
	REBIRTH, /* a new goroutine id, and M if its tid changed */
};

#define STEPS_MAX 8

/* [state][enum change_kind][is it inside a syscall], up to the first STEP_END; none: nothing. */
typedef uint8_t step_table[G_STATES][CHANGE_INPUTS][2][STEPS_MAX];

void steps_make(step_table out, enum export_go_mapping mapping);

extern const uint8_t steps_states[THREAD_STATES + 1][2]; /* go_state_of() */

/*
 * How the trace holds a thread in that state; in_syscall: with a syscall open
 * in the trace. G_ABSENT for THREAD_DEAD, too.
 */
static inline enum go_state go_state_of(enum thread_state state, bool in_syscall)
{
	return steps_states[state][in_syscall];
}

#endif
