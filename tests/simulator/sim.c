/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulator: runs a schedule, spoils its records, and answers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/distort.h"
#include "simulator/schedule.h"
#include "simulator/sim.h"
#include "simulator/world.h"

#define START_NS 1000000000 /* CLOCK_MONOTONIC when the simulation begins */

/* A record's place in the rings: rounds, then CPUs, then slots. */
struct ring_place {
	uint32_t record;
	uint32_t round;
	uint16_t cpu;
	uint64_t slot_ns;
};

struct sim {
	uint64_t seed;
	struct sim_options options;
	struct world world;
	uint64_t on_ns, snapshot_end_ns, end_ns;
	struct rec_snapshot *snapshot;
	size_t snapshot_count, snapshot_size;
	uint64_t *snapshot_ns; /* of each entry */
	size_t snapshot_ns_size;
	uint64_t seq_end[WORLD_CPUS];
	uint32_t rounds;
	struct ring_place *rings;
	struct sim_gap *gaps;
	size_t gap_count, gap_size;
	struct sim_thread *threads;
};

void sim_options_random(struct sim_options *out, uint64_t seed, uint32_t cpus, uint32_t threads,
			uint32_t steps)
{
	struct rng rng = { seed ^ 0x5eed };
	static const uint32_t skews[] = { 0, 0, 0, 500, 20000, 3000000 };

	*out = (struct sim_options){
		.cpus = rng_between(&rng, 1, cpus),
		.threads = rng_between(&rng, 1, threads),
		.steps = rng_between(&rng, 1, steps),
		.scope = (enum sim_scope)rng_below(&rng, 3),
		.warm_up = rng_below(&rng, 2) ? rng_below(&rng, steps) : 0,
		.snapshot_steps = rng_below(&rng, 2) ? rng_below(&rng, steps) : 0,
		.snapshot_missing = rng_once_in(&rng, 4) ? rng_between(&rng, 1, 10) : 0,
		.skew_record_ns = skews[rng_below(&rng, 6)],
		.skew_cpu_ns = skews[rng_below(&rng, 6)],
		.skew_episode_ns = skews[rng_below(&rng, 6)],
		.loss = rng_below(&rng, 2) ? rng_below(&rng, SIM_LOSE_ONE) : 0,
		.loss_rate = rng_between(&rng, 2, 500),
		.words = seed & 1,
		.nested = rng_below(&rng, 2) && !(seed & 1),
		.round_records = rng_once_in(&rng, 4) ? 0 : rng_between(&rng, 1, 300),
		.ragged = rng_below(&rng, 2),
	};
}

/* ---- the run ---- */

static int take_snapshot(struct sim *sim, uint32_t thread)
{
	struct world *world = &sim->world;
	uint32_t missing = sim->options.snapshot_missing;

	if (!world_room(world, &sim->snapshot, &sim->snapshot_size, sim->snapshot_count,
			sizeof(*sim->snapshot)) ||
	    !world_room(world, &sim->snapshot_ns, &sim->snapshot_ns_size, sim->snapshot_count,
			sizeof(*sim->snapshot_ns)))
		return -ENOMEM;
	if (missing && rng_once_in(&world->rng, missing))
		return 0;
	if (world_snapshot(world, thread, &sim->snapshot[sim->snapshot_count]))
		sim->snapshot_ns[sim->snapshot_count++] = world->now_ns;
	return 0;
}

static int run(struct sim *sim)
{
	struct world *world = &sim->world;
	struct schedule schedule = { .world = world };
	uint32_t steps = sim->options.snapshot_steps, taken = 0;

	schedule_populate(&schedule);
	for (uint32_t i = 0; i < sim->options.warm_up && !world->failed; i++)
		schedule_step(&schedule);
	world_record(world);
	sim->on_ns = world->now_ns;
	world->listing = true;
	for (uint32_t i = 0; i <= steps && !world->failed; i++) {
		uint64_t due = world->thread_count * (uint64_t)i / (steps ? steps : 1);

		for (;
		     !world->failed && (taken < due || (i == steps && taken < world->thread_count));
		     taken++)
			if (take_snapshot(sim, taken))
				return -ENOMEM;
		if (i < steps)
			schedule_step(&schedule);
	}
	world->listing = false;
	sim->snapshot_end_ns = world->now_ns;
	for (uint32_t i = 0; i < sim->options.steps && !world->failed; i++)
		schedule_step(&schedule);
	world->now_ns += 1000; /* nothing ends too short to be seen */
	world_close(world);
	sim->end_ns = world->now_ns + (uint64_t)sim->options.skew_cpu_ns +
		      sim->options.skew_record_ns + sim->options.skew_episode_ns;
	for (uint32_t cpu = 0; cpu < sim->options.cpus; cpu++)
		sim->seq_end[cpu] = world->cpus[cpu].seq;
	return world->failed ? -ENOMEM : 0;
}

