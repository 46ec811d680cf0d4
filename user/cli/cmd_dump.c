// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf dump: a trace's bytes as text, in the order of the file. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/tracefile.h"
#include "trace/text/text.h"

int cmd_dump(const struct config *config)
{
	struct trace_file file;
	struct gt_error error;
	int status = CLI_DONE;

	if (trace_file_open(&file, config->args[0]))
		return CLI_FAILED;
	if (gt_dump(trace_file_read, &file, stdout_sink, NULL, &error) && !ferror(stdout))
		status = trace_file_fail(&file, &error);
	trace_file_close(&file);
	return status;
}
