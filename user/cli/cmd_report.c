// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf report: the sums of a trace, or of a raw capture, as tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/filekind.h"
#include "cli/tracefile.h"
#include "pipeline/pipeline.h"
#include "raw/raw.h"
#include "report/changes.h"
#include "report/events.h"
#include "report/text.h"

#define ROWS 15

struct config {
	struct command_line line;
	uint64_t rows; /* of each table; 0: as many as are useful */
};

static enum cli_exit fail(int err)
{
	return cli_fail("%s", strerror(-err));
}

/* ---- a trace ---- */

/* All events up to the end or a break. CLI_DONE, or it was said why not. */
static enum cli_exit add_all(const struct trace_file *file, struct gt_reader *reader,
			     struct report_events *events)
{
	const struct gt_event *event;
	int err;

	while (!(err = gt_reader_next(reader, &event)) && event) {
		err = report_events_add(events, reader, event);
		if (err)
			return fail(err);
	}
	return err ? trace_file_fail(file, gt_reader_error(reader)) : CLI_DONE;
}

static enum cli_exit take_trace(struct trace_file *file, struct report *report)
{
	struct report_events *events;
	struct gt_reader *reader;
	enum cli_exit status;
	int err;

	if (trace_file_reader(file, NULL, &reader))
		return CLI_FAILED;
	err = report_events_new(&events, report);
	if (err) {
		gt_reader_free(reader);
		return fail(err);
	}
	status = add_all(file, reader, events);
	gt_reader_free(reader);
	err = report_events_end(events);
	report_events_free(events);
	return err ? fail(err) : status;
}

/* ---- a raw capture ---- */

/* What is whole was taken; says what is not. */
static enum cli_exit say_stop(const struct trace_file *file, const struct raw_stop *stop)
{
	if (stop->err == -EBADMSG)
		return cli_fail("%s: %s; all that is whole is in the report", file->name,
				stop->diag.text);
	if (stop->err)
		cli_note("%s: %s; what there is is in the report", file->name, stop->diag.text);
	return CLI_DONE;
}

static int on_passed(void *ctx, uint64_t offset)
{
	struct trace_file *file = ctx;

	mapped_drop(&file->map, offset);
	return 0;
}

static enum cli_exit play(struct trace_file *file, struct raw_reader *reader,
			  const struct exporter *exporter)
{
	const struct pipeline_options options = { .exporter = exporter };
	struct pipeline *pipeline;
	struct pipeline_stats stats;
	struct stream stream;
	struct raw_stop stop;
	int err = pipeline_new(&pipeline, &options, NULL, NULL);

	if (err)
		return fail(err);
	stream = pipeline_stream(pipeline);
	err = raw_play(reader, &stream, on_passed, file, &stop);
	pipeline_stats(pipeline, &stats);
	pipeline_free(pipeline);
	if (err == -ENODATA || err == -EBADMSG)
		return cli_fail("%s: %s; there is nothing before it", file->name, stop.diag.text);
	if (err)
		return fail(err);
	if (stats.lost)
		cli_note("%s: %llu of %llu records were lost; what they told is missing",
			 file->name, (unsigned long long)stats.lost,
			 (unsigned long long)(stats.lost + stats.records));
	return say_stop(file, &stop);
}

static enum cli_exit take_capture(struct trace_file *file, struct report *report)
{
	struct diag diag = { "" };
	struct report_changes *changes;
	struct raw_reader *reader;
	struct exporter exporter;
	enum cli_exit status;
	int err = raw_reader_new(&reader, file->map.data, file->map.size, &diag);

	if (err)
		return cli_fail("%s: %s", file->name, diag.text);
	err = report_changes_new(&changes, report, raw_reader_info(reader)->arch);
	if (err) {
		raw_reader_free(reader);
		return fail(err);
	}
	exporter = report_changes_exporter(changes);
	status = play(file, reader, &exporter);
	report_changes_free(changes);
	raw_reader_free(reader);
	return status;
}

/* ---- either ---- */

static enum cli_exit report_file(struct trace_file *file, struct report *report, size_t most)
{
	static struct out out;
	enum cli_exit status;

	if (filekind_is_capture(file->map.data, file->map.size))
		status = take_capture(file, report);
	else
		status = take_trace(file, report);
	if (status == CLI_DONE || report_duration(report)) { /* what comes before a break */
		out_init(&out, stdout_sink, NULL);
		report_print(report, file->name, most, &out);
		if (out_flush(&out))
			return CLI_FAILED;
	}
	return status;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	enum cli_exit status = CLI_FAILED;
	struct trace_file file;
	struct report *report;
	int err = report_new(&report);

	if (err)
		return fail(err);
	if (!trace_file_open(&file, config->line.args[0])) {
		/* Which kind it is has to be seen before it is read. */
		status = trace_file_keep(&file);
		if (status == CLI_DONE)
			status = report_file(&file, report, config->rows ? config->rows : ROWS);
		trace_file_close(&file);
	}
	report_free(report);
	return status;
}

static const struct option_row rows[] = {
	{ 0, "rows", "N", OPTION_COUNT, offsetof(struct config, rows),
	  "so many rows of each table (15)", NULL },
	{ .name = NULL },
};

const struct command command_report = {
	.name = "report",
	.arguments = "FILE",
	.summary = "say who ran, who waited behind whom, and what was slept in",
	.text = "FILE is a trace, or a raw capture as it is. Three tables, the largest sums first. "
		"Of each name: how long its threads ran, "
		"were in syscalls, waited for a CPU and slept; the longest wait, and at which time "
		"since the trace's start it began. Of each wait for a CPU: who ran meanwhile on "
		"the CPU it then got; in a trace of some processes others are nobody. Of each "
		"sleep: the syscall, or what else it was, and Go's word for the reason. 'cut "
		"--from --to' makes a trace of what is worth a closer look.",
	.examples = "gotrace-bpf report gotrace.out              what one wants to know first\n"
		    "gotrace-bpf report cap.gtraw                the same of a raw capture\n"
		    "gotrace-bpf report --rows 100 gotrace.out   more of it\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.run = run,
};
