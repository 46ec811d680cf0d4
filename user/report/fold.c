// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Rows of lives into rows of names. Numbers of rows change, and whoever holds one is told. */
#include "report/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fold {
	uint32_t *to;		    /* row by row: where it goes */
	struct report_thread *rows; /* the new ones */
	uint32_t count;
	struct idmap names; /* slots are the new rows of names, from `live` on */
	uint32_t live;	    /* the new rows before are of one life each */
};

static void add_row(struct report_thread *sum, const struct report_thread *row)
{
	sum->name = row->name;
	sum->threads += row->threads;
	sum->running += row->running;
	sum->in_syscall += row->in_syscall;
	sum->waiting += row->waiting;
	sum->blocked += row->blocked;
	if (row->longest_wait > sum->longest_wait) {
		sum->longest_wait = row->longest_wait;
		sum->longest_from = row->longest_from;
	}
}

/* The rows of who goes on come first; their lives are told where. */
static void keep_live(struct report *report, struct fold *fold)
{
	for (size_t i = 0; i < report->life_count; i++) {
		struct life *life = &report->lives[i];

		if (life->row == IDMAP_NONE)
			continue;
		fold->to[life->row] = fold->count;
		fold->rows[fold->count] = report->rows[life->row];
		life->row = fold->count++;
	}
	fold->live = fold->count;
}

static int fold_over(const struct report *report, struct fold *fold)
{
	for (size_t i = 0; i < report->row_count; i++) {
		const struct report_thread *row = &report->rows[i];
		uint32_t slot;

		if (fold->to[i] != IDMAP_NONE)
			continue;
		slot = idmap_find(&fold->names, row->name);
		if (slot == IDMAP_NONE && idmap_add(&fold->names, row->name, &slot))
			return -ENOMEM;
		fold->to[i] = fold->live + slot;
		add_row(&fold->rows[fold->to[i]], row);
		if (fold->to[i] >= fold->count)
			fold->count = fold->to[i] + 1;
	}
	return 0;
}

/* final: who and what are texts from now on. */
static int fold_pairs(struct pairs *pairs, const struct fold *fold, bool final)
{
	struct pairs folded = { 0 };
	int err = 0;

	for (size_t i = 0; i < pairs->count && !err; i++) {
		struct report_pair row = pairs->rows[i];
		bool is_row = row.what & REPORT_ROW;

		row.who = fold->to[row.who];
		if (is_row)
			row.what = fold->to[row.what & ~REPORT_ROW];
		if (final) {
			row.who = fold->rows[row.who].name;
			row.what = is_row ? fold->rows[row.what].name : row.what;
		} else if (is_row) {
			row.what |= REPORT_ROW;
		}
		err = pairs_merge(&folded, &row);
	}
	if (err) {
		pairs_fini(&folded);
		return err;
	}
	pairs_fini(pairs);
	*pairs = folded;
	return 0;
}

static void fold_slices(struct report *report, const struct fold *fold)
{
	for (size_t i = 0; i < report->cpu_count; i++) {
		struct slices *cpu = &report->cpus[i];
		size_t kept = cpu->count < SLICES_KEPT ? cpu->count : SLICES_KEPT;

		for (size_t k = 0; k < kept; k++)
			cpu->kept[k].row = fold->to[cpu->kept[k].row];
	}
}

int report_fold(struct report *report, bool final)
{
	struct fold fold = { .to = malloc((report->row_count + 1) * sizeof(*fold.to)),
			     .rows = calloc(report->row_count + 1, sizeof(*fold.rows)) };
	int err = fold.to && fold.rows ? 0 : -ENOMEM;

	if (!err) {
		memset(fold.to, 0xff, report->row_count * sizeof(*fold.to)); /* IDMAP_NONE */
		keep_live(report, &fold);
		err = fold_over(report, &fold);
	}
	if (!err)
		err = fold_pairs(&report->waits, &fold, final);
	if (!err)
		err = fold_pairs(&report->sleeps, &fold, final);
	if (!err) {
		fold_slices(report, &fold);
		free(report->rows);
		report->rows = fold.rows;
		report->row_cap = report->row_count + 1;
		report->row_count = fold.count;
		report->over = 0;
		fold.rows = NULL;
	}
	idmap_fini(&fold.names);
	free(fold.to);
	free(fold.rows);
	return err;
}
