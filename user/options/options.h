/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The command line: parsing, and --help, by the rows that commands have
 * (options/command.h). Nothing here acts on an option or looks at the machine;
 * what is wrong with a command line is put in words for the caller to print.
 */
#ifndef GOTRACE_OPTIONS_OPTIONS_H
#define GOTRACE_OPTIONS_OPTIONS_H

#include <stdio.h>

#include "base/diag.h"
#include "options/command.h"

/*
 * argv[0..argc): what follows the program's and the command's name. Fills
 * config[0..command->config_size), defaults included, and moves the arguments
 * that are no options to the front of argv (they keep their order). 0, or
 * -EINVAL with what is wrong in diag, and nothing in config that counts. An
 * option given twice counts as given last, but for lists. list is there for the names that
 * may have been meant.
 */
int options_parse(const struct command_list *list, const struct command *command, int argc,
		  char **argv, void *config, struct diag *diag);

/* The whole --help of a command; of the one without a name with a list of the others. */
void options_print_help(FILE *out, const struct command_list *list, const struct command *command);

#endif
