/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* report --why: the critical path of one thread, of a raw capture or a trace. */
#ifndef GOTRACE_CLI_WHYREPORT_H
#define GOTRACE_CLI_WHYREPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "options/command.h"

struct why_options {
	bool on;
	const char *thread;
	struct counted slowest;
};

extern const struct option_row why_option_rows[];

/* What else was asked for, of all of report's options. */
struct why_report {
	const struct why_options *options;
	const char *file;
	uint64_t from_ns, to_ns; /* 0: not given */
	uint64_t rows;		 /* 0: as many as are useful */
	bool json;
};

int why_options_check(const struct why_options *options, struct diag *diag);
enum cli_exit why_report(const struct why_report *report);

#endif
