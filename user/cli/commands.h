/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The list of all commands. Each stands in its own cmd_*.c with its words, its
 * options and what it does; a new one gets a line here and in commands.c.
 */
#ifndef GOTRACE_CLI_COMMANDS_H
#define GOTRACE_CLI_COMMANDS_H

#include "options/command.h"

extern const struct command command_trace, command_record, command_flight, command_snap,
	command_convert, command_validate, command_report, command_slices, command_pprof,
	command_dump, command_undump, command_events, command_footprint, command_cut,
	command_repair, command_fuse, command_formats, command_doctor, command_help;

/* In the order in which they are listed. */
extern const struct command_list command_list;

#endif
