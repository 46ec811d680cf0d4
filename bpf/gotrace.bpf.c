// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The handlers: one per tracepoint, each a few lines: is it wanted, reserve,
 * fill, submit. What a record means is user space's business.
 *
 * Order of use (user/capture): on_birth is attached; pass_storage gives every
 * task its storage; the rest is attached; `recording` is set; pass_snapshot
 * writes every task's state. Until `recording` is set nothing is numbered.
 */
#include "compat.bpf.h"
#include "settings.h"
#include "context.bpf.h"
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

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct thread *from, *to;
	struct rec_switch *record;
	bool from_in, to_in, left;
	u32 from_num = 0, to_num = 0;
	u16 cpu;
	u8 flags;

	if (!recording)
		return 0;
	from = thread_of(prev);
	to = thread_of(next);
	left = scope_refresh(to, next);
	from_in = prev->pid && scope_has(from);
	to_in = next->pid && scope_has(to);
	if (!from_in && !to_in && !left)
		return 0;
	thread_describe(prev, from);
	thread_describe(next, to);

	flags = switch_flags(prev, preempt, prev_state);
	cpu = bpf_get_smp_processor_id();
	if (from && from_in)
		switch_settle_sys(from, prev, flags, prev_state);
	record = ring_reserve(sizeof(*record));
	if (from && from_in)
		from_num = thread_move(from, switch_state(flags), cpu);
	if (to && (to_in || left))
		to_num = thread_move(to, REC_STATE_RUNNING, cpu);
	if (!record) {
		ring_drop();
		return 0;
	}
	ring_stamp(&record->head, REC_SWITCH, sizeof(*record));
	rec_task_set(&record->prev, from, prev, from_num);
	rec_task_set(&record->next, to, next, to_num);
	from = thread_again(from);
	to = thread_again(to);
	record->prev_state = prev_state;
	record->prev_sys = thread_sys(from);
	record->next_sys = thread_sys(to);
	record->prev_fd = flags & REC_SWITCH_ASLEEP && from_in
				  ? switch_descriptor(prev, record->prev_sys)
				  : REC_FD_NONE;
	record->flags = flags | (from_in ? REC_SWITCH_PREV_SCOPE : 0) |
			(to_in ? REC_SWITCH_NEXT_SCOPE : 0) | (left ? REC_SWITCH_NEXT_LEFT : 0);
	ring_submit(record);
	return 0;
}

/* ---- wakeups ---- */

SEC("tp_btf/sched_waking")
int BPF_PROG(on_waking, struct task_struct *task)
{
	struct thread *thread;

	if (!recording)
		return 0;
	thread = thread_of(task);
	if (thread && scope_has(thread))
		waker_note(ctx, thread);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct thread *thread;
	struct rec_wakeup *record;
	u32 number = 0;
	u8 state;

	if (!recording)
		return 0;
	thread = thread_of(task);
	if (!scope_may_have(thread))
		return 0;
	if (thread) {
		state = word_state(*(volatile u64 *)&thread->word);
		if (state == REC_STATE_RUNNING || state == REC_STATE_RUNNABLE) {
			thread->waking_ns = 0;
			return 0; /* it was not asleep: nothing changes */
		}
		thread_describe(task, thread);
	}
	record = ring_reserve(sizeof(*record));
	if (thread)
		number = thread_move(thread, REC_STATE_RUNNABLE, task->thread_info.cpu);
	if (!record) {
		ring_drop();
		return 0;
	}
	ring_stamp(&record->head, REC_WAKEUP, sizeof(*record));
	wakeup_fill(record, task, thread, number);
	ring_submit(record);
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
	parent_thread = bpf_task_storage_get(&threads, parent, NULL, 0);
	thread->word = REC_STATE_NEW;
	thread->scope = scope_of_child(child, parent, parent_thread);
	thread->waker_id = parent_thread ? parent_thread->id : 0;
	thread->waker_tid = parent->pid;
	thread->waker_scope = parent_thread && scope_has(parent_thread) ? SCOPE_IN : 0;
	/* The parent is inside its clone, whether its calls are followed or not. */
	thread->sys = settings.child_reports_exit && thread_makes_calls(thread) &&
				      !(parent->flags & PF_KTHREAD)
			      ? sys_of_registers(parent)
			      : REC_SYS_NONE;
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *child)
{
	struct thread *thread;
	struct rec_fork *record;
	u32 number = 0;

	if (!recording)
		return 0;
	thread = thread_of(child);
	if (!scope_has(thread))
		return 0;
	thread_describe(child, thread);
	record = ring_reserve(sizeof(*record));
	if (thread)
		number = thread_move(thread, REC_STATE_RUNNABLE, child->thread_info.cpu);
	if (!record) {
		ring_drop();
		return 0;
	}
	ring_stamp(&record->head, REC_FORK, sizeof(*record));
	rec_task_set(&record->child, thread, child, number);
	thread = thread_again(thread);
	record->parent_id = thread ? thread->waker_id : 0;
	record->parent_tid = thread ? thread->waker_tid : 0;
	record->child_sys = thread_sys(thread);
	record->flags = thread ? thread_record_flags(thread) : REC_THREAD_SCOPE;
	record->parent_scope = thread ? thread->waker_scope & SCOPE_IN : 0;
	ring_submit(record);
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
	if (!scope_has(thread) || !thread_report(task, thread, REC_RENAME, comm, task->pid))
		thread->described = 0; /* at its next mention */
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
	if (!scope_has(thread) || !thread_report(task, thread, REC_EXEC, task->comm, old_pid))
		thread->described = 0;
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct thread *thread;
	struct rec_exit *record;

	if (!recording)
		return 0;
	thread = thread_of(task);
	if (!scope_has(thread))
		return 0;
	thread_describe(task, thread);
	record = ring_reserve(sizeof(*record));
	if (!record) {
		ring_drop();
		return 0;
	}
	ring_stamp(&record->head, REC_EXIT, sizeof(*record));
	rec_task_set(&record->task, thread, task, 0);
	ring_submit(record);
	return 0;
}

