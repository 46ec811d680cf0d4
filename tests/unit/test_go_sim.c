// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Tracker and exporter against the simulator: schedules whose truth is known go
 * through order, tracker, exporter and writer, and the trace, read back, is laid over the truth.
 *
 * Always: Go's rules hold, and nothing is drawn on a CPU that did not run
 * there then (in scope, as the kernel side held it). Without losses: nothing
 * was bridged, and everything that ran is drawn.
 *
 *   test_go_sim [RUNS [SEED]]   random simulations with seeds from SEED up
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

#include "gorig.h"
#include "gotrace.h"
#include "raw/raw.h"
#include "simulator/sim.h"

#define CPUS 64
#define MAPPINGS 2

struct check {
	const struct sim *sim;
	enum export_go_mapping mapping;
	bool honest; /* clocks are right */
	bool whole;  /* no losses */
	struct order *order;
	struct gorig rig;
	FILE *trace;
	char *data;
	size_t size;
	/* The truth of each CPU in order: numbers of intervals. */
	size_t *runs[CPUS];
	size_t run_count[CPUS];
};

static void wrong(const struct check *check, const char *what)
{
	sim_print_options(stderr, check->sim);
	fail_msg("mapping %d: %s", check->mapping, what);
}

/* ---- through the pipeline ---- */

static int write_trace(void *ctx, const void *data, size_t size)
{
	struct check *check = ctx;

	return fwrite(data, 1, size, check->trace) == size ? 0 : -1;
}

static int push(void *ctx, const struct rec_head *record)
{
	struct check *check = ctx;

	return order_push(check->order, record);
}

static void drain(struct check *check)
{
	struct order_item item;

	while (order_next(check->order, &item))
		assert_int_equal(track_step(check->rig.track, &item), 0);
}

static void open_all(struct check *check)
{
	const struct sim_options *sim = sim_options(check->sim);
	struct gorig_options rig = { .mapping = check->mapping,
				     .version = 23,
				     .generation_bytes = 20000,
				     .track = { .cpus = sim->cpus,
						.cpus_online = sim->cpus,
						.system_wide = sim->scope == SIM_SYSTEM,
						.arch = REC_ARCH_X86_64 } };
	uint64_t end_ns;
	size_t count;
	const struct rec_snapshot *snapshot = sim_snapshot(check->sim, &count, &end_ns);

	check->trace = open_memstream(&check->data, &check->size);
	assert_int_equal(order_new(&check->order, sim->cpus), 0);
	assert_int_equal(gorig_init(&check->rig, &rig, write_trace, check), 0);
	assert_int_equal(track_snapshot(check->rig.track, snapshot, count, end_ns), 0);
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
	assert_int_equal(gorig_finish(&check->rig, sim_end_ns(check->sim)), 0);
	fclose(check->trace);
}

static void check_stats(const struct check *check)
{
	const struct track_stats *stats = track_stats(check->rig.track);

	if (gt_statuses_refused(check->rig.sched))
		wrong(check, "an event was refused");
	if (check->whole && check->honest && (stats->repairs || stats->unseen || stats->lost)) {
		fprintf(stderr, "repairs %" PRIu64 ", unseen %" PRIu64 ", lost %" PRIu64 "\n",
			stats->repairs, stats->unseen, stats->lost);
		wrong(check, "nothing was lost, but something was bridged");
	}
}

/* ---- the truth, by CPU ---- */

static void sort_truth(struct check *check)
{
	size_t count;
	const struct sim_interval *all = sim_intervals(check->sim, &count);

	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		check->runs[cpu] = malloc((count + 1) * sizeof(size_t));
	for (size_t i = 0; i < count; i++)
		if (all[i].state == REC_STATE_RUNNING)
			check->runs[all[i].cpu][check->run_count[all[i].cpu]++] = i;
}

/* Who truly ran there then; NULL: nobody. Intervals of a CPU end in order. */
static const struct sim_interval *truth_at(const struct check *check, uint32_t cpu, uint64_t ns)
{
	const struct sim_interval *all = sim_intervals(check->sim, &(size_t){ 0 });
	size_t low = 0, high = check->run_count[cpu];

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (all[check->runs[cpu][mid]].to_ns <= ns)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == check->run_count[cpu] || all[check->runs[cpu][low]].from_ns > ns)
		return NULL;
	return &all[check->runs[cpu][low]];
}

/* ---- the trace, laid over it ---- */

#define NOBODY UINT64_MAX

/* A goroutine off its CPU. */
struct wait {
	uint64_t g;
	enum gt_state state; /* runnable or waiting */
	uint64_t from_ns, to_ns;
};

/* What the trace draws on a CPU, from a time on. */
struct drawn {
	uint64_t g;
	bool syscall;
	uint64_t from_ns;
};

struct overlay {
	const struct check *check;
	struct drawn cpus[CPUS];
	uint64_t start_ns; /* the snapshot's end: before it nothing is claimed */
	/* Which thread a goroutine is: by where it ran first. */
	uint64_t *gs;
	uint32_t *threads;
	size_t g_count;
	struct wait *waits; /* those without an end have to_ns 0 */
	size_t wait_count;
};

