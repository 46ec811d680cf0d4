/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The exporter of Perfetto traces: changes become the events of Linux's
 * tracepoints that Perfetto's own recorder would have written, so that its
 * viewer and its queries show thread states, wakers, syscalls and processes.
 *
 * It decides nothing about what happened and repairs nothing: the tracker has.
 * Bytes go to a sink as whole packets, about once a second of trace and
 * earlier where there are many, so that what is written so far is always a
 * trace. docs/perfetto.md says what is written for what.
 *
 * Memory: a bundle for each CPU that something happens on (100 to 200 KiB),
 * 48 bytes for each thread that is alive.
 */
#ifndef GOTRACE_EXPORT_PERFETTO_PERFETTO_H
#define GOTRACE_EXPORT_PERFETTO_PERFETTO_H

#include <stddef.h>
#include <stdint.h>

#include "export/exporter.h"

#define EXPORT_PERFETTO_MAX_CPUS 1024 /* a reader of such traces refuses more */

struct export_perfetto_options {
	uint32_t cpus;	  /* possible */
	uint32_t arch;	  /* enum rec_arch */
	uint64_t mono_ns; /* CLOCK_MONOTONIC and CLOCK_REALTIME at one moment */
	uint64_t wall_ns;
	const char *release; /* uname -r, of at most 63 bytes; copied */
};

struct export_perfetto_stats {
	uint64_t switches;
	uint64_t wakeups;
	uint64_t syscalls; /* begun */
	uint64_t events;   /* all */
	uint64_t bytes;
};

/* Writes all of data or returns -errno. */
typedef int (*export_perfetto_sink)(void *ctx, const void *data, size_t size);

struct export_perfetto;

/* -EINVAL: more CPUs than Perfetto takes; -ENOMEM. */
int export_perfetto_new(struct export_perfetto **out, const struct export_perfetto_options *options,
			export_perfetto_sink sink, void *ctx);
void export_perfetto_free(struct export_perfetto *perfetto);

/* Itself as an exporter, for as long as it lives. */
struct exporter export_perfetto_exporter(struct export_perfetto *perfetto);

void export_perfetto_stats(const struct export_perfetto *perfetto,
			   struct export_perfetto_stats *out);

#endif
