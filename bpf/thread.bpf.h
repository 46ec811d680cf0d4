/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the kernel side knows of a thread.
 *
 * It stands in an array, `slots`, at the place that the low bits of the tid
 * say, and is known by the task's address. Behind that is task storage: for a
 * thread whose place is taken it holds the thread itself, for one whose tid an
 * exec has changed it says the place. An array is looked up without a call,
 * in one cache line, and in an interrupt on top of another look-up, which task
 * storage refuses before 6.2.
 *
 * Both are made in the pass before recording and when a thread is born, never
 * in the scheduler's handlers: they run under run queue locks, and a burst of
 * wakeups would find nothing to allocate from.
 *
 * `word` holds the thread's state, the CPU and the transition number at once,
 * so that whoever reads it reads what belongs together. It is loaded and
 * stored plainly: the kernel's locks put a thread's transitions in order.
 */
#ifndef GOTRACE_BPF_THREAD_BPF_H
#define GOTRACE_BPF_THREAD_BPF_H

#include "compat.bpf.h"
#include "ring.bpf.h"
#include "state.bpf.h"

struct thread {
	u64 task;      /* its address; 0: free */
	u64 word;      /* number << 24 | CPU << 8 | enum rec_state */
	u64 waking_ns; /* sched_waking seen, sched_wakeup not yet */
	u32 id;	       /* 0: not made yet */
	u32 waker_id;  /* of the last sched_waking; before the first: who forked it */
	u32 sys;       /* REC_SYS_* form, while off its CPU; then it is in the CPU's slot */
	u16 waker_cpu;
	u16 waker_sys;
	u8 waker_context; /* enum rec_context */
	u8 waker_scope;	  /* enum scope_bits */
	u8 scope;	  /* enum scope_bits */
	u8 described;	  /* a THREAD or snapshot entry names it */
	u8 flags;	  /* enum rec_thread_flags, but scope */
	u8 untold;	  /* the stream does not know sys */
	u16 traits;	  /* traits_form() as last described */
	/* While it waits for a CPU (throttle.bpf.h). */
	u32 queue;	/* of its group there; 0: none that a limit applies to */
	u32 limit;	/* cgroup whose limit it had reached when the wait began; 0: none */
	u64 limit_base; /* the queue's total then */
};
REC_ASSERT_SIZE(thread, 64);

enum scope_bits {
	SCOPE_IN = 1,	    /* this thread's records are wanted */
	SCOPE_CHILDREN = 2, /* processes it forks are in scope too */
	SCOPE_ALONE = 4,    /* not its process: threads it makes are in scope as processes are */
};

#define SLOTS 32768

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, u32);
	__type(value, struct thread);
} slots SEC(".maps");

struct stray {
	struct thread thread; /* if its place was taken */
	u32 slot;	      /* if not: where, + 1 */
	u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct stray);
} strays SEC(".maps");

/* Threads born or found so far: the last id given. */
u32 thread_ids;

#define WORD_NUMBER_SHIFT 24
#define WORD_CPU_SHIFT 8

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

static __always_inline u64 thread_word(const struct thread *thread)
{
	return *(const volatile u64 *)&thread->word;
}

static __always_inline struct thread *slot_of(u32 place)
{
	return bpf_map_lookup_elem(&slots, &place);
}

static __noinline struct thread *thread_astray(struct task_struct *task)
{
	struct stray *stray = bpf_task_storage_get(&strays, task, NULL, 0);
	struct cpu_slot *cpu;
	struct thread *thread;
	u32 number;

	if (stray) {
		thread = stray->slot ? slot_of(stray->slot - 1) : &stray->thread;
		if (thread && thread->task == (u64)task)
			return thread;
	}
	cpu = cpu_here(&number);
	if (cpu)
		__sync_fetch_and_add(&cpu->no_storage, 1);
	return NULL;
}

/* The thread of task; NULL for the idle task, or counted as not found. */
static __always_inline struct thread *thread_of(struct task_struct *task)
{
	struct thread *thread;
	u32 tid = task->pid;

	if (!tid)
		return NULL;
	thread = slot_of(tid & (SLOTS - 1));
	if (thread && thread->task == (u64)task)
		return thread;
	return thread_astray(task);
}

static __always_inline void count_waiting(u32 cpu, u32 change)
{
	struct cpu_slot *slot = bpf_map_lookup_elem(&cpus, &cpu);

	if (slot)
		__sync_fetch_and_add(&slot->waiting, change);
}

