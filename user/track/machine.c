// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Five states, twelve inputs. Every cell is written, those that only lost
 * records can explain, too: these are bridges, and counted.
 *
 * A loss leads to LOST, not to RUNNABLE: that would be booked as time in which
 * the thread waited for a CPU.
 */
#include "track/machine.h"

const struct machine_cell machine[THREAD_STATES][CHANGE_INPUTS] = {
	/* clang-format off */
[THREAD_ABSENT] = {
	/* It comes into scope, or was not seen before: on a CPU, be it to leave it. */
	[CHANGE_IN]            = { THREAD_ON_CPU, CHANGE_SEEN },
	[CHANGE_OUT_ASLEEP]    = { THREAD_ASLEEP, CHANGE_SEEN },
	[CHANGE_OUT_RUNNABLE]  = { THREAD_RUNNABLE, CHANGE_SEEN },
	[CHANGE_END]           = { THREAD_DEAD, CHANGE_SEEN },
	[CHANGE_WAKE]          = { THREAD_ABSENT, CHANGE_SEEN },
	[CHANGE_BORN]          = { THREAD_RUNNABLE, CHANGE_SEEN },
	[CHANGE_SYS_ENTER]     = { THREAD_ABSENT, CHANGE_DROP },
	[CHANGE_SYS_EXIT]      = { THREAD_ABSENT, CHANGE_DROP },
	[CHANGE_EXEC]          = { THREAD_ABSENT, CHANGE_DROP },
	[CHANGE_LOSE]          = { THREAD_ABSENT, CHANGE_SEEN },
	[CHANGE_LEAVE]         = { THREAD_ABSENT, CHANGE_SEEN },
	[CHANGE_GONE]          = { THREAD_DEAD, CHANGE_SEEN },
},
[THREAD_RUNNABLE] = {
	[CHANGE_IN]            = { THREAD_ON_CPU, CHANGE_SEEN },
	/* It must have been switched in. */
	[CHANGE_OUT_ASLEEP]    = { THREAD_ASLEEP, CHANGE_BRIDGE },
	[CHANGE_OUT_RUNNABLE]  = { THREAD_RUNNABLE, CHANGE_BRIDGE },
	[CHANGE_END]           = { THREAD_DEAD, CHANGE_BRIDGE },
	/* Runnable stays runnable until it is seen to run. */
	[CHANGE_WAKE]          = { THREAD_RUNNABLE, CHANGE_DROP },
	[CHANGE_BORN]          = { THREAD_RUNNABLE, CHANGE_DROP },
	[CHANGE_SYS_ENTER]     = { THREAD_RUNNABLE, CHANGE_DROP },
	[CHANGE_SYS_EXIT]      = { THREAD_RUNNABLE, CHANGE_DROP },
	[CHANGE_EXEC]          = { THREAD_RUNNABLE, CHANGE_DROP },
	[CHANGE_LOSE]          = { THREAD_RUNNABLE, CHANGE_SEEN },
	[CHANGE_LEAVE]         = { THREAD_ABSENT, CHANGE_SEEN },
	[CHANGE_GONE]          = { THREAD_DEAD, CHANGE_BRIDGE },
},
[THREAD_ON_CPU] = {
	/* It left its last CPU unseen. */
	[CHANGE_IN]            = { THREAD_ON_CPU, CHANGE_BRIDGE },
	[CHANGE_OUT_ASLEEP]    = { THREAD_ASLEEP, CHANGE_SEEN },
	[CHANGE_OUT_RUNNABLE]  = { THREAD_RUNNABLE, CHANGE_SEEN },
	[CHANGE_END]           = { THREAD_DEAD, CHANGE_SEEN },
	/* It fell asleep unseen. */
	[CHANGE_WAKE]          = { THREAD_RUNNABLE, CHANGE_BRIDGE },
	[CHANGE_BORN]          = { THREAD_ON_CPU, CHANGE_DROP },
	[CHANGE_SYS_ENTER]     = { THREAD_ON_CPU, CHANGE_SEEN },
	/* With nothing open: of a syscall that was never seen to begin. */
	[CHANGE_SYS_EXIT]      = { THREAD_ON_CPU, CHANGE_SEEN },
	[CHANGE_EXEC]          = { THREAD_ON_CPU, CHANGE_SEEN },
	[CHANGE_LOSE]          = { THREAD_LOST, CHANGE_BRIDGE },
	[CHANGE_LEAVE]         = { THREAD_ABSENT, CHANGE_SEEN },
	[CHANGE_GONE]          = { THREAD_DEAD, CHANGE_BRIDGE },
},
[THREAD_ASLEEP] = {
	/* Its wakeup is missing. */
	[CHANGE_IN]            = { THREAD_ON_CPU, CHANGE_BRIDGE },
	/* It was awake and sleeps again. */
	[CHANGE_OUT_ASLEEP]    = { THREAD_ASLEEP, CHANGE_BRIDGE },
	[CHANGE_OUT_RUNNABLE]  = { THREAD_RUNNABLE, CHANGE_BRIDGE },
	[CHANGE_END]           = { THREAD_DEAD, CHANGE_BRIDGE },
	[CHANGE_WAKE]          = { THREAD_RUNNABLE, CHANGE_SEEN },
	[CHANGE_BORN]          = { THREAD_ASLEEP, CHANGE_DROP },
	[CHANGE_SYS_ENTER]     = { THREAD_ASLEEP, CHANGE_DROP },
	[CHANGE_SYS_EXIT]      = { THREAD_ASLEEP, CHANGE_DROP },
	[CHANGE_EXEC]          = { THREAD_ASLEEP, CHANGE_DROP },
	[CHANGE_LOSE]          = { THREAD_ASLEEP, CHANGE_SEEN },
	[CHANGE_LEAVE]         = { THREAD_ABSENT, CHANGE_SEEN },
	[CHANGE_GONE]          = { THREAD_DEAD, CHANGE_BRIDGE },
},
[THREAD_LOST] = {
	[CHANGE_IN]            = { THREAD_ON_CPU, CHANGE_BRIDGE },
	/* From here on it is known to be asleep. */
	[CHANGE_OUT_ASLEEP]    = { THREAD_ASLEEP, CHANGE_BRIDGE },
	[CHANGE_OUT_RUNNABLE]  = { THREAD_RUNNABLE, CHANGE_BRIDGE },
	[CHANGE_END]           = { THREAD_DEAD, CHANGE_BRIDGE },
	/* Who was asleep and is woken now: the waker is true. */
	[CHANGE_WAKE]          = { THREAD_RUNNABLE, CHANGE_BRIDGE },
	[CHANGE_BORN]          = { THREAD_LOST, CHANGE_DROP },
	[CHANGE_SYS_ENTER]     = { THREAD_LOST, CHANGE_DROP },
	[CHANGE_SYS_EXIT]      = { THREAD_LOST, CHANGE_DROP },
	[CHANGE_EXEC]          = { THREAD_LOST, CHANGE_DROP },
	[CHANGE_LOSE]          = { THREAD_LOST, CHANGE_SEEN },
	[CHANGE_LEAVE]         = { THREAD_ABSENT, CHANGE_BRIDGE },
	[CHANGE_GONE]          = { THREAD_DEAD, CHANGE_BRIDGE },
},
	/* clang-format on */
};
