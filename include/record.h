/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The records: what the kernel side writes into the rings and user space
 * reads back, and the entries of the start snapshot. This is the only header
 * both sides share; it holds shapes, not behaviour.
 *
 * Every member has a fixed width and its natural alignment, there is no
 * implicit padding, and every size is asserted below. A raw capture holds
 * these bytes verbatim (host byte order, always little-endian in practice),
 * so a change of any shape is a new REC_ABI_VERSION.
 *
 * Words: a thread is a Linux task, a process a thread group. The idle task is
 * tid 0 and has id 0.
 */
#ifndef GOTRACE_RECORD_H
#define GOTRACE_RECORD_H

#ifndef __bpf__
#include <assert.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;
#endif

#define REC_ABI_VERSION 2 /* what bpf/ writes: include/ring.h */
#define REC_ABI_FRAMES 1  /* what it wrote before: the shapes below, in the kernel's ring buffer */
#define REC_COMM_LEN 16	  /* TASK_COMM_LEN, with its final NUL */

enum rec_arch {
	REC_ARCH_X86_64 = 1,
	REC_ARCH_ARM64 = 2,
};

/* Whose records a capture holds. */
enum rec_scope {
	REC_SCOPE_SYSTEM = 0,  /* every thread */
	REC_SCOPE_PROCESS = 1, /* marked processes (and their children) */
	REC_SCOPE_CGROUP = 2,  /* a cgroup and those below it */
};

enum rec_type {
	REC_NONE = 0,
	REC_SWITCH = 1,	   /* struct rec_switch */
	REC_WAKEUP = 2,	   /* struct rec_wakeup */
	REC_FORK = 3,	   /* struct rec_fork: a new thread became runnable */
	REC_SYS_ENTER = 4, /* struct rec_sys_enter */
	REC_SYS_EXIT = 5,  /* struct rec_sys_exit */
	REC_THREAD = 6,	   /* struct rec_thread: who a thread is, at its first mention */
	REC_RENAME = 7,	   /* struct rec_thread: its comm changed */
	REC_EXEC = 8,	   /* struct rec_thread: it runs a new program */
	REC_EXIT = 9,	   /* struct rec_exit: it began to exit; it still runs */
	REC_TYPE_COUNT
};

/*
 * Head of every record. seq counts the records of a CPU, dropped ones too:
 * the low 32 bits of the CPU's counter, from 0 at the start of a capture.
 * ts_ns is CLOCK_MONOTONIC and was taken as one pair with seq, so on one CPU
 * a higher number never has an earlier time.
 */
struct rec_head {
	u64 ts_ns;
	u32 seq;
	u16 cpu;
	u8 type; /* enum rec_type */
	u8 size; /* of the whole record, bytes, a multiple of 8 */
};

/*
 * A thread as records name it. id is unique for the life of a capture; tid is
 * an attribute and may be reused. num is the thread's transition number of
 * this record, from 1 and up by exactly 1 (low 32 bits, serial arithmetic);
 * 0 with id 0 = the kernel side did not find its storage, or the idle task;
 * 0 with an id = this record is no transition of that thread that is counted
 * (a stranger in a scoped capture).
 */
struct rec_task {
	u64 id;
	u32 num;
	u32 tid;
};

/*
 * A syscall as records carry it: unknown, none, or number + REC_SYS_BASE, with
 * REC_SYS_COMPAT set for the architecture's 32-bit table. A number too large
 * for this form is REC_SYS_OTHER.
 */
enum {
	REC_SYS_UNKNOWN = 0,
	REC_SYS_NONE = 1,
	REC_SYS_BASE = 2,
	REC_SYS_OTHER = 0x7fff,
	REC_SYS_COMPAT = 0x8000,
};

/* What the descriptor of a sleeping thread's syscall leads to. */
enum rec_fd {
	REC_FD_NONE = 0, /* not a syscall on a descriptor, or not found out */
	REC_FD_FIFO = 1,
	REC_FD_UNIX = 2,   /* AF_UNIX socket */
	REC_FD_INET = 3,   /* AF_INET or AF_INET6 socket */
	REC_FD_SOCKET = 4, /* a socket of another family */
	REC_FD_FILE = 5,   /* regular file, directory or block device */
	REC_FD_CHAR = 6,
	REC_FD_ANON = 7, /* eventfd, timerfd, signalfd, ... */
};

