/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Handlers: births, names, ends.
 */
#ifndef GOTRACE_BPF_ON_LIFE_BPF_H
#define GOTRACE_BPF_ON_LIFE_BPF_H

#include "current.bpf.h"
#include "describe.bpf.h"
#include "state.bpf.h"

/* In the parent, before the child can run. Also for workers that the kernel makes. */
SEC("tp_btf/task_newtask")
int BPF_PROG(on_birth, struct task_struct *child, u64 clone_flags)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	struct thread *thread, *parent_thread;

	if (child->pid == 0)
		return 0;
	thread = thread_make(child);
	if (!thread)
		return 0;
	parent_thread = thread_of(parent);
	thread_set_word(thread, REC_STATE_NEW);
	thread->scope = scope_of_child(child, parent, parent_thread);
	parent_thread = thread_again(parent_thread);
	thread->waker_id = parent_thread ? parent_thread->id : 0;
	thread->waker_scope = parent_thread && scope_has(parent_thread) ? SCOPE_IN : 0;
	/* The parent is inside its clone, whether its calls are followed or not. */
	thread->sys = settings.child_reports_exit && thread_makes_calls(thread) &&
				      !(parent->flags & PF_KTHREAD)
			      ? sys_of_registers(parent)
			      : REC_SYS_NONE;
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task, const char *comm)
{
	struct thread *thread;

	if (!recording)
		return 0;
	thread = thread_of(task);
	if (!thread)
		return 0;
	thread->traits = traits_at(task);
	thread->described = scope_has(thread) && thread_report(thread, RING_RENAME, comm);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *binprm)
{
	struct thread *thread;

	if (!recording)
		return 0;
	thread = thread_of(task);
	if (!thread)
		return 0;
	thread->flags = thread_flags(task);
	thread->traits = traits_at(task);
	thread->described = scope_has(thread) && exec_report(thread, old_pid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct cpu_slot *cpu;
	u32 number;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	if (cpu->task != (u64)task)
		current_settle();
	if (!current_in_scope(cpu))
		return 0;
	if (current_known(cpu, task))
		write_word(cpu, (task->exit_code & 0xffff) | RING_EXIT_KNOWN, RING_EXIT);
	else
		ring_drop();
	return 0;
}

/* ---- the kernel is out of memory ---- */

/* The victim's thread: the tracepoint gives its task, or its pid before 6.10. */
static __always_inline struct thread *victim_of(u64 victim)
{
	struct task_struct *task;
	struct thread *thread;

	if (settings.victim_is_task)
		return thread_of((struct task_struct *)victim);
	thread = slot_of((u32)victim & (SLOTS - 1));
	task = thread ? (struct task_struct *)thread->task : NULL;
	return task && BPF_CORE_READ(task, pid) == (s32)victim ? thread : NULL;
}

SEC("tp_btf/mark_victim")
int BPF_PROG(on_oom, u64 victim)
{
	struct ring_block *block;
	struct task_struct *task;
	struct thread *thread;
	struct cpu_slot *cpu;
	u32 number, busy;
	int position;
	u64 ts_ns;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	thread = victim_of(victim);
	if (!thread || !scope_has(thread) || !thread_describe(thread))
		return 0;
	task = (struct task_struct *)thread->task;
	busy = ring_enter(cpu);
	position = ring_take(cpu, RING_OOM_WORDS, true, &ts_ns);
	block = position < 0 ? NULL : ring_block(cpu, position);
	if (block) {
		ring_put(block, position, ring_word(ts_ns, RING_OOM_WORDS, RING_OOM));
		ring_put(block, position + 1, ring_pair(BPF_CORE_READ(task, pid), thread->id));
	}
	ring_leave(cpu, busy);
	return 0;
}

#endif
