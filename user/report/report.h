/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Report: the sums of a trace, for who has no viewer at hand: how long the
 * threads of each name ran, waited for a CPU and slept; who ran on the CPU
 * they waited for; what they slept in. Fed with the events of a reader, one
 * by one; it neither reads nor prints, and takes any Go trace.
 *
 * Who ran meanwhile is what stands in the trace: in one of some processes a
 * CPU that runs others is idle.
 */
#ifndef GOTRACE_REPORT_REPORT_H
#define GOTRACE_REPORT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace.h"

struct report;

int report_new(struct report **out);
void report_free(struct report *report);

/* Takes the next event; reader is where it comes from. 0 or -ENOMEM. */
int report_add(struct report *report, const struct gt_reader *reader, const struct gt_event *event);
/* The last event was taken: what goes on counts up to it. 0 or -ENOMEM. */
int report_end(struct report *report);

/* ---- after report_end(); all is borrowed until report_free() ---- */

/* Times since the trace's start, durations and sums, all in ns. */
struct report_thread { /* all threads of a name */
	uint32_t name;
	uint32_t threads;
	uint64_t running, in_syscall; /* the time in syscalls is not part of running */
	uint64_t waiting, blocked;
	uint64_t longest_wait, longest_from;
};

struct report_pair {
	uint32_t who; /* the name of those who waited or slept */
	uint32_t what;
	uint64_t ns, times;
	uint64_t longest, longest_from;
};

/* What stands for nobody of the trace in report_pair.what. */
#define REPORT_NOBODY 0

uint64_t report_duration(const struct report *report);
size_t report_cpus(const struct report *report);

/* Those that ran longest first. */
const struct report_thread *report_threads(const struct report *report, size_t *count);
/* Waits for a CPU. what: who ran there meanwhile; or what is known if nobody did. */
const struct report_pair *report_waits(const struct report *report, size_t *count);
/* Sleeps. what: the top of the stack and the reason. Both: longest sum first. */
const struct report_pair *report_sleeps(const struct report *report, size_t *count);
/* The text of a name or what; "?" for 0. */
struct gt_text report_text(const struct report *report, uint32_t id);

#endif
