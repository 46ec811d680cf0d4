/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Sums by who and what: a table of struct report_pair. What the two numbers mean is its user's. */
#ifndef GOTRACE_REPORT_PAIRS_H
#define GOTRACE_REPORT_PAIRS_H

#include "report/report.h"
#include "base/idmap.h"

/* Zeroed is an empty one. */
struct pairs {
	struct idmap map;
	struct report_pair *rows;
	size_t count, cap;
};

void pairs_fini(struct pairs *pairs);

/* 0 or -ENOMEM, as the next. */
int pairs_add(struct pairs *pairs, uint32_t who, uint32_t what, uint64_t ns, uint64_t from);
/* A part of what counts once: all that have the same mark, which is never 0 and never comes back.
 */
int pairs_add_part(struct pairs *pairs, const struct report_pair *part);
/* Adds a row's sums to those of its who and what. */
int pairs_merge(struct pairs *pairs, const struct report_pair *row);

/* The longest sum first. Nothing can be added after it. */
void pairs_sort(struct pairs *pairs);

#endif
