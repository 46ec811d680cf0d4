/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the stacks of a trace say about a wait or a sleep: the facts in frames
 * (export/go/facts.h). The one place in which a report looks at frames. Traces
 * from before there were facts have texts for people alone: what those say is
 * unknown.
 */
#ifndef GOTRACE_REPORT_SAID_H
#define GOTRACE_REPORT_SAID_H

#include "gotrace.h"
#include "report/report.h"

/* Of a transition to waiting for a CPU, to sleeping. 0 or -ENOMEM. */
int said_wait(struct report *report, const struct gt_reader *reader,
	      const struct gt_transition *transition, uint32_t *id);
int said_sleep(struct report *report, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id);

#endif
