// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf undump: text as dump shows it into a trace's bytes. */
#include <signal.h>

#include "cli/cli.h"
#include "cli/tracefile.h"
#include "output/output.h"
#include "trace/text/text.h"

static enum cli_exit undump(struct trace_file *file, struct output *output, const struct diag *diag)
{
	struct gt_error error = { .text = "" };
	int err = gt_undump(trace_file_read, file, output_write, output, &error);

	if (!err)
		err = output_commit(output);
	if (!err)
		return CLI_DONE;
	return diag_is_set(diag) ? cli_fail("%s", diag->text)
				 : cli_fail("%s: %s", file->name, error.text);
}

/* Into a file, which goes if nothing comes of it. */
static enum cli_exit write_trace(struct trace_file *file, const char *path)
{
	struct diag diag = { "" };
	struct output *output;
	enum cli_exit status;
	int err = output_open(&output, path, &diag);

	if (err)
		return cli_fail_with(&diag, err, path);
	status = undump(file, output, &diag);
	if (status == CLI_DONE)
		output_close(output);
	else
		output_discard(output);
	return status;
}

int cmd_undump(const struct config *config)
{
	struct trace_file file;
	enum cli_exit status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	if (trace_file_open(&file, config->args[0]))
		return CLI_FAILED;
	status = trace_file_spare(&file, config->output);
	if (status == CLI_DONE)
		status = write_trace(&file, config->output);
	trace_file_close(&file);
	return status;
}
