// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "report/labels.h"
#include "syscalls/errors.h"

struct page {
	const struct report *report;
	const struct report_view *view;
	struct json *json;
};

static void put_u64(const struct page *page, const char *name, uint64_t value)
{
	json_name(page->json, name);
	json_u64(page->json, value);
}

/* 0 is not known. */
static void put_number(const struct page *page, const char *name, uint64_t value)
{
	json_name(page->json, name);
	if (value)
		json_u64(page->json, value);
	else
		json_null(page->json);
}

static void put_if(const struct page *page, const char *name, bool known, uint64_t value)
{
	json_name(page->json, name);
	if (known)
		json_u64(page->json, value);
	else
		json_null(page->json);
}

static void put_text(const struct page *page, const char *name, uint32_t id)
{
	struct gt_text text = report_text(page->report, id);

	json_name(page->json, name);
	if (id)
		json_text(page->json, text.data, text.size);
	else
		json_null(page->json);
}

static void put_spread(const struct page *page, const struct spread *spread)
{
	static const struct spread none;

	spread = spread ? spread : &none;
	put_u64(page, "p50_ns", spread_percentile(spread, 50));
	put_u64(page, "p95_ns", spread_percentile(spread, 95));
	put_u64(page, "p99_ns", spread_percentile(spread, 99));
	put_u64(page, "longest_ns", spread->most_ns);
}

/* ---- threads ---- */

static void put_attributes(const struct page *page, const struct rec_attributes *attributes)
{
	bool policy = attributes->known & REC_KNOWN_POLICY;
	bool affinity = attributes->known & REC_KNOWN_AFFINITY;

	json_name(page->json, "policy");
	if (policy)
		json_str(page->json, label_policy(attributes));
	else
		json_null(page->json);
	json_name(page->json, "nice");
	if (policy && !attributes->rt_priority)
		json_i64(page->json, attributes->nice);
	else
		json_null(page->json);
	put_if(page, "rt_priority", policy && attributes->rt_priority, attributes->rt_priority);
	put_if(page, "cpus_allowed", affinity, attributes->cpus_allowed_count);
	put_if(page, "cpus_allowed_mask", affinity, attributes->cpus_allowed);
}

static void put_who(const struct page *page, const struct report_who *who)
{
	put_number(page, "tid", who->tid);
	put_number(page, "pid", who->pid);
	put_number(page, "ns_pid", who->ns_pid);
	put_text(page, "process", who->process);
	put_text(page, "command", who->command);
	put_text(page, "cgroup", who->cgroup);
	put_text(page, "container", who->container);
	put_attributes(page, &who->attributes);
}

static void put_thread(const struct page *page, const struct report_thread *row)
{
	json_object(page->json);
	put_text(page, "label", row->label);
	put_text(page, "name", row->name);
	put_who(page, &row->who);
	put_u64(page, "threads", row->threads);
	put_u64(page, "slept_all_the_while", row->still);
	put_u64(page, "running_ns", row->running);
	put_u64(page, "syscall_ns", row->in_syscall);
	put_u64(page, "runs", row->runs.count);
	put_u64(page, "waiting_ns", row->waits.ns);
	put_u64(page, "waits", row->waits.count);
	put_u64(page, "moves", row->moves);
	put_spread(page, row->spread);
	put_if(page, "longest_at_ns", row->longest_wait, row->longest_from);
	put_u64(page, "blocked_ns", report_blocked(row));
	put_u64(page, "sleeps", row->sleeps.count);
	json_end_object(page->json);
}

static int put_threads(const struct page *page)
{
	const struct report_thread **rows;
	size_t count;

	if (sort_threads(page->report, page->view->sort, &rows, &count))
		return -ENOMEM;
	json_name(page->json, "threads");
	json_array(page->json);
	for (size_t i = 0; i < count && i < page->view->most; i++)
		put_thread(page, rows[i]);
	json_end_array(page->json);
	free(rows);
	return 0;
}

/* ---- waits and sleeps ---- */