/* The goroutine is that thread, now and whenever it runs. */
static bool is_thread(struct overlay *o, uint64_t g, uint32_t thread)
{
	for (size_t i = 0; i < o->g_count; i++)
		if (o->gs[i] == g)
			return o->threads[i] == thread;
	o->gs = realloc(o->gs, (o->g_count + 1) * sizeof(*o->gs));
	o->threads = realloc(o->threads, (o->g_count + 1) * sizeof(*o->threads));
	o->gs[o->g_count] = g;
	o->threads[o->g_count++] = thread;
	return true;
}

/*
 * A loss is known when a record after it is read. What the trace drew before
 * that cannot be taken back, so a gap that ends in a later round, or never,
 * leaves its CPU's slices in doubt.
 */
static bool in_doubt(const struct check *check, uint32_t cpu, uint64_t from_ns, uint64_t to_ns)
{
	size_t count;
	const struct sim_gap *gaps = sim_gaps(check->sim, &count);

	for (size_t i = 0; i < count; i++)
		if (gaps[i].cpu == cpu && gaps[i].from_ns < to_ns && gaps[i].to_ns > from_ns &&
		    (gaps[i].from_ns == 0 || gaps[i].round_after > gaps[i].round_before))
			return true;
	return false;
}

/*
 * What a thread on a CPU at the start is inside stays unknown until it leaves
 * it, and so does what its child is born inside: the same syscall as in a
 * thread's first interval may be that one.
 */
static bool may_be_unknown(const struct check *check, const struct sim_interval *truth)
{
	const struct sim_interval *all = sim_intervals(check->sim, &(size_t){ 0 });

	while (all->thread != truth->thread)
		all++;
	return all->sys == truth->sys;
}

/* A slice that is long enough to be sure of is looked at in its middle. */
static void check_slice(struct overlay *o, uint32_t cpu, uint64_t to_ns)
{
	const struct check *check = o->check;
	const struct drawn *drawn = &o->cpus[cpu];
	uint64_t from_ns = drawn->from_ns < o->start_ns ? o->start_ns : drawn->from_ns;
	const struct sim_interval *truth;

	if (!check->honest || to_ns < from_ns + 40)
		return;
	truth = truth_at(check, cpu, (from_ns + to_ns) / 2);
	if (truth && !truth->scope)
		truth = NULL;
	if (drawn->g == NOBODY) {
		if (truth && check->whole) {
			fprintf(stderr, "cpu%u %" PRIu64 "-%" PRIu64 " thread %u ran\n", cpu,
				from_ns, to_ns, truth->thread);
			wrong(check, "a thread that ran is not drawn");
		}
		return;
	}
	if (in_doubt(check, cpu, from_ns, to_ns))
		return;
	if (!truth || !is_thread(o, drawn->g, truth->thread)) {
		fprintf(stderr, "cpu%u %" PRIu64 "-%" PRIu64 " G %" PRIu64 " drawn, thread %d\n",
			cpu, from_ns, to_ns, drawn->g, truth ? (int)truth->thread : -1);
		wrong(check, "a slice that did not happen is drawn");
	}
	/* In a cgroup: of who was a stranger the kernel side has not seen what it entered. */
	if (check->mapping == EXPORT_GO_SCHED && check->whole &&
	    drawn->syscall != (truth->sys != REC_SYS_NONE) &&
	    sim_options(check->sim)->scope != SIM_CGROUP &&
	    (drawn->syscall || !may_be_unknown(check, truth))) {
		fprintf(stderr, "cpu%u %" PRIu64 "-%" PRIu64 " G %" PRIu64 " sys %u\n", cpu,
			from_ns, to_ns, drawn->g, truth->sys);
		wrong(check, "in a syscall or not: the trace and the truth differ");
	}
}

static void draw(struct overlay *o, uint64_t cpu, uint64_t g, bool syscall, uint64_t ns)
{
	if (cpu >= CPUS)
		return;
	check_slice(o, cpu, ns);
	o->cpus[cpu] = (struct drawn){ g, syscall, ns };
}

/* A goroutine's state changes: what it was in ends, what it is in may begin. */
static void note_wait(struct overlay *o, uint64_t g, enum gt_state to, uint64_t ns)
{
	for (size_t i = o->wait_count; i-- > 0;)
		if (o->waits[i].g == g) {
			if (!o->waits[i].to_ns)
				o->waits[i].to_ns = ns;
			break;
		}
	if (to != GT_STATE_RUNNABLE && to != GT_STATE_WAITING)
		return;
	if ((o->wait_count & (o->wait_count + 1)) == 0)
		o->waits = realloc(o->waits, 2 * (o->wait_count + 1) * sizeof(*o->waits));
	o->waits[o->wait_count++] = (struct wait){ g, to, ns, 0 };
}

