/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Why a thread waits, in Go's words, and what stands on top of its stack
 * then. The texts of the reasons are Go's own, because viewers know no others
 * (gotraceui's flame graph panics on them). It knows classes of syscalls and
 * task states; it knows nothing of threads or of the trace.
 */
#ifndef GOTRACE_EXPORT_GO_REASONS_H
#define GOTRACE_EXPORT_GO_REASONS_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "syscalls/classes.h"
#include "track/thread.h"

enum reason {
	REASON_NONE, /* the empty string */
	REASON_SYNC,
	REASON_COND,
	REASON_SELECT,
	REASON_RECEIVE,
	REASON_SEND,
	REASON_NETWORK,
	REASON_SLEEP,
	REASON_SYSTEM,
	REASON_DEBUG,
	REASON_PREEMPTED,
	REASON_COUNT
};

const char *reason_text(enum reason reason);

/* Of what the thread is inside; restart_syscall is what it goes on with. */
enum sys_class reason_class(const struct sys_classes *classes, const struct thread *thread);

/* kernel: the thread is never in user mode. prev_state as in struct rec_switch. */
enum reason reason_of_sleep(enum sys_class sys_class, enum rec_fd fd, uint16_t prev_state,
			    bool kernel);

/*
 * The name of a sleep, as a frame: for one outside a syscall, or one that a
 * syscall's name does not tell (stopped, traced). NULL: the syscall says it.
 */
const char *sleep_name(uint16_t prev_state, bool in_syscall, bool kernel);

#endif
