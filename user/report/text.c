// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/quantity.h"
#include "syscalls/errors.h"

#define TAIL_WIDTH 23 /* what is left of 80 columns */
#define BAR_WIDTH 24

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

static void print_more(size_t count, size_t most, const char *what, struct out *out)
{
	if (count > most)
		print(out, "and %zu more%s\n", count - most, what);
}

static void print_text(const struct report *report, uint32_t id, size_t width, struct out *out)
{
	struct gt_text text = report_text(report, id);

	columns_write(out, text.data, text.size, width);
}

/* A thread's name has at most 15 bytes, but a function of a Go program may have any. */
static bool is_wide(const struct report *report)
{
	return report_options(report)->by == REPORT_BY_NAME && report_label_width(report) > 16;
}

static size_t label_width(const struct report *report)
{
	enum report_by by = report_options(report)->by;
	size_t least = by == REPORT_BY_NAME ? 16 : 23, widest = report_label_width(report);

	return widest > least && by != REPORT_BY_CGROUP ? widest : least;
}

/* What rows are called: a path is known by its end. */
static void print_label(const struct report *report, uint32_t id, struct out *out)
{
	enum report_by by = report_options(report)->by;
	size_t width = label_width(report);
	struct gt_text text = report_text(report, id);
	size_t used, size = text.size;

	if (by == REPORT_BY_CGROUP)
		size = columns_fit_end(text.data, text.size, width, &used);
	columns_write(out, text.data + text.size - size, size, width);
}

/* ---- threads ---- */

/* Without the longest wait there is room for a text behind them. */
static void print_times(const struct report_thread *row, bool longest, struct out *out)
{
	uint64_t p99 = row->spread ? spread_percentile(row->spread, 99) : 0;

	print(out, " %8s %8s %8s %8s", time_of(row->running).text, time_of(row->in_syscall).text,
	      time_of(row->waits.ns).text, time_of(p99).text);
	if (longest)
		print(out, " %8s", time_of(row->longest_wait).text);
	print(out, " %8s", time_of(report_blocked(row)).text);
}

/* "1234", and in its own namespace 7: "1234/7". */
static void print_pid(const struct report_who *who, struct out *out)
{
	char text[32] = "?";

	if (who->pid && who->ns_pid && who->ns_pid != who->pid)
		snprintf(text, sizeof(text), "%u/%u", who->pid, who->ns_pid);
	else if (who->pid)
		snprintf(text, sizeof(text), "%u", who->pid);
	print(out, "%-10s", text);
}

static void print_tail(const struct report *report, uint32_t id, size_t room, struct out *out)
{
	struct gt_text text = report_text(report, id);
	size_t used, size = columns_fit(text.data, text.size, room, &used);

	out_bytes(out, text.data, size);
}

/* As ps does it: without a command line the name in brackets. */
static void print_command(const struct report *report, const struct report_thread *row,
			  struct out *out)
{
	if (row->who.command) {
		print_tail(report, row->who.command, TAIL_WIDTH, out);
		return;
	}
	out_char(out, '[');
	print_tail(report, row->who.process ? row->who.process : row->name, TAIL_WIDTH - 2, out);
	out_char(out, ']');
}

static void print_thread(const struct report *report, const struct report_thread *row,
			 struct out *out)
{
	enum report_by by = report_options(report)->by;
	char moves[16];

	if (by == REPORT_BY_NAME && !is_wide(report)) {
		print_text(report, row->name, 16, out);
		print(out, " %7" PRIu64, row->threads);
		print_times(row, true, out);
		out_char(out, '\n');
		return;
	}
	if (by == REPORT_BY_PROCESS)
		print_pid(&row->who, out);
	else
		print(out, "%-10" PRIu64, by == REPORT_BY_THREAD ? row->who.tid : row->threads);
	print_times(row, by == REPORT_BY_NAME, out);
	if (by == REPORT_BY_THREAD)
		print(out, " %7s", quantity_format_count(moves, sizeof(moves), row->moves));
	out_str(out, "  ");
	if (by == REPORT_BY_PROCESS)
		print_command(report, row, out);
	else if (by == REPORT_BY_CGROUP)
		print_label(report, row->label, out);
	else
		print_tail(report, row->name, SIZE_MAX, out);
	out_char(out, '\n');
}

