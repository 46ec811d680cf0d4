/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The whole program against the simulator's truth.
 *
 *   test_truth [RUNS [SEED]]   each batch with seeds from SEED up
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "gotrace.h"
#include "simulator/compare.h"
#include "simulator/contradict.h"
#include "simulator/feed.h"

static uint64_t first_seed = 1;
static uint32_t runs; /* 0: each batch's own number */

static void wrong(const struct sim *sim, const char *what)
{
	sim_print_options(stderr, sim);
	fail_msg("%s", what);
}

/* Whatever happened, readers take the trace. */
static void check_valid(const struct sim *sim, const struct feed_result *result)
{
	for (int like_go = 0; like_go < 2; like_go++) {
		struct gt_reader_options options = { .like_go = like_go };
		struct gt_error error = { 0 };

		if (gt_validate(result->trace, result->size, &options, &error))
			wrong(sim, error.text);
	}
}

/* Clocks are wrong, or the mapping is the other one. */
static void check_accepted(const struct sim *sim, enum model_mapping mapping)
{
	struct pipeline_options options = { .mapping = mapping,
					    .version = 23,
					    .generation_ns = 3000000 };
	struct feed_result result;

	if (feed_pipeline(sim, &options, &result))
		wrong(sim, "the pipeline fails");
	if (result.stats.refused)
		wrong(sim, "an event was refused");
	check_valid(sim, &result);
	free(result.trace);
}

static void check_exactly(const struct sim *sim)
{
	struct pipeline_options options = { .version = 23, .generation_ns = 3000000 };
	struct feed_result result;
	struct replay *replay;

	if (feed_pipeline(sim, &options, &result))
		wrong(sim, "the pipeline fails");
	if (result.stats.refused)
		wrong(sim, "an event was refused");
	check_valid(sim, &result);
	if (result.stats.lost || result.stats.unseen || result.stats.repairs)
		wrong(sim, "nothing was lost, but something was repaired");
	if (replay_new(&replay, result.trace, result.size, result.stats.clock_offset_ns,
		       sim_end_ns(sim)))
		wrong(sim, "no trace");
	if (compare_exactly(sim, replay, stderr))
		wrong(sim, "the trace is not the truth");
	replay_free(replay);
	free(result.trace);
}

static void check_losses(const struct sim *sim)
{
	struct pipeline_options options = { .version = 23, .generation_ns = 3000000 };
	struct feed_result result;
	struct replay *replay;

	if (feed_pipeline(sim, &options, &result))
		wrong(sim, "the pipeline fails");
	if (result.stats.refused)
		wrong(sim, "an event was refused");
	check_valid(sim, &result);
	if (replay_new(&replay, result.trace, result.size, result.stats.clock_offset_ns,
		       sim_end_ns(sim)))
		wrong(sim, "no trace");
	if (contradict_find(sim, replay, stderr))
		wrong(sim, "the trace contradicts the truth");
	replay_free(replay);
	free(result.trace);
}

struct batch {
	const char *name;
	bool lossy;
	enum sim_scope scope;
	uint32_t runs, cpus, threads, steps;
	uint64_t seed; /* 0: seeds from the first one up */
	bool anything; /* clocks, losses, entries, scope, mapping: only accepted */
};

static const struct batch batches[] = {
	{ "tiny, system-wide", false, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, system-wide", false, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "medium, system-wide", false, SIM_SYSTEM, 20, 16, 100, 3000 },
	{ "tiny, processes", false, SIM_PROCESS, 300, 2, 3, 40 },
	{ "small, processes", false, SIM_PROCESS, 100, 4, 10, 400 },
	{ "tiny, losses", true, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, losses", true, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "small, losses, processes", true, SIM_PROCESS, 100, 4, 10, 400 },
	{ "small, losses, cgroup", true, SIM_CGROUP, 100, 4, 10, 400 },
	{ "tiny, cgroup", false, SIM_CGROUP, 300, 2, 3, 40 },
	{ "small, cgroup", false, SIM_CGROUP, 100, 4, 10, 400 },
	{ .name = "tiny, anything",
	  .runs = 300,
	  .cpus = 2,
	  .threads = 3,
	  .steps = 40,
	  .anything = true },
	{ .name = "small, anything",
	  .runs = 100,
	  .cpus = 4,
	  .threads = 10,
	  .steps = 400,
	  .anything = true },
	{ .name = "large, anything",
	  .runs = 2,
	  .cpus = 64,
	  .threads = 1000,
	  .steps = 10000,
	  .anything = true },
	/* What once was wrong, or shows best that something would be. */
	{ "a loss before the start, on one CPU", true, SIM_SYSTEM, 1, 2, 3, 40, 439 },
	{ "a loss before the start, of a switch out", true, SIM_SYSTEM, 1, 4, 10, 400, 542 },
	{ "an exec was lost, and the old tid is used again", true, SIM_SYSTEM, 1, 4, 10, 400,
	  60712 },
	{ "a stranger before the start, listed in scope", true, SIM_CGROUP, 1, 4, 10, 400, 674 },
	{ "listed as a stranger, in scope before", true, SIM_CGROUP, 1, 4, 10, 400, 260 },
};

static void test_batch(void **state)
{
	const struct batch *batch = *state;
	uint64_t first = batch->seed ? batch->seed : first_seed;
	uint64_t end = first + (runs && !batch->seed ? runs : batch->runs);

	for (uint64_t seed = first; seed < end; seed++) {
		struct sim_options options;
		struct sim *sim;

		sim_options_random(&options, seed, batch->cpus, batch->threads, batch->steps);
		if (batch->anything) {
			assert_int_equal(sim_new(&sim, seed, &options), 0);
			check_accepted(sim, MODEL_SCHED);
			check_accepted(sim, MODEL_GO);
			sim_free(sim);
			continue;
		}
		options.scope = batch->scope;
		if (!batch->lossy)
			options.loss = 0;
		options.skew_record_ns = options.skew_cpu_ns = options.skew_episode_ns = 0;
		options.snapshot_missing = 0;
		assert_int_equal(sim_new(&sim, seed, &options), 0);
		if (batch->lossy)
			check_losses(sim);
		else
			check_exactly(sim);
		sim_free(sim);
	}
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[sizeof(batches) / sizeof(batches[0])];

	if (argc > 1)
		runs = (uint32_t)strtoul(argv[1], NULL, 0);
	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 0);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		tests[i] = (struct CMUnitTest){
			.name = batches[i].name,
			.test_func = test_batch,
			.initial_state = (void *)&batches[i],
		};
	return cmocka_run_group_tests_name("truth", tests, NULL, NULL);
}
