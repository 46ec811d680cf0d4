// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/diff.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define NS_PER_S 1000000000.0
#define DEVIATIONS 2

struct diff {
	struct diff_row *rows;
	size_t count, cap;
	double a_s, b_s; /* durations */
};

/* A name's sum on one side, or on both. */
static int add_row(struct diff *diff, enum diff_kind kind, struct gt_text name,
		   const struct report_sum *a, const struct report_sum *b)
{
	double noise =
		sqrt(a->squares / (diff->a_s * diff->a_s) + b->squares / (diff->b_s * diff->b_s));
	struct diff_row row = {
		.kind = kind,
		.name = name,
		.a_ns = (uint64_t)((double)a->ns / diff->a_s),
		.b_ns = (uint64_t)((double)b->ns / diff->b_s),
		.a_count = a->count,
		.b_count = b->count,
		.noise_ns = (uint64_t)(DEVIATIONS * noise),
	};
	struct diff_row *grown;

	if (row.a_ns == row.b_ns)
		return 0;
	row.is_noise = (uint64_t)llabs(diff_change(&row)) <= row.noise_ns;
	grown = grow_array(diff->rows, &diff->cap, diff->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	diff->rows = grown;
	grown[diff->count++] = row;
	return 0;
}

/* ---- both sides, by name: two lists that are sorted alike ---- */

struct entry {
	struct gt_text name;
	struct report_sum sums[DIFF_KINDS]; /* those of its list alone */
};

static int compare_names(struct gt_text a, struct gt_text b)
{
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int by_name(const void *a, const void *b)
{
	return compare_names(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static struct entry *list_threads(const struct report *report, size_t *count)
{
	const struct report_thread *rows = report_threads(report, count);
	struct entry *list = calloc(*count + 1, sizeof(*list));

	for (size_t i = 0; list && i < *count; i++)
		list[i] = (struct entry){ .name = report_text(report, rows[i].label),
					  .sums = { [DIFF_RUNNING] = rows[i].runs,
						    [DIFF_WAITING] = rows[i].waits,
						    [DIFF_BLOCKED] = rows[i].sleeps } };
	if (list && *count)
		qsort(list, *count, sizeof(*list), by_name);
	return list;
}

static struct entry *list_calls(const struct report *report, size_t *count)
{
	const struct report_call_sum *rows = report_calls(report, count);
	struct entry *list = calloc(*count + 1, sizeof(*list));

	for (size_t i = 0; list && i < *count; i++)
		list[i] = (struct entry){ .name = report_text(report, rows[i].name),
					  .sums = { [DIFF_SYSCALL] = rows[i].sum } };
	if (list && *count)
		qsort(list, *count, sizeof(*list), by_name);
	return list;
}

static int add_entries(struct diff *diff, const struct entry *a, const struct entry *b)
{
	static const struct report_sum none;
	struct gt_text name = a ? a->name : b->name;
	int err = 0;

	for (int kind = 0; kind < DIFF_KINDS && !err; kind++)
		err = add_row(diff, (enum diff_kind)kind, name, a ? &a->sums[kind] : &none,
			      b ? &b->sums[kind] : &none);
	return err;
}

static int join(struct diff *diff, const struct entry *a, size_t a_count, const struct entry *b,
		size_t b_count)
{
	size_t i = 0, k = 0;
	int err = 0;

	while (!err && (i < a_count || k < b_count)) {
		int order = i == a_count   ? 1
			    : k == b_count ? -1
					   : compare_names(a[i].name, b[k].name);

		err = add_entries(diff, order <= 0 ? &a[i] : NULL, order >= 0 ? &b[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return err;
}

static int join_lists(struct diff *diff, const struct report *a, const struct report *b,
		      struct entry *(*list)(const struct report *, size_t *))
{
	size_t a_count, b_count;
	struct entry *as = list(a, &a_count), *bs = list(b, &b_count);
	int err = as && bs ? join(diff, as, a_count, bs, b_count) : -ENOMEM;

	free(as);
	free(bs);
	return err;
}

/* ---- all ---- */

int64_t diff_change(const struct diff_row *row)
{
	return (int64_t)(row->b_ns - row->a_ns);
}

static int by_change(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	int64_t x_ns = llabs(diff_change(x)), y_ns = llabs(diff_change(y));

	if (x_ns != y_ns)
		return x_ns < y_ns ? 1 : -1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return compare_names(x->name, y->name);
}

/* Of an empty one nothing can be said per second, but it has no sums either. */
static double seconds_of(const struct report *report)
{
	uint64_t ns = report_duration(report);

	return ns ? (double)ns / NS_PER_S : 1;
}

int diff_reports(const struct report *a, const struct report *b, struct diff_row **out,
		 size_t *count)
{
	struct diff diff = { .a_s = seconds_of(a), .b_s = seconds_of(b) };
	bool calls = report_known(a) & report_known(b) & REPORT_KNOWS_CALLS;
	int err = join_lists(&diff, a, b, list_threads);

	if (!err && calls)
		err = join_lists(&diff, a, b, list_calls);
	if (err) {
		free(diff.rows);
		return err;
	}
	if (diff.count)
		qsort(diff.rows, diff.count, sizeof(*diff.rows), by_change);
	*out = diff.rows;
	*count = diff.count;
	return 0;
}