static int print_threads(const struct report *report, const struct report_view *view,
			 struct out *out)
{
	static const struct {
		const char *first, *last, *more;
	} wide = { "THREADS   ", "  NAME", " names" }, titles[] = {
		[REPORT_BY_NAME] = { "NAME             THREADS", "", " names" },
		[REPORT_BY_PROCESS] = { "PID       ", "  COMMAND", " processes" },
		[REPORT_BY_THREAD] = { "TID       ", "   MOVES  NAME", " threads" },
		[REPORT_BY_CGROUP] = { "THREADS   ", "  CGROUP", " cgroups" },
	};
	enum report_by by = report_options(report)->by;
	const struct report_thread **rows;
	size_t count;

	if (sort_threads(report, view->sort, &rows, &count))
		return -ENOMEM;
	print(out, "\n%s  RUNNING  SYSCALL  WAITING      P99%s  BLOCKED%s\n",
	      is_wide(report) ? wide.first : titles[by].first,
	      by == REPORT_BY_NAME ? "  LONGEST" : "",
	      is_wide(report) ? wide.last : titles[by].last);
	for (size_t i = 0; i < count && i < view->most; i++)
		print_thread(report, rows[i], out);
	print_more(count, view->most, titles[by].more, out);
	free(rows);
	return 0;
}

/* ---- waits and sleeps ---- */

/* As wide as print_label(). */
static void print_name_title(const struct report *report, struct out *out)
{
	static const char *const titles[] = {
		[REPORT_BY_NAME] = "NAME",
		[REPORT_BY_PROCESS] = "PROCESS",
		[REPORT_BY_THREAD] = "THREAD",
		[REPORT_BY_CGROUP] = "CGROUP",
	};
	const char *title = titles[report_options(report)->by];

	columns_write(out, title, strlen(title), label_width(report));
}

static void print_what(const struct report *report, const struct report_pair *row,
		       const char *nobody, struct out *out)
{
	print_label(report, row->who, out);
	out_char(out, ' ');
	if (row->what)
		print_tail(report, row->what, SIZE_MAX, out);
	else
		out_str(out, nobody);
	out_char(out, '\n');
}

static void print_waits(const struct report *report, size_t most, struct out *out)
{
	size_t count;
	const struct report_pair *rows = report_waits(report, &count);

	print(out, "\n%8s %7s %8s %8s  ", "WAITING", "TIMES", "LONGEST", "AT");
	print_name_title(report, out);
	out_str(out, " WHO RAN THERE MEANWHILE\n");
	for (size_t i = 0; i < count && i < most; i++) {
		print(out, "%8s %7" PRIu64 " %8s %8s  ", time_of(rows[i].ns).text, rows[i].times,
		      time_of(rows[i].longest).text, time_of(rows[i].longest_from).text);
		print_what(report, &rows[i], "(nobody in the trace)", out);
	}
	print_more(count, most, "", out);
	/* If most of the waiting is not explained: what would. */
	if (report_waits_for_nobody(report))
		out_str(out, "Nobody: it was idle, or ran what is not traced. A capture of the "
			     "whole machine\n"
			     "(without -p, --cgroup, --) tells which.\n");
}

static void print_sleep(const struct report *report, const struct report_pair *row, struct out *out)
{
	print(out, "%8s %7" PRIu64 " %8s %8s %8s  ", time_of(row->ns).text, row->times,
	      time_of(row->longest).text, time_of(row->longest_from).text,
	      time_of(row->still_ns).text);
	print_what(report, row, "(unknown)", out);
}

/* Who slept all the while comes last, as far as there is room. */
static void print_sleeps(const struct report *report, size_t most, struct out *out)
{
	uint64_t still = report_still(report);
	size_t count, still_count;
	const struct report_pair *rows = report_sleeps(report, &count);
	const struct report_pair *stills = report_stills(report, &still_count);

	print(out, "\n%8s %7s %8s %8s %8s  ", "BLOCKED", "TIMES", "LONGEST", "AT", "STILL");
	print_name_title(report, out);
	out_str(out, " IN\n");
	for (size_t i = 0; i < count && i < most; i++)
		print_sleep(report, &rows[i], out);
	for (size_t i = 0; i < still_count && count + i < most; i++)
		print_sleep(report, &stills[i], out);
	print_more(count, most, "", out);
	if (still)
		print(out, "%" PRIu64 " thread%s slept all the while\n", still,
		      still > 1 ? "s" : "");
}

