// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/commands.h"

static const struct command *const commands[] = {
	&command_trace,	   &command_record,  &command_flight,	 &command_snap,	 &command_convert,
	&command_validate, &command_report,  &command_slices,	 &command_pprof, &command_dump,
	&command_undump,   &command_events,  &command_footprint, &command_cut,	 &command_repair,
	&command_fuse,	   &command_formats, &command_doctor,	 &command_help,
};

const struct command_list command_list = { commands, sizeof(commands) / sizeof(commands[0]) };
