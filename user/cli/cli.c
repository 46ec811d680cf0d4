// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output/output.h"

static void say(const char *format, va_list args)
{
	fputs("gotrace-bpf: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

enum cli_exit cli_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return CLI_FAILED;
}

enum cli_exit cli_fail_with(const struct diag *diag, int err, const char *what)
{
	if (diag_is_set(diag))
		return cli_fail("%s", diag->text);
	return cli_fail("%s: %s", what, strerror(-err));
}

void cli_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

enum cli_exit cli_usage(const struct command *command, const char *text)
{
	cli_fail("%s (see gotrace-bpf%s%s --help)", text, *command->name ? " " : "", command->name);
	return CLI_USAGE;
}

enum cli_exit cli_spare_input(const char *name, const struct stat *input, const char *output)
{
	if (!output || !output_would_replace(output, input))
		return CLI_DONE;
	return cli_fail("%s would take the place of %s, which is read: name another file", output,
			name);
}
