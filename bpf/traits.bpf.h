/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A thread's policy, priority, nice value and CPUs in 16 bits, so that a change
 * is noticed when it comes onto a CPU, and it is described anew. There is no
 * event of the kernel's for that, and others may change it.
 *
 * A change of policy, priority or nice value alone always shows; one of the
 * CPUs does, but once in 65,536 times if there are several CPUs in the mask.
 */
#ifndef GOTRACE_BPF_TRAITS_BPF_H
#define GOTRACE_BPF_TRAITS_BPF_H

#include "thread.bpf.h"

/* Not cpus_ptr: that is one CPU while the thread may not be moved. */
struct task_struct___cpus {
	struct cpumask cpus_mask;
} __attribute__((preserve_access_index));

#define LEAST_STATIC_PRIO 100 /* of nice -20 */
/* Its 16-bit windows are all different: so are single CPUs. */
#define DE_BRUIJN 0x03f79d71b4cb0a89ULL

/* Nice value 6 bits, policy 3, realtime priority 7; the CPUs are spread over all. */
static __always_inline u16 traits_form(u32 static_prio, u32 policy, u32 rt_priority, u64 mask,
				       u32 cpu_count)
{
	u32 exact = (static_prio - LEAST_STATIC_PRIO) | policy << 6 | rt_priority << 9;

	return exact ^ mask * DE_BRUIJN >> 48 ^ cpu_count;
}

static __always_inline u16 traits_of(struct task_struct *task)
{
	struct task_struct___cpus *own = (void *)task;

	return traits_form(task->static_prio, task->policy, task->rt_priority,
			   own->cpus_mask.bits[0], task->nr_cpus_allowed);
}

/* The same of a task that only a helper may look at. */
static __always_inline u16 traits_at(struct task_struct *task)
{
	struct task_struct___cpus *own = (void *)task;

	return traits_form(BPF_CORE_READ(task, static_prio), BPF_CORE_READ(task, policy),
			   BPF_CORE_READ(task, rt_priority), BPF_CORE_READ(own, cpus_mask.bits[0]),
			   BPF_CORE_READ(task, nr_cpus_allowed));
}

/* Task comes onto a CPU: if it is not as it was described, it is not described. */
static __always_inline void traits_check(struct thread *thread, struct task_struct *task)
{
	if (thread->traits != traits_of(task))
		thread->described = 0;
}

#endif
