/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Why a thread left its CPU: the flags of a switch record, the state that
 * follows from them, and what the thread sleeps on. Facts, as the tracepoint
 * and the task show them; reasons are the model's.
 */
#ifndef GOTRACE_BPF_SWITCH_BPF_H
#define GOTRACE_BPF_SWITCH_BPF_H

#include "descriptor.bpf.h"
#include "scope.bpf.h"

static __always_inline u8 switch_flags(struct task_struct *prev, bool preempt, u32 prev_state)
{
	u8 flags = 0;

	if (preempt)
		flags |= REC_SWITCH_PREEMPT;
	if (prev_state & TASK_DEAD)
		flags |= REC_SWITCH_DEAD;
	if (prev_state && !preempt && !task_is_queued(prev))
		flags |= REC_SWITCH_ASLEEP;
	if (BPF_CORE_READ_BITFIELD(prev, in_iowait))
		flags |= REC_SWITCH_IOWAIT;
	return flags;
}

/* What prev sleeps on, if its syscall is one that sleeps on a descriptor. */
static __always_inline u8 switch_descriptor(struct task_struct *prev, u16 sys)
{
	u32 number = sys - REC_SYS_BASE;

	if (sys < REC_SYS_BASE || number >= SETTINGS_FD_SYSCALLS)
		return REC_FD_NONE;
	if (!(settings.fd_syscalls[(number / 64) & 7] >> (number % 64) & 1))
		return REC_FD_NONE;
	return descriptor_of_task(prev);
}

/*
 * Prev was on a CPU when recording began and has made no call since: asleep,
 * it is in the kernel, and its registers say by which call.
 */
static __always_inline void switch_settle_sys(struct thread *from, struct task_struct *prev,
					      u8 flags, u32 prev_state)
{
	if (from->sys != REC_SYS_UNKNOWN || !(flags & REC_SWITCH_ASLEEP) ||
	    prev_state & TASK_STOPPED_OR_TRACED)
		return;
	from->sys = thread_makes_calls(from) ? sys_of_registers(prev) : REC_SYS_NONE;
}

static __always_inline u8 switch_state(u8 flags)
{
	if (flags & REC_SWITCH_DEAD)
		return REC_STATE_DEAD;
	return flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP : REC_STATE_RUNNABLE;
}

#endif
