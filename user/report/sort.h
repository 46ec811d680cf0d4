/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The columns of a report by their names, and rows in the order of one of them. */
#ifndef GOTRACE_REPORT_SORT_H
#define GOTRACE_REPORT_SORT_H

#include "report/report.h"

enum sort_column {
	SORT_RUNNING, /* with the time in syscalls: as report_threads() gives them */
	SORT_SYSCALL,
	SORT_WAITING,
	SORT_P99,
	SORT_LONGEST,
	SORT_BLOCKED,
	SORT_THREADS,
	SORT_NAME,
	SORT_COLUMNS
};

/* As an option has them: "running|syscall|..." in the order above. */
#define SORT_NAMES "running|syscall|waiting|p99|longest|blocked|threads|name"

/*
 * The rows of threads, the largest of a column first, names by the alphabet. 0
 * or -ENOMEM; the caller frees *out, whose rows are the report's.
 */
int sort_threads(const struct report *report, enum sort_column column,
		 const struct report_thread ***out, size_t *count);
/* The syscalls: by total time, unless the column means something else for them. */
int sort_calls(const struct report *report, enum sort_column column,
	       const struct report_call_sum ***out, size_t *count);

#endif