/* Off its CPU, too, a thread is in the state in which the trace shows it. */
static void check_wait(const struct overlay *o, const struct wait *wait, uint32_t thread)
{
	uint64_t from_ns = wait->from_ns < o->start_ns ? o->start_ns : wait->from_ns;
	uint64_t mid_ns = (from_ns + wait->to_ns) / 2;
	size_t count;
	const struct sim_interval *all = sim_intervals(o->check->sim, &count);
	uint8_t state = wait->state == GT_STATE_RUNNABLE ? REC_STATE_RUNNABLE : REC_STATE_ASLEEP;

	if (wait->to_ns < from_ns + 40)
		return;
	for (size_t i = 0; i < count; i++)
		if (all[i].thread == thread && all[i].from_ns <= mid_ns && all[i].to_ns > mid_ns &&
		    all[i].state != state) {
			fprintf(stderr, "G %" PRIu64 " %" PRIu64 "-%" PRIu64 " is %s, truth %u\n",
				wait->g, from_ns, wait->to_ns, gt_state_name(wait->state),
				all[i].state);
			wrong(o->check, "off its CPU: the trace and the truth differ");
		}
}

static void check_waits(const struct overlay *o)
{
	for (size_t i = 0; i < o->wait_count; i++)
		for (size_t k = 0; k < o->g_count; k++)
			if (o->gs[k] == o->waits[i].g && o->waits[i].to_ns)
				check_wait(o, &o->waits[i], o->threads[k]);
}

static void overlay_event(struct overlay *o, const struct gt_event *e)
{
	struct gt_transition t;

	if (!gt_event_transition(e, &t))
		return;
	if (t.of_proc) {
		if (t.to == GT_STATE_IDLE)
			draw(o, t.id, NOBODY, false, e->time);
		return;
	}
	note_wait(o, t.id, t.to, e->time);
	if (t.to == GT_STATE_RUNNING || (t.to == GT_STATE_SYSCALL && e->p != GT_NO_ID))
		draw(o, e->p, t.id, t.to == GT_STATE_SYSCALL, e->time);
	else if (e->p != GT_NO_ID && t.id == e->g)
		draw(o, e->p, NOBODY, false, e->time);
}

static void overlay(const struct check *check)
{
	struct overlay o = { .check = check };
	struct gt_reader *reader;
	const struct gt_event *event;
	size_t count;

	sim_snapshot(check->sim, &count, &o.start_ns);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		o.cpus[cpu].g = NOBODY;
	assert_int_equal(gt_reader_new_memory(&reader, check->data, check->size, NULL), 0);
	while (gt_reader_next(reader, &event) == 0 && event)
		overlay_event(&o, event);
	if (gt_reader_error(reader)->code)
		wrong(check, gt_reader_error(reader)->text);
	for (uint32_t cpu = 0; cpu < sim_options(check->sim)->cpus; cpu++)
		draw(&o, cpu, NOBODY, false, sim_end_ns(check->sim));
	/* In a cgroup a stranger's sleeps are not told. In mapping go there are other rules. */
	if (check->honest && check->whole && check->mapping == EXPORT_GO_SCHED &&
	    sim_options(check->sim)->scope != SIM_CGROUP && sim_options(check->sim)->steps <= 3000)
		check_waits(&o);
	gt_reader_free(reader);
	free(o.waits);
	free(o.gs);
	free(o.threads);
}

/* ---- tests ---- */

static void check_sim(const struct sim *sim, enum export_go_mapping mapping)
{
	const struct sim_options *options = sim_options(sim);
	struct check check = {
		.sim = sim,
		.mapping = mapping,
		.honest = !options->skew_record_ns && !options->skew_cpu_ns &&
			  !options->skew_episode_ns,
		.whole = !options->loss && !options->snapshot_missing,
	};

	open_all(&check);
	run_all(&check);
	check_stats(&check);
	sort_truth(&check);
	overlay(&check);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		free(check.runs[cpu]);
	gorig_fini(&check.rig);
	order_free(check.order);
	free(check.data);
}

struct batch {
	const char *name;
	uint32_t runs;
	uint32_t cpus, threads, steps;
};

static const struct batch batches[] = {
	{ "tiny schedules", 1000, 2, 3, 30 },
	{ "small schedules", 400, 4, 10, 300 },
	{ "medium schedules", 60, 16, 100, 3000 },
	{ "large schedules", 4, 64, 1000, 30000 },
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
		for (int mapping = 0; mapping < MAPPINGS; mapping++)
			check_sim(sim, mapping);
		sim_free(sim);
	}
}

int main(int argc, char **argv)
{
	const size_t n = sizeof(batches) / sizeof(*batches);
	struct CMUnitTest tests[sizeof(batches) / sizeof(*batches)];
	struct batch many = { "random schedules", 0, 64, 1000, 2000 };

	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 0);
	if (argc > 1)
		many.runs = strtoul(argv[1], NULL, 0);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = many.runs ? many.name : batches[i].name,
			.test_func = test_batch,
			.initial_state = many.runs ? &many : (void *)&batches[i],
		};
	return _cmocka_run_group_tests("go_sim", tests, many.runs ? 1 : n, NULL, NULL);
}
