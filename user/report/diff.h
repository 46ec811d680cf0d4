/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is otherwise in one report than in another: of each name the time on a
 * CPU, waiting for one and in sleeps that ended, and of each syscall its time, per second of
 * either's, so that two captures need not be equally long. It sums nothing.
 *
 * Noise. A sum of many times that come as they come differs from run to run,
 * though nothing has changed: its variance is about the sum of their squares.
 * A change is within noise if it is not larger than twice what the sums of both
 * sides would be off together. So one long wait alone is never a change.
 */
#ifndef GOTRACE_REPORT_DIFF_H
#define GOTRACE_REPORT_DIFF_H

#include "report/report.h"

enum diff_kind {
	DIFF_RUNNING, /* in syscalls or not */
	DIFF_WAITING,
	DIFF_BLOCKED,
	DIFF_SYSCALL,
	DIFF_KINDS
};

struct diff_row {
	enum diff_kind kind;
	struct gt_text name;	   /* the reports' */
	uint64_t a_ns, b_ns;	   /* per second */
	uint64_t a_count, b_count; /* of times, in all */
	uint64_t noise_ns;	   /* per second: so much may be noise */
	bool is_noise;
};

/* b_ns - a_ns */
int64_t diff_change(const struct diff_row *row);

/*
 * The largest change first; what is the same on both sides is not there. Both
 * were made by the same key, names or cgroups. 0 or -ENOMEM; the caller frees
 * *out, the reports stay until then.
 */
int diff_reports(const struct report *a, const struct report *b, struct diff_row **out,
		 size_t *count);

#endif
