/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who wakes whom: noted in the wakee's slot at sched_waking, in the waker, and
 * taken from there at sched_wakeup, perhaps on another CPU and later.
 */
#ifndef GOTRACE_BPF_WAKEUP_BPF_H
#define GOTRACE_BPF_WAKEUP_BPF_H

#include "context.bpf.h"
#include "current.bpf.h"
#include "scope.bpf.h"

/* A waker whom the stream does not know by name. False: it could not be told. */
__noinline int waker_describe(void)
{
	struct thread *thread = thread_of(bpf_get_current_task_btf());

	return thread_describe(thread);
}

static __always_inline void waker_note(struct cpu_slot *cpu, u32 number, void *ctx,
				       struct thread *thread, struct task_struct *waker)
{
	u8 context;
	u32 id;

	if (cpu->task != (u64)waker)
		current_settle();
	id = cpu->who;
	context = context_here(cpu, ctx, waker, settings.thread_size);
	if (waker->pid && (!id || (cpu->told != CPU_TOLD_YES && !waker_describe()))) {
		id = 0; /* it cannot be named */
		context = REC_CTX_UNKNOWN;
	}
	thread->waker_id = id;
	thread->waker_cpu = number;
	thread->waker_context = context;
	thread->waker_scope = current_in_scope(cpu) ? SCOPE_IN : 0;
	thread->waker_sys = cpu->sys;
	thread->waking_ns = bpf_ktime_get_ns();
}

static __always_inline u64 flight_units(u64 from_ns, u64 to_ns)
{
	u64 flight = (to_ns - from_ns) >> RING_FLIGHT_UNIT_SHIFT;

	if (to_ns < from_ns)
		return 0;
	return flight > RING_FLIGHT_MOST ? RING_FLIGHT_MOST : flight;
}

static __always_inline u64 waker_word(const struct thread *thread, u64 ts_ns)
{
	return flight_units(thread->waking_ns, ts_ns) << RING_WAKER_FLIGHT_SHIFT |
	       (u64)(thread->waker_cpu & RING_CPU_MASK) << RING_WAKER_CPU_SHIFT | thread->waker_id;
}

static __always_inline u32 wakeup_argument(const struct thread *thread, u32 target, bool remote)
{
	u32 argument = thread->waker_context | (target & RING_CPU_MASK) << RING_WAKEUP_CPU_SHIFT;

	if (!remote)
		return argument;
	return argument | (thread->waker_scope ? RING_WAKEUP_SCOPE : 0) |
	       ring_short_sys(thread->waker_sys) << RING_WAKEUP_SYS_SHIFT;
}

#endif
