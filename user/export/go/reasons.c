// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two tables: a reason by a syscall's class and kind of descriptor, and what
 * task states say regardless of the syscall.
 *
 * The syscall is only a good answer for a sleep that can be interrupted: an
 * uninterruptible one waits for a disk, a page or a lock of the kernel's, and
 * Go has no word for these.
 */
#include "export/go/reasons.h"

#include <stddef.h>

#include "track/taskstate.h"

static const char *const reason_texts[REASON_COUNT] = {
	[REASON_NONE] = "",
	[REASON_SYNC] = "sync",
	[REASON_COND] = "sync.(*Cond).Wait",
	[REASON_SELECT] = "select",
	[REASON_RECEIVE] = "chan receive",
	[REASON_SEND] = "chan send",
	[REASON_NETWORK] = "network",
	[REASON_SLEEP] = "sleep",
	[REASON_SYSTEM] = "system goroutine wait",
	[REASON_DEBUG] = "wait for debug call",
	[REASON_PREEMPTED] = "preempted",
};

const char *reason_text(enum reason reason)
{
	return reason_texts[reason];
}

/* What a descriptor says, for something to come and for room. */
static const struct {
	enum reason in, out;
} fd_reasons[] = {
	[REC_FD_NONE] = { REASON_NONE, REASON_NONE },
	[REC_FD_FIFO] = { REASON_RECEIVE, REASON_SEND },
	[REC_FD_UNIX] = { REASON_RECEIVE, REASON_SEND },
	[REC_FD_INET] = { REASON_NETWORK, REASON_NETWORK },
	[REC_FD_SOCKET] = { REASON_NETWORK, REASON_NETWORK },
	[REC_FD_FILE] = { REASON_NONE, REASON_NONE },
	[REC_FD_CHAR] = { REASON_RECEIVE, REASON_SEND },
	[REC_FD_ANON] = { REASON_RECEIVE, REASON_SEND },
};

static const enum reason class_reasons[SYS_CLASS_COUNT] = {
	[SYS_LOCK] = REASON_SYNC,	[SYS_WAIT] = REASON_COND, [SYS_SELECT] = REASON_SELECT,
	[SYS_RECEIVE] = REASON_RECEIVE, [SYS_SEND] = REASON_SEND, [SYS_SLEEP] = REASON_SLEEP,
};

enum sys_class reason_class(const struct sys_classes *classes, const struct thread *thread)
{
	enum sys_class own = sys_class_get(classes, thread->sys);

	return own == SYS_RESTART ? sys_class_get(classes, thread->resumes) : own;
}

/* A sleep that only its end can end; idle kernel threads (noload) are none. */
static bool uninterruptible(uint16_t prev_state)
{
	return (prev_state & TASK_STATE_UNINTERRUPTIBLE) && !(prev_state & TASK_STATE_NOLOAD);
}

enum reason reason_of_sleep(enum sys_class sys_class, enum rec_fd fd, uint16_t prev_state,
			    bool kernel)
{
	if (prev_state & (TASK_STATE_STOPPED | TASK_STATE_TRACED | TASK_STATE_FROZEN))
		return REASON_DEBUG;
	if (prev_state & TASK_STATE_RTLOCK)
		return REASON_SYNC;
	if (uninterruptible(prev_state))
		return REASON_NONE;
	if (kernel)
		return REASON_SYSTEM;
	if ((unsigned)fd >= sizeof(fd_reasons) / sizeof(*fd_reasons))
		fd = REC_FD_NONE;
	if (sys_class == SYS_FD_IN)
		return fd_reasons[fd].in;
	if (sys_class == SYS_FD_OUT)
		return fd_reasons[fd].out;
	return class_reasons[sys_class];
}

const char *sleep_name(uint16_t prev_state, bool in_syscall, bool kernel)
{
	if (prev_state & TASK_STATE_STOPPED)
		return "stopped";
	if (prev_state & TASK_STATE_TRACED)
		return "traced";
	if (prev_state & TASK_STATE_FROZEN)
		return "frozen";
	if (in_syscall)
		return NULL;
	if (prev_state & TASK_STATE_RTLOCK)
		return "lock";
	if (prev_state & TASK_STATE_PARKED)
		return "parked";
	if (uninterruptible(prev_state))
		return kernel ? "uninterruptible" : "page fault";
	return kernel ? "idle" : "asleep";
}
