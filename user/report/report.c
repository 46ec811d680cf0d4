// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "report/blame.h"
#include "report/rows.h"

/* So many lives that are over are worth folding. */
#define OVER_MAX (1u << 14)

int report_new(struct report **out)
{
	*out = calloc(1, sizeof(**out));
	if (*out)
		(*out)->options.to = (*out)->times.to = UINT64_MAX;
	return *out ? 0 : -ENOMEM;
}

int report_choose(struct report *report, const struct report_options *options)
{
	int err = longest_init(&report->long_waits, options->longest, options->longest_ns);

	if (!err)
		err = longest_init(&report->long_runs, options->longest, options->longest_ns);
	report->options = *options;
	if (!options->to)
		report->options.to = UINT64_MAX;
	report->times.from = report->times.at = options->from;
	report->times.to = report->options.to;
	return err;
}

const struct report_options *report_options(const struct report *report)
{
	return &report->options;
}

void report_know(struct report *report, unsigned knows)
{
	report->knows |= knows;
}

void report_see_machine(struct report *report, uint32_t cpus)
{
	report->machine = cpus;
}

uint32_t report_machine(const struct report *report)
{
	return report->machine;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	strtab_fini(&report->texts);
	pairs_fini(&report->waits);
	pairs_fini(&report->sleeps);
	pairs_fini(&report->stills);
	pairs_fini(&report->scheds);
	idmap_fini(&report->sched_map);
	idmap_fini(&report->strangers);
	idmap_fini(&report->keys);
	idmap_fini(&report->counted);
	idmap_fini(&report->cpu_map);
	cpus_fini(&report->times);
	calls_fini(&report->calls);
	calls_fini(&report->ranges);
	longest_fini(&report->long_waits);
	longest_fini(&report->long_runs);
	for (size_t i = 0; i < report->cpu_count; i++)
		slices_fini(&report->cpus[i]);
	for (size_t i = 0; i < report->life_count; i++)
		wait_fini(&report->lives[i].wait);
	for (size_t i = 0; i < report->row_count; i++)
		report_row_fini(&report->rows[i]);
	free(report->attributes);
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

int report_enter(struct report *report, uint32_t *life, uint64_t now)
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
	report->lives[number] = (struct life){ .row = row,
					       .from = now,
					       .cpu = IDMAP_NONE,
					       .at = IDMAP_NONE,
					       .queue = WAIT_UNKNOWN_CPU,
					       .wait = report->lives[number].wait };
	*life = number;
	return 0;
}

int report_name(struct report *report, uint32_t life, const char *name, size_t size)
{
	return report_add_text(report, name, size, &report->rows[report->lives[life].row].name);
}

int report_describe(struct report *report, uint32_t life, const struct report_who *who)
{
	uint32_t row = report->lives[life].row;
	struct report_who *now = &report->rows[row].who;
	int err = report_take_sched(report, row);

	*now = *who;
	/* What each thread has for itself is told above. */
	now->attributes.cgroup_id = 0;
	now->attributes.ns_tgid = now->attributes.ns_tid = 0;
	return err;
}

bool report_row_matches(const struct report *report, const struct report_thread *row)
{
	struct gt_text comm = report_text(report, row->name);
	struct gt_text cgroup = report_text(report, row->who.cgroup);
	const struct filter_who who = {
		.comm = row->name ? comm.data : NULL,
		.comm_size = comm.size,
		.cgroup = row->who.cgroup ? cgroup.data : NULL,
		.cgroup_size = cgroup.size,
		.tid = row->who.tid > UINT32_MAX ? 0 : (uint32_t)row->who.tid,
		.pid = row->who.pid,
	};

	return !report->options.filter || filter_match(report->options.filter, &who);
}

bool report_speaks_of(const struct report *report, uint32_t life)
{
	return !report->options.filter ||
	       report_row_matches(report, &report->rows[report->lives[life].row]);
}

enum report_state report_state_of(const struct report *report, uint32_t life)
{
	return report->lives[life].state;
}

/* ---- sums ---- */

static bool has_cpu(enum report_state state)
{
	return state == REPORT_RUNNING || state == REPORT_SYSCALL;
}

