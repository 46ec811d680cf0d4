/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A change: one thing that happened to a thread or a CPU, in the kernel's
 * words. The tracker (track.h) makes changes of records; whoever shows, sums
 * or watches what happened needs nothing else. It knows no trace format, no
 * texts but the names of threads, and nothing of how records are transported.
 *
 * The contract with who is told:
 *
 * Order. Changes come one by one, ts_ns never goes back. Those with the same
 * step come from one record: a switch is the change of who left, with who
 * comes as the other, then the change of who came, with who left as the other;
 * the idle task is never the thread of a change.
 *
 * The start. First CHANGE_START, then a CHANGE_CGROUP for each cgroup with a
 * path, a CHANGE_CPU for each CPU and a CHANGE_IS for each thread that is known
 * then, then CHANGE_STARTED. Nothing is told of
 * the time before.
 *
 * Threads. A change names threads by pointers, valid during the call, and
 * never NULL where they mean something: the idle task and "somebody, not known
 * who" are two threads like others (thread.h). A thread's slot is a small
 * dense number: what belongs to a thread may stand in an array at its slot,
 * until CHANGE_FORGOTTEN says that the slot may become another thread's. A
 * thread's attributes (name, syscall, ids, its process's command line) are as they are after the
 * change; a name may come late, then CHANGE_DESCRIBED tells it.
 *
 * Scope. A thread out of scope, a stranger, has the state THREAD_ABSENT. That
 * it comes onto a CPU or leaves one is CHANGE_STRANGER_IN and _OUT, and it can
 * be the other of any change. A thread comes into scope with the first change
 * that leads out of THREAD_ABSENT: CHANGE_BORN, or where it is seen without
 * that, being switched in or out. It leaves scope with CHANGE_LEAVE, which
 * takes it off its CPU.
 *
 * Waiting. A runnable thread waits in the queue of a CPU (thread->queue). It is
 * set with the change that makes it runnable, and CHANGE_MOVE tells that it was
 * put into another one, if the capture looked for that; a thread that comes onto
 * another CPU than it waited for was moved, nobody knows when.
 *
 * Repairs. Where records are missing, changes that nobody recorded stand in
 * for them. from and to always fit: to is the next change's from. A change
 * with repair CHANGE_DROP leads nowhere (from is to): a record that has no
 * meaning where it stands.
 */
#ifndef GOTRACE_TRACK_CHANGE_H
#define GOTRACE_TRACK_CHANGE_H

#include <stdint.h>

#include "record.h"
#include "track/thread.h"

/* The first CHANGE_INPUTS are what a thread's state depends on (machine.h). */
enum change_kind {
	CHANGE_IN,	     /* switched in on cpu. other: who left */
	CHANGE_OUT_ASLEEP,   /* switched out, off the run queue. other: who comes */
	CHANGE_OUT_RUNNABLE, /* switched out, it could go on. other: who comes */
	CHANGE_END,	     /* switched out for the last time. other: who comes */
	/* The four above are of a switch on cpu, those below of anything else. */
	CHANGE_WAKE,	  /* woken: runnable. other: the waker */
	CHANGE_BORN,	  /* forked: runnable from now on. other: the parent */
	CHANGE_SYS_ENTER, /* begins the syscall sys; one that is open ends */
	CHANGE_SYS_EXIT,  /* ends the syscall sys */
	CHANGE_EXEC,	  /* runs a new program; exec.old_tid is its tid before */
	CHANGE_LOSE,	  /* what it does on its CPU is not known any more */
	CHANGE_LEAVE,	  /* is out of scope from now on */
	CHANGE_GONE,	  /* must have ended, which was not recorded */
	CHANGE_INPUTS,

	CHANGE_START = CHANGE_INPUTS, /* what is so follows. start.threads: at most so many */
	CHANGE_CPU,		      /* cpu is there; later: it appears */
	CHANGE_IS,		      /* the thread is in state to; on cpu if THREAD_ON_CPU */
	CHANGE_STARTED,		      /* all that is so was told */
	CHANGE_LOSS,		      /* records of cpu are missing: loss */
	CHANGE_STRANGER_IN,	      /* switched in, out of scope. other: who left */
	CHANGE_STRANGER_OUT,	      /* switched out, out of scope. other: who comes */
	CHANGE_MOVE,	  /* waits on, for another CPU: cpu. move.from: the one before */
	CHANGE_DESCRIBED, /* its attributes were told: tgid, flags, names, start */
	CHANGE_RENAMED,	  /* it has another comm, or the same once more */
	CHANGE_STACK,	  /* stack.number is this from now on, before a change names it */
	CHANGE_REVIVED,	  /* CHANGE_GONE was wrong; it is in state to again */
	CHANGE_CGROUP,	  /* a cgroup has a path: cgroup */
	CHANGE_FORGOTTEN, /* its slot will be another thread's */
	CHANGE_KINDS
};

/* Why it left its CPU. */
enum change_cause {
	CAUSE_NONE,
	CAUSE_ASLEEP,
	CAUSE_STOPPED, /* asleep, because of a signal or a tracer */
	CAUSE_FROZEN,  /* asleep in a freezer */
	CAUSE_PREEMPTED,
	CAUSE_YIELDED,
	CAUSE_THROTTLED, /* by the CPU limit of a cgroup: out.group */
	CAUSE_DEADLINE,	 /* its own deadline budget is used up */
	CAUSE_REALTIME,	 /* by the limit for real-time threads */
	CAUSE_LIMIT,	 /* by a limit, it is not known which */
};

