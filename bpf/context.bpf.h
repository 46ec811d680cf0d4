/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * In whose name does a wakeup happen: the current task's, a softirq's or an
 * interrupt's?
 *
 * There is no counter of the kernel's that a BPF program can read everywhere,
 * so two signs are used. A depth per CPU, counted at the interrupt
 * tracepoints; and, for the few interrupt vectors without a tracepoint, the
 * address of the program's context, which lies on the stack in use: outside
 * the current task's own stack, it is an interrupt's. An interrupt if either
 * says so. (Interrupts may run on the task's stack, so the second alone
 * misses many.)
 *
 * The depths are attached exit first, so an exit may come without its entry:
 * it leaves 0 at 0. Nothing ever sets them back, for that would be wrong
 * inside an interrupt.
 */
#ifndef GOTRACE_CONTEXT_BPF_H
#define GOTRACE_CONTEXT_BPF_H

#include "settings.h"
#include "ring.bpf.h"

static __always_inline int hardirq_enter(void)
{
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (cpu)
		cpu->hardirq_depth++;
	return 0;
}

static __always_inline int hardirq_leave(void)
{
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (cpu && cpu->hardirq_depth > 0)
		cpu->hardirq_depth--;
	return 0;
}

static __always_inline int softirq_enter(void)
{
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (cpu)
		cpu->softirq_depth++;
	return 0;
}

static __always_inline int softirq_leave(void)
{
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (cpu && cpu->softirq_depth > 0)
		cpu->softirq_depth--;
	return 0;
}

/* The address of the program's context, as a number. */
static __always_inline u64 context_address(void *ctx)
{
	u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &ctx);
	return address;
}

static __always_inline u8 context_here(void *ctx, struct task_struct *current_task, u32 thread_size)
{
	u64 stack = (u64)current_task->stack;
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (!cpu)
		return REC_CTX_UNKNOWN;
	if (cpu->hardirq_depth > 0)
		return REC_CTX_HARDIRQ;
	if (task_counts_softirqs()) {
		if (task_in_softirq(current_task))
			return REC_CTX_SOFTIRQ;
	} else if (cpu->softirq_depth > 0) {
		return REC_CTX_SOFTIRQ;
	}
	return context_address(ctx) - stack < thread_size ? REC_CTX_TASK : REC_CTX_HARDIRQ;
}

#endif
