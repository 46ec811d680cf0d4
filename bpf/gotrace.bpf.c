// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The handlers: one per tracepoint, each a few lines: is it wanted, is the
 * stream told what the record implies, write it. What a record means is user
 * space's business.
 *
 * Order of use (user/capture): on_birth is attached; pass_storage gives every
 * task its storage; the rest is attached; `recording` is set; pass_snapshot
 * writes every task's state. Until `recording` is set nothing is numbered.
 */
#include "compat.bpf.h"
#include "settings.h"
#include "context.bpf.h"
#include "current.bpf.h"
#include "ring.bpf.h"
#include "scope.bpf.h"
#include "snapshot.bpf.h"
#include "switch.bpf.h"
#include "thread.bpf.h"
#include "wakeup.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set and cleared by user space. */
volatile u8 recording;
/* Set by the storage pass, which runs in the tracer: as the kernel numbers it. */
u32 tracer_tgid;

/* ---- switches ---- */

/* OFF. False: dropped. */
static __always_inline bool write_switch(struct cpu_slot *cpu, u32 argument, u64 next,
					 struct task_struct *task, const struct thread *to)
{
	bool is_long = to && to->untold;
	u32 words = is_long ? RING_SWITCH_LONG_WORDS : RING_SWITCH_WORDS;
	struct ring_block *block;
	u64 ts_ns = bpf_ktime_get_ns();
	u64 head;

	if (!ring_open(cpu, words, ts_ns, &head))
		return false;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head,
			 ring_word(ts_ns, argument, is_long ? RING_SWITCH_LONG : RING_SWITCH));
		ring_put(block, head + 1, next);
		to = thread_again((struct thread *)to);
		if (is_long && to)
			ring_put(block, head + 2, ring_pair(task->pid, to->sys));
	}
	ring_close(cpu, head, words);
	return true;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	u32 number, flags, to_num = 0, argument;
	struct thread *from = NULL, *to;
	bool to_in, left, known;
	struct cpu_slot *cpu;
	u64 who, named;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	if (cpu->task != (u64)prev)
		current_settle();
	to = thread_of(next);
	left = scope_refresh(to, next);
	who = current_who(next, to);
	to_in = who >> CPU_WHO_SHIFT & CPU_WHO_SCOPE;
	if (prev_state & TASK_DEAD || current_in_scope(cpu))
		from = thread_of(prev);
	if (!current_in_scope(cpu) && !to_in && !left) {
		switch_current(cpu, next, to, who, 0, CPU_TOLD_NO);
		goto out;
	}
	flags = switch_flags(prev, preempt, prev_state);
	argument = flags | (to_in ? RING_SWITCH_SCOPE : 0) | (left ? RING_SWITCH_LEFT : 0) |
		   prev_state << RING_SWITCH_STATE_SHIFT;
	if (from && current_in_scope(cpu)) {
		switch_settle_sys(cpu, from, prev, flags, prev_state);
		if (flags & RING_SWITCH_ASLEEP)
			argument |= switch_descriptor(prev, cpu->sys) << RING_SWITCH_FD_SHIFT;
	}
	known = current_known(cpu, prev);
	if (!thread_describe(to))
		known = false;
	from = thread_again(from);
	if (from && current_in_scope(cpu)) {
		thread_move(from, switch_state(flags, prev_state), number);
		from->sys = cpu->sys;
	}
	to = thread_again(to);
	if (to && (to_in || left))
		to_num = thread_move(to, REC_STATE_RUNNING, number);
	named = to ? ring_pair(to_num, to->id) : ring_pair(next->pid, 0);
	if (!known)
		ring_drop();
	else
		known = write_switch(cpu, argument, named, next, to);
	from = thread_again(from);
	if (!known && from)
		from->untold = 1;
	to = thread_again(to);
	if (known && to)
		to->untold = 0;
	/* If it was dropped, the SYNC that must follow says who is current. */
	switch_current(cpu, next, to, who, to_num,
		       !to || to->described ? CPU_TOLD_YES : CPU_TOLD_NO);
out:
	from = thread_again(from);
	if (from && prev_state & TASK_DEAD)
		thread_free(from);
	return 0;
}

