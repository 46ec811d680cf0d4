// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf events: a trace's events in their consistent order, as text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tracefile.h"
#include "trace/text/print.h"

struct config {
	struct command_line line;
	bool json;
	bool like_go;
};

static long local_offset(int64_t sec)
{
	struct tm tm;
	time_t time = (time_t)sec;

	return localtime_r(&time, &tm) ? tm.tm_gmtoff : 0;
}

static enum cli_exit print_all(struct trace_file *file, struct gt_reader *reader, struct out *out,
			       bool json)
{
	const struct gt_event *event;
	int err;

	tzset();
	while (!(err = gt_reader_next(reader, &event)) && event && !out->err) {
		if (json)
			print_event_json(out, reader, event);
		else
			print_event_go(out, reader, event, local_offset);
	}
	if (out_flush(out))
		return cli_fail("cannot write to standard output: %s", strerror(-out->err));
	return err ? trace_file_fail(file, gt_reader_error(reader)) : CLI_DONE;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	const struct gt_reader_options options = { .like_go = config->like_go };
	struct out *out = malloc(sizeof(*out));
	struct gt_reader *reader;
	struct trace_file file;
	enum cli_exit status = CLI_FAILED;

	if (!out)
		return cli_fail("%s", strerror(ENOMEM));
	out_init(out, stdout_sink, NULL);
	if (!trace_file_open(&file, config->line.args[0])) {
		if (!trace_file_reader(&file, &options, &reader)) {
			status = print_all(&file, reader, out, config->json);
			gt_reader_free(reader);
		}
		trace_file_close(&file);
	}
	free(out);
	return status;
}

static const struct option_row rows[] = {
	{ 0, "like-go", NULL, OPTION_FLAG, offsetof(struct config, like_go), LIKE_GO_HELP, NULL },
	{ 0, "json", NULL, OPTION_FLAG, offsetof(struct config, json), "one JSON object a line",
	  NULL },
	{ .name = NULL },
};

const struct command command_events = {
	.name = "events",
	.arguments = "FILE",
	.summary = "show a trace's events in their consistent order",
	.text = "Prints what 'go tool trace -d=parsed' of Go 1.26 prints. If the trace is broken, "
		"what comes before the break is printed all the same, and the break is said.",
	.examples = "gotrace-bpf events gotrace.out              as Go's tool does\n"
		    "gotrace-bpf events --json gotrace.out       for other programs\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.run = run,
};
