// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

int cli_fail(const char *format, ...)
{
	va_list args;

	fputs("gotrace-bpf: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_FAILED;
}

int cli_usage(const struct command *command, const char *text)
{
	cli_fail("%s (see gotrace-bpf%s%s --help)", text, *command->name ? " " : "", command->name);
	return CLI_USAGE;
}

int cmd_help(const struct config *config)
{
	const char *name = config->arg_count ? config->args[0] : "";
	const struct command *command = command_find(name);

	if (!command) {
		cli_fail("there is no command '%.64s' (see gotrace-bpf --help)", name);
		return CLI_USAGE;
	}
	options_print_help(stdout, command);
	return CLI_DONE;
}