/* ---- what is derived from it ---- */

static int compare_places(const void *a, const void *b)
{
	const struct ring_place *x = a, *y = b;

	if (x->round != y->round)
		return x->round < y->round ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	if (x->slot_ns != y->slot_ns)
		return x->slot_ns < y->slot_ns ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static int fill_rings(struct sim *sim)
{
	const struct world *world = &sim->world;

	sim->rings = calloc(world->record_count + 1, sizeof(*sim->rings));
	if (!sim->rings)
		return -ENOMEM;
	for (size_t i = 0; i < world->record_count; i++)
		sim->rings[i] = (struct ring_place){
			.record = (uint32_t)i,
			.round = world->records[i].round,
			.cpu = world->records[i].any.head.cpu,
			.slot_ns = world->records[i].slot_ns,
		};
	qsort(sim->rings, world->record_count, sizeof(*sim->rings), compare_places);
	return 0;
}

/* The gap ends before the record, or with the capture (NULL). */
static int add_gap(struct sim *sim, struct sim_gap *gap, const struct sim_record *record)
{
	if (!gap->count)
		return 0;
	gap->to_ns = record ? record->any.head.ts_ns : sim->end_ns;
	gap->round_after = record ? record->round : UINT32_MAX;
	if (!world_room(&sim->world, &sim->gaps, &sim->gap_size, sim->gap_count, sizeof(*gap)))
		return -ENOMEM;
	sim->gaps[sim->gap_count++] = *gap;
	return 0;
}

/* A CPU's records stand in the true order in the order of their numbers. */
static int find_gaps(struct sim *sim)
{
	struct sim_gap gaps[WORLD_CPUS] = { 0 };
	int err = 0;

	for (size_t i = 0; i < sim->world.record_count && !err; i++) {
		const struct sim_record *record = &sim->world.records[i];
		const struct rec_head *head = &record->any.head;
		struct sim_gap *gap = &gaps[head->cpu];

		if (record->lost) {
			gap->cpu = head->cpu;
			gap->seq = gap->count++ ? gap->seq : head->seq;
			continue;
		}
		err = add_gap(sim, gap, record);
		*gap = (struct sim_gap){ .from_ns = head->ts_ns, .round_before = record->round };
	}
	for (uint32_t cpu = 0; cpu < sim->options.cpus && !err; cpu++)
		err = add_gap(sim, &gaps[cpu], NULL);
	return err;
}

static int derive(struct sim *sim)
{
	struct world *world = &sim->world;

	if (sim->options.nested && !sim->options.words)
		distort_nest(world);
	sim->rounds = distort_rounds(world);
	distort_clocks(world);
	distort_lose(world);
	if (sim->options.words)
		distort_name(world);
	sim->threads = calloc(world->thread_count + 1, sizeof(*sim->threads));
	if (!sim->threads || fill_rings(sim))
		return -ENOMEM;
	for (size_t i = 0; i < world->thread_count; i++)
		sim->threads[i] = (struct sim_thread){
			.id = world->threads[i].id,
			.kernel = world->threads[i].kernel,
		};
	return find_gaps(sim);
}

int sim_new(struct sim **out, uint64_t seed, const struct sim_options *options)
{
	struct sim *sim;
	int err;

	if (!options->cpus || options->cpus > WORLD_CPUS || !options->threads)
		return -EINVAL;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return -ENOMEM;
	sim->seed = seed;
	sim->options = *options;
	sim->world.options = &sim->options;
	sim->world.rng.state = seed;
	sim->world.now_ns = START_NS;
	for (uint32_t cpu = 0; cpu < WORLD_CPUS; cpu++)
		sim->world.cpus[cpu].current = WORLD_IDLE;
	err = run(sim);
	if (!err)
		err = derive(sim);
	if (err) {
		sim_free(sim);
		return err;
	}
	*out = sim;
	return 0;
}

void sim_free(struct sim *sim)
{
	if (!sim)
		return;
	free(sim->world.threads);
	free(sim->world.processes);
	free(sim->world.free_tids);
	free(sim->world.records);
	free(sim->world.intervals);
	free(sim->snapshot);
	free(sim->snapshot_ns);
	free(sim->rings);
	free(sim->gaps);
	free(sim->threads);
	free(sim);
}

/* ---- answers ---- */

uint64_t sim_seed(const struct sim *sim)
{
	return sim->seed;
}

const struct sim_options *sim_options(const struct sim *sim)
{
	return &sim->options;
}

uint32_t sim_round_count(const struct sim *sim)
{
	return sim->rounds;
}

int sim_round(const struct sim *sim, uint32_t round, sim_push_fn push, void *ctx)
{
	size_t low = 0, high = sim->world.record_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sim->rings[mid].round < round)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < sim->world.record_count && sim->rings[low].round == round; low++) {
		const struct sim_record *record = &sim->world.records[sim->rings[low].record];
		int err = record->lost ? 0 : push(ctx, &record->any.head);

		if (err)
			return err;
	}
	return 0;
}

