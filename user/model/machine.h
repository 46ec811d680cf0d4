/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The state machine as data: for each mapping one table that says what an
 * input means for a thread in a state: which state comes next, what has to be
 * told, step by step, and whether only something unrecorded can explain it.
 *
 * The tables know no records and no trace: records.c makes inputs of records,
 * emit.c makes events of steps.
 */
#ifndef GOTRACE_MODEL_MACHINE_H
#define GOTRACE_MODEL_MACHINE_H

#include <stdint.h>

#include "model/threads.h"

/*
 * What happens to a thread. ENTER, EXIT, EXEC come only while it is on its
 * CPU in the model: records.c brings it there first if it is not.
 */
enum input {
	IN,	   /* switched in, not inside a syscall */
	IN_SYS,	   /* switched in, inside one */
	SLEEP,	   /* switched out, asleep */
	SLEEP_SYS, /* the same inside a syscall */
	STOP,	   /* switched out, still runnable: preempted or yielded */
	STOP_SYS,
	DIE,   /* switched out for the last time */
	WAKE,  /* woken */
	FORK,  /* born: runnable from now on */
	ENTER, /* begins a syscall */
	EXIT,  /* ends it */
	EXEC,  /* runs a new program */
	LOSE,  /* what it does on its CPU is not recorded any more */
	LEAVE, /* is out of scope from now on */
	GONE,  /* is dead, and its end was not recorded */
	INPUT_COUNT
};

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

enum why {
	SEEN,	/* the record explains itself */
	BRIDGE, /* something before it was not recorded: bridged, counted */
	DROP,	/* it has no meaning in this state: dropped, counted */
};

#define CELL_STEPS 8

struct cell {
	uint8_t next; /* enum thread_state */
	uint8_t why;
	uint8_t steps[CELL_STEPS]; /* up to the first STEP_END */
};

typedef struct cell machine_table[T_STATE_COUNT][INPUT_COUNT];

extern const machine_table machine_sched;
extern const machine_table machine_go;

#endif
