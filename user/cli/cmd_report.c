// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf report: the sums of a trace as tables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tracefile.h"
#include "options/units.h"
#include "report/report.h"

#define ROWS 15

struct config {
	struct command_line line;
	uint64_t rows; /* of each table; 0: as many as are useful */
};

struct time_text {
	char text[16];
};

static struct time_text time_of(uint64_t ns)
{
	struct time_text out;

	units_format_time(out.text, sizeof(out.text), ns);
	return out;
}

/* A name, up to width columns. */
static void print_name(const struct report *report, uint32_t id, int width)
{
	struct gt_text text = report_text(report, id);

	printf("%-*.*s", width, text.size < (size_t)width ? (int)text.size : width, text.data);
}

static void print_threads(const struct report *report, size_t most)
{
	size_t count;
	const struct report_thread *rows = report_threads(report, &count);

	printf("\n%-16s %7s %9s %9s %9s %9s %9s %9s\n", "NAME", "THREADS", "RUNNING", "SYSCALL",
	       "WAITING", "LONGEST", "AT", "BLOCKED");
	for (size_t i = 0; i < count && i < most; i++) {
		const struct report_thread *row = &rows[i];

		print_name(report, row->name, 16);
		printf(" %7u %9s %9s %9s %9s %9s %9s\n", row->threads, time_of(row->running).text,
		       time_of(row->in_syscall).text, time_of(row->waiting).text,
		       time_of(row->longest_wait).text, time_of(row->longest_from).text,
		       time_of(row->blocked).text);
	}
	if (count > most)
		printf("and %zu more names\n", count - most);
}

static void print_pairs(const struct report *report, const struct report_pair *rows, size_t count,
			size_t most, const char *nobody)
{
	for (size_t i = 0; i < count && i < most; i++) {
		const struct report_pair *row = &rows[i];

		printf("%9s %9" PRIu64 " %9s %9s  ", time_of(row->ns).text, row->times,
		       time_of(row->longest).text, time_of(row->longest_from).text);
		print_name(report, row->who, 16);
		if (row->what)
			printf(" %.*s\n", (int)report_text(report, row->what).size,
			       report_text(report, row->what).data);
		else
			printf(" %s\n", nobody);
	}
	if (count > most)
		printf("and %zu more\n", count - most);
}

/* If most of the waiting is not explained: what would. */
static void print_advice(const struct report *report, const struct report_pair *rows, size_t count)
{
	static const char nobody[] = "(nobody";
	struct gt_text text;

	if (!count)
		return;
	text = report_text(report, rows[0].what);
	if (rows[0].what == REPORT_NOBODY ||
	    (text.size >= strlen(nobody) && !memcmp(text.data, nobody, strlen(nobody))))
		puts("Nobody: it was idle, or ran what is not traced. A capture of the whole "
		     "machine\n"
		     "(without -p, --cgroup, --) tells which.");
}

static void print_all(const struct report *report, const char *name, size_t most)
{
	const struct report_pair *rows;
	size_t count;

	printf("%s: %s, %zu CPUs\n", name, time_of(report_duration(report)).text,
	       report_cpus(report));
	print_threads(report, most);
	printf("\n%9s %9s %9s %9s  %-16s %s\n", "WAITING", "TIMES", "LONGEST", "AT", "NAME",
	       "WHO RAN THERE MEANWHILE");
	rows = report_waits(report, &count);
	print_pairs(report, rows, count, most, "(nobody in the trace)");
	print_advice(report, rows, count);
	printf("\n%9s %9s %9s %9s  %-16s %s\n", "BLOCKED", "TIMES", "LONGEST", "AT", "NAME", "IN");
	rows = report_sleeps(report, &count);
	print_pairs(report, rows, count, most, "(unknown)");
}

/* All events up to the end or a break. CLI_DONE, or it was said why not. */
static enum cli_exit add_all(const struct trace_file *file, struct gt_reader *reader,
			     struct report *report)
{
	const struct gt_event *event;
	int err;

	while (!(err = gt_reader_next(reader, &event)) && event) {
		err = report_add(report, reader, event);
		if (err)
			return cli_fail("%s", strerror(-err));
	}
	return err ? trace_file_fail(file, gt_reader_error(reader)) : CLI_DONE;
}

static enum cli_exit report_file(struct trace_file *file, struct report *report, size_t most)
{
	struct gt_reader *reader;
	enum cli_exit status;
	int err;

	if (trace_file_reader(file, NULL, &reader))
		return CLI_FAILED;
	status = add_all(file, reader, report);
	gt_reader_free(reader);
	err = report_end(report);
	if (err)
		return cli_fail("%s", strerror(-err));
	if (status == CLI_DONE || report_duration(report)) /* what comes before a break */
		print_all(report, file->name, most);
	return status;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct report *report;
	struct trace_file file;
	enum cli_exit status = CLI_FAILED;
	int err = report_new(&report);

	if (err)
		return cli_fail("%s", strerror(-err));
	if (!trace_file_open(&file, config->line.args[0])) {
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
	.text = "Three tables, the largest sums first. Of each name: how long its threads ran, "
		"were in syscalls, waited for a CPU and slept; the longest wait, and at which time "
		"since the trace's start it began. Of each wait for a CPU: who ran meanwhile on "
		"the CPU it then got; in a trace of some processes others are nobody. Of each "
		"sleep: the syscall, or what else it was, and Go's word for the reason. 'cut "
		"--from --to' makes a trace of what is worth a closer look.",
	.examples = "gotrace-bpf report gotrace.out              what one wants to know first\n"
		    "gotrace-bpf report --rows 100 gotrace.out   more of it\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.run = run,
};
