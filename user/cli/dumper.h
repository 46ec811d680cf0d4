/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Writes a dump in a process of its own. It is forked with all that the recorder
 * holds, as it is at that moment, so recording goes on at once and in the same
 * memory: what is overwritten meanwhile exists twice, and nothing more. One at a
 * time. What the process does cannot harm the recorder: its end, however it
 * comes, is a result.
 */
#ifndef GOTRACE_CLI_DUMPER_H
#define GOTRACE_CLI_DUMPER_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/diag.h"
#include "export/mark.h"
#include "flight/flight.h"
#include "options/shared.h"

struct dumper_job {
	const struct flight *flight;
	const struct trace_options *trace;
	bool raw; /* a raw capture, not a trace */
	const char *path;
	struct flight_moment moment;
	struct export_mark mark;
};

struct dumper_result {
	int err;		/* 0: the file is whole, under its name */
	uint64_t records, lost; /* of a trace */
	uint64_t events, bytes;
	uint64_t begin_ns, end_ns; /* CLOCK_MONOTONIC */
	struct diag diag;	   /* why not, if not */
};

/* Zeroed: idle. */
struct dumper {
	pid_t pid; /* 0: none */
	int fd;	   /* its result comes here */
	char path[PATH_MAX];
};

/* The dumper is idle. 0, or -errno of a fork. */
int dumper_start(struct dumper *dumper, const struct dumper_job *job);
/* false: it is idle, or not done yet. wait: not before it is done. */
bool dumper_poll(struct dumper *dumper, bool wait, struct dumper_result *result);
static inline bool dumper_is_busy(const struct dumper *dumper)
{
	return dumper->pid != 0;
}

#endif
