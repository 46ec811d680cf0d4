/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Syscalls, summed by name: how many, how long, and the errors they returned.
 * A part of a report, which tells it of each call that began and ended.
 */
#ifndef GOTRACE_REPORT_CALLS_H
#define GOTRACE_REPORT_CALLS_H

#include "report/pairs.h"
#include "report/report.h"

/* Zeroed: there was none. */
struct calls {
	struct report_call_sum *rows;
	size_t count, cap;
	struct idmap names;  /* texts to rows */
	struct pairs errors; /* who: the row, what: the errno; times */
};

void calls_fini(struct calls *calls);
/* 0 or -ENOMEM. */
int calls_add(struct calls *calls, const struct report_call *call);
/* The largest sums first, and each row is told its errors. */
void calls_end(struct calls *calls);

#endif