/* Why a thread that stays runnable had to leave its CPU, beyond "another was chosen". */
enum rec_cause {
	REC_CAUSE_NONE = 0,
	REC_CAUSE_BANDWIDTH = 1, /* a cgroup's CPU limit */
	REC_CAUSE_DEADLINE = 2,	 /* its own deadline runtime is used up */
	REC_CAUSE_REALTIME = 3,	 /* the CPU's limit for realtime threads */
	REC_CAUSE_UNKNOWN = 255, /* an older kernel side wrote it */
};

#define REC_TASK_DEAD 0x80 /* of prev_state: this switch out is the last */

enum rec_switch_flags {
	REC_SWITCH_PREEMPT = 1 << 0,	/* the tracepoint's preempt argument */
	REC_SWITCH_ASLEEP = 1 << 1,	/* prev left the run queue; else it stays runnable */
	REC_SWITCH_DEAD = 1 << 2,	/* prev's last switch out */
	REC_SWITCH_IOWAIT = 1 << 3,	/* prev->in_iowait */
	REC_SWITCH_PREV_SCOPE = 1 << 4, /* prev is in scope */
	REC_SWITCH_NEXT_SCOPE = 1 << 5,
	REC_SWITCH_NEXT_LEFT = 1 << 6, /* next was in scope and no longer is */
};

/*
 * prev_state: task state bits as of Linux 6.1 to 6.18: 0 running,
 * 1 interruptible, 2 uninterruptible, 4 stopped, 8 traced, 0x10 dead,
 * 0x20 zombie, 0x40 parked, 0x80 dead (late), 0x100 wakekill, 0x200 waking,
 * 0x400 noload, 0x800 new, 0x1000 rtlock wait, 0x2000 and 0x4000 freezable,
 * 0x8000 frozen.
 */
struct rec_switch {
	struct rec_head head;
	struct rec_task prev;
	struct rec_task next;
	u16 prev_state;
	u16 prev_sys; /* REC_SYS_* form */
	u16 next_sys;
	u8 flags;   /* enum rec_switch_flags */
	u8 prev_fd; /* enum rec_fd; only if asleep */
};

enum rec_context {
	REC_CTX_UNKNOWN = 0,
	REC_CTX_TASK = 1,
	REC_CTX_SOFTIRQ = 2,
	REC_CTX_HARDIRQ = 3,
};

enum rec_wakeup_flags {
	REC_WAKEUP_WAKER_SCOPE = 1 << 0, /* the waker is in scope */
};

/*
 * Written at sched_wakeup, on the CPU that put the wakee on a run queue. Only
 * for a wakee that was asleep (or of unknown state). The waker is the task
 * that was current at sched_waking, whatever the context.
 */
struct rec_wakeup {
	struct rec_head head;
	struct rec_task wakee;
	u64 waker_id;
	u32 waker_tid;
	u32 flight_ns;	/* sched_waking to sched_wakeup; saturates */
	u16 target_cpu; /* whose run queue */
	u16 waker_cpu;
	u8 context; /* enum rec_context */
	u8 flags;   /* enum rec_wakeup_flags */
	/* What the waker was inside at sched_waking, REC_SYS_* form: while the
	 * wakeup is in flight to another CPU, the waker may get on. */
	u16 waker_sys;
};

enum rec_thread_flags {
	REC_THREAD_KERNEL = 1 << 0, /* PF_KTHREAD */
	REC_THREAD_WORKER = 1 << 1, /* PF_IO_WORKER or PF_USER_WORKER: no user mode */
	REC_THREAD_SCOPE = 1 << 2,  /* in scope */
	REC_THREAD_TRACER = 1 << 3, /* of the tracer's own process */
};

/* Written at sched_wakeup_new: from here on the child is runnable. */
struct rec_fork {
	struct rec_head head;
	struct rec_task child; /* child.num is 1 */
	u64 parent_id;	       /* who forked it: the current task then */
	u32 parent_tid;
	u16 child_sys;	 /* the syscall it is born inside */
	u8 flags;	 /* enum rec_thread_flags of the child */
	u8 parent_scope; /* 1: the parent is in scope */
};

struct rec_sys_enter {
	struct rec_head head;
	u64 id;
	u32 tid;
	u16 sys; /* REC_SYS_* form */
	u16 pad;
};

struct rec_sys_exit {
	struct rec_head head;
	u64 id;
	u32 tid;
	u32 pad;
	s64 ret;
};

/*
 * Attributes. REC_THREAD is written just before the first record that names
 * the thread, in scope or not, on the same CPU; so a name can come late only
 * if it was lost. REC_EXEC: old_tid is the tid before the exec; if it differs,
 * the thread was not the leader and took over the leader's tid and start time.
 */
