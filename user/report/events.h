/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A report of a Go trace: the events of a reader, one by one, told to a
 * report. It takes any Go trace, of ours or of Go's runtime.
 */
#ifndef GOTRACE_REPORT_EVENTS_H
#define GOTRACE_REPORT_EVENTS_H

#include "gotrace.h"
#include "report/report.h"

struct report_events;

/* -ENOMEM. The report is borrowed. */
int report_events_new(struct report_events **out, struct report *report);
void report_events_free(struct report_events *events);

/* Takes the next event; reader is where it comes from. 0 or -ENOMEM, as the next. */
int report_events_add(struct report_events *events, const struct gt_reader *reader,
		      const struct gt_event *event);
/* The last event was taken: ends the report. */
int report_events_end(struct report_events *events);

#endif
