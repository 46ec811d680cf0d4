/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which threads are wanted. Always asked about the subject of a record, never
 * about whoever happens to be current.
 *
 * System-wide everyone is. Otherwise a thread carries its own answer in its
 * storage: set by the pass for the marked processes, inherited at birth, and
 * for a cgroup looked up anew each time the thread comes onto a CPU, so that
 * one that is moved in or out is noticed there.
 */
#ifndef GOTRACE_BPF_SCOPE_BPF_H
#define GOTRACE_BPF_SCOPE_BPF_H

#include "state.bpf.h"
#include "thread.bpf.h"

/*
 * Scope bits of what user space has marked: of a process, through a pidfd, its
 * leader's; of a thread alone (SCOPE_ALONE) its own, by pass_mark.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u32);
} marks SEC(".maps");

static __always_inline bool scope_has(const struct thread *thread)
{
	return settings.scope == REC_SCOPE_SYSTEM || (thread && thread->scope & SCOPE_IN);
}

/* The same, but also of a thread whose storage was not found though it may be there. */
static __always_inline bool scope_may_have(const struct thread *thread)
{
	return scope_has(thread) || (!thread && settings.lookups_fail);
}

static __always_inline u8 scope_of_cgroup(struct task_struct *task)
{
	u64 id = settings.cgroup_v1
			 ? task_cgroup_v1_at(task, settings.cgroup_v1 - 1, settings.cgroup_level)
			 : task_cgroup_at(task, settings.cgroup_level);

	return id == settings.cgroup_id ? SCOPE_IN : 0;
}

/* The scope bits that the marks and the cgroup give task; not from a handler. */
static __always_inline u8 scope_look_up(struct task_struct *task)
{
	u32 *mark;

	if (settings.scope == REC_SCOPE_SYSTEM)
		return SCOPE_IN;
	if (settings.scope == REC_SCOPE_CGROUP)
		return scope_of_cgroup(task);
	mark = bpf_task_storage_get(&marks, task->group_leader, NULL, 0);
	if (mark && !(*mark & SCOPE_ALONE))
		return *mark;
	mark = bpf_task_storage_get(&marks, task, NULL, 0);
	return mark ? *mark : 0;
}

/* The scope bits of a thread that parent gives birth to. */
static __always_inline u8 scope_of_child(struct task_struct *child, struct task_struct *parent,
					 const struct thread *parent_thread)
{
	u8 scope;

	if (settings.scope != REC_SCOPE_PROCESS)
		return scope_look_up(child);
	/* The pass may not have come to the parent yet: ask for its mark, too. */
	scope = scope_look_up(parent) | (parent_thread ? parent_thread->scope : 0);
	if (child->tgid == parent->tgid)
		return scope & SCOPE_ALONE && !(scope & SCOPE_CHILDREN) ? 0 : scope;
	return scope & SCOPE_CHILDREN ? scope & ~SCOPE_ALONE : 0;
}

/* For a thread that comes onto a CPU: true if it was in scope and has left. */
static __always_inline bool scope_refresh(struct thread *thread, struct task_struct *task)
{
	u8 was, now;

	if (settings.scope != REC_SCOPE_CGROUP || !thread)
		return false;
	was = thread->scope;
	now = scope_of_cgroup(task);
	if (was == now)
		return false;
	thread->scope = now;
	/* A stranger's syscalls are not followed. */
	thread->sys = thread_makes_calls(thread) ? sys_of_registers(task) : REC_SYS_NONE;
	thread->untold = 1;
	thread->described = 0; /* say anew who it is, and that it is in or out */
	return was & SCOPE_IN;
}

#endif
