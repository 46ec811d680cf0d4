/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The judge: compares what the trace says of a span of a thread (tally.h) with
 * the kernel's books, the thread's own count (ledger.h) and the second witness
 * (mark.h). It decides and counts; it prints nothing. Times against the books
 * are judged over all spans of a thread (account.h).
 *
 * What can be exact has to be, in every span: switches of both kinds, slices,
 * syscalls, wakers. Times must lie within the second witness's bounds, and
 * near the middle of them.
 *
 * What the books have otherwise than what happened is taken off the
 * differences, as the second witness measured it, and counted: unbooked and
 * overbooked waits, broken sleeps, stolen time. A span that it saw torn is not
 * judged, nor one whose books could not be read.
 */
#ifndef WITNESS_JUDGE_H
#define WITNESS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

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

/* Times of the trace, and these less the others'. */
struct times {
	int64_t on_ns, wait_ns;
	int64_t on_error_ns, wait_error_ns; /* against the books */
	/* How much of the errors is due to the kernel's clock: the witness measured it. */
	int64_t on_lag_ns, wait_lag_ns;
	int64_t on_apart_ns, wait_apart_ns; /* from the middle of the witness's bounds */
};

/* The trace's number, less the other one's. */
struct compared {
	uint64_t slices;			       /* the trace's */
	int64_t voluntary, involuntary, missed, calls; /* missed: slices */
	struct times times;
	int64_t on_outside_ns, wait_outside_ns; /* of the witness's bounds */
	struct mark mark;			/* all that the witness says */
};

/* A span of a thread. */
struct verdict {
	const struct entry *entry;
	unsigned faults;	  /* enum fault */
	bool torn;		  /* the machine hid something of it: not judged */
	bool unread;		  /* it has no books: not judged */
	struct compared compared; /* the first span of a thread: but calls, from birth */
	int64_t from_ns, to_ns;
	uint64_t wakes;		       /* whose waker is known */
	uint64_t by_the_dead;	       /* of these by a waker that had ended meanwhile */
	uint64_t elsewhere;	       /* ends of other sleeps than it should have */
	const struct wake *wrong_wake; /* the first one that should be another's */
	const struct wake *other_wake; /* the last one of those elsewhere */
};

/* What all is judged by. marks: as mark_sort() leaves them. */
struct evidence {
	const struct tally *tally;
	const struct mark *marks;
	size_t mark_count;
};

void mark_sort(struct mark *marks, size_t count);
/* Adds the sums, not what says whose they are. */
void mark_add(struct mark *sum, const struct mark *mark);
void times_add(struct times *sum, const struct times *times);

void judge_span(struct verdict *out, const struct entry *entry, const struct evidence *evidence);
/* Is there nothing in it to judge? */
bool verdict_is_blind(const struct verdict *verdict);

/* "voluntary, calls" of faults; in a buffer of the caller's. */
const char *fault_text(unsigned faults, char *buf, size_t size);

#endif
