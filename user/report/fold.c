// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Rows of lives into rows of keys. Numbers of rows change, and whoever holds one is told. */
#include "report/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fold {
	uint32_t *to;		    /* row by row: where it goes */
	struct report_thread *rows; /* the new ones */
	uint32_t count;
	struct idmap keys; /* slots are the new rows of keys, from `live` on */
	uint32_t live;	   /* the new rows before are of one life each */
};

void report_row_fini(struct report_thread *row)
{
	free(row->spread);
	row->spread = NULL;
}

static void add_sum(struct report_sum *sum, const struct report_sum *part)
{
	sum->ns += part->ns;
	sum->count += part->count;
	sum->squares += part->squares;
}

/* What not all of a row have in common is no property of the row. */
static void join_who(struct report_who *sum, const struct report_who *who)
{
	struct report_who joined = *who;

	if (sum->pid != who->pid)
		joined.pid = joined.ns_pid = 0;
	if (sum->ns_pid != who->ns_pid)
		joined.ns_pid = 0;
	if (sum->tid != who->tid)
		joined.tid = 0;
	if (sum->cgroup != who->cgroup)
		joined.cgroup = joined.container = 0;
	if (sum->process != who->process)
		joined.process = 0;
	if (sum->command != who->command)
		joined.command = 0;
	if (memcmp(&sum->attributes, &who->attributes, sizeof(who->attributes)) != 0)
		joined.attributes = (struct rec_attributes){ 0 };
	*sum = joined;
}

/* The spread goes over to the sum. */
static void add_spread(struct report_thread *sum, struct report_thread *row)
{
	if (sum->spread && row->spread) {
		spread_merge(sum->spread, row->spread);
		return;
	}
	if (!sum->spread) {
		sum->spread = row->spread;
		row->spread = NULL;
	}
}

/* A process's first thread: what changes of a process later is told of that one alone. */
static bool is_leader(const struct report_thread *row)
{
	return row->who.recurs && row->who.tid == row->who.pid;
}

/* What a process or a thread was last stays so, whatever it was before. */
static void keep_last(struct report_who *sum, const struct report_who *last)
{
	sum->process = last->process;
	sum->command = last->command;
	sum->cgroup = last->cgroup;
	sum->container = last->container;
}

static void add_who(struct report_thread *sum, struct report_thread *row, enum report_by by)
{
	struct report_who old = sum->who;
	bool leads = row->is_sum ? row->leads : is_leader(row);
	bool is_last = row->order >= sum->order;
	bool counts = leads != sum->leads ? leads : is_last;

	if (!sum->order)
		sum->who = row->who;
	else
		join_who(&sum->who, &row->who);
	if (by == REPORT_BY_PROCESS || by == REPORT_BY_THREAD)
		keep_last(&sum->who, counts || !sum->order ? &row->who : &old);
	sum->leads |= leads;
	if (is_last) {
		sum->name = row->name;
		sum->order = row->order;
	}
}

static void add_row(struct report_thread *sum, struct report_thread *row, enum report_by by)
{
	add_who(sum, row, by);
	sum->matches = row->matches;
	sum->ran |= row->ran;
	sum->threads += row->threads;
	sum->running += row->running;
	sum->in_syscall += row->in_syscall;
	sum->still += row->still;
	sum->moves += row->moves;
	sum->still_ns += row->still_ns;
	add_sum(&sum->runs, &row->runs);
	add_sum(&sum->waits, &row->waits);
	add_sum(&sum->sleeps, &row->sleeps);
	add_spread(sum, row);
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
		report->rows[life->row].spread = NULL; /* it has gone over */
		life->row = fold->count++;
	}
	fold->live = fold->count;
}

static uint64_t key_of(const struct report *report, const struct report_thread *row)
{
	const uint64_t unknown = UINT64_C(1) << 62;
	uint64_t key = row->name;

	if (report->options.by == REPORT_BY_PROCESS)
		key = row->who.pid ? row->who.pid : unknown | row->name;
	else if (report->options.by == REPORT_BY_THREAD)
		key = row->who.tid ? row->who.tid : unknown | row->name;
	else if (report->options.by == REPORT_BY_CGROUP)
		key = row->who.cgroup;
	return key << 1 | row->matches;
}

/* A thread that comes into the row again, renamed or after an exec, is the same one. */
static int count_thread(struct report *report, uint64_t key, struct report_thread *row)
{
	uint32_t number = idmap_find(&report->keys, key), slot;
	uint64_t thread;

	if (!row->threads || !row->who.recurs)
		return 0;
	if (number == IDMAP_NONE && idmap_add(&report->keys, key, &number))
		return -ENOMEM;
	thread = (uint64_t)number << 32 | (uint32_t)row->who.tid;
	if (idmap_find(&report->counted, thread) != IDMAP_NONE) {
		row->threads = 0;
		return 0;
	}
	return idmap_add(&report->counted, thread, &slot);
}

