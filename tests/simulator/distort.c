/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What happens to records on their way.
 */
#include <stddef.h>

#include "simulator/distort.h"

static bool is_interrupt(const struct sim_record *record)
{
	return record->any.head.type == REC_THREAD ||
	       (record->any.head.type == REC_WAKEUP &&
		record->any.wakeup.context >= REC_CTX_SOFTIRQ);
}

/* Handlers that run with interrupts on. */
static bool can_be_interrupted(const struct sim_record *record)
{
	switch (record->any.head.type) {
	case REC_SYS_ENTER:
	case REC_SYS_EXIT:
	case REC_RENAME:
	case REC_EXEC:
	case REC_EXIT:
		return true;
	default:
		return false;
	}
}

/*
 * The record before i on its CPU, or i. It is found quickly: CPUs take turns
 * at random.
 */
static size_t before_on_cpu(const struct world *world, size_t i)
{
	uint16_t cpu = world->records[i].any.head.cpu;

	for (size_t at = i; at > 0; at--)
		if (world->records[at - 1].any.head.cpu == cpu)
			return at - 1;
	return i;
}

/* No interrupt storm lasts longer. */
#define NEST_NS 1000000

void distort_nest(struct world *world)
{
	for (size_t i = 0; i < world->record_count; i++) {
		struct sim_record *record = &world->records[i];
		size_t first = i, before;

		if (!can_be_interrupted(record) || rng_below(&world->rng, 3))
			continue;
		while ((before = before_on_cpu(world, first)) != first &&
		       is_interrupt(&world->records[before]) &&
		       record->true_ns - world->records[before].true_ns < NEST_NS)
			first = before;
		if (first != i)
			record->slot_ns = world->records[first].slot_ns - 1;
	}
}

/* Reads a round: what was reserved on each CPU before until[cpu]. Returns its last moment. */
static uint64_t read_round(struct world *world, size_t from, uint32_t round, const uint64_t *until)
{
	uint64_t end = 0;

	for (uint32_t cpu = 0; cpu < world->options->cpus; cpu++)
		if (until[cpu] > end)
			end = until[cpu];
	for (size_t i = from; i < world->record_count; i++) {
		struct sim_record *record = &world->records[i];

		if (record->slot_ns >= end && record->true_ns >= end + NEST_NS)
			break;
		if (record->round || record->slot_ns >= until[record->any.head.cpu])
			continue;
		record->round = round;
		/* A reader waits for a slot that is reserved but not yet written. */
		if (record->true_ns >= end)
			end = record->true_ns + 1;
	}
	return end;
}

/*
 * The moments at which a round samples the CPUs lie anywhere between the end
 * of the round before and, if ragged, about where the next one would begin.
 */
uint32_t distort_rounds(struct world *world)
{
	uint32_t most = world->options->round_records, round = 0;
	uint64_t until[WORLD_CPUS], end = 0;
	size_t from = 0;

	while (from < world->record_count) {
		size_t to =
			from + (most ? rng_between(&world->rng, 1, 2 * most) : world->record_count);
		uint64_t low, spread = 0;

		if (to > world->record_count)
			to = world->record_count;
		low = world->records[to - 1].true_ns + 1;
		if (low < end)
			low = end;
		if (world->options->ragged && to + most < world->record_count &&
		    world->records[to + most].true_ns > low)
			spread = world->records[to + most].true_ns - low;
		for (uint32_t cpu = 0; cpu < world->options->cpus; cpu++)
			until[cpu] = low + (spread ? rng_next(&world->rng) % spread : 0);
		end = read_round(world, from, ++round, until);
		while (from < world->record_count && world->records[from].round)
			from++;
	}
	return round;
}

void distort_clocks(struct world *world)
{
	const struct sim_options *options = world->options;
	uint64_t constant[WORLD_CPUS], episode[WORLD_CPUS] = { 0 }, last[WORLD_CPUS] = { 0 };

	for (uint32_t cpu = 0; cpu < options->cpus; cpu++)
		constant[cpu] = rng_below(&world->rng, options->skew_cpu_ns);
	for (size_t i = 0; i < world->record_count; i++) {
		struct rec_head *head = &world->records[i].any.head;
		uint16_t cpu = head->cpu;

		if (rng_once_in(&world->rng, 50))
			episode[cpu] = rng_below(&world->rng, 2)
					       ? rng_below(&world->rng, options->skew_episode_ns)
					       : 0;
		head->ts_ns += constant[cpu] + episode[cpu] +
			       rng_below(&world->rng, options->skew_record_ns);
		if (head->ts_ns < last[cpu])
			head->ts_ns = last[cpu];
		last[cpu] = head->ts_ns;
	}
}

/* ---- losses ---- */

/* The next count records of the CPU, from i on. */
static void lose_run(struct world *world, size_t i, uint16_t cpu, uint32_t count)
{
	for (; i < world->record_count && count > 0; i++) {
		if (world->records[i].any.head.cpu != cpu)
			continue;
		world->records[i].lost = true;
		count--;
	}
}

static void lose_span(struct world *world, size_t i)
{
	uint16_t cpu = world->records[i].any.head.cpu;
	size_t end = i + rng_below(&world->rng, (uint32_t)(world->record_count / 4 + 1));

	for (; i < end && i < world->record_count; i++)
		if (world->records[i].any.head.cpu == cpu)
			world->records[i].lost = true;
}

static void lose_ends(struct world *world, uint16_t cpu, uint32_t count)
{
	for (size_t i = world->record_count; i > 0 && count > 0; i--) {
		if (world->records[i - 1].any.head.cpu != cpu)
			continue;
		world->records[i - 1].lost = true;
		count--;
	}
}

void distort_lose(struct world *world)
{
	const struct sim_options *options = world->options;
	uint32_t rate = options->loss_rate ? options->loss_rate : 100;
	struct rng *rng = &world->rng;

	for (size_t i = 0; i < world->record_count; i++) {
		uint16_t cpu = world->records[i].any.head.cpu;

		if (options->loss & SIM_LOSE_SINGLES && rng_once_in(rng, rate))
			world->records[i].lost = true;
		if (options->loss & SIM_LOSE_BURSTS && rng_once_in(rng, 20 * rate))
			lose_run(world, i, cpu, rng_between(rng, 2, 40));
		if (options->loss & SIM_LOSE_SPANS &&
		    rng_once_in(rng, (uint32_t)(world->record_count / 4 + 1)))
			lose_span(world, i);
	}
	for (uint16_t cpu = 0; cpu < options->cpus; cpu++) {
		if (options->loss & SIM_LOSE_STARTS && rng_below(rng, 2))
			lose_run(world, 0, cpu, rng_between(rng, 1, 20));
		if (options->loss & SIM_LOSE_ENDS && rng_below(rng, 2))
			lose_ends(world, cpu, rng_between(rng, 1, 20));
	}
	if (options->loss & SIM_LOSE_ONE && options->lose_at < world->record_count)
		world->records[options->lose_at].lost = true;
}

/*
 * The kernel side of ABI 2 names nobody whom it could not describe: it drops
 * that record, too. Here the descriptions are kept instead.
 */
void distort_name(struct world *world)
{
	for (size_t i = 0; i < world->record_count; i++)
		if (world->records[i].any.head.type == REC_THREAD)
			world->records[i].lost = false;
}
