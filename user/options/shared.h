/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Options that several commands take: whom to capture, what the trace looks
 * like, how much is said. For each a struct, rows, and a check of what its
 * options say together.
 */
#ifndef GOTRACE_OPTIONS_SHARED_H
#define GOTRACE_OPTIONS_SHARED_H

#include <stdint.h>

#include "options/command.h"
#include "options/units.h"

/* A live capture. */
struct live_options {
	struct pid_list pids;
	struct pid_list tids; /* threads alone */
	bool children;
	const char *cgroup;
	uint64_t duration_ns;  /* 0: until it is stopped */
	uint64_t buffer_bytes; /* all rings together; 0: as much as is useful */
};
extern const struct option_row live_option_rows[];
/* has_child: there is a command after "--". Each check: 0, or -EINVAL with diag. */
int live_options_check(const struct live_options *options, bool has_child, struct diag *diag);

/* Which stacks a capture takes. */
enum stacks {
	STACKS_NONE,
	STACKS_KERNEL, /* where in the kernel a thread falls asleep */
};
struct stack_options {
	int stacks; /* enum stacks */
};
extern const struct option_row stack_option_rows[];

/* A trace that is made. */
struct trace_options {
	const char *output;
	int format;	/* enum pipeline_format */
	int mapping;	/* enum export_go_mapping */
	int version;	/* minor of the trace's header: 19, 21, 22, 23, 25, 26 */
	bool monotonic; /* CLOCK_MONOTONIC in the trace, not rebased */
	bool check;
	uint64_t from_ns, to_ns; /* since the capture's start; to_ns 0: to the end */
};
#define TRACE_VERSION_DEFAULT 23
#define TRACE_OPTIONS_DEFAULT                                                                      \
	{                                                                                          \
		.version = TRACE_VERSION_DEFAULT                                                   \
	}
extern const struct option_row trace_option_rows[];
int trace_options_check(const struct trace_options *options, struct diag *diag);

/* What is said, and to whom. */
struct talk_options {
	const char *stats;
	bool quiet;
	bool verbose;
};
extern const struct option_row talk_option_rows[];
/* output: of -o, or NULL. */
int talk_options_check(const struct talk_options *options, const char *output, struct diag *diag);

#endif
