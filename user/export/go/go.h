/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The exporter of Go traces: what the kernel's scheduler did, in Go's words. A
 * thread is a goroutine on an M of its own, a CPU a P.
 *
 * Changes go in, calls of the scheduler view (gotrace/writer.h) come out. What is
 * told of a change is a table (steps.h), for two mappings. It decides nothing
 * about what happened, repairs nothing and counts nothing: the tracker has.
 */
#ifndef GOTRACE_EXPORT_GO_GO_H
#define GOTRACE_EXPORT_GO_GO_H

#include <stdint.h>

#include "export/exporter.h"
#include "export/mark.h"
#include "gotrace/writer.h"
#include "symbols/symbols.h"

enum export_go_mapping {
	EXPORT_GO_SCHED,   /* what the scheduler did: the default */
	EXPORT_GO_RUNTIME, /* a blocking syscall as Go's runtime shows it */
};

struct export_go_options {
	enum export_go_mapping mapping;
	int version;   /* of the trace: 22, 23, 25, 26 */
	uint32_t cpus; /* possible */
	uint32_t arch; /* enum rec_arch */
	/* trace time = CLOCK_MONOTONIC - time_base_ns; so the origin is small */
	uint64_t time_base_ns;
	/* A log event on its thread when that next runs; on any if that is not soon. NULL: none. */
	const struct export_mark *mark;
};

struct export_go;

/* -ENOMEM. Writer and sched are borrowed; to finish the writer is the caller's. */
int export_go_new(struct export_go **out, const struct export_go_options *options,
		  struct gt_writer *writer, struct gt_statuses *sched);
void export_go_free(struct export_go *go);

/* What frames are called that CHANGE_STACK tells of. Borrowed; NULL: nothing is known. */
void export_go_set_symbols(struct export_go *go, const struct symbols *symbols);

/* Itself as an exporter, for as long as it lives. */
struct exporter export_go_exporter(struct export_go *go);

#endif
