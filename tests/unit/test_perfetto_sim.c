// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The exporter of Perfetto traces against the simulator: what a reader is
 * shown is what the tracker told. How long each thread was on a CPU, how often
 * it was woken, how many syscalls it began; with losses and clocks that are
 * wrong, too.
 *
 *   test_perfetto_sim [RUNS [SEED]]   random simulations with seeds from SEED up
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/perfetto/perfetto.h"
#include "lib/perfettotext.h"
#include "order/order.h"
#include "raw/raw.h"
#include "simulator/sim.h"
#include "track/track.h"

/* Events have a nanosecond each, so what belongs to one record is spread. */
#define APART_NS 64
#define TIDS 65536 /* the simulator gives no higher tid */

struct sums {
	uint64_t on_cpu_ns;
	uint64_t edges; /* times that it came or left */
	/* Not all of it is told: it was out of scope, or two threads had that tid
	 * at one time, as records have it around an exec. */
	bool doubtful;
};

/* Who is on a CPU, and since when; 0: it is on none. */
struct run {
	uint64_t since;
	uint32_t tid;
};

struct check {
	const struct sim *sim;
	struct order *order;
	struct track *track;
	struct export_perfetto *perfetto;
	struct exporter exporter;
	FILE *trace;
	char *data;
	size_t size;
	struct run *runs; /* by slot */
	size_t slots;
	struct sums *told, *shown; /* by tid */
	uint64_t wakeups;
	uint64_t end_ns; /* of the capture, or the last change, if that was moved behind it */
};

static int write_trace(void *ctx, const void *data, size_t size)
{
	struct check *check = ctx;

	return fwrite(data, 1, size, check->trace) == size ? 0 : -1;
}

/* ---- what is told ---- */

static struct run *run_of(struct check *check, const struct thread *thread)
{
	size_t slots = check->slots;

	if (thread->slot >= slots) {
		check->slots = 2 * ((size_t)thread->slot + 1);
		check->runs = reallocarray(check->runs, check->slots, sizeof(*check->runs));
		assert_non_null(check->runs);
		memset(check->runs + slots, 0, (check->slots - slots) * sizeof(*check->runs));
	}
	return &check->runs[thread->slot];
}

static void end_run(struct check *check, struct run *run, uint64_t ns)
{
	if (run->since)
		check->told[run->tid].on_cpu_ns += ns - run->since;
	run->since = 0;
}

static void note(struct check *check, const struct change *change)
{
	const struct thread *thread = change->thread;
	struct run *run;
	bool on_cpu;

	if (!thread || change->repair == CHANGE_DROP)
		return;
	run = run_of(check, thread);
	if (change->kind == CHANGE_FORGOTTEN) {
		*run = (struct run){ 0 };
		return;
	}
	check->wakeups += change->kind == CHANGE_WAKE;
	check->told[thread->tid].edges++;
	check->told[thread->tid].doubtful |= !thread->scope;
	if (run->tid && run->tid != thread->tid)
		check->told[thread->tid].doubtful = check->told[run->tid].doubtful = true;
	run->tid = thread->tid;
	if ((change->kind <= CHANGE_END || change->kind == CHANGE_STRANGER_OUT) &&
	    !change->other_scope)
		check->told[change->other->tid].doubtful = true;
	if (change->kind == CHANGE_STRANGER_IN || change->kind == CHANGE_STRANGER_OUT)
		on_cpu = change->kind == CHANGE_STRANGER_IN;
	else if (change->kind < CHANGE_INPUTS || change->kind == CHANGE_IS)
		on_cpu = change->to == THREAD_ON_CPU;
	else
		return;
	if (!on_cpu)
		end_run(check, run, change->ts_ns);
	else if (!run->since)
		run->since = change->ts_ns;
}

static int on_change(void *ctx, const struct change *change)
{
	struct check *check = ctx;

	if (change->ts_ns > check->end_ns)
		check->end_ns = change->ts_ns;
	note(check, change);
	return check->exporter.ops->change(check->exporter.ctx, change);
}

/* ---- through the pipeline ---- */

static int push(void *ctx, const struct rec_head *record)
{
	return order_push(((struct check *)ctx)->order, record);
}

static void drain(struct check *check)
{
	struct order_item item;

	while (order_next(check->order, &item))
		assert_int_equal(track_step(check->track, &item), 0);
}

