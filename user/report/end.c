// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The end of a report: what goes on ends, rows come into their order and are handed out. */
#include "report/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/columns.h"

static int by_running(const void *a, const void *b)
{
	const struct report_thread *x = a, *y = b;
	uint64_t x_ns = x->running + x->in_syscall, y_ns = y->running + y->in_syscall;

	if (x_ns != y_ns)
		return x_ns < y_ns ? 1 : -1;
	return (x->label > y->label) - (x->label < y->label);
}

/* Who waits on: it waits still for the CPU for which it waits, if all moves are told. */
static int end_waiting(struct report *report, struct life *life)
{
	static const char text[] = "(it waits still)";
	uint32_t still;

	if (report->tells_moves)
		return 0;
	if (report_add_text(report, text, sizeof(text) - 1, &still))
		return -ENOMEM;
	life->wait.all = true;
	life->wait.pieces[0].why = still;
	return 0;
}

static int end_lives(struct report *report, uint64_t now)
{
	for (uint32_t i = 0; i < report->life_count; i++) {
		struct life *life = &report->lives[i];

		if (life->row == IDMAP_NONE)
			continue;
		if (life->state == REPORT_WAITING && end_waiting(report, life))
			return -ENOMEM;
		if (report_leave(report, i, now))
			return -ENOMEM;
	}
	return 0;
}

/* Rows that are asked for and have something to say. */
static void drop_rows(struct report *report)
{
	size_t kept = 0;

	for (size_t i = 0; i < report->row_count; i++) {
		struct report_thread *row = &report->rows[i];
		bool says = row->threads || row->running || row->waits.ns || report_blocked(row);

		if (says && row->matches)
			report->rows[kept++] = *row;
		else
			report_row_fini(row);
	}
	report->row_count = kept;
}

static void measure_labels(struct report *report)
{
	for (size_t i = 0; i < report->row_count; i++) {
		struct gt_text text = report_text(report, report->rows[i].label);
		size_t width = columns_of(text.data, text.size);

		if (width > report->label_width)
			report->label_width = width;
	}
}

size_t report_label_width(const struct report *report)
{
	return report->label_width;
}

int report_end(struct report *report, uint64_t now)
{
	report->end = now;
	report->ending = true;
	if (end_lives(report, now) || report_fold(report, true))
		return -ENOMEM;
	drop_rows(report);
	qsort(report->rows, report->row_count, sizeof(*report->rows), by_running);
	pairs_sort(&report->waits);
	pairs_sort(&report->sleeps);
	pairs_sort(&report->stills);
	pairs_sort(&report->scheds);
	longest_sort(&report->long_waits);
	longest_sort(&report->long_runs);
	cpus_end(&report->times, now);
	calls_end(&report->calls);
	calls_end(&report->ranges);
	measure_labels(report);
	return 0;
}

uint64_t report_duration(const struct report *report)
{
	uint64_t to = report->end < report->options.to ? report->end : report->options.to;

	return to > report->options.from ? to - report->options.from : 0;
}

size_t report_cpus(const struct report *report)
{
	return report->cpu_count;
}

const struct report_thread *report_threads(const struct report *report, size_t *count)
{
	*count = report->row_count;
	return report->rows;
}

const struct report_pair *report_waits(const struct report *report, size_t *count)
{
	*count = report->waits.count;
	return report->waits.rows;
}

const struct report_pair *report_sleeps(const struct report *report, size_t *count)
{
	*count = report->sleeps.count;
	return report->sleeps.rows;
}

const struct report_pair *report_stills(const struct report *report, size_t *count)
{
	*count = report->stills.count;
	return report->stills.rows;
}

const struct report_single *report_long_waits(const struct report *report, size_t *count,
					      uint64_t *more)
{
	*count = report->long_waits.count;
	*more = report->long_waits.offered - *count;
	return report->long_waits.kept;
}

const struct report_single *report_long_runs(const struct report *report, size_t *count,
					     uint64_t *more)
{
	*count = report->long_runs.count;
	*more = report->long_runs.offered - *count;
	return report->long_runs.kept;
}

const struct report_call_sum *report_ranges(const struct report *report, size_t *count)
{
	*count = report->ranges.count;
	return report->ranges.rows;
}

unsigned report_known(const struct report *report)
{
	return report->knows;
}

const struct report_call_sum *report_calls(const struct report *report, size_t *count)
{
	*count = report->calls.count;
	return report->calls.rows;
}

const struct cpu_times *report_cpu_times(const struct report *report, size_t *count, bool *sure)
{
	*count = report->times.count;
	*sure = report->times.sure && report->knows & REPORT_KNOWS_IDLE;
	return report->times.rows;
}

void report_spread(const struct report *report, struct spread *out)
{
	*out = (struct spread){ 0 };
	for (size_t i = 0; i < report->row_count; i++)
		if (report->rows[i].spread)
			spread_merge(out, report->rows[i].spread);
}

uint64_t report_still(const struct report *report)
{
	uint64_t still = 0;

	for (size_t i = 0; i < report->row_count; i++)
		still += report->rows[i].still;
	return still;
}

uint64_t report_moves(const struct report *report)
{
	uint64_t moves = 0;

	for (size_t i = 0; i < report->row_count; i++)
		moves += report->rows[i].moves;
	return moves;
}

bool report_waits_for_nobody(const struct report *report)
{
	uint32_t what;

	if (!report->waits.count || !report->is_part)
		return false;
	what = report->waits.rows[0].what;
	return what == REPORT_NOBODY || idmap_find(&report->strangers, what) != IDMAP_NONE;
}
