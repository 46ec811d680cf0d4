/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Bits of a task's state (prev_state), as of Linux 6.1 to 6.18: those that say why it sleeps. */
#ifndef GOTRACE_TRACK_TASKSTATE_H
#define GOTRACE_TRACK_TASKSTATE_H

enum {
	TASK_STATE_UNINTERRUPTIBLE = 0x2,
	TASK_STATE_STOPPED = 0x4,
	TASK_STATE_TRACED = 0x8,
	TASK_STATE_PARKED = 0x40,
	TASK_STATE_NOLOAD = 0x400, /* idle kernel threads sleep uninterruptibly with it */
	TASK_STATE_RTLOCK = 0x1000,
	TASK_STATE_FROZEN = 0x8000,
};

#endif
