/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who wakes whom: noted in the wakee's storage at sched_waking, in the waker,
 * and taken from there at sched_wakeup, perhaps on another CPU and later.
 */
#ifndef GOTRACE_BPF_WAKEUP_BPF_H
#define GOTRACE_BPF_WAKEUP_BPF_H

#include "context.bpf.h"
#include "scope.bpf.h"

static __always_inline void waker_note(void *ctx, struct thread *thread)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	struct thread *waker_thread = thread_of(waker);

	thread->waker_id = waker_thread ? waker_thread->id : 0;
	thread->waker_tid = waker->pid;
	thread->waker_cpu = bpf_get_smp_processor_id();
	thread->waker_context = context_here(ctx, waker, settings.thread_size);
	thread->waker_scope = waker->pid && scope_has(waker_thread) ? SCOPE_IN : 0;
	thread->waker_sys = thread_sys(waker_thread);
	thread->waking_ns = bpf_ktime_get_ns();
	thread_describe(waker, waker_thread);
}

static __always_inline u32 flight_ns(u64 from_ns, u64 to_ns)
{
	u64 flight = to_ns - from_ns;

	if (!from_ns || to_ns < from_ns)
		return 0;
	return flight > 0xffffffff ? 0xffffffff : flight;
}

/* Who woke it was noted at sched_waking; if the thread's storage was found there and here. */
static __always_inline void wakeup_fill(struct rec_wakeup *record, struct task_struct *task,
					struct thread *thread, u32 number)
{
	rec_task_set(&record->wakee, thread, task, number);
	thread = thread_again(thread);
	if (thread && !thread->waking_ns)
		thread = NULL;
	thread = thread_again(thread);
	record->target_cpu = task->thread_info.cpu;
	record->waker_cpu = thread ? thread->waker_cpu : record->head.cpu;
	record->waker_id = thread ? thread->waker_id : 0;
	record->waker_tid = thread ? thread->waker_tid : 0;
	record->context = thread ? thread->waker_context : REC_CTX_UNKNOWN;
	record->flags = thread && thread->waker_scope ? REC_WAKEUP_WAKER_SCOPE : 0;
	record->flight_ns = thread ? flight_ns(thread->waking_ns, record->head.ts_ns) : 0;
	record->waker_sys = thread ? thread->waker_sys : REC_SYS_UNKNOWN;
	if (thread)
		thread->waking_ns = 0;
}

#endif
