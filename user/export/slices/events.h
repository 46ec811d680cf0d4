/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Slices of a Go trace: the events of a reader, one by one. Of ours, where the
 * facts in frames (export/go/facts.h) say what a capture knew; of Go's runtime,
 * whose goroutines stand where threads do. Its memory is that of the
 * goroutines alive, and of all texts that differ.
 *
 * A goroutine in a syscall that has lost its P is asleep in it.
 */
#ifndef GOTRACE_EXPORT_SLICES_EVENTS_H
#define GOTRACE_EXPORT_SLICES_EVENTS_H

#include "export/slices/slice.h"
#include "gotrace.h"

struct slice_events;

/* -ENOMEM. */
int slice_events_new(struct slice_events **out, slice_fn tell, void *ctx);
void slice_events_free(struct slice_events *events);

/* Takes the next event; reader is where it comes from. 0, -ENOMEM or what tell returned. */
int slice_events_add(struct slice_events *events, const struct gt_reader *reader,
		     const struct gt_event *event);
/* As slices have it: the first event's time, and the last one's. */
uint64_t slice_events_start(const struct slice_events *events);
uint64_t slice_events_now(const struct slice_events *events);
/* The last event was taken: tells what goes on. As above. */
int slice_events_end(struct slice_events *events);

#endif
