/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the stacks of a trace say about a wait or a sleep: the facts in frames
 * (export/go/facts.h). The one place in which a report looks at frames. Traces
 * from before there were facts have texts for people alone: what those say is
 * unknown.
 */
#ifndef GOTRACE_REPORT_SAID_H
#define GOTRACE_REPORT_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "gotrace.h"
#include "report/report.h"

/* Of a wait that begins. */
struct said {
	uint64_t queue; /* the CPU for which it waits, or REPORT_UNKNOWN_CPU */
	uint32_t why;	/* as in struct report_step, and the next two */
	bool limited, all;
};

/* The stack of a wait's begin, its own or its waker's. 0 or -ENOMEM, as the next. */
int said_wait(struct report *report, const struct gt_reader *reader, uint64_t stack,
	      struct said *said);
/* Of a transition to sleeping. */
int said_sleep(struct report *report, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id);
/* Of a log event: how much of the wait that ended was due to which limit. *what 0: no such event.
 */
int said_limit(struct report *report, const struct gt_reader *reader, uint64_t stack, uint64_t *ns,
	       uint32_t *what);

/* Woken by one who is not in the trace. */
bool said_by_stranger(const struct gt_reader *reader, uint64_t stack);

/*
 * The syscall of a stack: its top, or of a Go program the function of its own
 * that makes the call. asleep: as what is slept in.
 */
int said_call(struct report *report, const struct gt_reader *reader, uint64_t stack, bool asleep,
	      uint32_t *id);

#endif