/* Any moment of it. */
static bool is_within(const struct report *report, uint64_t from, uint64_t to)
{
	return to >= report->options.from && from <= report->options.to;
}

void report_add_sum(struct report_sum *sum, uint64_t ns)
{
	sum->ns += ns;
	sum->count++;
	sum->squares += (double)ns * (double)ns;
}

void report_keep_single(struct report *report, struct longest *longest, const struct life *life,
			const struct report_single *time, uint32_t cpu)
{
	const struct report_thread *row = &report->rows[life->row];
	struct report_single single = *time;

	single.name = row->name;
	single.tid = row->who.tid;
	single.cpu = cpu == IDMAP_NONE ? REPORT_NO_CPU : report->times.rows[cpu].id;
	if (longest->most && report_row_matches(report, row) && longest_takes(longest, single.ns))
		longest_add(longest, &single);
}

/* It waits no more. What is told of that wait until its next step counts, too. */
static int leave_wait(struct report *report, struct life *life, const struct report_step *step)
{
	blame_end(report, life, step->now);
	life->waited = true;
	life->waited_to = step->now;
	life->got = has_cpu(step->state) ? life->cpu : WAIT_ANY_CPU;
	return has_cpu(step->state) ? 0 : blame_settle(report, life);
}

/* Who slept all the while stands apart: of a whole machine most threads have. */
static int leave_sleep(struct report *report, const struct life *life, uint64_t now)
{
	struct report_thread *row = &report->rows[life->row];
	struct span span = report_span(report, life->since, now);
	bool goes_on = report->ending || now > report->options.to;
	struct report_pair pair = { .who = life->row, .what = life->why };

	if (!is_within(report, life->since, now))
		return 0;
	if (goes_on)
		row->still_ns += span.to - span.from;
	else
		report_add_sum(&row->sleeps, span.to - span.from);
	if (!goes_on)
		return pairs_add(&report->sleeps, life->row, life->why, span.to - span.from,
				 span.from);
	pair.still_ns = span.to - span.from;
	if (row->ran)
		return pairs_merge(&report->sleeps, &pair);
	row->still = 1;
	return pairs_merge(&report->stills, &pair);
}

static int leave_state(struct report *report, struct life *life, const struct report_step *step)
{
	struct report_thread *row = &report->rows[life->row];
	uint64_t now = step->now;
	struct span span;

	switch (life->state) {
	case REPORT_RUNNING:
		span = report_span(report, life->since, now);
		row->running += span.to - span.from;
		return 0;
	case REPORT_SYSCALL:
		span = report_span(report, life->since, now);
		row->in_syscall += span.to - span.from;
		return 0;
	case REPORT_WAITING:
		return leave_wait(report, life, step);
	case REPORT_ASLEEP:
		return leave_sleep(report, life, now);
	default:
		return 0;
	}
}

/* ---- who is on a CPU ---- */