/* ---- wakeups ---- */

SEC("tp_btf/sched_waking")
int BPF_PROG(on_waking, struct task_struct *task)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	struct thread *thread;
	struct cpu_slot *cpu;
	u32 number;

	cpu = cpu_here(&number);
	if (!recording || !cpu || (u64)task == (u64)waker)
		return 0;
	thread = thread_of(task);
	if (thread && scope_has(thread))
		waker_note(cpu, number, ctx, thread, waker);
	return 0;
}

/* Of a thread of which nothing is stored. */
__noinline int wakeup_unknown(u32 tid, u32 target)
{
	struct ring_block *block;
	struct cpu_slot *cpu;
	u64 ts_ns, head;
	u32 number;

	cpu = cpu_here(&number);
	if (!cpu)
		return 0;
	ts_ns = bpf_ktime_get_ns();
	if (!ring_open(cpu, RING_WAKEUP_WORDS, ts_ns, &head))
		return 0;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head,
			 ring_word(ts_ns, (target & RING_CPU_MASK) << RING_WAKEUP_CPU_SHIFT,
				   RING_WAKEUP));
		ring_put(block, head + 1, ring_pair(tid, 0));
	}
	ring_close(cpu, head, RING_WAKEUP_WORDS);
	return 0;
}

/* OFF, and not of current, which is awake: for that one interrupts may be on. */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct task_struct *current_task = bpf_get_current_task_btf();
	u32 number, num, words, target;
	bool remote;
	struct ring_block *block;
	struct thread *thread;
	struct cpu_slot *cpu;
	u64 ts_ns, head;
	u8 state;

	cpu = cpu_here(&number);
	if (!recording || !cpu || (u64)task == (u64)current_task)
		return 0;
	thread = thread_of(task);
	if (!scope_may_have(thread))
		return 0;
	target = task->thread_info.cpu;
	if (!thread)
		return wakeup_unknown(task->pid, target);
	state = word_state(thread_word(thread));
	if (state == REC_STATE_RUNNING || state == REC_STATE_RUNNABLE) {
		thread->waking_ns = 0;
		return 0; /* it was not asleep: nothing changes */
	}
	if (!thread->waking_ns)
		thread->waker_context = REC_CTX_UNKNOWN;
	remote = thread->waker_context != REC_CTX_UNKNOWN &&
		 (thread->waker_cpu != number || cpu->told != CPU_TOLD_YES ||
		  cpu->task != (u64)current_task);
	if (!thread_describe(thread)) {
		thread_move(thread, REC_STATE_RUNNABLE, target);
		ring_drop();
		goto out;
	}
	ts_ns = bpf_ktime_get_ns();
	num = thread_move(thread, REC_STATE_RUNNABLE, target);
	words = remote ? RING_WAKEUP_REMOTE_WORDS : RING_WAKEUP_WORDS;
	if (!ring_open(cpu, words, ts_ns, &head))
		goto out;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head,
			 ring_word(ts_ns, wakeup_argument(thread, target, remote),
				   remote ? RING_WAKEUP_REMOTE : RING_WAKEUP));
		ring_put(block, head + 1, ring_pair(num, thread->id));
		if (remote)
			ring_put(block, head + 2, waker_word(thread, ts_ns));
	}
	ring_close(cpu, head, words);
out:
	thread->waking_ns = 0;
	return 0;
}

/*
 * OFF: under the task's or a queue's lock. Only of who waits: one that is put
 * on another queue by its wakeup or birth is told by that record.
 */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(on_migrate, struct task_struct *task, int to)
{
	u32 number, from = task->thread_info.cpu;
	struct ring_block *block;
	struct thread *thread;
	struct cpu_slot *cpu;
	u64 ts_ns, head;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	thread = thread_of(task);
	if (!thread || !scope_has(thread) || word_state(thread_word(thread)) != REC_STATE_RUNNABLE)
		return 0;
	if (!thread_describe(thread)) {
		ring_drop();
		return 0;
	}
	ts_ns = bpf_ktime_get_ns();
	if (!ring_open(cpu, RING_MIGRATE_WORDS, ts_ns, &head))
		return 0;
	block = ring_block(cpu, head);
	if (block) {
		u32 argument = (from & RING_CPU_MASK) | ((u32)to & RING_CPU_MASK)
								<< RING_MIGRATE_TO_SHIFT;

		ring_put(block, head, ring_word(ts_ns, argument, RING_MIGRATE));
		ring_put(block, head + 1, ring_pair(word_number(thread_word(thread)), thread->id));
	}
	ring_close(cpu, head, RING_MIGRATE_WORDS);
	return 0;
}

