// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The program: finds the command, has the rest of the line parsed, and hands
 * over. What a command does is in user/cli/cmd_*.c.
 */
#include <stdio.h>

#include "cli/cli.h"

static int run(enum command_id id, const struct config *config)
{
	switch (id) {
	case COMMAND_DOCTOR:
		return cmd_doctor(config);
	case COMMAND_HELP:
		return cmd_help(config);
	case COMMAND_VALIDATE:
		return cmd_validate(config);
	case COMMAND_EVENTS:
		return cmd_events(config);
	default:
		return cli_fail("this command is not there yet");
	}
}

/* Help or a version that did not reach its reader (a full disk) is a failure. */
static int end_of_output(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return cli_fail("cannot write to standard output: %m");
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 && *argv[1] ? command_find(argv[1]) : NULL;
	int skip = command ? 2 : 1;
	struct option_error error;
	struct config config;

	if (!command)
		command = command_find("");
	if (argc < 1 || options_parse(command, argc - skip, argv + skip, &config, &error))
		return argc < 1 ? CLI_USAGE : cli_usage(command, error.text);
	if (config.help) {
		options_print_help(stdout, command);
		return end_of_output(CLI_DONE);
	}
	if (config.show_version) {
		puts("gotrace-bpf " GOTRACE_VERSION);
		return end_of_output(CLI_DONE);
	}
	return end_of_output(run(command->id, &config));
}
