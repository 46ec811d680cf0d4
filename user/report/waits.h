/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A wait for a CPU, and what is to blame for each part of it: whoever was on
 * the CPU for which the thread waited then, or the limit that kept it waiting.
 *
 * Who that is are numbers of its user's, as in slices.h. Which rows the parts
 * are added to, and what is told of them, is not its business.
 */
#ifndef GOTRACE_REPORT_WAITS_H
#define GOTRACE_REPORT_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/slices.h"

/* In a CPU's place: */
#define WAIT_ANY_CPU UINT32_MAX		  /* whichever it gets; so Go's runtime waits */
#define WAIT_UNKNOWN_CPU (UINT32_MAX - 1) /* one, nobody knows which */

/* No two events of a trace have one time: so many ns are steps of its clock, no wait. */
#define WAIT_GRAIN_NS 16

/* Who is on a CPU that is idle, in slices. */
#define WAIT_IDLE (UINT32_MAX >> 1)

/* From then on it waited for that CPU. */
struct wait_piece {
	uint64_t from;
	uint32_t cpu;
	uint32_t why;  /* to blame where nobody is known to have been on the CPU */
	uint32_t idle; /* where the CPU is known to have been idle: WAIT_IDLE */
};

/* Moved more often within one wait, it is not known for which CPU it waited meanwhile. */
#define WAIT_PIECES_MAX 256

/* Zeroed: none. It owns its pieces; the memory is used again for the next wait. */
struct wait {
	struct wait_piece *pieces; /* the first one begins the wait */
	size_t count, cap;
	bool all;	/* the first one's why explains all of it */
	bool by_absent; /* its why is one who came onto its CPU and is in no slice; is it true? */
	/* So much of it was due to a limit. */
	uint64_t limit_ns;
	uint32_t limit;	  /* who is to blame for that */
	bool limit_first; /* it began with that */
};

void wait_fini(struct wait *wait);
/* 0 or -ENOMEM, as the next. */
int wait_begin(struct wait *wait, const struct wait_piece *piece);
/* It waits on, for another CPU. */
int wait_move(struct wait *wait, const struct wait_piece *piece);

/* How it ended. */
struct wait_end {
	uint64_t at;
	uint32_t got; /* the CPU it came onto; WAIT_ANY_CPU: none */
	/* Who is to blame where it came onto another CPU than it waited for, where
	 * that is not known, for what is longer ago than slices are kept. */
	uint32_t moved, unknown, forgotten;
};

/* From then to then somebody is to blame. 0 or -errno, which ends it. */
typedef int (*wait_part_fn)(void *ctx, uint32_t who, uint64_t from, uint64_t to);

/*
 * Tells all parts of a wait, in no order; together they are as long as it.
 * cpus: who was on them, at their numbers. 0 or what part returned.
 */
int wait_split(const struct wait *wait, const struct wait_end *end, const struct slices *cpus,
	       wait_part_fn part, void *ctx);

#endif
