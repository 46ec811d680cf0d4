/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Current: the thread that runs on this CPU, as the CPU's slot has it, and
 * whether the CPU's stream knows it. Most records do not name it, so what they
 * leave out must have been told before.
 *
 * The slot is filled in at each switch. Where it shows another task than the
 * one that runs (at the start, or after a switch that was not seen), it is
 * filled in anew from what is stored of the thread.
 */
#ifndef GOTRACE_CURRENT_BPF_H
#define GOTRACE_CURRENT_BPF_H

#include "describe.bpf.h"
#include "scope.bpf.h"

/* What `who` of a CPU's slot is for task while it is current. */
static __always_inline u64 current_who(struct task_struct *task, const struct thread *thread)
{
	u64 flags = 0;

	if (!task->pid)
		return 0;
	if (scope_has(thread))
		flags = CPU_WHO_SCOPE;
	if (flags && thread && !thread_is_tracer(thread))
		flags |= CPU_WHO_CALLS;
	return flags << CPU_WHO_SHIFT | (thread ? thread->id : 0);
}

static __always_inline bool current_in_scope(const struct cpu_slot *cpu)
{
	return cpu->who >> CPU_WHO_SHIFT & CPU_WHO_SCOPE;
}

/*
 * Task last: an interrupt in between finds another task there and does all of
 * this itself, with the same outcome.
 */
static __always_inline void current_set(struct cpu_slot *cpu, struct task_struct *task,
					const struct thread *thread)
{
	*(volatile u8 *)&cpu->told = CPU_TOLD_NO;
	*(volatile u64 *)&cpu->who = current_who(task, thread);
	*(volatile u32 *)&cpu->num = thread ? word_number(thread_word(thread)) : 0;
	*(volatile u16 *)&cpu->sys = thread ? thread->sys : REC_SYS_UNKNOWN;
	*(volatile u64 *)&cpu->task = (u64)task;
}

/* The slot shows another task than the one that runs. */
__noinline int current_settle(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (cpu)
		current_set(cpu, task, thread_of(task));
	return 0;
}

static __always_inline bool current_put(struct cpu_slot *cpu, u32 tid)
{
	u32 busy = ring_enter(cpu);
	u32 argument = cpu->sys;
	u32 id = cpu->who;
	struct ring_block *block;
	int position;
	u64 ts_ns;

	if (current_in_scope(cpu))
		argument |= RING_CURRENT_SCOPE;
	position = ring_take(cpu, RING_CURRENT_WORDS, false, &ts_ns);
	block = position < 0 ? NULL : ring_block(cpu, position);
	if (block) {
		ring_put(block, position, ring_word(ts_ns, argument, RING_CURRENT));
		ring_put(block, position + 1, ring_pair(id ? cpu->num : tid, id));
		ring_put(block, position + 2, tid);
		__sync_fetch_and_add(&cpu->currents, 1);
	}
	ring_leave(cpu, busy);
	return position >= 0;
}

/*
 * Tells who is current. 0: there was no room. While it is being told, a SYNC
 * of an interrupt's may say it first; it must not say that nobody is known,
 * for that would undo a CURRENT that stands before it.
 */
__noinline int current_tell(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);
	struct thread *thread = thread_of(task);

	if (!cpu)
		return 0;
	if (cpu->task != (u64)task)
		current_set(cpu, task, thread);
	thread = thread_again(thread);
	if (!thread_describe(thread))
		return 0;
	*(volatile u8 *)&cpu->told = CPU_TOLD_SOON;
	if (!current_put(cpu, task->pid)) {
		*(volatile u8 *)&cpu->told = CPU_TOLD_NO;
		return 0;
	}
	*(volatile u8 *)&cpu->told = CPU_TOLD_YES;
	return 1;
}

/* Does the stream know who is current? Told now, if it can be. */
static __always_inline bool current_known(const struct cpu_slot *cpu, struct task_struct *task)
{
	if (cpu->task == (u64)task && cpu->told == CPU_TOLD_YES)
		return true;
	return current_tell();
}

/* ON: a record of one word about current, who is known. */
static __always_inline bool write_word(struct cpu_slot *cpu, u32 argument, u8 type)
{
	u32 busy = ring_enter(cpu);
	struct ring_block *block;
	int position;
	u64 ts_ns;

	position = ring_take(cpu, 1, true, &ts_ns);
	block = position < 0 ? NULL : ring_block(cpu, position);
	if (block)
		ring_put(block, position, ring_word(ts_ns, argument, type));
	ring_leave(cpu, busy);
	return position >= 0;
}

#endif
