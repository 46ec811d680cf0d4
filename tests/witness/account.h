/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Accounts: a thread's spans together, and threads together. Only so can its
 * times be judged by the kernel's books, which draw the border elsewhere: a
 * slice that a wakeup brought begins in them at the wakeup, not at the switch,
 * and a CPU that leaves idle lets nobody wait. So on-CPU and run-queue time
 * together are judged strictly, each alone loosely; and each strictly, too,
 * over all threads.
 *
 * Nor does the kernel read its clock where the tracepoints are: from there to
 * the wakeup's tracepoint lies the interrupt that it sends to the other CPU,
 * in a virtual machine many microseconds. The second witness measures this
 * lag, thread by thread, with both clocks over the same intervals. A thread
 * that is off by more than allowed is judged again without it, and counted.
 */
#ifndef WITNESS_ACCOUNT_H
#define WITNESS_ACCOUNT_H

#include "judge.h"

/* The worst there was, as a part of what is allowed. */
struct worst {
	double time, border, witness, sum;
};

struct account {
	const struct entry *entry; /* its first */
	unsigned spans, torn, unread;
	unsigned faults, span_faults; /* span_faults: those of single spans */
	unsigned lagging;	      /* threads that are judged without the lag */
	bool sum_lagging;	      /* so are the sums */
	uint64_t voluntary, involuntary, calls, wakes, by_the_dead, elsewhere, slices;
	struct times times;
	struct mark mark;
	bool from_birth;
	struct worst worst;
	struct verdict oddest; /* the span whose times are off most; no entry: none is judged */
};

void account_add(struct account *account, const struct verdict *verdict);
/* When all spans are added: the faults of its times. */
void account_judge(struct account *account);
/* Adds a thread to a sum of threads. */
void account_join(struct account *sum, const struct account *account);
/*
 * How far the sums over many threads, on CPUs and on run queues, are from the
 * kernel's, as a part of what is allowed; the larger one. Sets worst.sum and
 * sum_lagging.
 */
void account_sum_judge(struct account *sum);

#endif