/* ---- births, names, ends ---- */

/* In the parent, before the child can run. Also for workers that the kernel makes. */
SEC("tp_btf/task_newtask")
int BPF_PROG(on_birth, struct task_struct *child, u64 clone_flags)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	struct thread *thread, *parent_thread;

	if (child->pid == 0)
		return 0;
	thread = thread_make(child, tracer_tgid);
	if (!thread)
		return 0;
	parent_thread = thread_of(parent);
	thread->word = REC_STATE_NEW;
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

/* OFF. */
static __always_inline bool write_fork(struct cpu_slot *cpu, const struct thread *thread, u32 num,
				       u32 target)
{
	u32 argument = (u16)thread->sys | thread_record_flags(thread) << RING_FORK_FLAGS_SHIFT;
	u64 ts_ns = bpf_ktime_get_ns();
	struct ring_block *block;
	u64 head;

	if (thread->waker_scope)
		argument |= RING_FORK_SCOPE;
	if (!ring_open(cpu, RING_FORK_WORDS, ts_ns, &head))
		return false;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head, ring_word(ts_ns, argument, RING_FORK));
		ring_put(block, head + 1, ring_pair(num, thread->id));
		ring_put(block, head + 2,
			 (u64)(target & RING_CPU_MASK) << RING_FORK_CPU_SHIFT | thread->waker_id);
	}
	ring_close(cpu, head, RING_FORK_WORDS);
	return true;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *child)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	u32 number, num, target = child->thread_info.cpu;
	struct thread *thread;
	struct cpu_slot *cpu;
	bool known;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	thread = thread_of(child);
	if (!thread || !scope_has(thread))
		return 0;
	known = (cpu->task == (u64)parent && cpu->told == CPU_TOLD_YES) || waker_describe();
	if (!thread_describe(thread))
		known = false;
	num = thread_move(thread, REC_STATE_RUNNABLE, target);
	if (!known)
		ring_drop();
	else if (write_fork(cpu, thread, num, target))
		thread->untold = 0;
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
	thread->flags = thread_flags(task, tracer_tgid);
	thread->described = scope_has(thread) && exec_report(thread, old_pid);
	return 0;
}

/* ON: a record of one word about current. */
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

/* ---- syscalls ---- */

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
		thread = thread_make(task, tracer_tgid);
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

/* ---- the waker's context ---- */

#define HARDIRQ_PAIR(name)                                                                         \
	SEC("tp_btf/" #name "_entry")                                                              \
	int BPF_PROG(on_##name##_entry)                                                            \
	{                                                                                          \
		return hardirq_enter();                                                            \
	}                                                                                          \
	SEC("tp_btf/" #name "_exit")                                                               \
	int BPF_PROG(on_##name##_exit)                                                             \
	{                                                                                          \
		return hardirq_leave();                                                            \
	}

HARDIRQ_PAIR(irq_handler)
#if defined(__TARGET_ARCH_arm64)
HARDIRQ_PAIR(ipi)
#else
HARDIRQ_PAIR(local_timer)
HARDIRQ_PAIR(reschedule)
HARDIRQ_PAIR(call_function)
HARDIRQ_PAIR(call_function_single)
HARDIRQ_PAIR(irq_work)
#endif

SEC("tp_btf/softirq_entry")
int BPF_PROG(on_softirq_entry)
{
	return softirq_enter();
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(on_softirq_exit)
{
	return softirq_leave();
}

/* ---- passes over all tasks ---- */

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
	thread = task->exit_state ? NULL : thread_make(task, tracer_tgid);
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
	thread = task->exit_state ? thread_of(task) : thread_make(task, tracer_tgid);
	if (!thread)
		return 0;
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
