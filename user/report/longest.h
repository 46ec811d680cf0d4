/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The N longest of many: a heap of single waits or runs, the shortest kept on top. */
#ifndef GOTRACE_REPORT_LONGEST_H
#define GOTRACE_REPORT_LONGEST_H

#include "report/report.h"

/* Zeroed: none is kept. */
struct longest {
	struct report_single *kept;
	size_t count, most;
	uint64_t least_ns; /* shorter ones are not looked at */
	uint64_t offered;  /* that were long enough */
};

/* 0 or -ENOMEM. */
int longest_init(struct longest *longest, size_t most, uint64_t least_ns);
void longest_fini(struct longest *longest);

/* Would it be kept now? Counts it if it is long enough. */
bool longest_takes(struct longest *longest, uint64_t ns);
/* Keeps one that it takes. */
void longest_add(struct longest *longest, const struct report_single *single);
/* The longest first; nothing can be added after it. */
void longest_sort(struct longest *longest);

#endif
