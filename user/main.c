// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The program: finds the command, has the rest of the line parsed, and hands
 * over. What a command does is in user/cli/cmd_*.c.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"

static int (*const commands[COMMAND_COUNT])(const struct config *config) = {
	[COMMAND_TRACE] = cmd_trace,	 [COMMAND_RECORD] = cmd_record,
	[COMMAND_CONVERT] = cmd_convert, [COMMAND_VALIDATE] = cmd_validate,
	[COMMAND_CUT] = cmd_cut,	 [COMMAND_DUMP] = cmd_dump,
	[COMMAND_UNDUMP] = cmd_undump,	 [COMMAND_FOOTPRINT] = cmd_footprint,
	[COMMAND_EVENTS] = cmd_events,	 [COMMAND_DOCTOR] = cmd_doctor,
	[COMMAND_HELP] = cmd_help,	 [COMMAND_REPORT] = cmd_report,
};

/* The line as it was given, for whoever reads the capture later; cut where text ends. */
static void join(char *text, size_t size, char **argv)
{
	size_t at = 0;

	text[0] = '\0';
	for (; *argv && at < size; argv++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", at ? " " : "", *argv);
}

/*
 * With one of them closed, a file of ours would take its number, and what is
 * said would go there. Read only: writing to a closed one stays an error.
 */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Help or a version that did not reach its reader (a full disk) is a failure. */
static int end_of_output(int status)
{
	if ((fflush(stdout) || ferror(stdout)) && status == CLI_DONE)
		return cli_fail("cannot write to standard output: %m");
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 && *argv[1] ? command_find(argv[1]) : NULL;
	int skip = command ? 2 : 1;
	struct diag diag = { "" };
	struct config config;
	char line[256];

	open_standard_files();
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like others */
	join(line, sizeof(line), argv);
	if (!command)
		command = command_find("");
	if (argc < 1 || options_parse(command, argc - skip, argv + skip, &config, &diag))
		return argc < 1 ? CLI_USAGE : cli_usage(command, diag.text);
	if (config.help) {
		options_print_help(stdout, command);
		return end_of_output(CLI_DONE);
	}
	if (config.show_version) {
		puts("gotrace-bpf " GOTRACE_VERSION);
		return end_of_output(CLI_DONE);
	}
	config.line = line;
	return end_of_output(commands[command->id](&config));
}
