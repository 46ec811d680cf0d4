// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf events: a trace's events in their consistent order, as text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/tracefile.h"
#include "trace/text/print.h"

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

int cmd_events(const struct config *config)
{
	const struct gt_reader_options options = { .like_go = config->like_go };
	struct out *out = malloc(sizeof(*out));
	struct gt_reader *reader;
	struct trace_file file;
	int status = CLI_FAILED;

	if (!out)
		return cli_fail("%s", strerror(ENOMEM));
	out_init(out, stdout_sink, NULL);
	if (!trace_file_open(&file, config->args[0])) {
		if (!trace_file_reader(&file, &options, &reader)) {
			status = print_all(&file, reader, out, config->json);
			gt_reader_free(reader);
		}
		trace_file_close(&file);
	}
	free(out);
	return status;
}
