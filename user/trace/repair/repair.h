/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Traces out of a file that is broken: all that a reader with a mender (mend.h)
 * takes, written anew as legal traces, and each thing left out is said.
 *
 * A fault of a state, or in the layout, costs what is left of its generation.
 * What comes after stands alone, since a generation states all it needs: it
 * becomes a part of its own, as does another trace that stands behind in the
 * file. It guesses no states and judges nothing: that is the reader's, and what
 * is written is a cut's (cut.h).
 */
#ifndef GOTRACE_TRACE_REPAIR_REPAIR_H
#define GOTRACE_TRACE_REPAIR_REPAIR_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"

enum repair_kind {
	REPAIR_EVENT, /* left out; fault says which and why */
	REPAIR_ID,    /* taken out of an event or a frame; the same */
	REPAIR_BATCH, /* what was left of a batch of strings, stacks or samples; the same */
	REPAIR_REST,  /* what was left of a generation; fault is what ended it */
	REPAIR_BYTES, /* from and to: no trace is there */
	REPAIR_PART,  /* what follows, from that byte on, is a part of its own */
	REPAIR_TRACE, /* the same: a header stands there */
};

struct repair_note {
	enum repair_kind kind;
	struct gt_error fault;
	uint64_t from, to; /* bytes of the file */
};

struct repair_options {
	/* As those of a cut: where part number (from 1) goes, and that it is complete. */
	int (*open)(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx);
	int (*close)(void *ctx, unsigned part);
	void (*say)(void *ctx, const struct repair_note *note);
	void *ctx;
};

/*
 * 0; -ENODATA nothing is left (no part was opened); -EPROTONOSUPPORT a trace
 * before Go 1.22, which is not looked into; -ENOMEM; or what open, close or a
 * sink returned.
 */
int repair_run(const void *data, size_t size, const struct repair_options *options);

#endif
