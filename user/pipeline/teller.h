/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who is told what happened: the exporter of the format that was asked for,
 * with what it needs (a Go trace's writer, say) and how it is finished. It is
 * the one place that knows all exporters by name.
 */
#ifndef GOTRACE_PIPELINE_TELLER_H
#define GOTRACE_PIPELINE_TELLER_H

#include "pipeline/pipeline.h"
#include "symbols/symbols.h"

struct teller;

/*
 * base_ns: CLOCK_MONOTONIC at the trace's origin, for formats that have one.
 * -EINVAL: an option makes no sense; -ENOMEM. The sink may fail late: its
 * errors are kept by the caller.
 */
int teller_new(struct teller **out, const struct pipeline_options *options,
	       const struct stream_info *info, uint64_t base_ns, gt_sink_fn sink, void *ctx);
void teller_free(struct teller *teller);

/* Names of addresses in stacks; borrowed for good. */
void teller_set_symbols(struct teller *teller, const struct symbols *symbols);

struct exporter teller_exporter(const struct teller *teller);
/* All was told; the trace is whole then. 0 or -errno. */
int teller_finish(struct teller *teller, uint64_t end_ns);
/* Fills in what only the format knows: events, bytes, refused. */
void teller_stats(const struct teller *teller, struct pipeline_stats *stats);

#endif
