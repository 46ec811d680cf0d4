/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The bytes of a trace before Go 1.22 (v1): batches of Ps, and at the end what
 * belongs to the whole trace. Headers 1.19 and 1.21; the format is the same.
 *
 * It knows how an event is laid out and when a batch is full, and nothing of
 * what an event means: that is v1_tell.h. Memory: 64 KiB for each P with events.
 * Errors are the caller's: what the sink returned, or -ENOMEM.
 */
#ifndef GOTRACE_TRACE_WRITE_V1_OUT_H
#define GOTRACE_TRACE_WRITE_V1_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "gotrace/wire.h"
#include "trace/wire/encode.h"
#include "trace/wire/v1spec.h"

struct v1_batch_out {
	uint8_t *bytes; /* room for V1_OUT_BATCH */
	size_t size;
	uint64_t p;
	uint64_t first_ts, last_ts;
};

struct v1_out {
	gt_sink_fn sink;
	void *ctx;
	struct idmap ids; /* of Ps, to slots in batches */
	struct v1_batch_out *batches;
	size_t batches_cap;
	uint64_t bytes, events; /* so far */
};

/* Writes the header; sink and ctx are set, the rest is zeroed. 0 or -errno. */
int v1_out_begin(struct v1_out *out, unsigned version);
void v1_out_fini(struct v1_out *out);

/*
 * Appends an event to the batch of a P (GT_NO_ID: of none): its time, in ns and
 * not lower than the P's last one, and count more values. text: NULL, or what
 * stands behind them. 0 or -errno.
 */
int v1_out_event(struct v1_out *out, uint64_t p, uint64_t ts, unsigned type, const uint64_t *values,
		 unsigned count, const struct gt_text *text);

/* Writes what is left of all batches, and begins the last one, which is for what follows. */
int v1_out_end(struct v1_out *out);
int v1_out_string(struct v1_out *out, uint64_t id, const void *text, size_t size);
int v1_out_stack(struct v1_out *out, uint64_t id, const struct wire_frame *frames, unsigned count);
/* An event that has no time, with one value. */
int v1_out_fact(struct v1_out *out, unsigned type, uint64_t value);

#endif
