// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "report/rows.h"

/* More no kernel has; the rest of a broken trace's are not looked at. */
#define CPUS_MAX 8192
/* No two events of a trace have one time: so many ns are steps of its clock, no wait. */
#define GRAIN_NS 16
/* So many lives that are over are worth folding. */
#define OVER_MAX (1u << 16)

int report_new(struct report **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	strtab_fini(&report->texts);
	pairs_fini(&report->waits);
	pairs_fini(&report->sleeps);
	idmap_fini(&report->strangers);
	idmap_fini(&report->cpu_map);
	for (size_t i = 0; i < report->cpu_count; i++)
		slices_fini(&report->cpus[i]);
	free(report->cpus);
	free(report->lives);
	free(report->rows);
	free(report);
}

int report_add_text(struct report *report, const char *text, size_t size, uint32_t *id)
{
	uint64_t added;
	int err = size ? strtab_add(&report->texts, text, size, &added) : 0;

	if (!err)
		*id = size ? (uint32_t)added : 0;
	return err;
}

int report_add_stranger(struct report *report, const char *text, size_t size, uint32_t *id)
{
	uint32_t slot;
	int err = report_add_text(report, text, size, id);

	if (err || idmap_find(&report->strangers, *id) != IDMAP_NONE)
		return err;
	return idmap_add(&report->strangers, *id, &slot);
}

/* ---- lives ---- */

static int new_row(struct report *report, uint32_t *row)
{
	struct report_thread *grown = grow_array(report->rows, &report->row_cap,
						 report->row_count + 1, sizeof(*report->rows));

	if (!grown)
		return -ENOMEM;
	report->rows = grown;
	*row = (uint32_t)report->row_count++;
	grown[*row] = (struct report_thread){ 0 };
	return 0;
}

