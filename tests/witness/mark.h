/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the second witness (witness.bpf.c) says at a marker; both sides include
 * it. Besides the times, what the kernel's books are known to have otherwise
 * than what happened, so that nobody has to guess it from the capture:
 *
 * Stolen time: what a hypervisor took from a CPU, or interrupts where the
 * kernel accounts for them, is on-CPU time to a clock and none to the books
 * (the run queue's clock and clock_task go apart by it).
 *
 * Unbooked waits: a thread that is preempted when it has already said that it
 * will sleep (its state is not 0) waits for a CPU like any other, but the
 * books know neither the wait nor the slice after it (sched_info_depart() and
 * _arrive()), unless it is moved to another CPU's run queue meanwhile.
 *
 * Overbooked waits: since 6.12 a sleeping thread may stay queued for a while
 * (sched_delayed). When it is moved to another CPU meanwhile, enqueue_task()
 * takes it for waiting (sched_info_enqueue()), and its final dequeue, which
 * does not go by dequeue_task(), leaves it so: the rest of the sleep is run-
 * queue time in the books.
 *
 * Moves: while a waiting thread is carried from one CPU's run queue to another's
 * it waits in neither's books (sched_info_dequeue() by the one clock, _enqueue()
 * by the other): some 40 us a move on a crowded machine.
 *
 * Broken sleeps: when a signal comes between a thread's decision to sleep and
 * its switch out, it stays runnable, and the books call the switch voluntary.
 *
 * Torn: what is seen of the thread does not follow from each other, because a
 * hosted virtual machine hides threads of its host's agent from every
 * tracepoint; while such a thread is current, nothing on its CPU is seen.
 */
#ifndef WITNESS_MARK_H
#define WITNESS_MARK_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Time in a state: its bounds, the middle of them, and by the scheduler's clock. */
struct spell {
	__u64 low_ns, high_ns;
	__s64 ns, clock_ns;
};

/* A thread's sums since its last marker, or its birth. */
struct mark {
	struct spell on, wait; /* on a CPU, on a run queue */
	__u64 stolen_ns, unbooked_ns, overbooked_ns, moved_ns;
	__u64 wide_ns; /* by which the two readings of a moment were more than 0.8 us apart */
	__u32 tid;
	__u32 mark; /* which of the thread's markers, from 1 */
	__u32 slices;
	__u32 torn, broken, unbooked, overbooked, wide, moves; /* how many */
	__u32 pad;
};

#endif
