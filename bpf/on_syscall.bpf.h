/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Handlers: syscalls. Interrupts are on here.
 */
#ifndef GOTRACE_BPF_ON_SYSCALL_BPF_H
#define GOTRACE_BPF_ON_SYSCALL_BPF_H

#include "current.bpf.h"
#include "state.bpf.h"

/*
 * One that the pass could not see (of a pid namespace above the tracer's) gets
 * its place when it enters a syscall, where no lock is held.
 */
__noinline int find_caller(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *thread;
	struct cpu_slot *cpu;
	u32 number;

	cpu = cpu_here(&number);
	if (!cpu)
		return 0;
	thread = thread_of(task);
	if (!thread) {
		thread = thread_make(task);
		if (thread)
			thread->scope |= scope_look_up(task);
	}
	current_set(cpu, task, thread);
	return 0;
}

static __always_inline bool calls_are_wanted(const struct cpu_slot *cpu)
{
	return cpu->who >> CPU_WHO_SHIFT & CPU_WHO_CALLS;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cpu_slot *cpu;
	u32 number;
	u16 sys;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	if (cpu->task != (u64)task || !(u32)cpu->who)
		find_caller();
	if (!calls_are_wanted(cpu))
		return 0;
	sys = sys_form(call, task_is_compat(task));
	/* Before the record: a SYNC of an interrupt's says it early, which does no harm. */
	*(volatile u16 *)&cpu->sys = sys;
	if (current_known(cpu, task))
		write_word(cpu, sys, RING_SYS_ENTER);
	else
		ring_drop();
	return 0;
}

#define RET_MOST ((1L << (RING_ARG_BITS - 1)) - 1)

/* ON: a return value of more than 27 bits. */
__noinline int write_long_exit(u64 ret)
{
	struct ring_block *block;
	struct cpu_slot *cpu;
	u32 number, busy;
	int position;
	u64 ts_ns;

	cpu = cpu_here(&number);
	if (!cpu)
		return 0;
	busy = ring_enter(cpu);
	position = ring_take(cpu, 2, true, &ts_ns);
	block = position < 0 ? NULL : ring_block(cpu, position);
	if (block) {
		ring_put(block, position, ring_word(ts_ns, 0, RING_SYS_EXIT_LONG));
		ring_put(block, position + 1, ret);
	}
	ring_leave(cpu, busy);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cpu_slot *cpu;
	u32 number;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	if (cpu->task != (u64)task)
		current_settle();
	if (!calls_are_wanted(cpu) || cpu->sys == REC_SYS_NONE)
		return 0; /* nothing is open */
	*(volatile u16 *)&cpu->sys = REC_SYS_NONE;
	if (!current_known(cpu, task))
		ring_drop();
	else if ((u64)(ret + RET_MOST) <= 2 * RET_MOST)
		write_word(cpu, ret & RING_ARG_MASK, RING_SYS_EXIT);
	else
		write_long_exit(ret);
	return 0;
}

#endif