const struct rec_snapshot *sim_snapshot(const struct sim *sim, size_t *count, uint64_t *end_ns)
{
	*count = sim->snapshot_count;
	*end_ns = sim->snapshot_end_ns;
	return sim->snapshot;
}

uint64_t sim_snapshot_ns(const struct sim *sim, size_t i)
{
	return sim->snapshot_ns[i];
}

const uint64_t *sim_seq_end(const struct sim *sim)
{
	return sim->seq_end;
}

uint64_t sim_on_ns(const struct sim *sim)
{
	return sim->on_ns;
}

uint64_t sim_end_ns(const struct sim *sim)
{
	return sim->end_ns;
}

size_t sim_record_count(const struct sim *sim)
{
	return sim->world.record_count;
}

const struct sim_record *sim_record(const struct sim *sim, size_t i)
{
	return &sim->world.records[i];
}

size_t sim_record_number(const struct sim *sim, const struct rec_head *record)
{
	const char *at = (const char *)record - offsetof(struct sim_record, any);

	return (size_t)(at - (const char *)sim->world.records) / sizeof(struct sim_record);
}

const struct sim_gap *sim_gaps(const struct sim *sim, size_t *count)
{
	*count = sim->gap_count;
	return sim->gaps;
}

const struct sim_thread *sim_threads(const struct sim *sim, size_t *count)
{
	*count = sim->world.thread_count;
	return sim->threads;
}

const struct sim_interval *sim_intervals(const struct sim *sim, size_t *count)
{
	*count = sim->world.interval_count;
	return sim->world.intervals;
}

int sim_compare_intervals(const void *a, const void *b)
{
	const struct sim_interval *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* ---- for a failed test ---- */

void sim_print_options(FILE *out, const struct sim *sim)
{
	const struct sim_options *o = &sim->options;

	fprintf(out,
		"seed=%llu cpus=%u threads=%u steps=%u scope=%d warm_up=%u snapshot=%u/%u fresh=%d "
		"skew=%u,%u,%u loss=%#x rate=%u at=%u words=%d nested=%d rounds=%u ragged=%d\n",
		(unsigned long long)sim->seed, o->cpus, o->threads, o->steps, o->scope, o->warm_up,
		o->snapshot_steps, o->snapshot_missing, o->fresh_tids, o->skew_record_ns,
		o->skew_cpu_ns, o->skew_episode_ns, o->loss, o->loss_rate, o->lose_at, o->words,
		o->nested, o->round_records, o->ragged);
}

void sim_print_around(FILE *out, const struct sim *sim, size_t i, size_t around)
{
	size_t from = i > around ? i - around : 0;
	char text[RECTEXT_LINE];

	for (; from <= i + around && from < sim->world.record_count; from++) {
		const struct sim_record *record = &sim->world.records[from];

		rectext_print(text, sizeof(text), &record->any.head);
		fprintf(out, "%c %6zu true %llu round %u%s: %s\n", from == i ? '>' : ' ', from,
			(unsigned long long)record->true_ns, record->round,
			record->lost ? " LOST" : "", text);
	}
}