static void put_pairs(const struct page *page, const char *name, const char *what,
		      const struct report_pair *rows, size_t count, bool still)
{
	json_name(page->json, name);
	json_array(page->json);
	for (size_t i = 0; i < count && i < page->view->most; i++) {
		json_object(page->json);
		put_text(page, "who", rows[i].who);
		put_text(page, what, rows[i].what);
		put_u64(page, "ns", rows[i].ns);
		put_u64(page, "times", rows[i].times);
		put_u64(page, "longest_ns", rows[i].longest);
		put_if(page, "longest_at_ns", rows[i].times, rows[i].longest_from);
		if (still)
			put_u64(page, "still_ns", rows[i].still_ns);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

static void put_wait_spread(const struct page *page)
{
	struct spread spread;

	report_spread(page->report, &spread);
	json_name(page->json, "wait_spread");
	json_object(page->json);
	put_u64(page, "times", spread.count);
	put_spread(page, &spread);
	put_u64(page, "error_percent", SPREAD_ERROR_PERCENT);
	json_name(page->json, "decades");
	json_array(page->json);
	for (unsigned i = 0; i < SPREAD_DECADES; i++) {
		json_object(page->json);
		put_u64(page, "from_ns", spread_decade_ns(i));
		put_u64(page, "times", spread.decades[i].count);
		put_u64(page, "ns", spread.decades[i].ns);
		json_end_object(page->json);
	}
	json_end_array(page->json);
	json_end_object(page->json);
}

/* ---- syscalls ---- */

static void put_errors(const struct page *page, const struct report_call_sum *row)
{
	json_name(page->json, "errors");
	json_object(page->json);
	for (size_t i = 0; i < row->error_count; i++) {
		const struct report_pair *error = &row->error_rows[i];
		const char *name = error_name(-(int64_t)error->what);
		char number[16];

		snprintf(number, sizeof(number), "%u", error->what);
		put_u64(page, name ? name : number, error->times);
	}
	json_end_object(page->json);
}

static void put_sum(const struct page *page, const struct report_call_sum *row, const char *times)
{
	put_text(page, "name", row->name);
	put_u64(page, times, row->sum.count);
	put_u64(page, "total_ns", row->sum.ns);
	put_spread(page, &row->spread);
	put_u64(page, "longest_at_ns", row->longest_from);
}

static int put_calls(const struct page *page)
{
	const struct report_call_sum **rows;
	size_t count;

	json_name(page->json, "syscalls");
	if (!(report_known(page->report) & REPORT_KNOWS_CALLS)) {
		json_null(page->json);
		return 0;
	}
	if (sort_calls(page->report, page->view->sort, &rows, &count))
		return -ENOMEM;
	json_array(page->json);
	for (size_t i = 0; i < count && i < page->view->most; i++) {
		json_object(page->json);
		put_sum(page, rows[i], "calls");
		put_errors(page, rows[i]);
		json_end_object(page->json);
	}
	json_end_array(page->json);
	free(rows);
	return 0;
}

static void put_ranges(const struct page *page)
{
	size_t count;
	const struct report_call_sum *rows = report_ranges(page->report, &count);

	json_name(page->json, "ranges");
	json_array(page->json);
	for (size_t i = 0; i < count && i < page->view->most; i++) {
		json_object(page->json);
		put_sum(page, &rows[i], "times");
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

/* ---- CPUs, and what is rarer ---- */

static void put_cpus(const struct page *page)
{
	bool idle = report_known(page->report) & REPORT_KNOWS_IDLE, sure;
	size_t count;
	const struct cpu_times *rows = report_cpu_times(page->report, &count, &sure);

	json_name(page->json, "cpus");
	json_array(page->json);
	for (size_t i = 0; i < count; i++) {
		json_object(page->json);
		put_u64(page, "cpu", rows[i].id);
		put_u64(page, "busy_ns", rows[i].busy);
		put_if(page, "idle_ns", idle, rows[i].idle);
		put_if(page, "wasted_ns", sure, rows[i].wasted);
		put_u64(page, "unknown_ns", rows[i].unknown);
		put_u64(page, "switches", rows[i].switches);
		put_u64(page, "migrations", rows[i].migrations);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

static int put_scheds(const struct page *page)
{
	struct report_sched *rows;
	size_t count;

	if (report_scheds(page->report, &rows, &count))
		return -ENOMEM;
	json_name(page->json, "scheduled_as");
	json_array(page->json);
	for (size_t i = 0; i < count && i < page->view->most; i++) {
		json_object(page->json);
		put_text(page, "who", rows[i].who);
		put_text(page, "label", rows[i].what);
		put_u64(page, "waiting_ns", rows[i].waiting);
		put_attributes(page, rows[i].attributes);
		json_end_object(page->json);
	}
	json_end_array(page->json);
	free(rows);
	return 0;
}

static void put_singles(const struct page *page, const char *name, bool waits)
{
	uint64_t more;
	size_t count;
	const struct report_single *rows = waits ? report_long_waits(page->report, &count, &more)
						 : report_long_runs(page->report, &count, &more);

	json_name(page->json, name);
	json_array(page->json);
	for (size_t i = 0; i < count; i++) {
		json_object(page->json);
		put_text(page, "name", rows[i].name);
		put_number(page, "tid", rows[i].tid);
		put_if(page, "cpu", rows[i].cpu != REPORT_NO_CPU, rows[i].cpu);
		put_u64(page, "ns", rows[i].ns);
		put_u64(page, "at_ns", rows[i].from);
		if (waits)
			put_text(page, "behind", rows[i].what);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

/* ---- all of it ---- */

static void put_head(const struct page *page)
{
	static const char *const by[] = { [REPORT_BY_NAME] = "name",
					  [REPORT_BY_PROCESS] = "process",
					  [REPORT_BY_THREAD] = "thread",
					  [REPORT_BY_CGROUP] = "cgroup" };
	const struct report_options *options = report_options(page->report);

	put_u64(page, "schema", REPORT_SCHEMA);
	json_name(page->json, "kind");
	json_str(page->json, "report");
	json_name(page->json, "file");
	json_str(page->json, page->view->name);
	json_name(page->json, "by");
	json_str(page->json, by[options->by]);
	put_u64(page, "from_ns", options->from);
	put_u64(page, "duration_ns", report_duration(page->report));
	put_u64(page, "cpu_count", report_cpus(page->report));
	put_u64(page, "slept_all_the_while", report_still(page->report));
}

int report_print_json(const struct report *report, const struct report_view *view, struct out *out)
{
	struct json json;
	const struct page page = { report, view, &json };
	const struct report_pair *rows;
	size_t count;

	json_init(&json, out, JSON_INDENT);
	json_object(&json);
	put_head(&page);
	if (put_threads(&page))
		return -ENOMEM;
	rows = report_waits(report, &count);
	put_pairs(&page, "waits", "behind", rows, count, false);
	put_wait_spread(&page);
	rows = report_sleeps(report, &count);
	put_pairs(&page, "sleeps", "in", rows, count, true);
	rows = report_stills(report, &count);
	put_pairs(&page, "sleeps_all_the_while", "in", rows, count, true);
	if (put_calls(&page))
		return -ENOMEM;
	put_ranges(&page);
	put_cpus(&page);
	if (put_scheds(&page))
		return -ENOMEM;
	put_singles(&page, "longest_waits", true);
	put_singles(&page, "longest_runs", false);
	json_end_object(&json);
	return 0;
}
