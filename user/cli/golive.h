/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * --go URL: captures while a Go program traces itself, fetches its trace, and
 * makes of both a report, and one trace. The capture is on before the program
 * is asked and off when its trace has come.
 */
#ifndef GOTRACE_CLI_GOLIVE_H
#define GOTRACE_CLI_GOLIVE_H

#include "cli/cli.h"
#include "options/shared.h"

struct go_options {
	const char *url; /* NULL: no Go program is asked */
	const char *keep;
};
extern const struct option_row go_option_rows[];

/* What a command's config has for it. */
struct golive_config {
	const struct command_line *line;
	const struct live_options *live;
	const struct trace_options *trace;
	const struct talk_options *talk;
	const struct go_options *go;
};

/* Does the rest of the command line go with it? 0, or -EINVAL with diag. */
int golive_check(const struct golive_config *config, struct diag *diag);
enum cli_exit golive_run(const struct golive_config *config);

#endif
