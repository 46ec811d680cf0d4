/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What differs between kernels and architectures, and nothing else. Each
 * function says which kernels it is about; its callers need not know.
 *
 * Types of other kernels carry a ___suffix, which CO-RE ignores when it
 * matches names against the running kernel's BTF.
 */
#ifndef GOTRACE_BPF_COMPAT_BPF_H
#define GOTRACE_BPF_COMPAT_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "record.h"

/* Task flags (include/linux/sched.h), the same from 6.1 to 6.18. */
#define PF_IO_WORKER 0x00000010
#define PF_USER_WORKER 0x00004000 /* since 6.4; unused before */
#define PF_KTHREAD 0x00200000

/* Task state bits, the same from 5.14 to 6.18. */
#define TASK_STOPPED 0x0004
#define TASK_TRACED 0x0008
#define TASK_STOPPED_OR_TRACED (TASK_STOPPED | TASK_TRACED)
#define TASK_DEAD 0x0080
#define TASK_WAKING 0x0200
#define TASK_NEW 0x0800
#define TASK_FROZEN 0x8000 /* since 6.1; unused before */

/* Since 6.12 (commit 152e11f6df29) a sleeping task may stay queued for a while. */
struct sched_entity___delayed {
	unsigned char sched_delayed;
} __attribute__((preserve_access_index));

static __always_inline bool task_is_queued(struct task_struct *task)
{
	struct sched_entity___delayed *se = (void *)&task->se;

	if (!task->on_rq)
		return false;
	if (!bpf_core_field_exists(se->sched_delayed))
		return true;
	barrier_var(se); /* keeps the field's offset behind the test for the field */
	return !se->sched_delayed;
}

struct task_struct___frozen {
	unsigned int frozen : 1;
	unsigned long jobctl;
} __attribute__((preserve_access_index));

#define JOBCTL_TRAP_FREEZE (1UL << 23) /* the same from 5.2 to 6.18 */

/*
 * Does task, which sleeps, do so because its cgroup (v2) is frozen? Its state
 * does not say so. `frozen` alone is also said of the parent of a vfork.
 */
static __always_inline bool task_is_frozen(struct task_struct *task)
{
	struct task_struct___frozen *frozen = (void *)task;

	if (!bpf_core_field_exists(frozen->frozen))
		return false;
	barrier_var(frozen);
	return BPF_CORE_READ_BITFIELD(frozen, frozen) && frozen->jobctl & JOBCTL_TRAP_FREEZE;
}

/* PREEMPT_RT: softirqs are preemptible and each task counts its own. */
struct task_struct___rt {
	int softirq_disable_cnt;
} __attribute__((preserve_access_index));

static __always_inline bool task_counts_softirqs(void)
{
	return bpf_core_field_exists(struct task_struct___rt, softirq_disable_cnt);
}

/* SOFTIRQ_OFFSET, set while a softirq runs; its double only says "disabled". */
static __always_inline bool task_in_softirq(struct task_struct *task)
{
	struct task_struct___rt *rt = (void *)task;

	return rt->softirq_disable_cnt & 0x100;
}

/* 6.1 turned cgroup.ancestor_ids (ids) into ancestors (pointers). */
struct cgroup___ids {
	u64 ancestor_ids[1];
} __attribute__((preserve_access_index));

/* The id of cgroup's ancestor at level, which is not below cgroup. */
static __always_inline u64 cgroup_ancestor(struct cgroup *cgroup, u32 level)
{
	struct cgroup___ids *old = (void *)cgroup;
	struct cgroup *ancestor = NULL;
	u64 id = 0;

	if (bpf_core_field_exists(old->ancestor_ids)) {
		bpf_probe_read_kernel(&id, sizeof(id),
				      (void *)old + bpf_core_field_offset(old->ancestor_ids) +
					      level * sizeof(u64));
		return id;
	}
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
			      (void *)cgroup + bpf_core_field_offset(cgroup->ancestors) +
				      level * sizeof(void *));
	return BPF_CORE_READ(ancestor, kn, id);
}

/* The id of task's ancestor cgroup (v2) at level; 0 if task lies above it. */
static __always_inline u64 task_cgroup_at(struct task_struct *task, u32 level)
{
	struct cgroup *cgroup = task->cgroups->dfl_cgrp;

	return (u32)cgroup->level < level ? 0 : cgroup_ancestor(cgroup, level);
}

struct cgroup_subsys_state___v1 {
	struct cgroup *cgroup;
} __attribute__((preserve_access_index));

struct css_set___v1 {
	struct cgroup_subsys_state___v1 *subsys[1]; /* as many as there are controllers */
} __attribute__((preserve_access_index));

/*
 * The same in the v1 hierarchy of a controller, by its number: an index into
 * an array of pointers, which only a helper may follow.
 */
static __always_inline u64 task_cgroup_v1_at(struct task_struct *task, u32 controller, u32 level)
{
	struct css_set___v1 *set = (void *)task->cgroups;
	struct cgroup_subsys_state___v1 *state = NULL;
	struct cgroup *cgroup;

	bpf_probe_read_kernel(&state, sizeof(state),
			      (void *)set + bpf_core_field_offset(set->subsys) +
				      controller * sizeof(void *));
	cgroup = BPF_CORE_READ(state, cgroup);
	return (u32)BPF_CORE_READ(cgroup, level) < level ? 0 : cgroup_ancestor(cgroup, level);
}

/* The number of the syscall whose frame is the last on the kernel stack. */
static __always_inline long regs_syscall(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_arm64)
	return regs->syscallno;
#else
	return regs->orig_ax;
#endif
}

/* Its first argument; of the 64-bit table only. */
static __always_inline u64 regs_first_argument(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_arm64)
	return regs->orig_x0;
#else
	return regs->di;
#endif
}

/* Is the syscall that task is in, or was in last, one of the 32-bit table? */
static __always_inline bool task_is_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_arm64)
	return task->thread_info.flags & (1UL << 22); /* TIF_32BIT */
#else
	return task->thread_info.status & 2; /* TS_COMPAT */
#endif
}

/* x32 calls of x86-64 have this bit; the low bits name the same call. */
#define X32_SYSCALL_BIT 0x40000000

#endif
