// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf undump: text as dump shows it into a trace's bytes. */
#include <signal.h>

#include "cli/cli.h"
#include "cli/tracefile.h"
#include "output/output.h"
#include "trace/text/text.h"

static int undump(struct trace_file *file, struct output *output)
{
	struct gt_error error;

	if (gt_undump(trace_file_read, file, output_write, output, &error) ||
	    output_commit(output)) {
		if (*output_error(output))
			return cli_fail("%s", output_error(output));
		return cli_fail("%s: %s", file->name, error.text);
	}
	return CLI_DONE;
}

int cmd_undump(const struct config *config)
{
	struct output_diag diag;
	struct trace_file file;
	struct output *output;
	int status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	if (trace_file_open(&file, config->args[0]))
		return CLI_FAILED;
	if (trace_file_spare(&file, config->output)) {
		status = CLI_FAILED;
	} else if (output_open(&output, config->output, &diag)) {
		status = cli_fail("%s", diag.text);
	} else {
		status = undump(&file, output);
		if (status)
			output_discard(output);
		else
			output_close(output);
	}
	trace_file_close(&file);
	return status;
}