/* What a capture says beyond its threads' states. Of what is not set nothing is known. */
enum change_told {
	TOLD_ALL = 1 << 0,	 /* every thread is in scope */
	TOLD_MOVES = 1 << 1,	 /* CHANGE_MOVE */
	TOLD_SHARES = 1 << 2,	 /* in.throttled_ns; the causes that are limits */
	TOLD_STRANGERS = 1 << 3, /* who is on a CPU while a thread in scope waits for it */
};

/* What is known of in.throttled_ns. */
enum change_share {
	SHARE_KNOWN = 1 << 0,
	SHARE_ESTIMATED = 1 << 1, /* by a clock that is not quite the right one */
	SHARE_FIRST = 1 << 2,	  /* the wait began with it; otherwise its place is not known */
};

enum change_repair {
	CHANGE_SEEN,   /* the record explains itself */
	CHANGE_BRIDGE, /* something before it was not recorded */
	CHANGE_DROP,   /* it has no meaning in this state */
};

/* Why something before it is not known, if it is not. */
enum change_gap {
	GAP_NONE,
	GAP_LOST,   /* records were lost */
	GAP_UNSEEN, /* nobody recorded it, though no number is missing */
	GAP_SCOPE,  /* it was out of scope */
};

struct change_loss {
	uint64_t count;
	uint64_t from_ns; /* the CPU's last record before; 0: there is none */
	uint64_t to_ns;	  /* its first record after */
};

/* Frames as they were found, leaf first; of the kernel or of user code. */
struct change_stack {
	uint32_t number; /* from 1, dense; STACK_LOST is none */
	uint16_t count;
	uint8_t kind; /* enum rec_stack_kind */
	uint8_t stop; /* enum rec_stack_stop */
	const uint64_t *frames;
};

#define STACK_LOST UINT32_MAX /* one was taken, and is not known */

struct change {
	uint64_t ts_ns;		     /* CLOCK_MONOTONIC, in order */
	uint64_t kernel_ns;	     /* the same as the kernel side stamped it: may go back */
	uint64_t step;		     /* which record it comes from; 0: the start */
	const struct thread *thread; /* NULL: of the CPU alone */
	const struct thread *other;
	uint8_t kind; /* enum change_kind */
	uint8_t from; /* enum thread_state, before and after */
	uint8_t to;
	uint8_t repair;	     /* enum change_repair */
	uint8_t gap;	     /* enum change_gap */
	uint8_t other_scope; /* the other was in scope, by this record */
	uint8_t other_comes; /* out: the other comes in by this record, from off its CPU */
	uint8_t cause; /* out, and CHANGE_IS asleep: enum change_cause; CAUSE_NONE: not known */
	uint16_t cpu;  /* CHANGE_NO_CPU: not known */
	uint16_t sys;  /* REC_SYS_*: what the thread is inside; exit: was */
	uint32_t user_stack;   /* CHANGE_STACK told of it; 0: none was taken; STACK_LOST */
	uint32_t kernel_stack; /* out: where it slept, likewise */
	uint8_t share;	       /* in: enum change_share */
	union {
		struct {
			uint16_t prev_state; /* bits: taskstate.h */
			uint8_t fd;	     /* enum rec_fd: what it sleeps on */
			uint8_t flags;	     /* enum rec_switch_flags, as recorded */
			uint64_t group;	     /* cgroup id of the limit; 0: not known */
		} out;
		struct {
			uint64_t throttled_ns; /* of the wait that ends here */
			uint64_t group;	       /* cgroup id of the CPU limit; 0: not known */
		} in;
		struct {
			uint16_t queue; /* the CPU it waits for; CHANGE_NO_CPU: not known */
		} born;
		struct {
			uint16_t from; /* the CPU for which it waited; CHANGE_NO_CPU: not known */
		} move;
		struct {
			uint32_t flight_ns; /* from the waker's call to the run queue */
			uint16_t waker_sys; /* REC_SYS_*: what the waker was inside */
			uint16_t waker_cpu;
			uint16_t target_cpu; /* whose run queue */
			uint8_t context;     /* enum rec_context, of the waker */
		} wake;
		struct {
			int64_t ret;
		} sys_exit;
		struct {
			uint32_t old_tid;
		} exec;
		struct {
			/* It ran for so long under the old name that it is another
			 * from here on, as after an exec; it is on a CPU. */
			bool anew;
		} renamed;
		const struct change_loss *loss;
		const struct cgroup *cgroup; /* valid as long as the tracker */
		const struct change_stack *stack;
		struct {
			uint64_t threads;
			uint32_t told; /* enum change_told */
		} start;
	};
};

/*
 * One is made for each change: gcc clears no more than this in registers. What
 * is large or rare stands behind a pointer, as a loss does.
 */
_Static_assert(sizeof(struct change) <= 80, "a change is small");

/* Takes a change. 0, or -errno: the tracker stops with it. */
typedef int (*change_fn)(void *ctx, const struct change *change);

#endif
