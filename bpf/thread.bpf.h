/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the kernel side knows of a thread: its storage.
 *
 * Storage is made in the pass before recording and when a thread is born,
 * never in the scheduler's handlers: they run under run queue locks, and a
 * burst of wakeups would find nothing to allocate from.
 *
 * `word` holds the thread's state, the CPU and the transition number at once,
 * so that all three change in one atomic step. The kernel's locks put the
 * transitions of one thread in order; the compare-and-swap makes that order
 * visible as a number without gaps.
 */
#ifndef GOTRACE_BPF_THREAD_BPF_H
#define GOTRACE_BPF_THREAD_BPF_H

#include "compat.bpf.h"
#include "ring.bpf.h"

struct thread {
	u64 id;	       /* 0: no storage yet */
	u64 word;      /* number << 24 | CPU << 8 | enum rec_state */
	u64 waking_ns; /* sched_waking seen, sched_wakeup not yet */
	u64 waker_id;  /* of the last sched_waking; before the first: who forked it */
	u32 waker_tid;
	u16 waker_cpu;
	u8 waker_context; /* enum rec_context */
	u8 waker_scope;	  /* enum scope_bits */
	u32 sys;	  /* REC_SYS_* form */
	u8 scope;	  /* enum scope_bits */
	u8 described;	  /* a REC_THREAD or snapshot entry names it */
	u8 flags;	  /* enum rec_thread_flags, but scope */
	u8 pad;
	u16 waker_sys; /* REC_SYS_* form */
	u16 pad2[3];
};

