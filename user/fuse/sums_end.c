// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The end of the sums: what goes on counts up to it; who ran meanwhile; the whole process. */
#include "fuse/sums_core.h"

#include <stdlib.h>

/* ---- what goes on ---- */

static void end_all(struct sums *sums)
{
	for (size_t i = 0; i < sums->belong->count; i++) {
		sums_advance(sums, &sums->state->ms[i], sums->end);
		sums_end_away(sums, &sums->state->ms[i]);
	}
}

/* A goroutine that is not started any more waits for nobody that is known: only waits count. */
static void end_goroutines(struct sums *sums)
{
	const struct sums_state *state = sums->state;

	for (size_t i = 0; i < state->gs.size; i++) {
		const struct idmap_entry *entry = &state->gs.entries[i];
		const struct sums_g *g;

		if (entry->slot == IDMAP_NONE)
			continue;
		g = &state->g_list[entry->slot];
		if (g->state == GT_STATE_WAITING && g->since < sums->end)
			sums->rows[g->row].waiting += sums->end - sums_clip(sums, g->since);
	}
}

/* ---- who ran meanwhile ---- */

static int by_cpu(const void *a, const void *b)
{
	const struct sums_edge *x = a, *y = b;

	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return y->step - x->step;
}

/* While so many waited for the CPU, from one time to another: each slice counts for all. */
static size_t pass_slices(struct sums *sums, const struct fuse_cpu *cpu, size_t slice,
			  uint64_t from, uint64_t to, uint64_t waiting)
{
	while (slice + 1 < cpu->count && cpu->slices[slice + 1].at <= from)
		slice++;
	while (slice < cpu->count && from < to) {
		uint64_t end = slice + 1 < cpu->count ? cpu->slices[slice + 1].at : to;

		end = end < to ? end : to;
		if (end > from && cpu->slices[slice].at <= from)
			sums_fail(sums, fuse_pairs_add(&sums->meanwhile, 0, cpu->slices[slice].name,
						       (end - from) * waiting, from));
		from = end > from ? end : from;
		if (from < to)
			slice++;
	}
	return slice;
}

/*
 * The waits' begins and ends in order, CPU by CPU: between two of them each
 * slice counts as often as there are waits.
 */
static void sum_meanwhile(struct sums *sums)
{
	struct sums_state *state = sums->state;
	uint64_t waiting = 0;
	size_t slice = 0;

	if (state->edges_count)
		qsort(state->edges, state->edges_count, sizeof(*state->edges), by_cpu);
	for (size_t i = 0; i < state->edges_count; i++) {
		const struct sums_edge *edge = &state->edges[i], *before = edge - 1;

		if (!i || before->cpu != edge->cpu)
			waiting = slice = 0;
		else if (waiting && edge->cpu < sums->kernel->cpus_count)
			slice = pass_slices(sums, &sums->kernel->cpus[edge->cpu], slice, before->at,
					    edge->at, waiting);
		waiting += (uint64_t)(int64_t)edge->step;
	}
}

/* ---- the whole process ---- */

static bool is_known_to_go(const struct sums *sums, const struct fuse_thread *thread)
{
	for (size_t i = 0; i < sums->belong->count; i++)
		if (sums->belong->ms[i].thread == thread)
			return true;
	return false;
}

static uint64_t time_on(const struct sums *sums, const struct fuse_thread *thread)
{
	uint64_t on = 0, from, to;

	for (size_t i = 0; i < thread->count; i++) {
		if (thread->segments[i].state != FUSE_ON_CPU)
			continue;
		from = sums_clip(sums, thread->segments[i].at);
		to = sums_clip(sums, fuse_segment_end(sums->kernel, thread, i));
		on += to - from;
	}
	return on;
}

static void sum_process(struct sums *sums)
{
	const struct fuse_kernel *kernel = sums->kernel;

	for (size_t i = 0; i < kernel->threads_count; i++) {
		const struct fuse_thread *thread = &kernel->threads[i];
		uint64_t on;

		if (thread->tgid != sums->belong->tgid)
			continue;
		on = time_on(sums, thread);
		sums->process_cpu += on;
		if (!is_known_to_go(sums, thread))
			sums->unknown_cpu += on;
	}
}

/* ---- the tables ---- */

static void add_row(struct sums_row *all, const struct sums_row *row)
{
	all->goroutines += row->goroutines;
	all->running += row->running;
	all->on_cpu += row->on_cpu;
	for (size_t i = 0; i < FUSE_CLASSES; i++)
		all->off[i] += row->off[i];
	all->unseen += row->unseen;
	all->syscall += row->syscall;
	all->syscall_on += row->syscall_on;
	all->syscall_queue += row->syscall_queue;
	all->syscall_asleep += row->syscall_asleep;
	all->syscall_unseen += row->syscall_unseen;
	all->runnable += row->runnable;
	for (size_t i = 0; i < SUMS_DOINGS; i++)
		all->doing[i] += row->doing[i];
	all->waiting += row->waiting;
	all->late += row->late;
}

static int by_running(const void *a, const void *b)
{
	const struct sums_row *x = a, *y = b;

	if (x->running != y->running)
		return x->running < y->running ? 1 : -1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static int by_length(const void *a, const void *b)
{
	const struct sums_call *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static int by_sum(const void *a, const void *b)
{
	const struct sums_stop *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static void sort_all(struct sums *sums)
{
	if (sums->rows_count)
		qsort(sums->rows, sums->rows_count, sizeof(*sums->rows), by_running);
	if (sums->calls_count)
		qsort(sums->calls, sums->calls_count, sizeof(*sums->calls), by_length);
	if (sums->stops_count)
		qsort(sums->stops, sums->stops_count, sizeof(*sums->stops), by_sum);
	fuse_pairs_sort(&sums->waited);
	fuse_pairs_sort(&sums->slept);
	fuse_pairs_sort(&sums->late);
	fuse_pairs_sort(&sums->inside);
	fuse_pairs_sort(&sums->meanwhile);
}

void sums_conclude(struct sums *sums)
{
	end_all(sums);
	end_goroutines(sums);
	sum_meanwhile(sums);
	sum_process(sums);
	for (size_t i = 0; i < sums->rows_count; i++)
		add_row(&sums->all, &sums->rows[i]);
	sums->running_cpu = sums->all.on_cpu;
	sums->syscall_cpu = sums->all.syscall_on;
	sort_all(sums);
}
