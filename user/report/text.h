/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A report as tables for people, 80 columns wide but for the texts at their
 * lines' ends. It computes nothing that is not a column's width.
 */
#ifndef GOTRACE_REPORT_TEXT_H
#define GOTRACE_REPORT_TEXT_H

#include "base/out.h"
#include "report/report.h"
#include "report/sort.h"

/* Which tables. */
enum report_tables {
	REPORT_ALL,
	REPORT_CPUS_ONLY,
	REPORT_CALLS_ONLY,
};

struct report_view {
	const char *name; /* what it is a report of */
	size_t most;	  /* rows of each table */
	enum report_tables tables;
	enum sort_column sort;
};

/* Errors of writing stay in out. 0 or -ENOMEM. */
int report_print(const struct report *report, const struct report_view *view, struct out *out);

#endif