static void print_decade(const struct spread *spread, unsigned decade, struct out *out)
{
	const struct spread_decade *row = &spread->decades[decade];
	uint64_t most = 1;
	char range[40];

	for (unsigned i = 0; i < SPREAD_DECADES; i++)
		most = spread->decades[i].count > most ? spread->decades[i].count : most;
	if (!decade)
		snprintf(range, sizeof(range), "below 1 us");
	else if (decade == SPREAD_DECADES - 1)
		snprintf(range, sizeof(range), "10 s and more");
	else
		snprintf(range, sizeof(range), "from %s", time_of(spread_decade_ns(decade)).text);
	print(out, "%-14s %9" PRIu64 " %8s  ", range, row->count, time_of(row->ns).text);
	for (uint64_t i = 0; i < (row->count * BAR_WIDTH + most - 1) / most; i++)
		out_char(out, '#');
	out_char(out, '\n');
}

static void print_spread(const struct report *report, struct out *out)
{
	unsigned first = 0, last = SPREAD_DECADES - 1;
	struct spread spread;

	report_spread(report, &spread);
	if (!spread.count)
		return;
	print(out, "\n%-14s %9s %8s  p50 %s, p95 %s, p99 %s, longest %s\n", "WAITS", "TIMES",
	      "TOTAL", time_of(spread_percentile(&spread, 50)).text,
	      time_of(spread_percentile(&spread, 95)).text,
	      time_of(spread_percentile(&spread, 99)).text, time_of(spread.most_ns).text);
	while (spread.decades[first].count == 0)
		first++;
	while (spread.decades[last].count == 0)
		last--;
	for (; first <= last; first++)
		print_decade(&spread, first, out);
}

/* ---- syscalls ---- */

static void print_errors(const struct report_call_sum *row, struct out *out)
{
	for (size_t i = 0; i < row->error_count && i < 3; i++) {
		const struct report_pair *error = &row->error_rows[i];
		const char *name = error_name(-(int64_t)error->what);

		out_str(out, i ? ", " : "  ");
		if (name)
			out_str(out, name);
		else
			print(out, "errno %u", error->what);
		print(out, " %" PRIu64, error->times);
	}
	if (row->error_count > 3)
		out_str(out, ", ...");
}

static int print_calls(const struct report *report, const struct report_view *view, struct out *out)
{
	const struct report_call_sum **rows;
	size_t count;

	if (sort_calls(report, view->sort, &rows, &count))
		return -ENOMEM;
	if (count)
		print(out, "\n%-18s %8s %8s %8s %8s %8s  %s\n", "SYSCALL", "CALLS", "TOTAL", "P99",
		      "LONGEST", "AT", "ERRORS");
	for (size_t i = 0; i < count && i < view->most; i++) {
		const struct spread *spread = &rows[i]->spread;

		print_text(report, rows[i]->name, 18, out);
		print(out, " %8" PRIu64 " %8s %8s %8s %8s", rows[i]->sum.count,
		      time_of(rows[i]->sum.ns).text, time_of(spread_percentile(spread, 99)).text,
		      time_of(spread->most_ns).text, time_of(rows[i]->longest_from).text);
		print_errors(rows[i], out);
		out_char(out, '\n');
	}
	print_more(count, view->most, " syscalls", out);
	free(rows);
	return 0;
}

static void print_ranges(const struct report *report, size_t most, struct out *out)
{
	size_t count;
	const struct report_call_sum *rows = report_ranges(report, &count);

	if (count)
		print(out, "\n%8s %8s %8s %8s %8s  %s\n", "TOTAL", "TIMES", "P99", "LONGEST", "AT",
		      "RANGE, REGION OR TASK");
	for (size_t i = 0; i < count && i < most; i++) {
		const struct spread *spread = &rows[i].spread;

		print(out, "%8s %8" PRIu64 " %8s %8s %8s  ", time_of(rows[i].sum.ns).text,
		      rows[i].sum.count, time_of(spread_percentile(spread, 99)).text,
		      time_of(spread->most_ns).text, time_of(rows[i].longest_from).text);
		print_tail(report, rows[i].name, SIZE_MAX, out);
		out_char(out, '\n');
	}
	print_more(count, most, "", out);
}

/* ---- CPUs ---- */

static void print_cpu(const struct cpu_times *cpu, bool knows_idle, bool sure, struct out *out)
{
	uint64_t all = cpu->busy + cpu->idle + cpu->unknown;

	print(out, "%-5" PRIu64 " %8s %6.1f%% %8s %8s %8s %9" PRIu64 " %9" PRIu64 "\n", cpu->id,
	      time_of(cpu->busy).text, all ? 100.0 * (double)cpu->busy / (double)all : 0.0,
	      knows_idle ? time_of(cpu->idle).text : "?", sure ? time_of(cpu->wasted).text : "?",
	      time_of(cpu->unknown).text, cpu->switches, cpu->migrations);
}

