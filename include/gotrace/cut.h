/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Parts of a trace that stand alone.
 *
 * A part holds the source's events of a stretch of time, in their consistent
 * order, with the reader's times (ns, each its own). It begins with what the
 * reader held at that moment: the status of every P and G, and the ranges
 * that were open (GCActive, GCSweepActive, GCMarkAssistActive). These stand at
 * a nanosecond each, from the stretch's first on; earlier by as many as there
 * are if something happens in the meantime. At the stretch's end a P is stated
 * again, so that the part lasts until then, though nothing happens in it.
 *
 * From format 1.23 on, who waits is stated with the last stack it was seen with,
 * whose top says what for. A status has no room for the reason in Go's words, so
 * Go's profiles of blocking lack what began before the part. An open
 * stop-the-world is dropped whole: a trace cannot begin inside one. Sequence
 * numbers start anew; generations are the source's, numbered from 1. What a
 * part's first generation cannot hold again (statuses, Active events) is left
 * out. Not kept: the types of tasks that began before the part.
 *
 * A part may be of an older version than the source. What that has no word for
 * is said in others: a switch between coroutines in three events, a status
 * without its stack. Where there are none the cut is refused: goroutines that
 * are created blocked, and experiments. A trace before Go 1.22 becomes one of Go
 * 1.23, or 1.22; its reader is to give events as_v2.
 */
#ifndef GOTRACE_GOTRACE_CUT_H
#define GOTRACE_GOTRACE_CUT_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gt_cut_options {
	size_t size; /* sizeof(struct gt_cut_options); see gotrace.h */
	/* From and to, ns since the source's first event; to INT64_MAX: the end. */
	int64_t from_ns, to_ns;
	/* A new part begins after so many events of the source; 0: one part. */
	uint64_t events_per_part;

	/* Where part number (from 1) goes. 0 or -errno, with which all ends. */
	int (*open)(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx);
	/* The part is complete. */
	int (*close)(void *ctx, unsigned part);
	void *ctx;

	/* Minor of the parts' headers; 0: the source's, 23 if that is before 22. */
	unsigned version;
};

/*
 * Reads all of reader and writes its parts. 0; -ENODATA the trace ends before
 * from, or begins with to (no part was opened); -EPROTONOSUPPORT the version is
 * newer than the source; -ENOTSUP it has no words for what the source holds; what
 * open, close or a sink returned; or the reader's error: then the last part holds
 * what is before it, and is closed.
 */
int gt_cut(struct gt_reader *reader, const struct gt_cut_options *options);

#ifdef __cplusplus
}
#endif

#endif
