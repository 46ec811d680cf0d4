// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/quantity.h"

#define NAME_WIDTH 16

struct time_text {
	char text[16];
};

static struct time_text time_of(uint64_t ns)
{
	struct time_text time;

	quantity_format_time(time.text, sizeof(time.text), ns);
	return time;
}

static __attribute__((format(printf, 2, 3))) void print(struct out *out, const char *format, ...)
{
	char line[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	out_bytes(out, line, size < (int)sizeof(line) ? (size_t)size : sizeof(line) - 1);
}

/* A name, up to a column's width. */
static void print_name(const struct report *report, uint32_t id, struct out *out)
{
	struct gt_text text = report_text(report, id);
	int size = text.size < NAME_WIDTH ? (int)text.size : NAME_WIDTH;

	print(out, "%-*.*s", NAME_WIDTH, size, text.data);
}

static void print_threads(const struct report *report, size_t most, struct out *out)
{
	size_t count;
	const struct report_thread *rows = report_threads(report, &count);

	print(out, "\n%-16s %7s %9s %9s %9s %9s %9s %9s\n", "NAME", "THREADS", "RUNNING", "SYSCALL",
	      "WAITING", "LONGEST", "AT", "BLOCKED");
	for (size_t i = 0; i < count && i < most; i++) {
		const struct report_thread *row = &rows[i];

		print_name(report, row->name, out);
		print(out, " %7u %9s %9s %9s %9s %9s %9s\n", row->threads,
		      time_of(row->running).text, time_of(row->in_syscall).text,
		      time_of(row->waiting).text, time_of(row->longest_wait).text,
		      time_of(row->longest_from).text, time_of(row->blocked).text);
	}
	if (count > most)
		print(out, "and %zu more names\n", count - most);
}

static void print_pair(const struct report *report, const struct report_pair *row,
		       const char *nobody, struct out *out)
{
	struct gt_text what = report_text(report, row->what);

	print(out, "%9s %9" PRIu64 " %9s %9s  ", time_of(row->ns).text, row->times,
	      time_of(row->longest).text, time_of(row->longest_from).text);
	print_name(report, row->who, out);
	out_char(out, ' ');
	if (row->what)
		out_bytes(out, what.data, what.size);
	else
		out_str(out, nobody);
	out_char(out, '\n');
}

static void print_pairs(const struct report *report, const struct report_pair *rows, size_t count,
			size_t most, const char *nobody, struct out *out)
{
	for (size_t i = 0; i < count && i < most; i++)
		print_pair(report, &rows[i], nobody, out);
	if (count > most)
		print(out, "and %zu more\n", count - most);
}

void report_print(const struct report *report, const char *name, size_t most, struct out *out)
{
	const struct report_pair *rows;
	size_t count;

	out_str(out, name);
	print(out, ": %s, %zu CPUs\n", time_of(report_duration(report)).text, report_cpus(report));
	print_threads(report, most, out);
	print(out, "\n%9s %9s %9s %9s  %-16s %s\n", "WAITING", "TIMES", "LONGEST", "AT", "NAME",
	      "WHO RAN THERE MEANWHILE");
	rows = report_waits(report, &count);
	print_pairs(report, rows, count, most, "(nobody in the trace)", out);
	/* If most of the waiting is not explained: what would. */
	if (report_waits_for_nobody(report))
		out_str(out, "Nobody: it was idle, or ran what is not traced. A capture of the "
			     "whole machine\n"
			     "(without -p, --cgroup, --) tells which.\n");
	print(out, "\n%9s %9s %9s %9s  %-16s %s\n", "BLOCKED", "TIMES", "LONGEST", "AT", "NAME",
	      "IN");
	rows = report_sleeps(report, &count);
	print_pairs(report, rows, count, most, "(unknown)", out);
}
