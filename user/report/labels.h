/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a report calls a sleep, and a wait behind nobody: texts of its table,
 * made of what its source says. Both sources say it with these, so that one
 * thing has one name.
 */
#ifndef GOTRACE_REPORT_LABELS_H
#define GOTRACE_REPORT_LABELS_H

#include <stdint.h>

#include "report/report.h"

/* All: 0 or -ENOMEM; *id 0: nothing is known. */

/* inside: the syscall, or what it sleeps in otherwise. "futex (sync)". */
int label_sleep(struct report *report, struct gt_text inside, struct gt_text reason, uint32_t *id);
/* It was preempted by one of whom the source knows no more than the name. */
int label_preempted(struct report *report, struct gt_text by, uint32_t *id);
/* It could run and was not let: by that limit, if it is known. */
int label_limit(struct report *report, struct gt_text limit, uint32_t *id);

/* Any bytes, as a text of one line (base/escape.h). */
int label_bytes(struct report *report, struct gt_text bytes, uint32_t *id);
/* "fifo 50", "nice 10", "CPUs 0-3", or several. 0 also if it is as most threads are. */
int label_sched(struct report *report, const struct rec_attributes *attributes, uint32_t *id);
/* The policy's name; "" if it is not known. */
const char *label_policy(const struct rec_attributes *attributes);

/* One who is not traced was on the CPU. */
int label_stranger(struct report *report, struct gt_text name, uint32_t *id);
/* A text that says what is not known. */
int label_unknown(struct report *report, const char *text, uint32_t *id);

struct gt_text label_of(const char *text);

#endif