/* A row of one life joins those of its key. */
static int close_row(struct report *report, struct report_thread *row, uint64_t *key)
{
	if (row->is_sum) {
		*key = key_of(report, row);
		return 0;
	}
	row->matches = report_row_matches(report, row);
	*key = key_of(report, row);
	return count_thread(report, *key, row);
}

static int fold_over(struct report *report, struct fold *fold)
{
	for (size_t i = 0; i < report->row_count; i++) {
		struct report_thread *row = &report->rows[i];
		uint64_t key;
		uint32_t slot;

		if (fold->to[i] != IDMAP_NONE)
			continue;
		if (close_row(report, row, &key))
			return -ENOMEM;
		slot = idmap_find(&fold->keys, key);
		if (slot == IDMAP_NONE && idmap_add(&fold->keys, key, &slot))
			return -ENOMEM;
		fold->to[i] = fold->live + slot;
		add_row(&fold->rows[fold->to[i]], row, report->options.by);
		fold->rows[fold->to[i]].is_sum = true;
		if (fold->to[i] >= fold->count)
			fold->count = fold->to[i] + 1;
	}
	return 0;
}

/* ---- what rows are called ---- */

static int with_number(struct report *report, uint32_t name, uint64_t number, uint32_t *label)
{
	struct gt_text text = report_text(report, name);
	char buffer[192];
	int size = snprintf(buffer, sizeof(buffer), "%.*s %" PRIu64,
			    text.size < 160 ? (int)text.size : 160, text.data, number);

	return report_add_text(report, buffer, (size_t)size, label);
}

static int label_row(struct report *report, struct report_thread *row)
{
	row->label = row->name;
	if (report->options.by == REPORT_BY_CGROUP)
		row->label = row->who.container ? row->who.container : row->who.cgroup;
	else if (report->options.by == REPORT_BY_PROCESS && row->who.pid)
		return with_number(report, row->who.process ? row->who.process : row->name,
				   row->who.pid, &row->label);
	else if (report->options.by == REPORT_BY_THREAD && row->who.tid)
		return with_number(report, row->name, row->who.tid, &row->label);
	return 0;
}

static int label_rows(struct report *report, struct fold *fold)
{
	int err = 0;

	for (uint32_t i = 0; i < fold->count && !err; i++)
		err = label_row(report, &fold->rows[i]);
	return err;
}

/* ---- whoever holds a row's number ---- */

/* final: who and what are texts from now on. */
static int fold_pairs(struct pairs *pairs, const struct fold *fold, bool final)
{
	struct pairs folded = { 0 };
	int err = 0;

	for (size_t i = 0; i < pairs->count && !err; i++) {
		struct report_pair row = pairs->rows[i];
		bool is_row = row.what & REPORT_ROW;

		row.mark = 0;
		row.who = fold->to[row.who];
		if (is_row)
			row.what = fold->to[row.what & ~REPORT_ROW];
		if (final && !fold->rows[row.who].matches)
			continue;
		if (final) {
			row.who = fold->rows[row.who].label;
			row.what = is_row ? fold->rows[row.what].label : row.what;
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
			if (cpu->kept[k].who & REPORT_ROW)
				cpu->kept[k].who =
					fold->to[cpu->kept[k].who & ~REPORT_ROW] | REPORT_ROW;
	}
}

static int fold_all(struct report *report, struct fold *fold, bool final)
{
	struct pairs *const pairs[] = { &report->waits, &report->sleeps, &report->stills,
					&report->scheds };
	int err;

	memset(fold->to, 0xff, report->row_count * sizeof(*fold->to)); /* IDMAP_NONE */
	keep_live(report, fold);
	err = fold_over(report, fold);
	if (!err && final)
		err = label_rows(report, fold);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && !err; i++)
		err = fold_pairs(pairs[i], fold, final);
	if (!err)
		fold_slices(report, fold);
	return err;
}

int report_fold(struct report *report, bool final)
{
	struct fold fold = { .to = malloc((report->row_count + 1) * sizeof(*fold.to)),
			     .rows = calloc(report->row_count + 1, sizeof(*fold.rows)) };
	struct report_thread *old = report->rows;
	size_t old_count = report->row_count;
	int err = fold.to && fold.rows ? fold_all(report, &fold, final) : -ENOMEM;

	if (!err) {
		report->rows = fold.rows;
		report->row_cap = report->row_count + 1;
		report->row_count = fold.count;
		report->over = 0;
	} else {
		old = fold.rows;
		old_count = fold.rows ? fold.count : 0;
	}
	for (size_t i = 0; i < old_count; i++)
		report_row_fini(&old[i]);
	free(old);
	idmap_fini(&fold.keys);
	free(fold.to);
	return err;
}
