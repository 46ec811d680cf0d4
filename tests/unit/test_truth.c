/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The whole program against the simulator's truth.
 *
 *   test_truth [TIMES [SEED [FOLDER [EVERY]]]]
 *
 * Each batch is run with TIMES as many seeds as usual, from SEED up; one in EVERY
 * traces is kept in FOLDER, so that Go's reader can judge it, too.
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
static uint32_t times = 1;
static uint32_t schedules; /* done */

/* Of all traces one in so many is kept, for other readers to judge. */
static const char *keep_folder;
static uint32_t keep_every = 1, made, kept;

static void wrong(const struct sim *sim, const char *what)
{
	sim_print_options(stderr, sim);
	fail_msg("%s", what);
}

static void keep(const struct feed_result *result)
{
	char path[4096];
	FILE *file;

	if (!keep_folder || made++ % keep_every)
		return;
	snprintf(path, sizeof(path), "%s/%06u.trace", keep_folder, kept++);
	file = fopen(path, "wb");
	if (!file || fwrite(result->trace, 1, result->size, file) != result->size || fclose(file))
		fail_msg("cannot write %s", path);
}

/* Whatever happened, readers take the trace. */
static void make_trace(const struct sim *sim, enum export_go_mapping mapping, uint64_t keep_ns,
		       struct feed_result *result)
{
	struct pipeline_options options = { .mapping = mapping,
					    .version = 23,
					    .generation_ns = 3000000 };

	if (keep_ns ? feed_flight(sim, &options, keep_ns, result)
		    : feed_pipeline(sim, &options, result))
		wrong(sim, "the pipeline fails");
	if (result->stats.refused)
		wrong(sim, "an event was refused");
	for (int like_go = 0; like_go < 2; like_go++) {
		struct gt_reader_options reading = { .like_go = like_go };
		struct gt_error error = { 0 };

		if (gt_validate(result->trace, result->size, &reading, &error))
			wrong(sim, error.text);
	}
	keep(result);
}

enum check {
	ACCEPTED, /* by readers, in both mappings: clocks, losses, entries as they come */
	EXACT,	  /* nothing is lost: every interval equals the truth */
	ORDERED,  /* clocks are wrong: everything happens in the true order */
	TRUE,	  /* records are lost: nothing contradicts the truth */
	ENTRIES,  /* the same, and entries of the snapshot are missing */
};

typedef int (*compare_fn)(const struct sim *sim, const struct replay *replay, uint64_t start_ns,
			  FILE *out);

static const struct check_row {
	compare_fn compare;
	const char *complaint;
	bool clocks, losses, entries; /* may be wrong, or missing */
} checks[] = {
	[ACCEPTED] = { NULL, NULL, true, true, true },
	[EXACT] = { compare_exactly, "the trace is not the truth", false, false, false },
	[ORDERED] = { compare_order, "the trace has another order", true, false, false },
	[TRUE] = { contradict_find, "the trace contradicts the truth", false, true, false },
	[ENTRIES] = { contradict_find, "the trace contradicts the truth", false, true, true },
};

/* keep_ns: what a flight recorder keeps of it; 0: there is none. */
static void check_sim(const struct sim *sim, enum check check, uint64_t keep_ns)
{
	const struct check_row *row = &checks[check];
	struct feed_result result;
	struct replay *replay;

	schedules++;
	make_trace(sim, EXPORT_GO_SCHED, keep_ns, &result);
	if (!row->losses && result.stats.lost)
		wrong(sim, "nothing was lost, but something is missing");
	if (row->compare && !row->entries && result.stats.unseen)
		wrong(sim, "every loss is known, but something is unseen");
	if (!row->losses && !row->clocks && result.stats.repairs)
		wrong(sim, "nothing was wrong, but something was repaired");
	if (row->compare) {
		if (replay_new(&replay, result.trace, result.size, result.stats.clock_offset_ns,
			       sim_end_ns(sim)))
			wrong(sim, "no trace");
		if (row->compare(sim, replay, result.stats.begin_ns, stderr))
			wrong(sim, row->complaint);
		replay_free(replay);
	}
	free(result.trace);
	if (check == ACCEPTED) {
		make_trace(sim, EXPORT_GO_RUNTIME, keep_ns, &result);
		free(result.trace);
	}
}