int report_cpu_of(struct report *report, uint64_t id, uint64_t now, uint32_t *slot)
{
	struct slices *grown;

	*slot = idmap_find(&report->cpu_map, id);
	if (*slot != IDMAP_NONE || report->cpu_count >= REPORT_CPUS_MAX)
		return 0;
	grown = grow_array(report->cpus, &report->cpu_cap, report->cpu_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	report->cpus = grown;
	if (cpus_add(&report->times, id, now))
		return -ENOMEM;
	/* One more than the map has, should that fail: freed all the same. */
	grown[report->cpu_count++] = (struct slices){ 0 };
	return idmap_add(&report->cpu_map, id, slot);
}

int report_see_cpu(struct report *report, uint64_t cpu, uint64_t now)
{
	uint32_t slot;

	return report_cpu_of(report, cpu, now, &slot);
}

int report_lose_cpu(struct report *report, uint64_t cpu, uint64_t now)
{
	uint32_t slot;
	int err = report_cpu_of(report, cpu, now, &slot);

	if (!err && slot != IDMAP_NONE)
		cpus_lose(&report->times, slot, now);
	return err;
}

/* ---- from state to state ---- */

/* It leaves its CPU: what it ran there without a break is one time. */
static void leave_cpu(struct report *report, struct life *life, const struct report_step *step)
{
	struct report_thread *row = &report->rows[life->row];
	struct span span = report_span(report, life->on_since, step->now);
	const struct report_single time = { .ns = span.to - span.from, .from = span.from };
	bool limited = step->limited && !step->why_all;
	uint64_t now = step->now;

	if (life->slice && slices_close(&report->cpus[life->cpu], life->slice, now, limited))
		cpus_go(&report->times, life->cpu, now);
	if (!is_within(report, life->on_since, now))
		return;
	row->ran = true;
	report_add_sum(&row->runs, time.ns);
	report_keep_single(report, &report->long_runs, life, &time, life->cpu);
}

/* Somebody came onto its CPU. */
static int take_cpu(struct report *report, struct life *life, uint32_t last, uint64_t now)
{
	life->slice = 0;
	life->on_since = now;
	if (life->cpu == IDMAP_NONE)
		return 0;
	cpus_come(&report->times, life->cpu, now, last != IDMAP_NONE && last != life->cpu);
	blame_be_at(report, life, life->cpu);
	return slices_open(&report->cpus[life->cpu], life->row | REPORT_ROW, now, &life->slice);
}

/*
 * It may have to wait although a CPU is idle. Who a limit keeps from running does
 * not count, nor one of whom it is not known where it may run.
 */
static void line_up(struct report *report, struct life *life, const struct report_step *step)
{
	const struct rec_attributes *attributes = &report->rows[life->row].who.attributes;

	if (life->in_line)
		cpus_wait_end(&report->times, life->allowed, step->now);
	life->in_line = step->state == REPORT_WAITING && !step->limited && report->machine &&
			attributes->known & REC_KNOWN_AFFINITY;
	if (!life->in_line)
		return;
	life->allowed =
		attributes->cpus_allowed_count < report->machine ? attributes->cpus_allowed : 0;
	report->times.sure = true;
	cpus_wait(&report->times, life->allowed, step->now);
}

int report_go(struct report *report, uint32_t number, const struct report_step *step)
{
	struct life *life = &report->lives[number];
	bool comes = has_cpu(step->state) && !has_cpu(life->state);
	uint32_t last = life->cpu;
	int err = blame_settle(report, life);

	if (!err && comes) {
		life->cpu = IDMAP_NONE;
		if (step->cpu != REPORT_NO_CPU)
			err = report_cpu_of(report, step->cpu, step->now, &life->cpu);
	}
	if (!err)
		err = leave_state(report, life, step);
	if (!err && comes)
		err = take_cpu(report, life, last, step->now);
	if (!err && step->state == REPORT_WAITING)
		err = blame_begin(report, life, step);
	if (err)
		return err;
	if (!has_cpu(step->state) && has_cpu(life->state))
		leave_cpu(report, life, step);
	if (step->state == REPORT_WAITING || life->in_line)
		line_up(report, life, step);
	life->state = step->state;
	life->since = step->now;
	life->why = step->why;
	return 0;
}

int report_add_call(struct report *report, uint32_t life, const struct report_call *call)
{
	if (call->from < report->options.from || call->to > report->options.to ||
	    !report_speaks_of(report, life))
		return 0;
	return calls_add(&report->calls, call);
}

int report_add_range(struct report *report, uint32_t life, const struct report_call *range)
{
	bool ours =
		life == REPORT_NO_LIFE ? !report->options.filter : report_speaks_of(report, life);

	if (range->from < report->options.from || range->to > report->options.to || !ours)
		return 0;
	return calls_add(&report->ranges, range);
}

int report_leave(struct report *report, uint32_t number, uint64_t now)
{
	const struct report_step step = { .state = REPORT_ABSENT, .now = now };
	struct life *life = &report->lives[number];
	struct report_thread *row = &report->rows[life->row];
	int err = report_go(report, number, &step);

	if (!err)
		err = report_take_sched(report, life->row);
	row->threads = is_within(report, life->from, now);
	row->order = ++report->ended;
	life->row = IDMAP_NONE;
	life->next_free = report->free_life;
	report->free_life = number + 1;
	report->over++;
	return err;
}

struct gt_text report_text(const struct report *report, uint32_t id)
{
	struct gt_text text = { "?", 1 };

	if (id)
		text.data = strtab_text(&report->texts, id, &text.size);
	return text;
}
