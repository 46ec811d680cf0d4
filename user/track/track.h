/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The tracker: threads and CPUs in the kernel's words.
 *
 * Records in order (order.h) go in, changes (change.h) come out. It holds a
 * state for every thread, knows who is on every CPU, and bridges losses,
 * threads that come into scope late and things not seen, so that nothing is
 * told that did not happen. It knows no trace and no exporter, looks up no
 * text, and does no I/O.
 *
 * The way of a capture: track_new, track_snapshot, then track_step for every
 * item in order, track_end. Items before the snapshot's end are taken silently:
 * they only settle what is so at the start, which is told before the first
 * item after it.
 *
 * A silent tracker follows a capture and tells nothing, up to the moment from
 * which something is wanted: track_speak() tells what is so then, as a start.
 */
#ifndef GOTRACE_TRACK_TRACK_H
#define GOTRACE_TRACK_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "order/order.h"
#include "record.h"
#include "track/change.h"

struct track_options {
	uint32_t cpus;	      /* possible */
	uint32_t cpus_online; /* at the start */
	int system_wide;      /* 1: every thread is in scope */
	uint32_t arch;	      /* enum rec_arch */
	unsigned told;	      /* enum change_told, but for TOLD_ALL */
	bool silent;	      /* nothing is told before track_speak() */
};

struct track_stats {
	uint64_t records;     /* stepped */
	uint64_t lost;	      /* records, from the order's losses */
	uint64_t unseen;      /* transitions nobody recorded, though no number is missing */
	uint64_t repairs;     /* all that was bridged or has no meaning where it stands */
	uint64_t no_number;   /* records whose thread had no storage */
	uint64_t stacks_lost; /* named by a record, and nobody told of them */
	uint64_t threads;     /* that were in a state; strangers are none */
};

struct track;

/* -EINVAL: no CPUs, or too many; -ENOMEM. */
int track_new(struct track **out, const struct track_options *options, change_fn tell, void *ctx);
void track_free(struct track *track);

/*
 * Once, before the first step. end_ns: when it was complete (CLOCK_MONOTONIC).
 * 0, -ENOMEM or what tell returned, as the next two; track_step also -EINVAL:
 * no such CPU.
 */
int track_snapshot(struct track *track, const struct rec_snapshot *threads, size_t count,
		   uint64_t end_ns);
int track_step(struct track *track, const struct order_item *item);
/*
 * Once, of a silent tracker: tells what is so at ts_ns, which lies between the
 * last step and the next, and from now on all that happens. Statistics begin
 * here. 0, -ENOMEM or what tell returned.
 */
int track_speak(struct track *track, uint64_t ts_ns);
/*
 * What is known of a process, of a cgroup, from now on; between steps, or before
 * the first. Of those that nobody has heard of nothing is kept. As track_step().
 */
/* Its arguments, a NUL behind each. */
int track_command(struct track *track, uint32_t tgid, const char *arguments, size_t size);
int track_cgroup(struct track *track, uint64_t id, const char *path, size_t size);
/* Of a thread that records may name and not describe: until they do. */
int track_name(struct track *track, uint32_t tid, uint32_t tgid, const char *comm, size_t size);
/* The capture ends: what is so at the start is told if nothing happened since. */
int track_end(struct track *track);

const struct track_stats *track_stats(const struct track *track);

#endif
