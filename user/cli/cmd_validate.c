// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf validate: are these traces complete and consistent? */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tracefile.h"

struct config {
	struct command_line line;
	bool like_go; /* judge exactly as Go's reader does */
};

static int run(const void *ctx)
{
	const struct config *config = ctx;
	const struct gt_reader_options options = { .like_go = config->like_go };
	enum cli_exit status = CLI_DONE;

	for (unsigned i = 0; i < config->line.arg_count; i++)
		if (trace_file_validate(config->line.args[i], &options))
			status = CLI_FAILED;
	return status;
}

static const struct option_row rows[] = {
	{ 0, "like-go", NULL, OPTION_FLAG, offsetof(struct config, like_go), LIKE_GO_HELP, NULL },
	{ .name = NULL },
};

const struct command command_validate = {
	.name = "validate",
	.arguments = "FILE...",
	.summary = "check that traces are complete and consistent",
	.text = "Reads each trace as strictly as Go's own reader. If one is broken it says what is "
		"wrong, at which byte, and what the states were. FILE can be - for standard input.",
	.examples = "gotrace-bpf validate gotrace.out          exit status 0: it is fine\n"
		    "cat a.out | gotrace-bpf validate -        from a pipe\n",
	.min_args = 1,
	.max_args = 1000000,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.run = run,
};
