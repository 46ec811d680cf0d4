/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Handlers: a thread is put on a CPU's run queue, by a wakeup, at its birth, or
 * from another one.
 */
#ifndef GOTRACE_BPF_ON_WAKEUP_BPF_H
#define GOTRACE_BPF_ON_WAKEUP_BPF_H

#include "state.bpf.h"
#include "throttle.bpf.h"
#include "wakeup.bpf.h"

SEC("tp_btf/sched_waking")
int BPF_PROG(on_waking, struct task_struct *task)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	struct thread *thread;
	struct cpu_slot *cpu;
	u32 number;

	cpu = cpu_here(&number);
	if (!recording || !cpu || (u64)task == (u64)waker)
		return 0;
	thread = thread_of(task);
	if (thread && scope_has(thread))
		waker_note(cpu, number, ctx, thread, waker);
	return 0;
}

/* Of a thread of which nothing is stored. */
__noinline int wakeup_unknown(u32 tid, u32 target)
{
	struct ring_block *block;
	struct cpu_slot *cpu;
	u64 ts_ns, head;
	u32 number;

	cpu = cpu_here(&number);
	if (!cpu)
		return 0;
	ts_ns = bpf_ktime_get_ns();
	if (!ring_open(cpu, RING_WAKEUP_WORDS, ts_ns, &head))
		return 0;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head,
			 ring_word(ts_ns, (target & RING_CPU_MASK) << RING_WAKEUP_CPU_SHIFT,
				   RING_WAKEUP));
		ring_put(block, head + 1, ring_pair(tid, 0));
	}
	ring_close(cpu, head, RING_WAKEUP_WORDS);
	return 0;
}

/* OFF, and not of current, which is awake: for that one interrupts may be on. */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct task_struct *current_task = bpf_get_current_task_btf();
	u32 number, num, words, target;
	bool remote;
	struct ring_block *block;
	struct thread *thread;
	struct cpu_slot *cpu;
	u64 ts_ns, head;
	u8 state;

	cpu = cpu_here(&number);
	if (!recording || !cpu || (u64)task == (u64)current_task)
		return 0;
	thread = thread_of(task);
	if (!scope_may_have(thread))
		return 0;
	target = task->thread_info.cpu;
	if (!thread)
		return wakeup_unknown(task->pid, target);
	state = word_state(thread_word(thread));
	if (state == REC_STATE_RUNNING || state == REC_STATE_RUNNABLE) {
		thread->waking_ns = 0;
		return 0; /* it was not asleep: nothing changes */
	}
	if (!thread->waking_ns)
		thread->waker_context = REC_CTX_UNKNOWN;
	wait_begin(thread, task, false);
	remote = thread->waker_context != REC_CTX_UNKNOWN &&
		 (thread->waker_cpu != number || cpu->told != CPU_TOLD_YES ||
		  cpu->task != (u64)current_task);
	if (!thread_describe(thread)) {
		thread_move(thread, REC_STATE_RUNNABLE, target);
		ring_drop();
		goto out;
	}
	ts_ns = bpf_ktime_get_ns();
	num = thread_move(thread, REC_STATE_RUNNABLE, target);
	words = remote ? RING_WAKEUP_REMOTE_WORDS : RING_WAKEUP_WORDS;
	if (!ring_open(cpu, words, ts_ns, &head))
		goto out;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head,
			 ring_word(ts_ns, wakeup_argument(thread, target, remote),
				   remote ? RING_WAKEUP_REMOTE : RING_WAKEUP));
		ring_put(block, head + 1, ring_pair(num, thread->id));
		if (remote)
			ring_put(block, head + 2, waker_word(thread, ts_ns));
	}
	ring_close(cpu, head, words);
out:
	thread->waking_ns = 0;
	return 0;
}

/*
 * OFF: under the task's or a queue's lock. Only of who waits: one that is put
 * on another queue by its wakeup or birth is told by that record.
 */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(on_migrate, struct task_struct *task, int to)
{
	u32 number, from = task->thread_info.cpu;
	struct ring_block *block;
	struct thread *thread;
	struct cpu_slot *cpu;
	u64 ts_ns, head;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	thread = thread_of(task);
	if (!thread || !scope_has(thread) || !thread_waits(thread, task))
		return 0;
	wait_move(thread, task, to);
	thread_requeue(thread, to);
	if (!thread_describe(thread)) {
		ring_drop();
		return 0;
	}
	ts_ns = bpf_ktime_get_ns();
	if (!ring_open(cpu, RING_MIGRATE_WORDS, ts_ns, &head))
		return 0;
	block = ring_block(cpu, head);
	if (block) {
		u32 argument = (from & RING_CPU_MASK) | ((u32)to & RING_CPU_MASK)
								<< RING_MIGRATE_TO_SHIFT;

		ring_put(block, head, ring_word(ts_ns, argument, RING_MIGRATE));
		ring_put(block, head + 1, ring_pair(word_number(thread_word(thread)), thread->id));
	}
	ring_close(cpu, head, RING_MIGRATE_WORDS);
	return 0;
}

/* OFF. */
static __always_inline bool write_fork(struct cpu_slot *cpu, const struct thread *thread, u32 num,
				       u32 target)
{
	u32 argument = (u16)thread->sys | thread_record_flags(thread) << RING_FORK_FLAGS_SHIFT;
	u64 ts_ns = bpf_ktime_get_ns();
	struct ring_block *block;
	u64 head;

	if (thread->waker_scope)
		argument |= RING_FORK_SCOPE;
	if (!ring_open(cpu, RING_FORK_WORDS, ts_ns, &head))
		return false;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head, ring_word(ts_ns, argument, RING_FORK));
		ring_put(block, head + 1, ring_pair(num, thread->id));
		ring_put(block, head + 2,
			 (u64)(target & RING_CPU_MASK) << RING_FORK_CPU_SHIFT | thread->waker_id);
	}
	ring_close(cpu, head, RING_FORK_WORDS);
	return true;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *child)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	u32 number, num, target = child->thread_info.cpu;
	struct thread *thread;
	struct cpu_slot *cpu;
	bool known;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	thread = thread_of(child);
	if (!thread || !scope_has(thread))
		return 0;
	known = (cpu->task == (u64)parent && cpu->told == CPU_TOLD_YES) || waker_describe();
	if (!thread_describe(thread))
		known = false;
	wait_begin(thread, child, false);
	num = thread_move(thread, REC_STATE_RUNNABLE, target);
	if (!known)
		ring_drop();
	else if (write_fork(cpu, thread, num, target))
		thread->untold = 0;
	return 0;
}

#endif
