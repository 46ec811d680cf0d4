/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What commands share at the program's edge: exit statuses and the one way to
 * report a failure. Only what stands in user/cli and user/main.c prints; what
 * prints returns an exit status, everything else 0 or -errno.
 */
#ifndef GOTRACE_CLI_CLI_H
#define GOTRACE_CLI_CLI_H

#include <sys/stat.h>

#include "base/diag.h"
#include "options/command.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
};

/* Says on stderr what failed and what to do, one line, no full stop needed. CLI_FAILED. */
enum cli_exit cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says what stands in diag; if nothing does, that `what` failed because of err. CLI_FAILED. */
enum cli_exit cli_fail_with(const struct diag *diag, int err, const char *what);
/* Says something on stderr that is no failure. */
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same as cli_fail for a wrong command line; names --help. CLI_USAGE. */
enum cli_exit cli_usage(const struct command *command, const char *text);

/*
 * What is written must not take the place of what it is made of. output may
 * be NULL. CLI_DONE, or said that it would and CLI_FAILED.
 */
enum cli_exit cli_spare_input(const char *name, const struct stat *input, const char *output);

#endif
