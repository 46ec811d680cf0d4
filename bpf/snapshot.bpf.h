/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where a thread is at the start: the state, CPU, transition number and
 * syscall of its snapshot entry. Recording is on by then, so any of them may
 * change while it is read; what the thread's own records say goes first, and
 * the kernel's fields count only for one that has none.
 */
#ifndef GOTRACE_BPF_SNAPSHOT_BPF_H
#define GOTRACE_BPF_SNAPSHOT_BPF_H

#include "thread.bpf.h"

/* What the kernel's own fields say; right if no transition came between. */
static __always_inline u8 state_of_fields(struct task_struct *task)
{
	u32 state = task->__state;

	if (task->exit_state || state & TASK_DEAD)
		return REC_STATE_DEAD;
	if (state & TASK_NEW)
		return REC_STATE_NEW;
	if (task->on_cpu)
		return REC_STATE_RUNNING;
	if (state & TASK_WAKING)
		return REC_STATE_ASLEEP;
	return task_is_queued(task) ? REC_STATE_RUNNABLE : REC_STATE_ASLEEP;
}

/* A task on a CPU shows the number of its last call; a stopped one may be anywhere. */
static __always_inline u16 sys_of_fields(struct task_struct *task, struct thread *thread, u8 state)
{
	if (!thread_makes_calls(thread))
		return REC_SYS_NONE;
	if ((state != REC_STATE_ASLEEP && state != REC_STATE_RUNNABLE) ||
	    task->__state & TASK_STOPPED_OR_TRACED || thread_is_tracer(thread))
		return REC_SYS_UNKNOWN;
	return sys_of_registers(task);
}

/*
 * Why it is where it is, beyond its state. Asleep in the kernel, but not by a
 * call and not stopped, it is in an exception: as good as always a page fault.
 */
static __always_inline void snapshot_where(struct rec_snapshot *entry, struct task_struct *task,
					   const struct thread *thread)
{
	u32 state = task->__state;

	if (entry->state == REC_STATE_ASLEEP && !(state & TASK_STOPPED_OR_TRACED) &&
	    task_is_frozen(task))
		state |= TASK_FROZEN;
	entry->task_state = state | task->exit_state;
	entry->where = REC_WHERE_KNOWN;
	if (state & TASK_FROZEN)
		entry->where |= REC_WHERE_FROZEN;
	if (state & TASK_STOPPED)
		entry->where |= REC_WHERE_STOPPED;
	if (state & TASK_TRACED)
		entry->where |= REC_WHERE_TRACED;
	if (entry->state == REC_STATE_ASLEEP && thread_makes_calls(thread) &&
	    !(state & (TASK_FROZEN | TASK_STOPPED | TASK_TRACED | TASK_WAKING)) &&
	    entry->sys == REC_SYS_NONE)
		entry->where |= REC_WHERE_FAULT;
}

/* What it is inside by its CPU's slot, if that says that it runs there. */
static __always_inline u16 sys_of_slot(struct task_struct *task, u32 number)
{
	struct cpu_slot *cpu = bpf_map_lookup_elem(&cpus, &number);

	if (!cpu || *(volatile u64 *)&cpu->task != (u64)task)
		return REC_SYS_UNKNOWN;
	return *(volatile u16 *)&cpu->sys;
}

#define SNAPSHOT_TRIES 8

/* State, CPU, number and syscall that belong together, or the last try's. */
static __always_inline void snapshot_state(struct rec_snapshot *entry, struct task_struct *task,
					   struct thread *thread)
{
	u16 sys = REC_SYS_UNKNOWN;
	u64 before, after;

	for (int i = 0; i < SNAPSHOT_TRIES; i++) {
		before = *(volatile u64 *)&thread->word;
		entry->state = word_number(before) ? word_state(before) : state_of_fields(task);
		entry->cpu = word_number(before) ? word_cpu(before) : task->thread_info.cpu;
		entry->num = word_number(before);
		if (entry->state == REC_STATE_RUNNING)
			sys = sys_of_slot(task, entry->cpu);
		else
			sys = sys_of_fields(task, thread, entry->state);
		after = *(volatile u64 *)&thread->word;
		if (before == after)
			break;
		sys = REC_SYS_UNKNOWN;
	}
	if (entry->state != REC_STATE_RUNNING) {
		/* A switch out that came meanwhile knows better. */
		if (sys != REC_SYS_UNKNOWN)
			__sync_val_compare_and_swap(&thread->sys, REC_SYS_UNKNOWN, sys);
		sys = *(volatile u32 *)&thread->sys;
	}
	entry->sys = sys;
}

#endif
