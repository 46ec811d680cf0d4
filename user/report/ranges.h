/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What lasts in a Go program's trace: the garbage collector's phases, the world
 * that is stopped, the program's own regions and tasks. Told a report when they
 * have ended. What began before the trace, or does not end in it, is left out.
 */
#ifndef GOTRACE_REPORT_RANGES_H
#define GOTRACE_REPORT_RANGES_H

#include "base/idmap.h"
#include "gotrace.h"
#include "report/report.h"

/* One that goes on. */
struct open_range {
	uint32_t name;	/* a text */
	uint32_t below; /* regions nest: the one around it, its place + 1; 0: none */
	uint64_t from;
};

/* Zeroed: nothing goes on. */
struct ranges {
	struct idmap scopes[3]; /* what goes on by what it is of: ranges, tasks, regions */
	struct open_range *open[3];
	size_t room[3];
	struct open_range *nested; /* regions around those above */
	size_t nested_room, nested_count;
	uint32_t free_nested; /* place + 1 */
};

void ranges_fini(struct ranges *ranges);

/*
 * Takes an event of any kind. life: of the goroutine it is on; REPORT_NO_LIFE:
 * there is none. 0 or -ENOMEM.
 */
int ranges_take(struct ranges *ranges, struct report *report, const struct gt_reader *reader,
		const struct gt_event *event, uint32_t life, uint64_t now);

#endif
