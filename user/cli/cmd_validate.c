// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf validate: are these traces complete and consistent? */
#include "cli/cli.h"
#include "cli/tracefile.h"

static int validate(const char *name, const struct gt_reader_options *options)
{
	const struct gt_event *event;
	struct gt_reader *reader;
	struct trace_file file;
	int err;

	if (trace_file_open(&file, name))
		return CLI_FAILED;
	err = trace_file_reader(&file, options, &reader);
	if (!err) {
		do
			err = gt_reader_next(reader, &event);
		while (!err && event);
		if (err)
			trace_file_fail(&file, gt_reader_error(reader));
		gt_reader_free(reader);
	}
	trace_file_close(&file);
	return err ? CLI_FAILED : CLI_DONE;
}

int cmd_validate(const struct config *config)
{
	const struct gt_reader_options options = { .like_go = config->like_go };
	int status = CLI_DONE;

	for (unsigned i = 0; i < config->arg_count; i++)
		if (validate(config->args[i], &options))
			status = CLI_FAILED;
	return status;
}
