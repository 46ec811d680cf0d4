/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A tracker and an exporter of Go traces behind it, for tests that feed them
 * by hand. What the tracker tells is held against the contract of change.h on
 * its way: the first breach stays in breach.
 */
#ifndef GOTRACE_TESTS_LIB_GORIG_H
#define GOTRACE_TESTS_LIB_GORIG_H

#include "changecheck.h"
#include "export/go/go.h"
#include "export/perfetto/perfetto.h"
#include "gotrace/writer.h"
#include "track/track.h"

struct gorig_options {
	struct track_options track;
	bool perfetto; /* another exporter, in the Go one's place */
	enum export_go_mapping mapping;
	int version;
	uint64_t time_base_ns;
	uint64_t generation_ns, generation_bytes; /* 0: never a new one */
};

struct gorig {
	struct gt_writer *writer;
	struct gt_statuses *sched;
	struct export_go *go;
	struct export_perfetto *perfetto;
	struct track *track;
	struct exporter exporter;
	struct changecheck check;
};

/* 0 or -errno; either way gorig_fini() frees. */
int gorig_init(struct gorig *rig, const struct gorig_options *options, gt_sink_fn sink, void *ctx);
void gorig_fini(struct gorig *rig);
/* Ends the capture and the trace. 0, -errno; -EPROTO: the contract was broken. */
int gorig_finish(struct gorig *rig, uint64_t end_ns);

#endif