struct rec_thread {
	struct rec_head head;
	struct rec_task task; /* num 0 */
	u64 start_ns;	      /* task_struct.start_time, CLOCK_MONOTONIC */
	u32 tgid;
	u32 old_tid;
	u8 flags; /* enum rec_thread_flags */
	u8 pad[7];
	char comm[REC_COMM_LEN];
	char leader_comm[REC_COMM_LEN]; /* of the thread group leader: the process's name */
};

struct rec_exit {
	struct rec_head head;
	struct rec_task task; /* num 0 */
};

/* States of a thread: in the snapshot and in the kernel side's state word. */
enum rec_state {
	REC_STATE_UNKNOWN = 0,
	REC_STATE_RUNNING = 1, /* on a CPU */
	REC_STATE_RUNNABLE = 2,
	REC_STATE_ASLEEP = 3,
	REC_STATE_DEAD = 4,
	REC_STATE_NEW = 5, /* forked, not yet runnable */
};

/* What else is known of a thread. */
enum rec_known {
	REC_KNOWN_CGROUP = 1 << 0,
	REC_KNOWN_NAMESPACE = 1 << 1,
	REC_KNOWN_AFFINITY = 1 << 2,
	REC_KNOWN_POLICY = 1 << 3,
};

struct rec_attributes {
	u64 cgroup_id; /* of the unified hierarchy (v2) */
	u32 ns_tgid;   /* in its innermost pid namespace */
	u32 ns_tid;
	u64 cpus_allowed;	/* of the first 64 */
	u8 known;		/* enum rec_known: what of this may be read */
	u8 policy;		/* SCHED_* */
	signed char nice;	/* -20 to 19 */
	u8 rt_priority;		/* 1 to 99; 0 not a realtime thread */
	u16 cpus_allowed_count; /* of all CPUs */
	u16 pad;
};

/* Where a task is at the start, beyond its state. */
enum rec_where {
	REC_WHERE_KNOWN = 1 << 0, /* and task_state is */
	REC_WHERE_FROZEN = 1 << 1,
	REC_WHERE_STOPPED = 1 << 2,
	REC_WHERE_TRACED = 1 << 3,
	REC_WHERE_FAULT = 1 << 4, /* in a page fault or another exception */
};

/*
 * One task of the start snapshot, taken while recording was already on: the
 * state after its transition num. A record of the thread with a higher number
 * is newer than the entry, one with num or less is older.
 */
struct rec_snapshot {
	u64 id;
	u32 num;
	u32 tid;
	u64 start_ns;
	u32 tgid;
	u16 cpu;  /* where it runs, if running; else its last CPU */
	u16 sys;  /* REC_SYS_* form; unknown while on a CPU */
	u8 state; /* enum rec_state */
	u8 flags; /* enum rec_thread_flags */
	u8 pad[6];
	char comm[REC_COMM_LEN];
	char leader_comm[REC_COMM_LEN];
	/* Of ABI 2; 0, and so unknown, in files of ABI 1. */
	struct rec_attributes more;
	u32 task_state; /* bits as in prev_state */
	u32 where;	/* enum rec_where */
};

/* The kernel side's counters of one CPU, as the raw file holds them. */
struct rec_counters {
	u64 seq;	/* records numbered so far: written + dropped */
	u64 dropped;	/* of these, not written: the ring was full */
	u64 no_storage; /* threads met of which nothing is stored */
	u64 retries;	/* repeated compare-and-swaps for (seq, ts_ns) */
	/* Of ABI 2. */
	u64 unnumbered; /* dropped without a number: interrupted at every try */
	u64 visits;	/* slow paths taken: blocks, losses, times */
	u64 told;	/* CURRENTs written */
	u64 irq_ns;	/* in interrupts, if that is measured */
};

#define REC_ASSERT_SIZE(type, size)                                                                \
	_Static_assert(sizeof(struct type) == (size), #type " has a fixed size")
REC_ASSERT_SIZE(rec_head, 16);
REC_ASSERT_SIZE(rec_task, 16);
REC_ASSERT_SIZE(rec_switch, 56);
REC_ASSERT_SIZE(rec_wakeup, 56);
REC_ASSERT_SIZE(rec_fork, 48);
REC_ASSERT_SIZE(rec_sys_enter, 32);
REC_ASSERT_SIZE(rec_sys_exit, 40);
REC_ASSERT_SIZE(rec_thread, 88);
REC_ASSERT_SIZE(rec_exit, 32);
REC_ASSERT_SIZE(rec_attributes, 32);
REC_ASSERT_SIZE(rec_snapshot, 112);
REC_ASSERT_SIZE(rec_counters, 64);

#endif
