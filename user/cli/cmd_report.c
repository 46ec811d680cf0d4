// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf report: the sums of a trace, or of a raw capture, as tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/captureplay.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/filekind.h"
#include "cli/fusereport.h"
#include "cli/tracefile.h"
#include "cli/whyreport.h"
#include "report/changes.h"
#include "report/events.h"
#include "report/diff_print.h"
#include "report/json.h"
#include "report/text.h"

#define ROWS 15
/* With --above there may be any number of them: the longest of these. */
#define SINGLES 10000

/* What rows are of: enum report_by, or a table of its own. */
enum by {
	BY_CPU = REPORT_BY_CGROUP + 1,
	BY_SYSCALL,
};

struct config {
	struct command_line line;
	uint64_t rows; /* of each table; 0: as many as are useful */
	int by;	       /* enum report_by or enum by */
	int sort;      /* enum sort_column */
	uint64_t from_ns, to_ns;
	uint64_t longest, above_ns;
	const char *filter;
	bool json;
	bool diff;
	struct why_options why;
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

static enum cli_exit play(struct trace_file *file, struct raw_reader *reader,
			  const struct exporter *exporter)
{
	struct pipeline_stats stats;
	struct raw_stop stop;
	int err = capture_play(file, reader, exporter, &stats, &stop);

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
	report_see_machine(report, raw_reader_info(reader)->cpus_online);
	if (raw_reader_info(reader)->scope == REC_SCOPE_SYSTEM)
		report_know(report, REPORT_KNOWS_IDLE);
	exporter = report_changes_exporter(changes);
	status = play(file, reader, &exporter);
	report_changes_free(changes);
	raw_reader_free(reader);
	return status;
}

/* ---- either ---- */

static enum cli_exit take(struct trace_file *file, struct report *report)
{
	if (filekind_is_capture(file->map.data, file->map.size))
		return take_capture(file, report);
	return take_trace(file, report);
}

static size_t rows_of(const struct config *config)
{
	return config->rows ? config->rows : config->json ? SIZE_MAX : ROWS;
}

/* What comes before a break is reported, too. */
static enum cli_exit say(const struct config *config, const struct report *report, const char *name)
{
	static struct out out;
	const struct report_view view = {
		.name = name,
		.most = config->rows   ? config->rows
			: config->json ? SIZE_MAX
				       : ROWS,
		.tables = config->by == BY_CPU	     ? REPORT_CPUS_ONLY
			  : config->by == BY_SYSCALL ? REPORT_CALLS_ONLY
						     : REPORT_ALL,
		.sort = config->sort,
	};
	int err;

	out_init(&out, stdout_sink, NULL);
	err = config->json ? report_print_json(report, &view, &out)
			   : report_print(report, &view, &out);
	if (err)
		return fail(err);
	return out_flush(&out) ? CLI_FAILED : CLI_DONE;
}

static int new_report(struct report **out, const struct config *config, const struct filter *filter)
{
	const struct report_options options = {
		.by = config->by < BY_CPU ? (enum report_by)config->by : REPORT_BY_NAME,
		.from = config->from_ns,
		.to = config->to_ns,
		.filter = filter->count ? filter : NULL,
		.longest = config->longest    ? config->longest
			   : config->above_ns ? SINGLES
					      : 0,
		.longest_ns = config->above_ns,
	};
	int err = report_new(out);

	if (err)
		return err;
	err = report_choose(*out, &options);
	if (err)
		report_free(*out);
	return err;
}

/* All of a file into a report. */
static enum cli_exit take_file(const char *name, struct report *report)
{
	enum cli_exit status = CLI_FAILED;
	struct trace_file file;

	if (trace_file_open(&file, name))
		return CLI_FAILED;
	/* Which kind it is has to be seen before it is read. */
	if (!trace_file_keep(&file))
		status = take(&file, report);
	trace_file_close(&file);
	return status;
}

static enum cli_exit report_one(const struct config *config, const struct filter *filter)
{
	enum cli_exit status, said = CLI_DONE;
	struct report *report;
	int err = new_report(&report, config, filter);

