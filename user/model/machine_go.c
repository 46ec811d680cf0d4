// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Mapping go: a blocking syscall as Go's runtime shows it. A thread that
 * leaves its CPU inside a syscall stays in it (T_BLOCKED) and loses its P;
 * what makes it runnable ends the syscall, so that it is T_RUNNING, not
 * T_SYSCALL, when it is back on a CPU in the middle of it, and the syscall's
 * own end tells nothing. Outside syscalls this is mapping sched.
 */
#include "model/machine.h"

const machine_table machine_go = {
	/* clang-format off */
[T_ABSENT] = {
	/* It becomes a goroutine when it is next seen on a CPU, be it to leave it. */
	[IN]	    = { T_RUNNING, SEEN, { PROC_START, GO_CREATE, GO_START } },
	[IN_SYS]    = { T_SYSCALL, SEEN, { PROC_START, GO_CREATE, GO_START, SYS_BEGIN } },
	[SLEEP]	    = { T_WAITING, SEEN, { PROC_START, GO_CREATE, GO_START, GO_BLOCK, PROC_STOP } },
	[SLEEP_SYS] = { T_BLOCKED, SEEN, { PROC_START, GO_CREATE, GO_START, SYS_BEGIN, GIVE_P } },
	[STOP]	    = { T_RUNNABLE, SEEN, { PROC_START, GO_CREATE, PROC_STOP } },
	[STOP_SYS]  = { T_RUNNABLE, SEEN, { PROC_START, GO_CREATE, PROC_STOP } },
	[DIE]	    = { T_DEAD, SEEN, { 0 } },
	[WAKE]	    = { T_ABSENT, SEEN, { 0 } },
	[FORK]	    = { T_RUNNABLE, SEEN, { CREATE_CHILD } },
	[ENTER]	    = { T_ABSENT, DROP, { 0 } },
	[EXIT]	    = { T_ABSENT, DROP, { 0 } },
	[EXEC]	    = { T_ABSENT, DROP, { 0 } },
	[LOSE]	    = { T_ABSENT, SEEN, { 0 } },
	[LEAVE]	    = { T_ABSENT, SEEN, { 0 } },
	[GONE]	    = { T_DEAD, SEEN, { 0 } },
},
[T_RUNNABLE] = {
	[IN]	    = { T_RUNNING, SEEN, { PROC_START, GO_START } },
	[IN_SYS]    = { T_RUNNING, SEEN, { PROC_START, GO_START } },
	/* It must have been switched in: it runs for no time. */
	[SLEEP]	    = { T_WAITING, BRIDGE, { PROC_START, GO_START, GO_BLOCK, PROC_STOP } },
	[SLEEP_SYS] = { T_BLOCKED, BRIDGE, { PROC_START, GO_START, SYS_BEGIN, GIVE_P } },
	[STOP]	    = { T_RUNNABLE, BRIDGE, { 0 } },
	[STOP_SYS]  = { T_RUNNABLE, BRIDGE, { 0 } },
	[DIE]	    = { T_DEAD, BRIDGE, { PROC_START, GO_START, GO_DESTROY, PROC_STOP } },
	/* Runnable stays Runnable until it is seen to run. */
	[WAKE]	    = { T_RUNNABLE, DROP, { 0 } },
	[FORK]	    = { T_RUNNABLE, DROP, { 0 } },
	[ENTER]	    = { T_RUNNABLE, DROP, { 0 } },
	[EXIT]	    = { T_RUNNABLE, DROP, { 0 } },
	[EXEC]	    = { T_RUNNABLE, DROP, { 0 } },
	[LOSE]	    = { T_RUNNABLE, SEEN, { 0 } },
	[LEAVE]	    = { T_ABSENT, SEEN, { PROC_START, GO_START, GO_DESTROY, PROC_STOP } },
	[GONE]	    = { T_DEAD, BRIDGE, { 0 } },
},
[T_RUNNING] = {
	/* It left its last CPU unseen. */
	[IN]	    = { T_RUNNING, BRIDGE, { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN, PROC_START,
					     GO_START } },
	[IN_SYS]    = { T_RUNNING, BRIDGE, { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN, PROC_START,
					     GO_START } },
	[SLEEP]	    = { T_WAITING, SEEN, { GO_BLOCK, PROC_STOP } },
	/* Again in a syscall that has ended in the trace. */
	[SLEEP_SYS] = { T_BLOCKED, SEEN, { SYS_BEGIN, GIVE_P } },
	[STOP]	    = { T_RUNNABLE, SEEN, { GO_STOP, PROC_STOP } },
	[STOP_SYS]  = { T_RUNNABLE, SEEN, { GO_STOP, PROC_STOP } },
	[DIE]	    = { T_DEAD, SEEN, { GO_DESTROY, PROC_STOP } },
	[WAKE]	    = { T_RUNNABLE, BRIDGE, { BLOCK_UNKNOWN, PROC_STOP, UNBLOCK } },
	[FORK]	    = { T_RUNNING, DROP, { 0 } },
	[ENTER]	    = { T_SYSCALL, SEEN, { SYS_BEGIN } },
	/* With nothing open: of a syscall that was never seen to begin. */
	[EXIT]	    = { T_RUNNING, SEEN, { 0 } },
	[EXEC]	    = { T_SYSCALL, SEEN, { GO_DESTROY, REBIRTH, GO_CREATE, GO_START, SYS_BEGIN } },
	[LOSE]	    = { T_LOST, BRIDGE, { BLOCK_UNKNOWN, PROC_STOP } },
	[LEAVE]	    = { T_ABSENT, SEEN, { GO_DESTROY, PROC_STOP } },
	[GONE]	    = { T_DEAD, BRIDGE, { GO_DESTROY, PROC_STOP } },
},
[T_SYSCALL] = {
	[IN]	    = { T_RUNNING, BRIDGE, { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN,
					     PROC_START, GO_START } },
	[IN_SYS]    = { T_RUNNING, BRIDGE, { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK_UNKNOWN,
					     PROC_START, GO_START } },
	[SLEEP]	    = { T_WAITING, SEEN, { SYS_END, GO_BLOCK, PROC_STOP } },
	[SLEEP_SYS] = { T_BLOCKED, SEEN, { GIVE_P } },
	[STOP]	    = { T_RUNNABLE, SEEN, { SYS_END, GO_STOP, PROC_STOP } },
	[STOP_SYS]  = { T_RUNNABLE, SEEN, { GIVE_P, SYS_END_BLOCKED } },
	[DIE]	    = { T_DEAD, SEEN, { SYS_END, GO_DESTROY, PROC_STOP } },
	[WAKE]	    = { T_RUNNABLE, BRIDGE, { SYS_END, BLOCK_UNKNOWN, PROC_STOP, UNBLOCK } },
	[FORK]	    = { T_SYSCALL, DROP, { 0 } },
	/* It closes the old one at that moment. */
	[ENTER]	    = { T_SYSCALL, SEEN, { SYS_END, SYS_BEGIN } },
	[EXIT]	    = { T_RUNNING, SEEN, { SYS_END } },
	[EXEC]	    = { T_SYSCALL, SEEN, { SYS_END, GO_DESTROY, REBIRTH, GO_CREATE, GO_START,
					   SYS_BEGIN } },
	[LOSE]	    = { T_LOST, BRIDGE, { SYS_END, BLOCK_UNKNOWN, PROC_STOP } },
	[LEAVE]	    = { T_ABSENT, SEEN, { SYS_END, GO_DESTROY, PROC_STOP } },
	[GONE]	    = { T_DEAD, BRIDGE, { SYS_END, GO_DESTROY, PROC_STOP } },
},
[T_WAITING] = {
	[IN]	    = { T_RUNNING, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	[IN_SYS]    = { T_RUNNING, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	/* It was awake and sleeps again: the fewest events are none. */
	[SLEEP]	    = { T_WAITING, BRIDGE, { 0 } },
	[SLEEP_SYS] = { T_WAITING, BRIDGE, { 0 } },
	[STOP]	    = { T_RUNNABLE, BRIDGE, { UNBLOCK_UNKNOWN } },
	[STOP_SYS]  = { T_RUNNABLE, BRIDGE, { UNBLOCK_UNKNOWN } },
	[DIE]	    = { T_DEAD, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
					  PROC_STOP } },
	[WAKE]	    = { T_RUNNABLE, SEEN, { UNBLOCK } },
	[FORK]	    = { T_WAITING, DROP, { 0 } },
	[ENTER]	    = { T_WAITING, DROP, { 0 } },
	[EXIT]	    = { T_WAITING, DROP, { 0 } },
	[EXEC]	    = { T_WAITING, DROP, { 0 } },
	[LOSE]	    = { T_WAITING, SEEN, { 0 } },
	[LEAVE]	    = { T_ABSENT, SEEN, { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
					  PROC_STOP } },
	[GONE]	    = { T_DEAD, BRIDGE, { 0 } },
},
[T_LOST] = {
	[IN]	    = { T_RUNNING, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	[IN_SYS]    = { T_RUNNING, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START } },
	/* From here on it is known to be asleep. */
	[SLEEP]	    = { T_WAITING, BRIDGE, { 0 } },
	[SLEEP_SYS] = { T_WAITING, BRIDGE, { 0 } },
	[STOP]	    = { T_RUNNABLE, BRIDGE, { UNBLOCK_UNKNOWN } },
	[STOP_SYS]  = { T_RUNNABLE, BRIDGE, { UNBLOCK_UNKNOWN } },
	[DIE]	    = { T_DEAD, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
					  PROC_STOP } },
	/* Who was asleep and is woken now: the waker is true. */
	[WAKE]	    = { T_RUNNABLE, BRIDGE, { UNBLOCK } },
	[FORK]	    = { T_LOST, DROP, { 0 } },
	[ENTER]	    = { T_LOST, DROP, { 0 } },
	[EXIT]	    = { T_LOST, DROP, { 0 } },
	[EXEC]	    = { T_LOST, DROP, { 0 } },
	[LOSE]	    = { T_LOST, SEEN, { 0 } },
	[LEAVE]	    = { T_ABSENT, BRIDGE, { UNBLOCK_UNKNOWN, PROC_START, GO_START, GO_DESTROY,
					    PROC_STOP } },
	[GONE]	    = { T_DEAD, BRIDGE, { 0 } },
},
[T_BLOCKED] = {
	[IN]	    = { T_RUNNING, BRIDGE, { SYS_END_BLOCKED, PROC_START, GO_START } },
	[IN_SYS]    = { T_RUNNING, BRIDGE, { SYS_END_BLOCKED, PROC_START, GO_START } },
	[SLEEP]	    = { T_BLOCKED, BRIDGE, { 0 } },
	[SLEEP_SYS] = { T_BLOCKED, BRIDGE, { 0 } },
	[STOP]	    = { T_RUNNABLE, BRIDGE, { SYS_END_BLOCKED } },
	[STOP_SYS]  = { T_RUNNABLE, BRIDGE, { SYS_END_BLOCKED } },
	[DIE]	    = { T_DEAD, BRIDGE, { DESTROY_SYSCALL } },
	[WAKE]	    = { T_RUNNABLE, SEEN, { SYS_END_BLOCKED } },
	[FORK]	    = { T_BLOCKED, DROP, { 0 } },
	[ENTER]	    = { T_BLOCKED, DROP, { 0 } },
	[EXIT]	    = { T_BLOCKED, DROP, { 0 } },
	[EXEC]	    = { T_BLOCKED, DROP, { 0 } },
	[LOSE]	    = { T_BLOCKED, SEEN, { 0 } },
	[LEAVE]	    = { T_ABSENT, SEEN, { DESTROY_SYSCALL } },
	[GONE]	    = { T_DEAD, BRIDGE, { DESTROY_SYSCALL } },
},
	/* clang-format on */
};
