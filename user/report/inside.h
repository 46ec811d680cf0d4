/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which syscall each thread is inside, and since when: told a report as calls
 * when they have ended. Of changes; a call counts if both its ends were seen.
 */
#ifndef GOTRACE_REPORT_INSIDE_H
#define GOTRACE_REPORT_INSIDE_H

#include "report/report.h"
#include "track/change.h"

struct inside {
	struct report *report;
	uint32_t arch;		   /* enum rec_arch */
	struct inside_call *calls; /* at the threads' slots */
	size_t room;
	uint32_t *names; /* texts, at REC_SYS_* */
};

/* 0 or -ENOMEM. */
int inside_init(struct inside *inside, struct report *report, uint32_t arch);
void inside_fini(struct inside *inside);

/* life: of the change's thread. 0 or -ENOMEM. */
int inside_take(struct inside *inside, uint32_t life, const struct change *change, uint64_t now);

#endif
