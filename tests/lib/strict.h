/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The strict checker: a stream that believes nothing of what the words of a
 * capture's rings say (docs/records.md). It walks them itself, without the
 * decoder that the program uses, and holds against one another what is said
 * more than once: numbers, times, positions, who is current, what was lost;
 * and each thread's transitions: 1, 2, 3, ... in a possible order of states.
 *
 * So a mistake of the kernel side's (a record that an interrupt overwrote, a
 * number that is no pair with its time) shows in whatever capture it happens.
 */
#ifndef GOTRACE_TESTS_STRICT_H
#define GOTRACE_TESTS_STRICT_H

#include <stdint.h>
#include <stdio.h>

#include "stream/stream.h"

struct strict;

/* What it found. All but the first group must be 0. */
struct strict_found {
	uint64_t records, words, syncs, currents, threads, transitions;
	uint64_t lost;	  /* numbers that never came */
	uint64_t dropped; /* as the kernel side counted */
	/*
	 * Current was another than the one switched in, or a wakeup is missing. A
	 * machine's host may hide threads of its own, and what happens while one of
	 * them runs; no more than a few.
	 */
	uint64_t unseen;

	uint64_t damaged;    /* no such record, or across a block's end */
	uint64_t positions;  /* pieces that do not join */
	uint64_t numbers;    /* a SYNC with a lower number than was counted */
	uint64_t backwards;  /* in time, within a CPU */
	uint64_t statements; /* a SYNC's or CURRENT's, against what was told */
	uint64_t untold;     /* of current, though nobody was told to be */
	uint64_t nameless;   /* a thread that nothing described */
	uint64_t gaps;	     /* in a thread's numbers, more than were lost */
	uint64_t twice;	     /* a thread's number */
	uint64_t impossible; /* a transition from a state that it cannot come from */
	uint64_t uncounted;  /* lost is not dropped */
	char first[256];     /* the first fault in words */
};

int strict_new(struct strict **out);
void strict_free(struct strict *strict);
struct stream strict_stream(struct strict *strict);

/* After the end. True: nothing is wrong. */
bool strict_judge(struct strict *strict, struct strict_found *out);

/* As two lines of a TAP comment, or so. */
void strict_print(FILE *out, const struct strict_found *found);

#endif