static void print_cpus(const struct report *report, size_t most, struct out *out)
{
	bool knows_idle = report_known(report) & REPORT_KNOWS_IDLE, sure;
	size_t count;
	const struct cpu_times *rows = report_cpu_times(report, &count, &sure);

	if (!count)
		return;
	print(out, "\n%-5s %8s %7s %8s %8s %8s %9s %9s\n", "CPU", "BUSY", "", "IDLE", "WASTED",
	      "UNKNOWN", "SWITCHES", "CAME OVER");
	for (size_t i = 0; i < count && i < most; i++)
		print_cpu(&rows[i], knows_idle, sure, out);
	print_more(count, most, " CPUs", out);
}

/* ---- what is rarer ---- */

static int print_scheds(const struct report *report, size_t most, struct out *out)
{
	struct report_sched *rows;
	size_t count;

	if (report_scheds(report, &rows, &count))
		return -ENOMEM;
	if (count) {
		print(out, "\n%8s  ", "WAITING");
		print_name_title(report, out);
		out_str(out, " SCHEDULED AS\n");
	}
	for (size_t i = 0; i < count && i < most; i++) {
		print(out, "%8s  ", time_of(rows[i].waiting).text);
		print_label(report, rows[i].who, out);
		out_char(out, ' ');
		print_tail(report, rows[i].what, SIZE_MAX, out);
		out_char(out, '\n');
	}
	print_more(count, most, "", out);
	free(rows);
	return 0;
}

static void print_single(const struct report *report, const struct report_single *row,
			 struct out *out)
{
	char cpu[24] = "-";

	if (row->cpu != REPORT_NO_CPU)
		snprintf(cpu, sizeof(cpu), "%" PRIu64, row->cpu);
	print(out, "%8s %8s %5s %8" PRIu64 "  ", time_of(row->ns).text, time_of(row->from).text,
	      cpu, row->tid);
	if (row->what) {
		print_text(report, row->name, 16, out);
		out_char(out, ' ');
	}
	print_tail(report, row->what ? row->what : row->name, SIZE_MAX, out);
	out_char(out, '\n');
}

static void print_singles(const struct report *report, const struct report_single *rows,
			  size_t count, uint64_t more, const char *title, struct out *out)
{
	if (!count)
		return;
	print(out, "\n%8s %8s %5s %8s  %s\n", title, "AT", "CPU", "TID",
	      *title == 'W' ? "NAME             BEHIND, FOR MOST OF IT" : "NAME");
	for (size_t i = 0; i < count; i++)
		print_single(report, &rows[i], out);
	if (more && report_options(report)->longest_ns)
		print(out, "and %" PRIu64 " more that are as long\n", more);
}

static void print_longest(const struct report *report, struct out *out)
{
	const struct report_single *rows;
	uint64_t more;
	size_t count;

	rows = report_long_waits(report, &count, &more);
	print_singles(report, rows, count, more, "WAITED", out);
	rows = report_long_runs(report, &count, &more);
	print_singles(report, rows, count, more, "RAN", out);
}

/* ---- all of it ---- */

static void print_title(const struct report *report, const char *name, struct out *out)
{
	out_str(out, name);
	print(out, ": %s", time_of(report_duration(report)).text);
	if (report_options(report)->from)
		print(out, " from %s on", time_of(report_options(report)->from).text);
	print(out, ", %zu CPUs, %" PRIu64 " moves between them\n", report_cpus(report),
	      report_moves(report));
}

int report_print(const struct report *report, const struct report_view *view, struct out *out)
{
	print_title(report, view->name, out);
	if (view->tables == REPORT_CPUS_ONLY) {
		print_cpus(report, SIZE_MAX, out);
		return 0;
	}
	if (view->tables == REPORT_CALLS_ONLY)
		return print_calls(report, view, out);
	if (print_threads(report, view, out))
		return -ENOMEM;
	print_waits(report, view->most, out);
	print_spread(report, out);
	print_sleeps(report, view->most, out);
	if (print_calls(report, view, out))
		return -ENOMEM;
	print_ranges(report, view->most, out);
	print_cpus(report, view->most, out);
	if (print_scheds(report, view->most, out))
		return -ENOMEM;
	print_longest(report, out);
	return 0;
}