static int new_life(struct report *report, uint32_t *number)
{
	struct life *grown;

	if (report->free_life) {
		*number = report->free_life - 1;
		report->free_life = report->lives[*number].next_free;
		return 0;
	}
	grown = grow_array(report->lives, &report->life_cap, report->life_count + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	report->lives = grown;
	*number = (uint32_t)report->life_count++;
	grown[*number] = (struct life){ .row = IDMAP_NONE };
	return 0;
}

int report_enter(struct report *report, uint32_t *life)
{
	uint32_t row = 0, number = 0;

	if (report->over > OVER_MAX && report_fold(report, false))
		return -ENOMEM;
	if (new_life(report, &number))
		return -ENOMEM;
	if (new_row(report, &row)) {
		report->lives[number].next_free = report->free_life;
		report->free_life = number + 1;
		return -ENOMEM;
	}
	report->lives[number] = (struct life){ .row = row };
	*life = number;
	return 0;
}

int report_name(struct report *report, uint32_t life, const char *name, size_t size)
{
	struct report_thread *row = &report->rows[report->lives[life].row];

	row->threads = 1;
	return report_add_text(report, name, size, &row->name);
}

enum report_state report_state_of(const struct report *report, uint32_t life)
{
	return report->lives[life].state;
}

/* ---- sums ---- */

/* What is longer ago than slices are kept. 0 or -ENOMEM. */
static int add_forgotten(struct report *report, const struct life *life, const struct slices *cpu,
			 uint64_t *rest)
{
	static const char text[] = "(too long ago to say)";
	const struct slice *oldest = slices_back(cpu, SLICES_KEPT - 1);
	uint64_t ns = oldest && oldest->from > life->since ? oldest->from - life->since : 0;
	uint32_t id;

	*rest -= ns;
	if (!ns)
		return 0;
	if (report_add_text(report, text, sizeof(text) - 1, &id))
		return -ENOMEM;
	return pairs_add(&report->waits, life->row, id, ns, life->since);
}

/* A wait that ended on a CPU: each who ran there has its part, nobody the rest. */
static int split_wait(struct report *report, const struct life *life, const struct slices *cpu,
		      uint64_t to)
{
	struct report_pair last = { .who = life->row };
	const struct slice *slice;
	uint64_t rest = to - life->since;

	for (uint64_t back = 0; (slice = slices_back(cpu, back)); back++) {
		uint64_t part = slice_part(slice, life->since, to);

		if (part)
			last.what = slice->row | REPORT_ROW;
		if (part && pairs_add(&report->waits, life->row, last.what, part, life->since))
			return -ENOMEM;
		rest -= part;
		if (slice->from <= life->since)
			break;
	}
	if (add_forgotten(report, life, cpu, &rest))
		return -ENOMEM;
	last.ns = rest;
	if (rest <= GRAIN_NS && last.what)
		return pairs_merge(&report->waits, &last);
	return rest ? pairs_add(&report->waits, life->row, life->why, rest, life->since) : 0;
}

/* cpu: where it got one, or NULL. */
static int leave_wait(struct report *report, const struct life *life, const struct slices *cpu,
		      uint64_t now)
{
	struct report_thread *row = &report->rows[life->row];
	uint64_t ns = now - life->since;

	if (ns <= GRAIN_NS)
		return 0;
	row->waiting += ns;
	if (ns > row->longest_wait) {
		row->longest_wait = ns;
		row->longest_from = life->since;
	}
	return cpu ? split_wait(report, life, cpu, now)
		   : pairs_add(&report->waits, life->row, life->why, ns, life->since);
}

static int leave_state(struct report *report, const struct life *life, const struct slices *cpu,
		       uint64_t now)
{
	struct report_thread *row = &report->rows[life->row];
	uint64_t ns = now - life->since;

	switch (life->state) {
	case REPORT_RUNNING:
		row->running += ns;
		return 0;
	case REPORT_SYSCALL:
		row->in_syscall += ns;
		return 0;
	case REPORT_WAITING:
		return leave_wait(report, life, cpu, now);
	case REPORT_ASLEEP:
		row->blocked += ns;
		return pairs_add(&report->sleeps, life->row, life->why, ns, life->since);
	default:
		return 0;
	}
}

/* ---- who is on a CPU ---- */

static bool has_cpu(enum report_state state)
{
	return state == REPORT_RUNNING || state == REPORT_SYSCALL;
}

/* *slot: IDMAP_NONE if there are too many. */
static int cpu_of(struct report *report, uint64_t id, uint32_t *slot)
{
	struct slices *grown;

	*slot = idmap_find(&report->cpu_map, id);
	if (*slot != IDMAP_NONE || report->cpu_count >= CPUS_MAX)
		return 0;
	grown = grow_array(report->cpus, &report->cpu_cap, report->cpu_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	report->cpus = grown;
	/* One more than the map has, should that fail: freed all the same. */
	grown[report->cpu_count++] = (struct slices){ 0 };
	return idmap_add(&report->cpu_map, id, slot);
}

int report_see_cpu(struct report *report, uint64_t cpu)
{
	uint32_t slot;

	return cpu_of(report, cpu, &slot);
}

int report_go(struct report *report, uint32_t number, const struct report_step *step)
{
	struct life *life = &report->lives[number];
	bool comes = has_cpu(step->state) && !has_cpu(life->state) && step->cpu != REPORT_NO_CPU;
	struct slices *cpu = NULL;

	if (comes && cpu_of(report, step->cpu, &life->cpu))
		return -ENOMEM;
	if (comes && life->cpu != IDMAP_NONE)
		cpu = &report->cpus[life->cpu];
	if (leave_state(report, life, cpu, step->now))
		return -ENOMEM;
	if (comes)
		life->slice = 0;
	if (cpu && slices_open(cpu, life->row, step->now, &life->slice))
		return -ENOMEM;
	if (!has_cpu(step->state) && has_cpu(life->state) && life->slice)
		slices_close(&report->cpus[life->cpu], life->slice, step->now);
	life->state = step->state;
	life->since = step->now;
	life->why = step->why;
	return 0;
}

int report_leave(struct report *report, uint32_t number, uint64_t now)
{
	const struct report_step step = { .state = REPORT_ABSENT, .now = now };
	struct life *life = &report->lives[number];
	int err = report_go(report, number, &step);

	life->row = IDMAP_NONE;
	life->next_free = report->free_life;
	report->free_life = number + 1;
	report->over++;
	return err;
}

/* ---- the end ---- */

static int by_running(const void *a, const void *b)
{
	const struct report_thread *x = a, *y = b;
	uint64_t x_ns = x->running + x->in_syscall, y_ns = y->running + y->in_syscall;

	if (x_ns != y_ns)
		return x_ns < y_ns ? 1 : -1;
	return (x->name > y->name) - (x->name < y->name);
}

/* Whatever goes on; which CPU a thread that still waits will get nobody knows. */
static int end_lives(struct report *report, uint64_t now)
{
	static const char text[] = "(it waits still)";
	uint32_t still;

	if (report_add_text(report, text, sizeof(text) - 1, &still))
		return -ENOMEM;
	for (uint32_t i = 0; i < report->life_count; i++) {
		struct life *life = &report->lives[i];

		if (life->row == IDMAP_NONE)
			continue;
		if (life->state == REPORT_WAITING)
			life->why = still;
		if (report_leave(report, i, now))
			return -ENOMEM;
	}
	return 0;
}

int report_end(struct report *report, uint64_t now)
{
	size_t kept = 0;

	report->end = now;
	if (end_lives(report, now) || report_fold(report, true))
		return -ENOMEM;
	for (size_t i = 0; i < report->row_count; i++) {
		const struct report_thread *row = &report->rows[i];

		if (row->threads || row->running || row->waiting || row->blocked)
			report->rows[kept++] = *row;
	}
	report->row_count = kept;
	qsort(report->rows, kept, sizeof(*report->rows), by_running);
	pairs_sort(&report->waits);
	pairs_sort(&report->sleeps);
	return 0;
}

uint64_t report_duration(const struct report *report)
{
	return report->end;
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

struct gt_text report_text(const struct report *report, uint32_t id)
{
	struct gt_text text = { "?", 1 };

	if (id)
		text.data = strtab_text(&report->texts, id, &text.size);
	return text;
}

bool report_waits_for_nobody(const struct report *report)
{
	uint32_t what;

	if (!report->waits.count)
		return false;
	what = report->waits.rows[0].what;
	return what == REPORT_NOBODY || idmap_find(&report->strangers, what) != IDMAP_NONE;
}
