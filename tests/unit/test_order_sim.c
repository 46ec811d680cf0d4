/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Order against the simulator: whatever happens to clocks, rings and records,
 * each thread's and each CPU's order is exact, each record comes once, each
 * loss is told exactly, and nothing stays longer than its rounds.
 *
 *   test_order_sim [RUNS [SEED]]   random simulations with seeds from SEED up
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order/order.h"
#include "simulator/sim.h"

#define CPUS 64
#define NO_RECORD SIZE_MAX

struct check {
	const struct sim *sim;
	struct order *order;
	bool honest;	     /* clocks are right */
	size_t (*before)[2]; /* per record: of each thread, the transition before */
	bool *returned;	     /* per record */
	size_t *gaps[CPUS];  /* numbers of the CPU's gaps */
	size_t gap_count[CPUS], gap_next[CPUS];
	uint32_t next_seq[CPUS];
	uint64_t last_ts_ns;
	size_t last; /* record returned last */
	uint64_t pushed, items, records, moved, lost;
};

/* Says what is wrong, where, and in which simulation; then fails. */
static void wrong(const struct check *check, size_t record, const char *what)
{
	sim_print_options(stderr, check->sim);
	fprintf(stderr, "%s, at record %zu\n", what, record);
	if (record != NO_RECORD)
		sim_print_around(stderr, check->sim, record, 15);
	fail_msg("%s", what);
}

static unsigned tasks_of(const union rectext_any *any, const struct rec_task *tasks[2])
{
	switch (any->head.type) {
	case REC_SWITCH:
		tasks[0] = &any->sw.prev;
		tasks[1] = &any->sw.next;
		return 2;
	case REC_WAKEUP:
		tasks[0] = &any->wakeup.wakee;
		return 1;
	case REC_FORK:
		tasks[0] = &any->fork.child;
		return 1;
	default:
		return 0;
	}
}

/* The simulator's ids have the thread's number plus one in their low bits. */
static size_t thread_of(uint64_t id)
{
	return (size_t)(id & 0xffffffffff) - 1;
}

/* Which transition of the same thread that is not lost comes before each one. */
static void find_before(struct check *check)
{
	size_t count = sim_record_count(check->sim), threads;
	const struct rec_task *tasks[2];
	size_t *last;

	sim_threads(check->sim, &threads);
	last = malloc(threads * sizeof(*last));
	for (size_t i = 0; i < threads; i++)
		last[i] = NO_RECORD;
	for (size_t i = 0; i < count; i++) {
		const struct sim_record *record = sim_record(check->sim, i);
		unsigned n = tasks_of(&record->any, tasks);

		check->before[i][0] = check->before[i][1] = NO_RECORD;
		for (unsigned t = 0; t < n && !record->lost; t++) {
			if (!tasks[t]->num)
				continue;
			check->before[i][t] = last[thread_of(tasks[t]->id)];
			last[thread_of(tasks[t]->id)] = i;
		}
	}
	free(last);
}

static void sort_gaps(struct check *check)
{
	size_t count;
	const struct sim_gap *gaps = sim_gaps(check->sim, &count);

	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		check->gaps[cpu] = malloc((count + 1) * sizeof(size_t));
	for (size_t i = 0; i < count; i++)
		check->gaps[gaps[i].cpu][check->gap_count[gaps[i].cpu]++] = i;
}

static void check_record(struct check *check, const struct order_item *item)
{
	size_t i = sim_record_number(check->sim, item->record);
	const struct sim_record *record = sim_record(check->sim, i);

	if (record->lost || check->returned[i])
		wrong(check, i, "a record that is lost or was returned before");
	check->returned[i] = true;
	if (item->record->seq != check->next_seq[item->cpu]++ || item->cpu != item->record->cpu)
		wrong(check, i, "not the next number of its CPU");
	for (unsigned t = 0; t < 2; t++)
		if (check->before[i][t] != NO_RECORD && !check->returned[check->before[i][t]])
			wrong(check, i, "before an earlier transition of its thread");
	if (item->ts_ns != record->any.head.ts_ns) {
		if (item->ts_ns < record->any.head.ts_ns || item->ts_ns != check->last_ts_ns)
			wrong(check, i, "a time that is neither its own nor the last one");
		check->moved++;
	}
	if (check->honest &&
	    (item->ts_ns != record->true_ns || (check->records && i < check->last)))
		wrong(check, i, "clocks are right, but this is not the true order");
	check->last = i;
	check->records++;
}

static void check_loss(struct check *check, const struct order_item *item)
{
	size_t count;
	const struct sim_gap *gap = sim_gaps(check->sim, &count);

	if (check->gap_next[item->cpu] == check->gap_count[item->cpu])
		wrong(check, check->last, "a loss after the CPU's last one");
	gap += check->gaps[item->cpu][check->gap_next[item->cpu]++];
	if (item->lost != gap->count || item->lost_from_ns != gap->from_ns ||
	    item->lost_to_ns != gap->to_ns || check->next_seq[item->cpu] != gap->seq)
		wrong(check, check->last, "not the CPU's next loss");
	/* Read no later than the record before it, it can be told in time. */
	if (check->honest && gap->from_ns && gap->round_after <= gap->round_before &&
	    item->ts_ns != gap->from_ns)
		wrong(check, check->last, "a loss not where it begins");
	check->next_seq[item->cpu] += gap->count;
	check->lost += gap->count;
}

