/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Command lines of processes, from /proc: of those that are there at the start,
 * and of whoever changes its own later, as servers do that show there what they
 * are about. (The records have those of an exec.) Of a capture of some
 * processes, theirs and their children's alone.
 *
 * A change is noticed after a second, or later where there are more than eight
 * hundred processes: so many are looked at in a second.
 */
#ifndef GOTRACE_CAPTURE_TITLES_H
#define GOTRACE_CAPTURE_TITLES_H

#include <stdbool.h>

#include "record.h"
#include "stream/stream.h"

struct titles;

/* NULL: no memory. */
struct titles *titles_new(bool system_wide);
void titles_free(struct titles *titles);

/* Reads those of the listed threads' processes. */
int titles_start(struct titles *titles, const struct rec_snapshot *threads, size_t count);
/* Each: 0 or -errno of the stream. */
/* Sends what titles_start() read; they have been so since ts_ns. */
int titles_begin(struct titles *titles, const struct stream *to, uint64_t ts_ns);
/*
 * Names of threads that /proc has and the list has not: a hypervisor's agent may
 * hide its own from everything else. Once, of a whole machine.
 */
int titles_tell_hidden(const struct titles *titles, const struct rec_snapshot *threads,
		       size_t count, const struct stream *to, uint64_t ts_ns);
/* Every ten milliseconds or so: sends what has changed. */
int titles_poll(struct titles *titles, const struct stream *to);

#endif