	if (err)
		return fail(err);
	status = take_file(config->line.args[0], report);
	if (status == CLI_DONE || report_duration(report))
		said = say(config, report, config->line.args[0]);
	report_free(report);
	return status == CLI_DONE ? said : status;
}

static enum cli_exit say_diff(const struct config *config, struct report *const reports[2])
{
	static struct out out;
	const struct diff_view view = { config->line.args[0], config->line.args[1],
					rows_of(config) };
	int err;

	out_init(&out, stdout_sink, NULL);
	err = config->json ? diff_print_json(reports[0], reports[1], &view, &out)
			   : diff_print(reports[0], reports[1], &view, &out);
	if (err)
		return fail(err);
	return out_flush(&out) ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit report_both(const struct config *config, const struct filter *filter)
{
	struct report *reports[2] = { NULL, NULL };
	enum cli_exit status = CLI_DONE;

	for (int i = 0; i < 2 && status == CLI_DONE; i++) {
		int err = new_report(&reports[i], config, filter);

		status = err ? fail(err) : take_file(config->line.args[i], reports[i]);
	}
	if (status == CLI_DONE)
		status = say_diff(config, reports);
	report_free(reports[0]);
	report_free(reports[1]);
	return status;
}

static enum cli_exit report_why(const struct config *config)
{
	const struct why_report report = {
		.options = &config->why,
		.file = config->line.args[0],
		.from_ns = config->from_ns,
		.to_ns = config->to_ns,
		.rows = config->rows,
		.json = config->json,
	};

	return why_report(&report);
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct filter filter = { .count = 0 };

