/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who a thread is: THREAD, RENAME and EXEC, and the same facts for the
 * snapshot. All of it is slow and rare, so it stands in functions of its own
 * that the verifier looks at once; these take no task but its address, as the
 * thread has it.
 */
#ifndef GOTRACE_DESCRIBE_BPF_H
#define GOTRACE_DESCRIBE_BPF_H

#include "thread.bpf.h"
#include "traits.bpf.h"

#define NICE_0_PRIORITY 120 /* static_prio of nice 0 */

/* Its number in the innermost namespace: the last of numbers[], one per level. */
static __always_inline u32 pid_in_namespace(struct pid *pid)
{
	u32 level = BPF_CORE_READ(pid, level);
	u32 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)pid + bpf_core_field_offset(pid->numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, nr));
	return number;
}

static __always_inline void attributes_fill(struct rec_attributes *out, struct task_struct *task)
{
	struct task_struct___cpus *own = (void *)task;
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct pid *leader = BPF_CORE_READ(task, group_leader, thread_pid);

	out->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	out->cpus_allowed = BPF_CORE_READ(own, cpus_mask.bits[0]);
	out->cpus_allowed_count = BPF_CORE_READ(task, nr_cpus_allowed);
	out->policy = BPF_CORE_READ(task, policy);
	out->nice = BPF_CORE_READ(task, static_prio) - NICE_0_PRIORITY;
	out->rt_priority = BPF_CORE_READ(task, rt_priority);
	out->known = REC_KNOWN_CGROUP | REC_KNOWN_AFFINITY | REC_KNOWN_POLICY;
	if (pid && leader) { /* none once it has been reaped */
		out->ns_tid = pid_in_namespace(pid);
		out->ns_tgid = pid_in_namespace(leader);
		out->known |= REC_KNOWN_NAMESPACE;
	}
}

/* What a THREAD holds behind its first word. */
union thread_words {
	struct {
		u32 id;
		u32 tid;
		u64 start_ns;
		u32 tgid;
		u32 old_tid;
		u64 flags;
		char comm[REC_COMM_LEN];
		char leader_comm[REC_COMM_LEN];
		struct rec_attributes attributes;
	};
	u64 words[RING_THREAD_WORDS - 1];
};
_Static_assert(sizeof(union thread_words) == 8 * (RING_THREAD_WORDS - 1), "no padding");

/* comm: another than the task has; NULL: that. old_tid 0: its tid. */
static __always_inline void thread_words_fill(union thread_words *out, const struct thread *thread,
					      const char *comm, u32 old_tid)
{
	struct task_struct *task = (struct task_struct *)thread->task;
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	out->id = thread->id;
	out->tid = BPF_CORE_READ(task, pid);
	out->start_ns = BPF_CORE_READ(task, start_time);
	out->tgid = BPF_CORE_READ(task, tgid);
	out->old_tid = old_tid ? old_tid : out->tid;
	out->flags = thread_record_flags(thread);
	BPF_CORE_READ_STR_INTO(&out->leader_comm, leader, comm);
	if (comm)
		bpf_probe_read_kernel_str(out->comm, sizeof(out->comm), comm);
	else
		BPF_CORE_READ_STR_INTO(&out->comm, task, comm);
	/* A leader's new name is the process's; at a rename the task has the old one. */
	if (out->tid == out->tgid)
		__builtin_memcpy(out->leader_comm, out->comm, sizeof(out->comm));
	attributes_fill(&out->attributes, task);
}

/*
 * Where a THREAD's words lie that begins at position, all 0: they are filled in
 * there, for the stack has no room for them. NULL: never, no record crosses the
 * end of its block; but the verifier asks.
 */
static __always_inline union thread_words *thread_words_at(struct ring_block *block, u32 position)
{
	u32 at = position & (RING_BLOCK_WORDS - 1);
	union thread_words *words;

	if (at > RING_BLOCK_WORDS - RING_THREAD_WORDS)
		return NULL;
	words = (union thread_words *)&block->words[at + 1];
	__builtin_memset(words, 0, sizeof(*words));
	return words;
}

/* A record of who a thread is; false: dropped. */
static __always_inline bool thread_report(const struct thread *thread, u8 type, const char *comm)
{
	union thread_words *words;
	struct ring_block *block;
	struct cpu_slot *cpu;
	u32 number, busy;
	int position;
	u64 ts_ns;

	cpu = cpu_here(&number);
	if (!cpu)
		return false;
	busy = ring_enter(cpu);
	position = ring_take(cpu, RING_THREAD_WORDS, true, &ts_ns);
	block = position < 0 ? NULL : ring_block(cpu, position);
	if (block) {
		ring_put(block, position, ring_word(ts_ns, RING_THREAD_WORDS, type));
		words = thread_words_at(block, position);
		if (words)
			thread_words_fill(words, thread, comm, 0);
	}
	ring_leave(cpu, busy);
	return position >= 0;
}

/* Also from where interrupts are off. */
__noinline int thread_describe_now(struct thread *thread)
{
	if (!thread)
		return 0;
	/* Before they are read: a change meanwhile is told again. */
	thread->traits = traits_at((struct task_struct *)thread->task);
	if (!thread_report(thread, RING_THREAD, NULL))
		return 0;
	thread->described = 1;
	return 1;
}

/*
 * Says who a thread is, once; again until it was not dropped. 1: the stream
 * knows (or there is nothing to know).
 */
static __always_inline bool thread_describe(struct thread *thread)
{
	if (!thread || thread->described)
		return true;
	return thread_describe_now(thread);
}

/* ---- exec: with the command line ---- */

#define EXEC_WORDS (RING_THREAD_WORDS + RING_COMMAND_BYTES / 8)

/* Into the words behind a THREAD's; the number of bytes, 0 if they are not in memory. */
static __always_inline u32 command_put(struct ring_block *block, u32 position,
				       struct task_struct *task)
{
	u64 start = BPF_CORE_READ(task, mm, arg_start);
	u64 bytes = BPF_CORE_READ(task, mm, arg_end) - start;
	u32 at = (position + RING_THREAD_WORDS) & (RING_BLOCK_WORDS - 1);

	if (bytes > RING_COMMAND_BYTES)
		bytes = RING_COMMAND_BYTES;
	/* Never so: no record crosses the end of its block. But the verifier asks. */
	if (at > RING_BLOCK_WORDS - RING_COMMAND_BYTES / 8)
		return 0;
	return bpf_probe_read_user(&block->words[at], bytes, (const void *)start) ? 0 : bytes;
}

__noinline int exec_report(const struct thread *thread, u32 old_tid)
{
	union thread_words *words;
	struct ring_block *block;
	struct cpu_slot *cpu;
	u32 number, busy, bytes;
	int position;
	u64 ts_ns;

	cpu = cpu_here(&number);
	if (!cpu || !thread)
		return 0;
	busy = ring_enter(cpu);
	position = ring_take(cpu, EXEC_WORDS, true, &ts_ns);
	block = position < 0 ? NULL : ring_block(cpu, position);
	if (block) {
		bytes = command_put(block, position, (struct task_struct *)thread->task);
		ring_put(block, position,
			 ring_word(ts_ns, EXEC_WORDS | bytes << RING_EXEC_BYTES_SHIFT, RING_EXEC));
		words = thread_words_at(block, position);
		if (words)
			thread_words_fill(words, thread, NULL, old_tid);
	}
	ring_leave(cpu, busy);
	return position >= 0;
}

#endif
