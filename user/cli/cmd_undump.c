// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf undump: text as dump shows it into a trace's bytes. */
#include <errno.h>
#include <signal.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tracefile.h"
#include "output/output.h"
#include "gotrace/text.h"

struct config {
	struct command_line line;
	const char *output;
};

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

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct trace_file file;
	enum cli_exit status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	if (trace_file_open(&file, config->line.args[0]))
		return CLI_FAILED;
	status = trace_file_spare(&file, config->output);
	if (status == CLI_DONE)
		status = write_trace(&file, config->output);
	trace_file_close(&file);
	return status;
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;

	return config->output ? 0 : diag_set(diag, -EINVAL, "undump needs -o FILE");
}

static const struct option_row rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, offsetof(struct config, output),
	  "where the trace goes (needed); until it is whole it is FILE.part", NULL },
	{ .name = NULL },
};

const struct command command_undump = {
	.name = "undump",
	.arguments = "TEXT",
	.summary = "make a trace's bytes from what dump has shown",
	.text = "",
	.examples = "gotrace-bpf undump trace.txt -o trace.out   text back into bytes\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.check = check,
	.run = run,
};
