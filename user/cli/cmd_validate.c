// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf validate: are these traces complete and consistent? */
#include "cli/cli.h"
#include "cli/tracefile.h"

int cmd_validate(const struct config *config)
{
	const struct gt_reader_options options = { .like_go = config->like_go };
	int status = CLI_DONE;

	for (unsigned i = 0; i < config->arg_count; i++)
		if (trace_file_validate(config->args[i], &options))
			status = CLI_FAILED;
	return status;
}