struct batch {
	const char *name;
	enum check check;
	enum sim_scope scope; /* not of ACCEPTED: there, any */
	uint32_t runs, cpus, threads, steps;
	uint64_t seed; /* 0: seeds from the first one up */
	bool flight;   /* from a flight recorder, which begins at some moment */
};

static const struct batch batches[] = {
	{ "tiny, system-wide", EXACT, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, system-wide", EXACT, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "medium, system-wide", EXACT, SIM_SYSTEM, 20, 16, 100, 3000 },
	{ "large, system-wide", EXACT, SIM_SYSTEM, 2, 64, 1000, 10000 },
	{ "tiny, processes", EXACT, SIM_PROCESS, 300, 2, 3, 40 },
	{ "small, processes", EXACT, SIM_PROCESS, 100, 4, 10, 400 },
	{ "tiny, cgroup", EXACT, SIM_CGROUP, 300, 2, 3, 40 },
	{ "small, cgroup", EXACT, SIM_CGROUP, 100, 4, 10, 400 },
	{ "tiny, wrong clocks", ORDERED, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, wrong clocks", ORDERED, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "small, wrong clocks, processes", ORDERED, SIM_PROCESS, 100, 4, 10, 400 },
	{ "large, wrong clocks", ORDERED, SIM_SYSTEM, 2, 64, 1000, 10000 },
	{ "tiny, losses", TRUE, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, losses", TRUE, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "small, losses, processes", TRUE, SIM_PROCESS, 100, 4, 10, 400 },
	{ "small, losses, cgroup", TRUE, SIM_CGROUP, 100, 4, 10, 400 },
	{ "large, losses", TRUE, SIM_SYSTEM, 2, 64, 1000, 10000 },
	{ "tiny, losses, entries missing", ENTRIES, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, losses, entries missing", ENTRIES, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "tiny, anything", ACCEPTED, SIM_SYSTEM, 300, 2, 3, 40 },
	{ "small, anything", ACCEPTED, SIM_SYSTEM, 100, 4, 10, 400 },
	{ "large, anything", ACCEPTED, SIM_SYSTEM, 2, 64, 1000, 10000 },
	{ "tiny, flight", EXACT, SIM_SYSTEM, 300, 2, 3, 40, 0, true },
	{ "small, flight", EXACT, SIM_SYSTEM, 100, 4, 10, 400, 0, true },
	{ "medium, flight", EXACT, SIM_SYSTEM, 10, 16, 100, 3000, 0, true },
	{ "small, processes, flight", EXACT, SIM_PROCESS, 100, 4, 10, 400, 0, true },
	{ "small, cgroup, flight", EXACT, SIM_CGROUP, 100, 4, 10, 400, 0, true },
	{ "small, wrong clocks, flight", ORDERED, SIM_SYSTEM, 100, 4, 10, 400, 0, true },
	{ "small, losses, flight", TRUE, SIM_SYSTEM, 100, 4, 10, 400, 0, true },
	{ "small, losses, processes, flight", TRUE, SIM_PROCESS, 100, 4, 10, 400, 0, true },
	{ "small, losses, cgroup, flight", TRUE, SIM_CGROUP, 100, 4, 10, 400, 0, true },
	{ "small, anything, flight", ACCEPTED, SIM_SYSTEM, 100, 4, 10, 400, 0, true },
	/* What once was wrong, or shows best that something would be. */
	{ "a loss before the start, on one CPU", TRUE, SIM_SYSTEM, 1, 2, 3, 40, 439 },
	{ "a loss before the start, of a switch out", TRUE, SIM_SYSTEM, 1, 4, 10, 400, 542 },
	{ "an exec was lost, and the old tid is used again", TRUE, SIM_SYSTEM, 1, 4, 10, 400,
	  60712 },
	{ "a stranger before the start, listed in scope", TRUE, SIM_CGROUP, 1, 4, 10, 400, 674 },
	{ "listed as a stranger, in scope before", TRUE, SIM_CGROUP, 1, 4, 10, 400, 260 },
	{ "a syscall before the start, and elsewhere since", TRUE, SIM_SYSTEM, 1, 4, 10, 400,
	  6474 },
	{ "an exec before the start, by one not listed", ENTRIES, SIM_SYSTEM, 1, 2, 3, 40, 31449 },
	{ "listed after it moved on unseen", TRUE, SIM_SYSTEM, 1, 4, 10, 400, 254473 },
	{ "first seen by what has no number", TRUE, SIM_CGROUP, 1, 4, 10, 400, 201494 },
	{ "a tid's next owner, of whom nothing was told", ENTRIES, SIM_SYSTEM, 1, 2, 3, 40,
	  239564 },
	{ "a syscall of an older slice, listed on that CPU", EXACT, SIM_SYSTEM, 1, 4, 10, 400,
	  307 },
	{ "an exec of an older slice, listed on that CPU", EXACT, SIM_PROCESS, 1, 4, 10, 400, 369 },
	{ "a syscall was lost, and an exit shows who runs", TRUE, SIM_SYSTEM, 1, 2, 3, 40, 615 },
	{ "a syscall was lost, and told by the entry", TRUE, SIM_PROCESS, 1, 4, 10, 400, 1551 },
	{ "an exec by another than the leader, told before", EXACT, SIM_CGROUP, 1, 4, 10, 400,
	  8917 },
	{ "a parent that was not listed", ENTRIES, SIM_SYSTEM, 1, 2, 3, 40, 2501 },
};

static struct sim *make_sim(const struct batch *batch, uint64_t seed)
{
	const struct check_row *row = &checks[batch->check];
	struct sim_options options;
	struct sim *sim;

	sim_options_random(&options, seed, batch->cpus, batch->threads, batch->steps);
	if (row->compare)
		options.scope = batch->scope;
	if (!row->losses)
		options.loss = 0;
	if (!row->clocks)
		options.skew_record_ns = options.skew_cpu_ns = options.skew_episode_ns = 0;
	if (row->clocks && row->compare) { /* what only a clock tells is not asked */
		options.snapshot_steps = 0;
		options.fresh_tids = true;
	}
	if (!row->entries)
		options.snapshot_missing = 0;
	else if (row->compare && !options.snapshot_missing)
		options.snapshot_missing = 1 + (uint32_t)(seed % 10);
	if (batch->flight) {
		options.words = true;
		options.nested = false;
	}
	assert_int_equal(sim_new(&sim, seed, &options), 0);
	return sim;
}

/* So that the dump begins anywhere, at one of its segments. */
static uint64_t keep_of(const struct batch *batch, const struct sim *sim, uint64_t seed)
{
	return batch->flight ? 1 + (sim_end_ns(sim) - sim_on_ns(sim)) * (seed % 11) / 10 : 0;
}

static void test_batch(void **state)
{
	const struct batch *batch = *state;
	uint64_t first = batch->seed ? batch->seed : first_seed;
	uint64_t end = first + (batch->seed ? 1 : (uint64_t)times * batch->runs);

	for (uint64_t seed = first; seed < end; seed++) {
		struct sim *sim = make_sim(batch, seed);

		check_sim(sim, batch->check, keep_of(batch, sim, seed));
		sim_free(sim);
	}
}

/* One record is lost, at each place in turn; the schedules differ in scope and rounds. */
static void test_lose_each(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed < first_seed + 3 * (uint64_t)times; seed++) {
		struct sim_options options;
		size_t records = 1;

		sim_options_random(&options, seed, 3, 6, 150);
		options.scope = (enum sim_scope)(seed % 3);
		options.skew_record_ns = options.skew_cpu_ns = options.skew_episode_ns = 0;
		options.snapshot_missing = 0;
		options.loss = SIM_LOSE_ONE;
		for (options.lose_at = 0; options.lose_at < records; options.lose_at++) {
			struct sim *sim;

			assert_int_equal(sim_new(&sim, seed, &options), 0);
			records = sim_record_count(sim);
			check_sim(sim, TRUE, 0);
			sim_free(sim);
		}
	}
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[sizeof(batches) / sizeof(batches[0]) + 1] = {
		cmocka_unit_test(test_lose_each),
	};
	int failed;

	if (argc > 1)
		times = (uint32_t)strtoul(argv[1], NULL, 0);
	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 0);
	if (argc > 3)
		keep_folder = argv[3];
	if (argc > 4)
		keep_every = (uint32_t)strtoul(argv[4], NULL, 0);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = batches[i].name,
			.test_func = test_batch,
			.initial_state = (void *)&batches[i],
		};
	failed = cmocka_run_group_tests_name("truth", tests, NULL, NULL);
	printf("# %u schedules\n", schedules);
	return failed;
}
