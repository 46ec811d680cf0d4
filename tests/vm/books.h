/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Books: what must hold for the records of any capture, whatever was
 * captured: nothing is missing, and each CPU's and each thread's records tell
 * a story without holes.
 */
#ifndef BOOKS_H
#define BOOKS_H

#include "collect.h"

struct books {
	unsigned long damaged, dropped, no_storage, missed; /* as the counters say */
	unsigned long numbers;				    /* of a CPU: missing, or twice */
	unsigned long backwards;   /* a higher number of a CPU with an earlier time */
	unsigned long cpu_breaks;  /* a switch whose prev is not the last next (system-wide) */
	unsigned long transitions; /* of a thread: missing, or twice */
	unsigned long unseen;	   /* a transition from a state that it cannot come from */
	unsigned long syscalls;	   /* an enter while inside, or an exit while outside */
	unsigned long nameless;	   /* a thread named by no snapshot entry and no REC_THREAD */
	unsigned long retries;	   /* no fault: for the reader's eyes */
	char first[256];	   /* the first fault in words, or empty */
};

/*
 * Whether all of them are 0. system: were all threads in scope? On a kernel
 * whose look-ups of storage can fail (before 6.2) a few without storage are no
 * fault, and neither is the thread that such a wakeup leaves unseen.
 */
bool books_check(struct books *out, const struct collection *collection, bool system);

#endif
