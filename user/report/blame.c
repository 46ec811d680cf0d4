// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A wait that has ended stays with its life up to its next step: how much of
 * it was due to a limit may be told later than that it ended.
 */
#include "report/blame.h"

#include <errno.h>
#include <stdlib.h>

#include "report/labels.h"

/* ---- the sums ---- */

/* For wait_split(). */
struct blame {
	struct report *report;
	uint32_t row; /* who waited */
};

static int add_part(void *ctx, uint32_t who, uint64_t from, uint64_t to)
{
	struct blame *blame = ctx;
	struct report *report = blame->report;
	struct span span = report_span(report, from, to);
	const struct report_pair part = { .who = blame->row,
					  .what = who,
					  .ns = span.to - span.from,
					  .longest_from = span.from,
					  .mark = report->wait.mark };

	if (!part.ns)
		return 0;
	if (part.ns > report->wait.ns) {
		report->wait.ns = part.ns;
		report->wait.what = who;
	}
	return pairs_add_part(&report->waits, &part);
}

/* What parts of waits are called whose blame is not known. 0 or -ENOMEM. */
static int name_unknown(struct report *report)
{
	struct wait_end *names = &report->unknown;
	int err = 0;

	if (!names->moved)
		err = label_unknown(report, "(moved meanwhile, it is not known when)",
				    &names->moved);
	if (!err && !names->unknown)
		err = label_unknown(report, "(it is not known for which CPU)", &names->unknown);
	if (!err && !names->forgotten)
		err = label_unknown(report, "(too long ago to say)", &names->forgotten);
	return err;
}

static int split(struct report *report, struct life *life)
{
	struct blame blame = { .report = report, .row = life->row };
	struct wait_end end;

	if (name_unknown(report))
		return -ENOMEM;
	end = report->unknown;
	end.at = life->waited_to;
	end.got = life->got;
	report->wait.mark++;
	report->wait.ns = 0;
	return wait_split(&life->wait, &end, report->cpus, add_part, &blame);
}

static int add_spread(struct report_thread *row, uint64_t ns)
{
	if (!row->spread)
		row->spread = calloc(1, sizeof(*row->spread));
	if (!row->spread)
		return -ENOMEM;
	spread_add(row->spread, ns);
	return 0;
}

static uint32_t single_what(const struct report *report)
{
	uint32_t what = report->wait.what;

	return what & REPORT_ROW ? report->rows[what & ~REPORT_ROW].name : what;
}

int blame_settle(struct report *report, struct life *life)
{
	struct report_thread *row = &report->rows[life->row];
	struct report_single single;
	struct span span;

	if (!life->waited)
		return 0;
	life->waited = false;
	span = report_span(report, life->wait.pieces[0].from, life->waited_to);
	single = (struct report_single){ .ns = span.to - span.from, .from = span.from };
	if (single.ns <= WAIT_GRAIN_NS)
		return 0;
	report_add_sum(&row->waits, single.ns);
	if (single.ns > row->longest_wait) {
		row->longest_wait = single.ns;
		row->longest_from = single.from;
	}
	if (add_spread(row, single.ns) || split(report, life))
		return -ENOMEM;
	single.what = single_what(report);
	report_keep_single(report, &report->long_waits, life, &single,
			   life->got == WAIT_ANY_CPU ? IDMAP_NONE : life->got);
	return 0;
}

/* ---- what is told of a wait ---- */

/* The CPU as waits have it. */
static int queue_of(struct report *report, uint64_t cpu, uint64_t now, uint32_t *slot)
{
	*slot = cpu == REPORT_NO_CPU ? WAIT_ANY_CPU : WAIT_UNKNOWN_CPU;
	if (cpu == REPORT_NO_CPU || cpu == REPORT_UNKNOWN_CPU)
		return 0;
	if (report_cpu_of(report, cpu, now, slot))
		return -ENOMEM;
	if (*slot == IDMAP_NONE)
		*slot = WAIT_UNKNOWN_CPU;
	return 0;
}

void blame_be_at(struct report *report, struct life *life, uint32_t cpu)
{
	if (cpu >= WAIT_UNKNOWN_CPU)
		return;
	report->rows[life->row].moves += life->at != IDMAP_NONE && life->at != cpu;
	life->at = cpu;
}

/* It waits for that CPU from now on. */
static void line_up(struct report *report, struct life *life, uint32_t cpu)
{
	life->queue = cpu;
	if (cpu < WAIT_UNKNOWN_CPU)
		slices_wait(&report->cpus[cpu]);
	blame_be_at(report, life, cpu);
}

void blame_end(struct report *report, struct life *life, uint64_t now)
{
	if (life->queue < WAIT_UNKNOWN_CPU)
		slices_wait_end(&report->cpus[life->queue], now);
	life->queue = WAIT_UNKNOWN_CPU;
}

int blame_begin(struct report *report, struct life *life, const struct report_step *step)
{
	struct wait_piece piece = { .from = step->now, .why = step->why, .idle = step->idle };
	int err = queue_of(report, step->cpu, step->now, &piece.cpu);

	if (!err)
		err = wait_begin(&life->wait, &piece);
	if (err)
		return err;
	life->wait.all = step->why_all;
	life->wait.by_absent = idmap_find(&report->strangers, step->why) != IDMAP_NONE;
	line_up(report, life, piece.cpu);
	return 0;
}

int report_move(struct report *report, uint32_t number, const struct report_step *to)
{
	struct life *life = &report->lives[number];
	struct wait_piece piece = { .from = to->now, .why = to->why, .idle = to->idle };

	if (life->state != REPORT_WAITING)
		return 0;
	if (queue_of(report, to->cpu, to->now, &piece.cpu))
		return -ENOMEM;
	blame_end(report, life, to->now);
	line_up(report, life, piece.cpu);
	return wait_move(&life->wait, &piece);
}

int report_share(struct report *report, uint32_t number, const struct report_share *share)
{
	struct life *life = &report->lives[number];

	if (!life->waited || life->wait.all)
		return blame_settle(report, life);
	life->wait.limit_ns = share->ns;
	life->wait.limit = share->what;
	life->wait.limit_first = share->first;
	life->wait.pieces[0].why = share->rest;
	return blame_settle(report, life);
}

int report_settle(struct report *report, uint32_t number)
{
	return blame_settle(report, &report->lives[number]);
}

void report_tells(struct report *report, bool moves)
{
	report->tells_moves = moves;
}

/* ---- who is on a CPU and has no life ---- */

/* A text, as slices have it. */
static uint32_t who_of(uint32_t what)
{
	return what == REPORT_IDLE ? WAIT_IDLE : what;
}

int report_stranger_in(struct report *report, uint64_t cpu, uint32_t what, uint64_t now)
{
	uint32_t slot;
	int err = report_cpu_of(report, cpu, now, &slot);

	return err || slot == IDMAP_NONE ? err
					 : slices_come(&report->cpus[slot], who_of(what), now);
}

int report_stranger_out(struct report *report, uint64_t cpu, uint32_t what, uint64_t now)
{
	uint32_t slot;
	int err = report_cpu_of(report, cpu, now, &slot);

	return err || slot == IDMAP_NONE ? err : slices_go(&report->cpus[slot], who_of(what), now);
}

int report_blind(struct report *report, uint64_t cpu, uint32_t what, uint64_t from)
{
	uint64_t number;
	uint32_t slot;
	int err = report_cpu_of(report, cpu, from, &slot);

	return err || slot == IDMAP_NONE ? err
					 : slices_open(&report->cpus[slot], what, from, &number);
}

void report_is_part(struct report *report)
{
	report->is_part = true;
}
