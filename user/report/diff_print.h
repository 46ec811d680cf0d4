/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What has changed between two reports: a table for people, an object for programs. */
#ifndef GOTRACE_REPORT_DIFF_PRINT_H
#define GOTRACE_REPORT_DIFF_PRINT_H

#include "base/out.h"
#include "report/report.h"

struct diff_view {
	const char *a_name, *b_name;
	size_t most; /* rows */
};

/* Each: 0 or -ENOMEM; errors of writing stay in out. */
int diff_print(const struct report *a, const struct report *b, const struct diff_view *view,
	       struct out *out);
int diff_print_json(const struct report *a, const struct report *b, const struct diff_view *view,
		    struct out *out);

#endif