static void drain(struct check *check)
{
	struct order_item item;

	while (order_next(check->order, &item)) {
		if (item.ts_ns < check->last_ts_ns)
			wrong(check, check->last, "time went down after this");
		if (++check->items > 2 * sim_record_count(check->sim) + CPUS)
			wrong(check, check->last, "it never ends");
		if (item.kind == ORDER_RECORD)
			check_record(check, &item);
		else
			check_loss(check, &item);
		check->last_ts_ns = item.ts_ns;
	}
}

static int push(void *ctx, const struct rec_head *record)
{
	struct check *check = ctx;

	check->pushed++;
	return order_push(check->order, record);
}

static void check_end(struct check *check)
{
	const struct order_stats *stats = order_stats(check->order);

	for (size_t i = 0; i < sim_record_count(check->sim); i++)
		if (!check->returned[i] && !sim_record(check->sim, i)->lost)
			wrong(check, i, "never returned");
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		if (check->gap_next[cpu] != check->gap_count[cpu])
			wrong(check, check->last, "a loss not told");
	assert_int_equal(stats->records, check->records);
	assert_int_equal(stats->lost, check->lost);
	assert_int_equal(stats->moved, check->moved);
	if (stats->late || stats->forced)
		wrong(check, NO_RECORD, "late or forced");
	assert_int_equal(order_queued(check->order), 0);
}

static void check_sim(const struct sim *sim)
{
	const struct sim_options *options = sim_options(sim);
	size_t count = sim_record_count(sim);
	uint64_t this_round, round_before = 0;
	struct check check = {
		.sim = sim,
		.honest = !options->skew_record_ns && !options->skew_cpu_ns &&
			  !options->skew_episode_ns,
		.before = malloc((count + 1) * sizeof(*check.before)),
		.returned = calloc(count + 1, sizeof(*check.returned)),
	};

	assert_int_equal(order_new(&check.order, options->cpus), 0);
	find_before(&check);
	sort_gaps(&check);
	for (uint32_t round = 1; round <= sim_round_count(sim); round++) {
		check.pushed = 0;
		assert_int_equal(sim_round(sim, round, push, &check), 0);
		this_round = check.pushed;
		order_round(check.order);
		drain(&check);
		if (order_queued(check.order) > this_round + round_before)
			wrong(&check, check.last, "more than two rounds are left after this");
		round_before = this_round;
	}
	order_end(check.order, sim_seq_end(sim), sim_end_ns(sim));
	drain(&check);
	check_end(&check);
	order_free(check.order);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		free(check.gaps[cpu]);
	free(check.before);
	free(check.returned);
}

static void check_seed(uint64_t seed, const struct sim_options *options)
{
	struct sim *sim;

	assert_int_equal(sim_new(&sim, seed, options), 0);
	check_sim(sim);
	sim_free(sim);
}

/* ---- tests ---- */

struct batch {
	const char *name;
	uint32_t runs;
	uint32_t cpus, threads, steps;
};

static const struct batch batches[] = {
	{ "tiny schedules", 3000, 2, 3, 30 },
	{ "small schedules", 1000, 4, 10, 300 },
	{ "medium schedules", 200, 16, 100, 3000 },
	{ "large schedules", 10, 64, 1000, 30000 },
};

static uint64_t first_seed = 1;

static void test_batch(void **state)
{
	const struct batch *batch = *state;

	for (uint64_t seed = first_seed; seed < first_seed + batch->runs; seed++) {
		struct sim_options options;

		sim_options_random(&options, seed, batch->cpus, batch->threads, batch->steps);
		check_seed(seed, &options);
	}
}

/* One record lost, at each place in turn. */
static void test_lose_each(void **state)
{
	struct sim_options options = {
		.cpus = 3,
		.threads = 6,
		.steps = 150,
		.loss = SIM_LOSE_ONE,
		.round_records = 20,
		.nested = true,
		.ragged = true,
	};
	size_t count;
	struct sim *sim;

	(void)state;
	for (uint64_t seed = first_seed; seed < first_seed + 3; seed++) {
		options.skew_record_ns = seed % 2 ? 5000 : 0;
		assert_int_equal(sim_new(&sim, seed, &options), 0);
		count = sim_record_count(sim);
		sim_free(sim);
		for (options.lose_at = 0; options.lose_at < count; options.lose_at++)
			check_seed(seed, &options);
	}
}

static int run_many(uint32_t runs)
{
	struct batch many = { "random schedules", runs, 64, 1000, 2000 };
	const struct CMUnitTest tests[] = {
		{ .name = many.name, .test_func = test_batch, .initial_state = &many },
	};

	return cmocka_run_group_tests_name("order_sim", tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[sizeof(batches) / sizeof(batches[0]) + 1] = {
		cmocka_unit_test(test_lose_each),
	};

	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 0);
	if (argc > 1)
		return run_many((uint32_t)strtoul(argv[1], NULL, 0));
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = batches[i].name,
			.test_func = test_batch,
			.initial_state = (void *)&batches[i],
		};
	return cmocka_run_group_tests_name("order_sim", tests, NULL, NULL);
}
