/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A report as one JSON object for programs: docs/report.md says what is in it.
 * The same figures as text.h's, all rows, in whole numbers; what is not known
 * is null.
 */
#ifndef GOTRACE_REPORT_JSON_H
#define GOTRACE_REPORT_JSON_H

#include "base/out.h"
#include "report/report.h"
#include "report/text.h"

#define REPORT_SCHEMA 1

/* view: rows of each list (SIZE_MAX: all), the order; the tables are all there. 0 or -ENOMEM. */
int report_print_json(const struct report *report, const struct report_view *view, struct out *out);

#endif
