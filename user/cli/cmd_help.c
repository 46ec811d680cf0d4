// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf help: the --help of a command. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "options/options.h"

static int run(const void *config)
{
	const struct command_line *line = config;
	const char *name = line->arg_count ? line->args[0] : "";
	const struct command *command = command_find(&command_list, name);

	if (!command) {
		cli_fail("there is no command '%.64s' (see gotrace-bpf --help)", name);
		return CLI_USAGE;
	}
	options_print_help(stdout, &command_list, command);
	return CLI_DONE;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "show help for a command",
	.text = "",
	.examples = "gotrace-bpf help convert                what convert does\n",
	.max_args = 1,
	.config_size = sizeof(struct command_line),
	.run = run,
};
