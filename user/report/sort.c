// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A row, and what it is sorted by. */
struct ranked {
	const void *row;
	uint64_t value;
	struct gt_text name;
	size_t place; /* before: what is equal stays in that order */
};

static int by_value(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return (x->place > y->place) - (x->place < y->place);
}

static int by_name(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	size_t size = x->name.size < y->name.size ? x->name.size : y->name.size;
	int order = memcmp(x->name.data, y->name.data, size);

	if (!order)
		order = (x->name.size > y->name.size) - (x->name.size < y->name.size);
	return order ? order : by_value(a, b);
}

/* The rows in their order into an array of pointers, which replaces the ranks. */
static int rank(struct ranked *ranks, size_t count, enum sort_column column, const void ***out)
{
	const void **rows = calloc(count + 1, sizeof(*rows));

	if (rows && count)
		qsort(ranks, count, sizeof(*ranks), column == SORT_NAME ? by_name : by_value);
	for (size_t i = 0; rows && i < count; i++)
		rows[i] = ranks[i].row;
	free(ranks);
	*out = rows;
	return rows ? 0 : -ENOMEM;
}

static uint64_t thread_value(const struct report_thread *row, enum sort_column column)
{
	switch (column) {
	case SORT_RUNNING:
		return row->running + row->in_syscall;
	case SORT_SYSCALL:
		return row->in_syscall;
	case SORT_WAITING:
		return row->waits.ns;
	case SORT_P99:
		return row->spread ? spread_percentile(row->spread, 99) : 0;
	case SORT_LONGEST:
		return row->longest_wait;
	case SORT_BLOCKED:
		return report_blocked(row);
	case SORT_THREADS:
		return row->threads;
	default:
		return 0;
	}
}

int sort_threads(const struct report *report, enum sort_column column,
		 const struct report_thread ***out, size_t *count)
{
	const struct report_thread *rows = report_threads(report, count);
	struct ranked *ranks = calloc(*count + 1, sizeof(*ranks));

	if (!ranks)
		return -ENOMEM;
	for (size_t i = 0; i < *count; i++)
		ranks[i] = (struct ranked){ .row = &rows[i],
					    .value = thread_value(&rows[i], column),
					    .name = report_text(report, rows[i].label),
					    .place = i };
	return rank(ranks, *count, column, (const void ***)out);
}

static uint64_t call_value(const struct report_call_sum *row, enum sort_column column)
{
	switch (column) {
	case SORT_P99:
		return spread_percentile(&row->spread, 99);
	case SORT_LONGEST:
		return row->spread.most_ns;
	case SORT_NAME:
		return 0;
	default:
		return row->sum.ns;
	}
}

int sort_calls(const struct report *report, enum sort_column column,
	       const struct report_call_sum ***out, size_t *count)
{
	const struct report_call_sum *rows = report_calls(report, count);
	struct ranked *ranks = calloc(*count + 1, sizeof(*ranks));

	if (!ranks)
		return -ENOMEM;
	for (size_t i = 0; i < *count; i++)
		ranks[i] = (struct ranked){ .row = &rows[i],
					    .value = call_value(&rows[i], column),
					    .name = report_text(report, rows[i].name),
					    .place = i };
	return rank(ranks, *count, column, (const void ***)out);
}