static void open_all(struct check *check)
{
	const struct sim_options *sim = sim_options(check->sim);
	const struct export_perfetto_options perfetto = {
		.cpus = sim->cpus, .arch = REC_ARCH_X86_64, .mono_ns = 1, .release = "6.18.0"
	};
	const struct track_options track = { .cpus = sim->cpus,
					     .cpus_online = sim->cpus,
					     .system_wide = sim->scope == SIM_SYSTEM,
					     .arch = REC_ARCH_X86_64 };
	uint64_t end_ns;
	size_t count;
	const struct rec_snapshot *snapshot = sim_snapshot(check->sim, &count, &end_ns);

	check->told = calloc(TIDS, sizeof(*check->told));
	check->shown = calloc(TIDS, sizeof(*check->shown));
	assert_non_null(check->told);
	assert_non_null(check->shown);
	check->trace = open_memstream(&check->data, &check->size);
	assert_int_equal(order_new(&check->order, sim->cpus), 0);
	assert_int_equal(export_perfetto_new(&check->perfetto, &perfetto, write_trace, check), 0);
	check->exporter = export_perfetto_exporter(check->perfetto);
	assert_int_equal(track_new(&check->track, &track, on_change, check), 0);
	assert_int_equal(track_snapshot(check->track, snapshot, count, end_ns), 0);
}

static void close_all(struct check *check)
{
	track_free(check->track);
	export_perfetto_free(check->perfetto);
	order_free(check->order);
	free(check->data);
	free(check->runs);
	free(check->told);
	free(check->shown);
}

static void run_all(struct check *check)
{
	for (uint32_t round = 1; round <= sim_round_count(check->sim); round++) {
		assert_int_equal(sim_round(check->sim, round, push, check), 0);
		order_round(check->order);
		drain(check);
	}
	order_end(check->order, sim_seq_end(check->sim), sim_end_ns(check->sim));
	drain(check);
	assert_int_equal(track_end(check->track), 0);
	assert_int_equal(check->exporter.ops->finish(check->exporter.ctx, sim_end_ns(check->sim)),
			 0);
	fclose(check->trace);
}

/* ---- what is shown ---- */

static void on_run(void *ctx, uint32_t cpu, uint32_t tid, uint64_t from_ns, uint64_t to_ns)
{
	struct check *check = ctx;

	(void)cpu;
	check->shown[tid].on_cpu_ns += to_ns - from_ns;
	check->shown[tid].edges += 2;
}

static void wrong(const struct check *check, const char *what, uint32_t tid)
{
	sim_print_options(stderr, check->sim);
	fail_msg("thread %u: %s: told %" PRIu64 " ns, shown %" PRIu64, tid, what,
		 check->told[tid].on_cpu_ns, check->shown[tid].on_cpu_ns);
}

static void check_shown(struct check *check)
{
	struct export_perfetto_stats stats;

	if (perfettotext_runs(check->data, check->size, check->end_ns, on_run, check))
		wrong(check, "the trace breaks its own rules", 0);
	export_perfetto_stats(check->perfetto, &stats);
	assert_true(stats.wakeups == check->wakeups);
	assert_true(stats.bytes == check->size);
	for (uint32_t tid = 1; tid < TIDS; tid++) {
		int64_t apart = (int64_t)(check->told[tid].on_cpu_ns - check->shown[tid].on_cpu_ns);
		uint64_t most = APART_NS * (2 + check->told[tid].edges + check->shown[tid].edges);

		if ((uint64_t)llabs(apart) > most && !check->told[tid].doubtful)
			wrong(check, "time on CPUs", tid);
	}
}

static void check_sim(struct sim *sim)
{
	struct check check = { .sim = sim, .end_ns = sim_end_ns(sim) };

	open_all(&check);
	run_all(&check);
	for (size_t i = 0; i < check.slots; i++)
		end_run(&check, &check.runs[i], check.end_ns);
	check_shown(&check);
	close_all(&check);
}

struct batch {
	const char *name;
	unsigned runs;
	uint32_t cpus, threads, steps;
};

static const struct batch batches[] = {
	{ "small schedules", 100, 3, 6, 60 },
	{ "many threads on few CPUs", 30, 2, 60, 600 },
	{ "many CPUs", 10, 16, 60, 1500 },
};

static uint64_t first_seed = 1;

static void test_batch(void **state)
{
	const struct batch *batch = *state;

	for (uint64_t seed = first_seed; seed < first_seed + batch->runs; seed++) {
		struct sim_options options;
		struct sim *sim;

		sim_options_random(&options, seed, batch->cpus, batch->threads, batch->steps);
		assert_int_equal(sim_new(&sim, seed, &options), 0);
		check_sim(sim);
		sim_free(sim);
	}
}

int main(int argc, char **argv)
{
	const size_t n = sizeof(batches) / sizeof(*batches);
	struct CMUnitTest tests[sizeof(batches) / sizeof(*batches)];
	struct batch many = { "random schedules", 0, 16, 200, 2000 };

	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 0);
	if (argc > 1)
		many.runs = (unsigned)strtoul(argv[1], NULL, 0);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = many.runs ? many.name : batches[i].name,
			.test_func = test_batch,
			.initial_state = many.runs ? &many : (void *)&batches[i],
		};
	return _cmocka_run_group_tests("perfetto_sim", tests, many.runs ? 1 : n, NULL, NULL);
}
