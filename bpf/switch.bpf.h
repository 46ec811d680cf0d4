/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Why a thread left its CPU: the flags of a switch record, the state that
 * follows from them, and what the thread sleeps on. Facts, as the tracepoint
 * and the task show them; reasons are the model's.
 */
#ifndef GOTRACE_BPF_SWITCH_BPF_H
#define GOTRACE_BPF_SWITCH_BPF_H

#include "descriptor.bpf.h"
#include "current.bpf.h"
#include "scope.bpf.h"
#include "throttle.bpf.h"

static __always_inline u32 switch_flags(struct task_struct *prev, bool preempt, u32 prev_state)
{
	u32 flags = 0;

	if (preempt)
		flags |= RING_SWITCH_PREEMPT;
	if (prev_state && !preempt && !task_is_queued(prev))
		flags |= RING_SWITCH_ASLEEP;
	if (BPF_CORE_READ_BITFIELD(prev, in_iowait))
		flags |= RING_SWITCH_IOWAIT;
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
static __always_inline void switch_settle_sys(struct cpu_slot *cpu, const struct thread *from,
					      struct task_struct *prev, u32 flags, u32 prev_state)
{
	u16 sys;

	if (cpu->sys != REC_SYS_UNKNOWN || !(flags & RING_SWITCH_ASLEEP) ||
	    prev_state & TASK_STOPPED_OR_TRACED || thread_is_tracer(from))
		return;
	sys = thread_makes_calls(from) ? sys_of_registers(prev) : REC_SYS_NONE;
	cpu->sys = sys;
	cpu->told = CPU_TOLD_NO;
}

static __always_inline u8 switch_state(u32 flags, u32 prev_state)
{
	if (prev_state & TASK_DEAD)
		return REC_STATE_DEAD;
	return flags & RING_SWITCH_ASLEEP ? REC_STATE_ASLEEP : REC_STATE_RUNNABLE;
}

/*
 * What is told of prev, in scope, beyond its flags; and, if it stays runnable,
 * its wait begins.
 */
static __always_inline u32 switch_details(struct cpu_slot *cpu, struct thread *from,
					  struct task_struct *prev, u32 flags, u32 prev_state)
{
	u8 cause = REC_CAUSE_NONE;

	switch_settle_sys(cpu, from, prev, flags, prev_state);
	if (flags & RING_SWITCH_ASLEEP && !(prev_state & TASK_STOPPED_OR_TRACED) &&
	    task_is_frozen(prev))
		return TASK_FROZEN << RING_SWITCH_STATE_SHIFT;
	if (flags & RING_SWITCH_ASLEEP)
		return switch_descriptor(prev, cpu->sys) << RING_SWITCH_FD_SHIFT;
	if (wait_begin(from, prev, true))
		cause = REC_CAUSE_BANDWIDTH;
	else if (prev->prio <= LOWEST_REALTIME_PRIO)
		cause = limit_of_class(prev);
	return cause << RING_SWITCH_CAUSE_SHIFT;
}

/* A THROTTLED before the switch at position; its words. */
static __always_inline u32 switch_put_share(struct ring_block *block, u32 position, u64 ts_ns,
					    u32 share, const struct thread *to)
{
	ring_put(block, position, ring_word(ts_ns, share, RING_THROTTLED));
	ring_put(block, position + 1, to->limit_base);
	ring_put(block, position + 2, to->limit);
	return RING_THROTTLED_WORDS;
}

/* Of a switch between strangers: does a thread in scope wait for this CPU meanwhile? */
static __always_inline bool strangers_are_wanted(const struct cpu_slot *cpu)
{
	return settings.scope != REC_SCOPE_SYSTEM && *(const volatile u32 *)&cpu->waiting;
}

/* From here on next is current, and the stream knows it or not. */
static __always_inline void switch_current(struct cpu_slot *cpu, struct task_struct *next,
					   const struct thread *to, u64 who, u32 num, u8 told)
{
	cpu->who = who;
	cpu->num = num;
	cpu->sys = to ? to->sys : REC_SYS_UNKNOWN;
	cpu->told = told;
	cpu->task = (u64)next;
}

#endif
