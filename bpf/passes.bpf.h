/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Passes over all tasks: before recording, and one at its start.
 */
#ifndef GOTRACE_BPF_PASSES_BPF_H
#define GOTRACE_BPF_PASSES_BPF_H

#include "describe.bpf.h"
#include "snapshot.bpf.h"
#include "state.bpf.h"

/* What pass_mark gives: enum scope_bits. */
u32 mark_bits;

/* Run over one thread, as user space numbers it; says that it was there. */
SEC("iter/task")
int pass_mark(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	u32 *mark;

	if (!task)
		return 0;
	mark = bpf_task_storage_get(&marks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!mark)
		return 0;
	*mark = mark_bits;
	bpf_seq_write(ctx->meta->seq, mark, sizeof(*mark));
	return 0;
}

SEC("iter/task")
int pass_storage(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct thread *thread;

	tracer_tgid = bpf_get_current_pid_tgid() >> 32;
	if (!task)
		return 0;
	/* The dead do nothing any more. */
	thread = task->exit_state ? NULL : thread_make(task);
	if (thread)
		thread->scope |= scope_look_up(task);
	return 0;
}

SEC("iter/task")
int pass_snapshot(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct rec_snapshot entry = {};
	struct thread *thread;

	if (!task)
		return 0;
	thread = task->exit_state ? thread_of(task) : thread_make(task);
	if (!thread)
		return 0;
	thread->traits = traits_of(task);
	thread->described = 1;
	snapshot_state(&entry, task, thread);
	if (entry.sys != REC_SYS_UNKNOWN)
		thread->untold = 0;
	entry.id = thread->id;
	entry.tid = task->pid;
	entry.start_ns = task->start_time;
	entry.tgid = task->tgid;
	entry.flags = thread_record_flags(thread);
	bpf_probe_read_kernel_str(entry.comm, sizeof(entry.comm), task->comm);
	bpf_probe_read_kernel_str(entry.leader_comm, sizeof(entry.leader_comm),
				  task->group_leader->comm);
	snapshot_where(&entry, task, thread);
	attributes_fill(&entry.more, task);
	bpf_seq_write(ctx->meta->seq, &entry, sizeof(entry));
	return 0;
}

#endif