/*
 * The only place where a word changes once the thread is in use. In a scoped
 * capture each CPU's slot counts the words that are RUNNABLE there. The count
 * cannot drift from the words, whatever goes unseen: each change of it is the
 * difference of two words that the same thread has one after the other. (The
 * kernel's locks let no two CPUs change one thread's state at a time.) A word
 * that is stale, because a switch went unseen, is set right, and so counted
 * right, by the thread's next transition.
 */
static __always_inline void thread_set_word(struct thread *thread, u64 word)
{
	u64 old = thread_word(thread);

	*(volatile u64 *)&thread->word = word;
	if (settings.scope == REC_SCOPE_SYSTEM)
		return;
	if (word_state(old) == REC_STATE_RUNNABLE)
		count_waiting(word_cpu(old), -1);
	if (word_state(word) == REC_STATE_RUNNABLE)
		count_waiting(word_cpu(word), 1);
}

/* The next transition: its number. The thread is in state on cpu from now on. */
static __always_inline u32 thread_move(struct thread *thread, u8 state, u16 cpu)
{
	u32 num = word_number(thread_word(thread)) + 1;

	thread_set_word(thread, (u64)num << WORD_NUMBER_SHIFT | (u64)cpu << WORD_CPU_SHIFT | state);
	return num;
}

/* It waits on another CPU's queue now: no transition. */
static __always_inline void thread_requeue(struct thread *thread, u16 cpu)
{
	u64 word = thread_word(thread);

	if (word_state(word) == REC_STATE_RUNNABLE)
		thread_set_word(thread, (u64)word_number(word) << WORD_NUMBER_SHIFT |
						(u64)cpu << WORD_CPU_SHIFT | REC_STATE_RUNNABLE);
}

/* Does it wait for a CPU, though not woken just now? Before its first transition the kernel says.
 */
static __always_inline bool thread_waits(const struct thread *thread, struct task_struct *task)
{
	u64 word = thread_word(thread);

	return word_number(word) ? word_state(word) == REC_STATE_RUNNABLE : task->on_rq;
}

static __always_inline u8 thread_flags(struct task_struct *task)
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

/*
 * 6.1's verifier believes a test for NULL only of the pointer itself, not of a
 * flag that the compiler has kept of an earlier test: make it test again.
 */
static __always_inline struct thread *thread_again(struct thread *thread)
{
	barrier_var(thread);
	return thread;
}

/*
 * Gives task its place if it has none. Not from the scheduler's handlers.
 * Two may come at once, the pass and a handler of the same task's birth: they
 * agree by the swaps.
 */
static __always_inline struct thread *thread_make(struct task_struct *task)
{
	u32 place = (u32)task->pid & (SLOTS - 1);
	struct stray *stray =
		bpf_task_storage_get(&strays, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct thread *thread;
	u64 owner;

	if (!stray)
		return NULL;
	thread = stray->slot ? slot_of(stray->slot - 1) : slot_of(place);
	if (!thread)
		return NULL;
	owner = __sync_val_compare_and_swap(&thread->task, 0, (u64)task);
	if (owner == 0 || owner == (u64)task) {
		if (!stray->slot)
			stray->slot = place + 1;
	} else {
		thread = &stray->thread;
		thread->task = (u64)task;
	}
	if (thread->id == 0) {
		u32 id = __sync_fetch_and_add(&thread_ids, 1) + 1;

		__sync_val_compare_and_swap(&thread->id, 0, id);
		thread->flags = thread_flags(task);
		thread->untold = 1;
	}
	return thread;
}

/* After its last switch out nobody asks for it any more. */
static __always_inline void thread_free(struct thread *thread)
{
	thread_set_word(thread, 0);
	thread->waking_ns = 0;
	thread->waker_id = 0;
	thread->waker_cpu = 0;
	thread->waker_sys = 0;
	thread->sys = 0;
	thread->waker_context = 0;
	thread->waker_scope = 0;
	thread->scope = 0;
	thread->described = 0;
	thread->flags = 0;
	thread->queue = 0;
	thread->traits = 0;
	thread->id = 0;
	/* Last: from here on another CPU may take the place. */
	store_last64(&thread->task, 0);
}

static __always_inline u8 thread_record_flags(const struct thread *thread)
{
	return thread->flags | (thread->scope & SCOPE_IN ? REC_THREAD_SCOPE : 0);
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

static __always_inline bool thread_makes_calls(const struct thread *thread)
{
	return !(thread->flags & (REC_THREAD_KERNEL | REC_THREAD_WORKER));
}

/* The tracer's own calls are not recorded: what it was inside once says nothing of later. */
static __always_inline bool thread_is_tracer(const struct thread *thread)
{
	return thread->flags & REC_THREAD_TRACER;
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
