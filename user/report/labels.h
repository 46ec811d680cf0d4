/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a report calls things, as ids of its table of texts; 0 is nothing to say. */
#ifndef GOTRACE_REPORT_LABELS_H
#define GOTRACE_REPORT_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace.h"
#include "trace/write/strtab.h"

/* All: 0 or -ENOMEM. */
int label_text(struct strtab *texts, const char *text, size_t size, uint32_t *id);
/* Of what it sleeps in: "futex (sync)". */
int label_sleep(struct strtab *texts, const struct gt_reader *reader,
		const struct gt_transition *transition, uint32_t *id);
/* Of the time of a wait in which nobody of the trace is on the CPU. */
int label_wait(struct strtab *texts, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id);

#endif
