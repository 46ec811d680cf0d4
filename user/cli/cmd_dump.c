// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf dump: a trace's bytes as text, in the order of the file. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tracefile.h"
#include "gotrace/text.h"

static int run(const void *config)
{
	const struct command_line *line = config;
	struct trace_file file;
	struct gt_error error;
	enum cli_exit status = CLI_DONE;

	if (trace_file_open(&file, line->args[0]))
		return CLI_FAILED;
	if (gt_dump(trace_file_read, &file, stdout_sink, NULL, &error) && !ferror(stdout))
		status = trace_file_fail(&file, &error);
	trace_file_close(&file);
	return status;
}

const struct command command_dump = {
	.name = "dump",
	.arguments = "FILE",
	.summary = "show a trace's bytes as text",
	.text = "The text form of Go's internal/trace/raw: a line for each event of the wire, in "
		"the order of the file, as 'go tool trace -d=wire' prints it. Nothing is checked "
		"but the form.",
	.examples =
		"gotrace-bpf dump gotrace.out                events as they stand in the file\n",
	.min_args = 1,
	.max_args = 1,
	.config_size = sizeof(struct command_line),
	.run = run,
};
