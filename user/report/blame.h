/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Waits of lives (rows.h): how they begin, and how they become part of a
 * report's sums. The inside of a report, of report.c alone.
 */
#ifndef GOTRACE_REPORT_BLAME_H
#define GOTRACE_REPORT_BLAME_H

#include "report/rows.h"

/* 0 or -ENOMEM, as the next. */
int blame_begin(struct report *report, struct life *life, const struct report_step *step);
/* It waits for no CPU from now on. */
void blame_end(struct report *report, struct life *life, uint64_t now);
/* The life's last wait, if it has ended and is not part of the sums yet, becomes one. */
int blame_settle(struct report *report, struct life *life);
/* It is on that CPU now, or waits for it. */
void blame_be_at(struct report *report, struct life *life, uint32_t cpu);

#endif
