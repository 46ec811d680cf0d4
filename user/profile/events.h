/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A profile of a Go trace, ours or Go's: the events of a reader, one by one,
 * told to a profile. Each goroutine's time is booked by the state it was in,
 * on the stack that the state began with:
 *
 *   asleep       the stack it slept with
 *   waiting      what began the wait, on top of where it was: "preempted by
 *                X", "woken by X"
 *   in a syscall the stack of the syscall's begin
 *   running      of that no event has a stack. Where the trace has CPU samples,
 *                a sample gets the goroutine's time since the one before; the
 *                rest, and all else, stands on the goroutine's root alone
 *
 * The sums of a root are those of the report (report/report.h) of its name.
 * Where a thread of ours is in a syscall it is on its CPU, but with --mapping
 * go: so that time is "cpu" if no such syscall is in the trace, and no
 * goroutine of Go's own; else it is "syscall".
 */
#ifndef GOTRACE_PROFILE_EVENTS_H
#define GOTRACE_PROFILE_EVENTS_H

#include "gotrace/reader.h"
#include "profile/profile.h"

struct profile_events;

/* -ENOMEM. The profile is borrowed. */
int profile_events_new(struct profile_events **out, struct profile *profile);
void profile_events_free(struct profile_events *events);

/* Takes the next event; reader is where it comes from. 0 or -ENOMEM, as the next. */
int profile_events_add(struct profile_events *events, const struct gt_reader *reader,
		       const struct gt_event *event);
/* The last event was taken: what goes on counts up to it. */
int profile_events_end(struct profile_events *events);

#endif