/* ---- syscalls ---- */

/*
 * The thread that enters a syscall. One that the pass could not see (of a pid
 * namespace above the tracer's) gets its storage here, where no lock is held.
 */
static __always_inline struct thread *thread_entering(struct task_struct *task)
{
	struct thread *thread = bpf_task_storage_get(&threads, task, NULL, 0);

	if (thread)
		return thread;
	thread = thread_make(task, tracer_tgid);
	if (thread)
		thread->scope |= scope_look_up(task);
	return thread;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rec_sys_enter *record;
	struct thread *thread;
	u16 sys;

	if (!recording)
		return 0;
	thread = thread_entering(task);
	if (!thread || !scope_has(thread) || thread->flags & REC_THREAD_TRACER)
		return 0;
	sys = sys_form(number, task_is_compat(task));
	thread->sys = sys;
	thread_describe(task, thread);
	record = ring_reserve(sizeof(*record));
	if (!record) {
		ring_drop();
		return 0;
	}
	ring_stamp(&record->head, REC_SYS_ENTER, sizeof(*record));
	record->id = thread->id;
	record->tid = task->pid;
	record->sys = sys;
	record->pad = 0;
	ring_submit(record);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rec_sys_exit *record;
	struct thread *thread;

	if (!recording)
		return 0;
	thread = thread_of(task);
	if (!thread || !scope_has(thread) || thread->flags & REC_THREAD_TRACER)
		return 0;
	if (thread->sys == REC_SYS_NONE)
		return 0; /* nothing is open */
	thread->sys = REC_SYS_NONE;
	thread_describe(task, thread);
	record = ring_reserve(sizeof(*record));
	if (!record) {
		ring_drop();
		return 0;
	}
	ring_stamp(&record->head, REC_SYS_EXIT, sizeof(*record));
	record->id = thread->id;
	record->tid = task->pid;
	record->pad = 0;
	record->ret = ret;
	ring_submit(record);
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
	thread = thread_make(task, tracer_tgid);
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
	thread = thread_make(task, tracer_tgid);
	if (!thread)
		return 0;
	thread->described = 1;
	snapshot_state(&entry, task, thread);
	entry.id = thread->id;
	entry.tid = task->pid;
	entry.start_ns = task->start_time;
	entry.tgid = task->tgid;
	entry.flags = thread_record_flags(thread);
	bpf_probe_read_kernel_str(entry.comm, sizeof(entry.comm), task->comm);
	bpf_probe_read_kernel_str(entry.leader_comm, sizeof(entry.leader_comm),
				  task->group_leader->comm);
	bpf_seq_write(ctx->meta->seq, &entry, sizeof(entry));
	return 0;
}
