/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace as text: its wire, and back; and the events that a reader gives.
 *
 * The wire's text is the form of Go's internal/trace/raw, a line for each event
 * in the order of the file. Nothing is checked but the form: neither batches'
 * sizes nor what may follow what. Unlike Go's, an event above its header's list
 * of types is shown, too. What a varint was padded with is lost.
 */
#ifndef GOTRACE_GOTRACE_TEXT_H
#define GOTRACE_GOTRACE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A trace in, text out. 0, or *error with the byte where it could not go on;
 * all before it is written. A last event that is cut off is not (-ENODATA).
 */
int gt_dump(gt_source_fn read, void *read_ctx, gt_sink_fn sink, void *sink_ctx,
	    struct gt_error *error);

/*
 * Text in, a trace out. A String or ExperimentalBatch without a data line is
 * empty. 0, or *error, whose text names the line; -EINVAL what is no such text.
 */
int gt_undump(gt_source_fn read, void *read_ctx, gt_sink_fn sink, void *sink_ctx,
	      struct gt_error *error);

/*
 * Bytes and counts by event type. bytes are those of the events in their
 * shortest form, without Go's padding, as Go counts them.
 */
struct gt_footprint {
	struct {
		uint64_t count, bytes;
	} types[256];
	uint64_t events;
	uint64_t file_bytes;
	unsigned version;
};
int gt_footprint(gt_source_fn read, void *read_ctx, struct gt_footprint *footprint,
		 struct gt_error *error);

/* Forms of events: of `go tool trace -d=parsed` (Go 1.26), or one JSON object a line. */
enum gt_form {
	GT_FORM_GO,
	GT_FORM_JSON
};

struct gt_print_options {
	size_t size; /* sizeof(struct gt_print_options); see gotrace.h */
	enum gt_form form;
	/* Seconds that local time is ahead of UTC at a time since 1970, in seconds; NULL: UTC. */
	long (*utc_offset)(int64_t sec);
};

/*
 * All events that the reader still has, as text. options may be NULL. 0; the
 * reader's error, after all that came before it; or the sink's; -ENOMEM.
 */
int gt_print(struct gt_reader *reader, const struct gt_print_options *options, gt_sink_fn sink,
	     void *ctx);

#ifdef __cplusplus
}
#endif

#endif
