// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "options/shared.h"

#include <errno.h>
#include <string.h>

static const int formats[] = { 0, 1 }; /* enum pipeline_format */
static const int stacks[] = { STACKS_KERNEL };
static const int versions[] = { 19, 21, 22, 23, 25, 26 };
static const int mappings[] = { 0, 1 }; /* enum export_go_mapping */

/* clang-format off */
#define MEMBER(name) offsetof(struct live_options, name)
const struct option_row live_option_rows[] = {
	{ 'p', "pid", "PID[,PID]", OPTION_PIDS, MEMBER(pids),
	  "trace these processes: all their threads, those born later too", NULL },
	{ 0, "tid", "TID[,TID]", OPTION_PIDS, MEMBER(tids),
	  "trace these threads alone, none that they start", NULL },
	{ 0, "children", NULL, OPTION_FLAG, MEMBER(children),
	  "with -p: the processes that descend from them too, now and later; with --tid: what those "
	  "threads start from now on, threads and processes", NULL },
	{ 0, "cgroup", "PATH", OPTION_STRING, MEMBER(cgroup),
	  "trace a cgroup and those below it: a path (v2, or of a v1 controller: cpu, freezer), or a "
	  "name below where cgroups are mounted",
	  NULL },
	{ 'd', "duration", "TIME", OPTION_DURATION, MEMBER(duration_ns),
	  "stop after this long: 5s (or 5), 200ms, 1m", NULL },
	{ 0, "buffer", "SIZE", OPTION_SIZE, MEMBER(buffer_bytes),
	  "memory for records not yet read, all CPUs together: 64M, 1G (16M for each CPU)", NULL },
	{ .name = NULL },
};
#undef MEMBER

#define MEMBER(name) offsetof(struct stack_options, name)
const struct option_row stack_option_rows[] = {
	{ 0, "stacks", "kernel", OPTION_CHOICE, MEMBER(stacks),
	  "where in the kernel each sleep begins, as frames: costs half a microsecond a sleep",
	  stacks },
	{ .name = NULL },
};
#undef MEMBER

#define MEMBER(name) offsetof(struct trace_options, name)
const struct option_row trace_option_rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output),
	  "where the trace goes (gotrace.out, gotrace.pftrace); until it is whole it is FILE.part",
	  NULL },
	{ 0, "to", "go|perfetto", OPTION_CHOICE, MEMBER(format),
	  "what to make: an execution trace of Go's (go), or a trace for ui.perfetto.dev (perfetto)",
	  formats },
	{ 0, "mapping", "sched|go", OPTION_CHOICE, MEMBER(mapping),
	  "what a thread asleep in a syscall looks like: blocked, as the scheduler sees it (sched),"
	  " or in the syscall without a CPU, as Go's runtime shows it (go)", mappings },
	{ 0, "trace-version", "1.19|1.21|1.22|1.23|1.25|1.26", OPTION_CHOICE,
	  MEMBER(version),
	  "format of the trace (1.23, which Go 1.23 and everything newer reads); 1.19 and 1.21 are one "
	  "format, with --mapping sched only, and readable when it is whole", versions },
	{ 0, "clock", "rebased|monotonic", OPTION_CHOICE_FLAG, MEMBER(monotonic),
	  "times in the trace: from its start (rebased), or as CLOCK_MONOTONIC says", NULL },
	{ 0, "check", NULL, OPTION_FLAG, MEMBER(check),
	  "read the finished trace back as Go's reader would, and fail if it is refused", NULL },
	{ .name = NULL },
};
#undef MEMBER

#define MEMBER(name) offsetof(struct talk_options, name)
const struct option_row talk_option_rows[] = {
	{ 0, "stats", "FILE", OPTION_STRING, MEMBER(stats),
	  "write the numbers of the summary as JSON", NULL },
	{ 'q', "quiet", NULL, OPTION_FLAG, MEMBER(quiet),
	  "say nothing but errors", NULL },
	{ 'v', "verbose", NULL, OPTION_FLAG, MEMBER(verbose),
	  "say more about what is done", NULL },
	{ .name = NULL },
};
#undef MEMBER
/* clang-format on */

int live_options_check(const struct live_options *options, bool has_child, struct diag *diag)
{
	unsigned scopes =
		!!options->pids.count + !!options->tids.count + !!options->cgroup + has_child;

	if (scopes > 1)
		return diag_set(
			diag, -EINVAL,
			"-p, --tid, --cgroup and -- COMMAND are different scopes: give one");
	if (options->children && !options->pids.count && !options->tids.count)
		return diag_set(diag, -EINVAL, "--children goes with -p or --tid");
	return 0;
}

int trace_options_check(const struct trace_options *options, struct diag *diag)
{
	if (options->version < 22 && options->mapping)
		return diag_set(
			diag, -EINVAL,
			"--mapping go needs --trace-version 1.22 or newer: before, a trace could "
			"not say that a syscall goes on without a CPU");
	if (!options->format)
		return 0;
	if (options->mapping || options->version != TRACE_VERSION_DEFAULT)
		return diag_set(diag, -EINVAL, "--mapping and --trace-version are of Go traces");
	if (options->check)
		return diag_set(diag, -EINVAL, "--check reads Go traces");
	return 0;
}

int talk_options_check(const struct talk_options *options, const char *output, struct diag *diag)
{
	if (options->stats && output && !strcmp(options->stats, output))
		return diag_set(diag, -EINVAL, "-o and --stats name the same file: give two");
	if (options->quiet && options->verbose)
		return diag_set(diag, -EINVAL, "-q and -v contradict each other: give one");
	return 0;
}