	if (config->why.on)
		return report_why(config);
	if (config->filter)
		filter_parse(&filter, config->filter, NULL); /* as it was checked */
	if (config->diff)
		return report_both(config, &filter);
	if (config->line.arg_count > 1)
		return fuse_report(config->line.args[0], config->line.args[1], rows_of(config),
				   config->json);
	return report_one(config, &filter);
}

static int check_files(const struct config *config, struct diag *diag)
{
	if (!config->diff && config->line.arg_count > 1 &&
	    (config->filter || config->longest || config->above_ns || config->from_ns ||
	     config->to_ns || config->by != REPORT_BY_NAME))
		return diag_set(diag, -EINVAL,
				"of a Go program's own trace and a capture there are --rows and "
				"--json; other two files are compared with --diff");
	if (config->diff && config->line.arg_count < 2)
		return diag_set(diag, -EINVAL, "--diff needs two files");
	if (config->diff && config->by != REPORT_BY_NAME && config->by != REPORT_BY_CGROUP)
		return diag_set(diag, -EINVAL,
				"--diff compares names or cgroups: a number means another one in "
				"another file");
	if (config->diff && (config->longest || config->above_ns))
		return diag_set(diag, -EINVAL, "--diff goes without --longest and --above");
	return 0;
}

static int check_why(const struct config *config, struct diag *diag)
{
	if (config->why.on && config->line.arg_count > 1)
		return diag_set(diag, -EINVAL, "--why is of one file");
	if (config->why.on && (config->diff || config->by != REPORT_BY_NAME || config->filter ||
			       config->longest || config->above_ns || config->sort))
		return diag_set(
			diag, -EINVAL,
			"--why goes with --thread, --from, --to, --slowest, --rows and --json");
	return why_options_check(&config->why, diag);
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;
	struct diag wrong = { "" };
	struct filter filter;

	if (config->to_ns && config->from_ns >= config->to_ns)
		return diag_set(diag, -EINVAL, "--from is not before --to");
	if (config->filter && filter_parse(&filter, config->filter, &wrong))
		return diag_set(diag, -EINVAL, "--filter %s", wrong.text);
	if (check_why(config, diag))
		return -EINVAL;
	return check_files(config, diag);
}

static const int by_values[] = { REPORT_BY_NAME,   REPORT_BY_PROCESS,
				 REPORT_BY_THREAD, REPORT_BY_CGROUP,
				 BY_CPU,	   BY_SYSCALL };
static const int sort_values[] = { SORT_RUNNING, SORT_SYSCALL, SORT_WAITING, SORT_P99,
				   SORT_LONGEST, SORT_BLOCKED, SORT_THREADS, SORT_NAME };

#define MEMBER(name) offsetof(struct config, name)
static const struct option_row rows[] = {
	{ 0, "by", "name|process|thread|cgroup|cpu|syscall", OPTION_CHOICE, MEMBER(by),
	  "what a row is of (name); cpu and syscall: that table alone", by_values },
	{ 0, "sort", SORT_NAMES, OPTION_CHOICE, MEMBER(sort),
	  "the column that the first table is sorted by (running: on a CPU, in syscalls or not)",
	  sort_values },
	{ 0, "rows", "N", OPTION_COUNT, MEMBER(rows), "so many rows of each table (15)", NULL },
	{ 0, "from", "TIME", OPTION_TIME, MEMBER(from_ns),
	  "only what is from this time since the start on: 1500ms, 2s", NULL },
	{ 0, "to", "TIME", OPTION_DURATION, MEMBER(to_ns), "only what is before this time", NULL },
	{ 0, "filter", "CONDITION", OPTION_STRING, MEMBER(filter),
	  "only rows of these threads: comm~GLOB, cgroup~GLOB, tid=N, pid=N, or several", NULL },
	{ 0, "longest", "N", OPTION_COUNT, MEMBER(longest),
	  "also the N longest single waits for a CPU and times on one", NULL },
	{ 0, "above", "TIME", OPTION_DURATION, MEMBER(above_ns),
	  "also the single waits and times on a CPU that are as long as this", NULL },
	{ 0, "diff", NULL, OPTION_FLAG, MEMBER(diff),
	  "of two files: what is otherwise in the second one, per second, the largest change "
	  "first; noise: what as much as differs by chance",
	  NULL },
	{ 0, "json", NULL, OPTION_FLAG, MEMBER(json), "as one JSON object: docs/report.md", NULL },
	{ .name = NULL },
};

const struct command command_report = {
	.name = "report",
	.arguments = "FILE [FILE]",
	.summary = "say who ran, who waited behind whom, and what was slept in",
	.text = "FILE is a trace, or a raw capture as it is. Tables, the largest sums first. "
		"Of each name: how long its threads ran, were in syscalls, waited for a CPU and "
		"slept, and how long a wait was in 99 of 100 cases. Of each wait for a CPU: who "
		"ran meanwhile on the CPU it then got; in a trace of some processes others are "
		"nobody. Of each sleep: the syscall, or what else it was, and Go's word for the "
		"reason. Of a raw capture also syscalls with their errors, CPUs with the time in "
		"which one was idle though somebody waited, and who is scheduled otherwise than "
		"most. 'cut --from --to' makes a trace of what is worth a closer look. Two files, "
		"a "
		"Go program's own trace and a raw capture of it, in any order, are reported "
		"together: what the threads did while goroutines were running, in syscalls, "
		"runnable and waiting (docs/fusion.md).",
	.examples =
		"gotrace-bpf report gotrace.out              what one wants to know first\n"
		"gotrace-bpf report --by process cap.gtraw   a row a process, of a raw capture\n"
		"gotrace-bpf report --by syscall --filter 'comm~redis*' a.gtraw  what they call\n"
		"gotrace-bpf report --above 10ms --from 2s --to 3s a.gtraw       each long wait\n"
		"gotrace-bpf report --diff a.gtraw b.gtraw   what has changed\n"
		"gotrace-bpf report app.trace cap.gtraw      of both together\n"
		"gotrace-bpf report --why --slowest 3 fsync a.gtraw   why these took so long\n"
		"gotrace-bpf report --json gotrace.out       for a script\n",
	.min_args = 1,
	.max_args = 2,
	.groups = (const struct option_group[]){ { rows, 0 },
						 { why_option_rows, MEMBER(why) },
						 { NULL, 0 } },
	.config_size = sizeof(struct config),
	.check = check,
	.run = run,
};
