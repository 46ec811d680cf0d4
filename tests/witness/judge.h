/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The judge: compares what the trace says of a thread (tally.h) with the
 * kernel's books, the thread's own count (ledger.h) and the second witness
 * (mark.h). It decides and counts; it prints nothing.
 *
 * What can be exact has to be, in every span: switches of both kinds, slices,
 * syscalls, wakers; times must lie within the second witness's bounds.
 *
 * The books' times are judged over all spans of a thread, because they draw
 * the border elsewhere: a slice that a wakeup brought begins in the books at
 * the wakeup, not at the switch, and a CPU that leaves idle lets nobody wait.
 * So on-CPU and run-queue time together are judged strictly, each alone
 * loosely; and over all threads each strictly, too, while the CPUs are never
 * idle: what one thread gains another loses. What else the books are known to
 * get wrong: unbooked waits (excuse.h); time that a hypervisor stole, which is
 * on-CPU time to a clock but not to them; and overbooked waits: since 6.12 a
 * sleeping thread may stay queued for a while, and when load balancing moves
 * it, they take it for waiting (the likely reason; seen on crowded machines
 * only). A span in which they have that much more waiting, and the bounds say
 * that they are wrong, is left out of the times, and counted.
 */
#ifndef WITNESS_JUDGE_H
#define WITNESS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "excuse.h"
#include "ledger.h"
#include "mark.h"
#include "tally.h"

enum fault {
	FAULT_MISSING = 1 << 0, /* the thread or its marker is not in the trace */
	FAULT_VOLUNTARY = 1 << 1,
	FAULT_INVOLUNTARY = 1 << 2,
	FAULT_SLICES = 1 << 3,
	FAULT_CALLS = 1 << 4,
	FAULT_WITNESS = 1 << 5,
	FAULT_WAKER = 1 << 6,
	FAULT_TIME = 1 << 7,   /* on-CPU and run-queue time together */
	FAULT_BORDER = 1 << 8, /* one of the two alone */
	FAULT_END = 1 << 9,
};
#define FAULT_COUNT 9

/* The trace's number, less the other one's. */
struct compared {
	int64_t on_ns, wait_ns; /* the trace's */
	uint64_t slices;
	int64_t voluntary, involuntary, missed, calls; /* missed: slices, less the unbooked */
	uint64_t unbooked;			       /* waits; not in wait_error_ns */
	uint64_t broken; /* sleeps that the books call voluntary switches; not in the two */
	int64_t on_error_ns, wait_error_ns;	/* against the books */
	int64_t on_outside_ns, wait_outside_ns; /* of the witness's bounds */
	uint64_t width_ns;			/* of the bounds of both */
};

/* A span of a thread. */
struct verdict {
	const struct entry *entry;
	unsigned faults; /* enum fault */
	bool blind;	 /* the machine hid something, or no books: not judged */
	bool overbooked;
	struct compared compared; /* the first span of a thread: but calls, from birth */
	int64_t from_ns, to_ns;
	uint64_t wakes;		       /* whose waker is known */
	const struct wake *wrong_wake; /* the first one that should be another's */
};

/* All spans of a thread. */
struct account {
	const struct entry *entry; /* its first */
	unsigned spans, blind, overbooked, faults;
	uint64_t voluntary, involuntary, calls, wakes, slices, unbooked, broken;
	int64_t on_ns, wait_ns, on_error_ns, wait_error_ns;
	uint64_t width_ns;
	bool from_birth;
};

/* What all is judged by. marks: as mark_sort() leaves them. */
struct evidence {
	const struct tally *tally;
	const struct excuses *excuses;
	const struct mark *marks;
	size_t mark_count;
	uint64_t stolen_ns; /* from the machine in all */
};

void mark_sort(struct mark *marks, size_t count);

void judge_span(struct verdict *out, const struct entry *entry, const struct evidence *evidence);
void account_add(struct account *account, const struct verdict *verdict);
/* When all spans are added: the faults of its times. */
void judge_account(struct account *account, const struct evidence *evidence);
/* Are the sums of many threads, on CPUs and on run queues each, the kernel's? */
bool judge_sum(const struct account *sum, const struct evidence *evidence);
/* Adds a thread's numbers to a sum over threads. */
void sum_add(struct account *sum, const struct account *account);

/* "voluntary, calls" of faults; in a buffer of the caller's. */
const char *fault_text(unsigned faults, char *buf, size_t size);

#endif
