/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A report as tables for people. It computes nothing that is not a column's width. */
#ifndef GOTRACE_REPORT_TEXT_H
#define GOTRACE_REPORT_TEXT_H

#include "base/out.h"
#include "report/report.h"

/* name: what it is a report of. most: rows of each table. Errors stay in out. */
void report_print(const struct report *report, const char *name, size_t most, struct out *out);

#endif