enum scope_bits {
	SCOPE_IN = 1,	    /* this thread's records are wanted */
	SCOPE_CHILDREN = 2, /* processes it forks are in scope too */
	SCOPE_ALONE = 4,    /* not its process: threads it makes are in scope as processes are */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

#define WORD_NUMBER_SHIFT 24
#define WORD_CPU_SHIFT 8
#define WORD_TRIES 4

static __always_inline u8 word_state(u64 word)
{
	return word & 0xff;
}

static __always_inline u16 word_cpu(u64 word)
{
	return word >> WORD_CPU_SHIFT;
}

static __always_inline u32 word_number(u64 word)
{
	return word >> WORD_NUMBER_SHIFT;
}

/* The storage of task; NULL for the idle task, or counted as not found. */
static __always_inline struct thread *thread_of(struct task_struct *task)
{
	struct thread *thread;
	struct cpu_slot *cpu;
	u32 number;

	if (task->pid == 0)
		return NULL;
	thread = bpf_task_storage_get(&threads, task, NULL, 0);
	if (!thread) {
		cpu = cpu_here(&number);
		if (cpu)
			__sync_fetch_and_add(&cpu->counters.no_storage, 1);
	}
	return thread;
}

/* The next transition: its number. The thread is in state on cpu from now on. */
static __always_inline u32 thread_move(struct thread *thread, u8 state, u16 cpu)
{
	u64 low = (u64)cpu << WORD_CPU_SHIFT | state;

	for (int i = 0; i < WORD_TRIES; i++) {
		u64 old = *(volatile u64 *)&thread->word;
		u64 word = ((old >> WORD_NUMBER_SHIFT) + 1) << WORD_NUMBER_SHIFT | low;

		if (__sync_val_compare_and_swap(&thread->word, old, word) == old)
			return word_number(word);
	}
	/* Never seen; the number stays right and the state is the old one. */
	return word_number(__sync_fetch_and_add(&thread->word, 1ULL << WORD_NUMBER_SHIFT)) + 1;
}

static __always_inline u8 thread_flags(struct task_struct *task, u32 tracer_tgid)
{
	u8 flags = 0;

	if (task->flags & PF_KTHREAD)
		flags |= REC_THREAD_KERNEL;
	if (task->flags & (PF_IO_WORKER | PF_USER_WORKER))
		flags |= REC_THREAD_WORKER;
	if ((u32)task->tgid == tracer_tgid)
		flags |= REC_THREAD_TRACER;
	return flags;
}

/* Gives task its storage if it has none. Not from the scheduler's handlers. */
static __always_inline struct thread *thread_make(struct task_struct *task, u32 tracer_tgid)
{
	struct thread *thread =
		bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (!thread || !cpu)
		return NULL;
	if (thread->id == 0) {
		u64 count = __sync_fetch_and_add(&cpu->threads, 1) + 1;

		/* Two makers: the pass and a handler of the same task's birth. */
		__sync_val_compare_and_swap(&thread->id, 0, (u64)(number + 1) << 40 | count);
		thread->flags = thread_flags(task, tracer_tgid);
	}
	return thread;
}

/*
 * 6.1's verifier believes a test for NULL only of the pointer itself, not of a
 * flag that the compiler has kept of an earlier test: make it test again.
 */
static __always_inline struct thread *thread_again(struct thread *thread)
{
	barrier_var(thread);
	return thread;
}

static __always_inline void rec_task_set(struct rec_task *out, struct thread *thread,
					 struct task_struct *task, u32 number)
{
	thread = thread_again(thread);
	out->id = thread ? thread->id : 0;
	out->num = thread ? number : 0;
	out->tid = task->pid;
}

static __always_inline u8 thread_record_flags(const struct thread *thread)
{
	return thread->flags | (thread->scope & SCOPE_IN ? REC_THREAD_SCOPE : 0);
}

/* A record of who task is: REC_THREAD, REC_RENAME or REC_EXEC. False if dropped. */
static __always_inline bool thread_report(struct task_struct *task, struct thread *thread, u8 type,
					  const char *comm, u32 old_tid)
{
	struct rec_thread *record = ring_reserve(sizeof(*record));

	if (!record) {
		ring_drop();
		return false;
	}
	ring_stamp(&record->head, type, sizeof(*record));
	rec_task_set(&record->task, thread, task, 0);
	record->start_ns = task->start_time;
	record->tgid = task->tgid;
	record->old_tid = old_tid;
	record->flags = thread_record_flags(thread);
	__builtin_memset(record->pad, 0, sizeof(record->pad));
	bpf_probe_read_kernel_str(record->comm, sizeof(record->comm), comm);
	/* A leader's new name is the process's; at a rename the task has the old one. */
	bpf_probe_read_kernel_str(record->leader_comm, sizeof(record->leader_comm),
				  task->pid == task->tgid ? comm : task->group_leader->comm);
	ring_submit(record);
	return true;
}

static __noinline int thread_describe_now(struct task_struct *task, struct thread *thread)
{
	if (thread && thread_report(task, thread, REC_THREAD, task->comm, task->pid))
		thread->described = 1;
	return 0;
}

/* Says who a thread is, once; again until it was not dropped. */
static __always_inline void thread_describe(struct task_struct *task, struct thread *thread)
{
	if (thread && !thread->described)
		thread_describe_now(task, thread);
}

/* The REC_SYS_* form of a syscall's number. */
static __always_inline u16 sys_form(long number, bool compat)
{
	u16 form = REC_SYS_OTHER;

	number &= ~X32_SYSCALL_BIT;
	if (number >= 0 && number < REC_SYS_OTHER - REC_SYS_BASE)
		form = number + REC_SYS_BASE;
	return compat ? form | REC_SYS_COMPAT : form;
}

static __always_inline u16 thread_sys(const struct thread *thread)
{
	return thread ? *(volatile u32 *)&thread->sys : REC_SYS_UNKNOWN;
}

static __always_inline bool thread_makes_calls(const struct thread *thread)
{
	return !(thread->flags & (REC_THREAD_KERNEL | REC_THREAD_WORKER));
}

/*
 * The syscall that a task is inside by its saved registers: right for one that
 * is in the kernel or was when it left its CPU, and is neither stopped nor
 * traced (that may be after the call). An interrupt or exception leaves a
 * negative number.
 */
static __always_inline u16 sys_of_registers(struct task_struct *task)
{
	long number = regs_syscall((struct pt_regs *)bpf_task_pt_regs(task));

	return number < 0 ? REC_SYS_NONE : sys_form(number, task_is_compat(task));
}

#endif
