/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Scenario files: records in, events out, in one text file whose name says
 * what it is about.
 *
 *   # What this shows.
 *   with cpus=2 scope=some            options, optional
 *   snapshot task=100#7 ...           the start snapshot (rectext.h)
 *   1000 cpu0 switch ...              records in the order the tracker gets them
 *   === sched                         what mapping sched makes of them
 *   994 M=100 ProcStatus ...          (tracetext.h)
 *   stats records=1                   what is not zero
 *   === go
 *
 * A skipped sequence number (cpu0+3) is a loss, told just before the record, at
 * the time of the one before; "1500 cpu0 lost 3" is one up to the capture's end.
 *
 * Options and their defaults: cpus=2, online=(cpus), scope=all|some (all),
 * told=[moves][,shares][,strangers] (none of them), arch=x86_64|arm64 (x86_64), version=23,
 * start=1000 (the snapshot's end), end=9000 (of the capture), base=0 (what trace times are less
 * by), generation=0 (its length in ns; 0 for never).
 *
 * Everything from the first "===" on is made by the program on demand.
 */
#ifndef GOTRACE_TESTS_LIB_SCENARIO_H
#define GOTRACE_TESTS_LIB_SCENARIO_H

#include <stddef.h>

#include "export/go/go.h"

struct scenario;

/* NULL and error[size] filled if the file cannot be read. */
struct scenario *scenario_load(const char *path, char *error, size_t size);
void scenario_free(struct scenario *scenario);

/* The part of the file that is given, and the part that is expected. */
const char *scenario_input(const struct scenario *scenario);
const char *scenario_expected(const struct scenario *scenario);

struct scenario_result {
	char *text; /* events and stats, one a line; the caller frees both */
	unsigned char *trace;
	size_t trace_size;
	uint64_t refused; /* events that were not legal */
};

/* 0, or -errno and error[size] filled. */
int scenario_run(const struct scenario *scenario, enum export_go_mapping mapping,
		 struct scenario_result *result, char *error, size_t size);
/* The same as a Perfetto trace; its text is perfettotext.h's. */
int scenario_run_perfetto(const struct scenario *scenario, struct scenario_result *result,
			  char *error, size_t size);
void scenario_result_free(struct scenario_result *result);

#endif
