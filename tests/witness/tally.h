/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The tally: what a trace says of each thread, read by libgotrace's reader:
 * times on a CPU and on a run queue, switches, syscalls, each as it stood at
 * every marker, and who ended each sleep.
 *
 * It knows Go's events and how the mapping "sched" uses them, and nothing of
 * records. A life is a thread from its first event to its last; an exec makes
 * a new goroutine but no new life.
 */
#ifndef WITNESS_TALLY_H
#define WITNESS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Goroutine ids: the tid, plus this times how often it was used before. */
#define TID_PERIOD 10000000

/* Sums from the life's first event up to a time. */
struct sums {
	int64_t time_ns;
	int64_t on_ns, wait_ns;
	uint64_t starts; /* onto a CPU */
	uint64_t blocks, stops;
	uint64_t calls;
	size_t wakes; /* index into wakes of the next one */
};

/* The end of a sleep. Names are interned: equal text, equal pointer. */
struct wake {
	int64_t time_ns;
	uint32_t waker;	  /* tid of the goroutine that did it, or 0: nobody's */
	const char *wait; /* top frame of the sleep */
	const char *top;  /* frames of the waker's stack */
	const char *root;
};

struct life {
	uint32_t tid; /* at the end */
	bool born;    /* within the trace */
	int64_t born_ns;
	uint64_t tgid;	    /* at birth; 0: unknown */
	struct sums *marks; /* marks[n - 1]: at marker n */
	size_t mark_count, mark_room;
	struct wake *wakes;
	size_t wake_count, wake_room;
	/* While reading. */
	struct sums now;
	uint8_t state;	    /* enum gt_state */
	int64_t since_ns;   /* of the state */
	int64_t split_ns;   /* of its last event after which a syscall may be taken up again */
	int64_t end_ns;	    /* of its last syscall */
	bool inside;	    /* a syscall that goes on when it is back on a CPU */
	bool reborn;	    /* by an exec: its next start is none */
	const char *sleeps; /* top frame of its last block */
};

struct tally;

/*
 * Reads a trace; clocks: count syscalls that read the clock, too. 0, -ENOMEM,
 * or what the reader says: *error (size bytes) says it in words.
 */
int tally_new(struct tally **out, const char *path, bool clocks, char *error, size_t size);
void tally_free(struct tally *tally);

/* The life that had tid last and at least so many markers; NULL: none. */
const struct life *tally_find(const struct tally *tally, uint32_t tid, uint32_t marks);
size_t tally_lives(const struct tally *tally);
uint64_t tally_events(const struct tally *tally);

#endif
