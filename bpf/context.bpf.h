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
#ifndef GOTRACE_BPF_CONTEXT_BPF_H
#define GOTRACE_BPF_CONTEXT_BPF_H

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

/*
 * Does the program's context lie on task's own stack? Two comparisons that
 * must not become one subtraction, which the verifier refuses of a context.
 */
static __always_inline bool context_on_stack_of(void *ctx, struct task_struct *task, u32 size)
{
	u64 low = (u64)task->stack;
	u64 high = low + size;

	barrier_var(low);
	if ((u64)ctx < low)
		return false;
	barrier_var(high);
	return (u64)ctx < high;
}

static __always_inline u8 context_here(const struct cpu_slot *cpu, void *ctx,
				       struct task_struct *current_task, u32 thread_size)
{
	if (cpu->hardirq_depth > 0)
		return REC_CTX_HARDIRQ;
	if (task_counts_softirqs()) {
		if (task_in_softirq(current_task))
			return REC_CTX_SOFTIRQ;
	} else if (cpu->softirq_depth > 0) {
		return REC_CTX_SOFTIRQ;
	}
	return context_on_stack_of(ctx, current_task, thread_size) ? REC_CTX_TASK : REC_CTX_HARDIRQ;
}

#endif
