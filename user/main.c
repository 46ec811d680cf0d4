// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The program: finds the command, has the rest of the line parsed, and hands
 * over. What a command does is in user/cli/cmd_*.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "options/options.h"

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

/* The command's own part of the line. Returns the program's exit status. */
static int run(const struct command *command, int argc, char **argv, const char *text)
{
	struct command_line *line = malloc(command->config_size);
	struct diag diag = { "" };
	int status;

	if (!line)
		return cli_fail("%s", strerror(ENOMEM));
	if (options_parse(&command_list, command, argc, argv, line, &diag)) {
		status = cli_usage(command, diag.text);
	} else if (line->help) {
		options_print_help(stdout, &command_list, command);
		status = CLI_DONE;
	} else {
		line->text = text;
		status = command->run(line);
	}
	free(line);
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command =
		argc > 1 && *argv[1] ? command_find(&command_list, argv[1]) : NULL;
	int skip = command ? 2 : 1;
	char text[256];

	if (argc < 1)
		return CLI_USAGE;
	open_standard_files();
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like others */
	join(text, sizeof(text), argv);
	if (!command)
		command = command_find(&command_list, "");
	return end_of_output(run(command, argc - skip, argv + skip, text));
}
