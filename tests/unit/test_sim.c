/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulator itself: its truth does not contradict itself or its records,
 * everything it is said to simulate happens, and a seed gives the same again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/sim.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define RUNS 60

static struct sim *make(uint64_t seed)
{
	struct sim_options options;
	struct sim *sim;

	sim_options_random(&options, seed, 8, 40, 4000);
	assert_int_equal(sim_new(&sim, seed, &options), 0);
	return sim;
}

static void wrong(const struct sim *sim, size_t record, const char *what)
{
	sim_print_options(stderr, sim);
	sim_print_around(stderr, sim, record, 10);
	fail_msg("%s", what);
}

/* ---- the truth ---- */

static int compare_starts(const void *a, const void *b)
{
	const struct sim_interval *x = a, *y = b;

	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* A thread's intervals follow each other, and a CPU runs one thread at a time. */
static void check_intervals(const struct sim *sim)
{
	size_t count, threads;
	const struct sim_interval *intervals = sim_intervals(sim, &count);
	struct sim_interval *sorted;
	uint64_t cpu_free[64] = { 0 }, *end;

	sim_threads(sim, &threads);
	end = calloc(threads, sizeof(*end));
	sorted = malloc((count + 1) * sizeof(*sorted));
	if (count)
		memcpy(sorted, intervals, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_starts);
	for (size_t i = 0; i < count; i++) {
		const struct sim_interval *in = &sorted[i];

		assert_true(in->from_ns < in->to_ns);
		assert_true(in->from_ns >= sim_on_ns(sim) && in->to_ns <= sim_end_ns(sim));
		assert_true(end[in->thread] == 0 || end[in->thread] == in->from_ns);
		end[in->thread] = in->to_ns;
		if (in->state != REC_STATE_RUNNING)
			continue;
		assert_true(cpu_free[in->cpu] <= in->from_ns);
		cpu_free[in->cpu] = in->to_ns;
	}
	free(sorted);
	free(end);
}

static void test_truth(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		struct sim *sim = make(seed);

		check_intervals(sim);
		sim_free(sim);
	}
}

/* ---- records ---- */

static size_t thread_of(uint64_t id)
{
	return (size_t)(id & 0xffffffffff) - 1;
}

/* Numbers go up by one, times go up, and nobody is named before it is described. */
static void check_records(const struct sim *sim)
{
	size_t threads, entries;
	uint64_t last_ns = 0, end_ns;
	uint32_t seq[64] = { 0 }, *num;
	bool *described;
	const struct rec_snapshot *snapshot = sim_snapshot(sim, &entries, &end_ns);

	sim_threads(sim, &threads);
	num = calloc(threads, sizeof(*num));
	described = calloc(threads, sizeof(*described));
	for (size_t i = 0; i < entries; i++)
		described[thread_of(snapshot[i].id)] = true;
	for (size_t i = 0; i < sim_record_count(sim); i++) {
		const struct sim_record *record = sim_record(sim, i);
		const union rectext_any *any = &record->any;
		struct rec_task tasks[2] = { 0 };

		if (any->head.type == REC_SWITCH) {
			tasks[0] = any->sw.prev;
			tasks[1] = any->sw.next;
		} else if (any->head.type == REC_WAKEUP) {
			tasks[0] = any->wakeup.wakee;
			tasks[1].id = any->wakeup.waker_id;
		} else if (any->head.type == REC_FORK) {
			tasks[0] = any->fork.child;
		} else if (any->head.type == REC_SYS_ENTER || any->head.type == REC_SYS_EXIT) {
			tasks[0].id = any->sys_enter.id;
		} else if (any->head.type == REC_EXIT) {
			tasks[0] = any->exit.task;
		} else {
			described[thread_of(any->thread.task.id)] = true;
		}
		if (record->true_ns <= last_ns || any->head.seq != seq[any->head.cpu]++)
			wrong(sim, i, "time or number is not the next");
		last_ns = record->true_ns;
		for (unsigned t = 0; t < 2; t++) {
			size_t thread = thread_of(tasks[t].id);

			if (!tasks[t].id)
				continue;
			if (!described[thread])
				wrong(sim, i, "names a thread that is not known");
			if (tasks[t].num && tasks[t].num != ++num[thread])
				wrong(sim, i, "transition number is not the next");
		}
	}
	free(num);
	free(described);
}

static void test_records(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		struct sim *sim = make(seed);

		check_records(sim);
		sim_free(sim);
	}
}

/* What a round reads comes after nothing in its past that is read two rounds later. */
static void test_rounds(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		struct sim *sim = make(seed);
		uint32_t highest = 0;

		for (size_t i = 0; i < sim_record_count(sim); i++) {
			uint32_t round = sim_record(sim, i)->round;

			if (round == 0 || round > sim_round_count(sim) || round + 1 < highest)
				wrong(sim, i, "read too late or never");
			highest = round > highest ? round : highest;
		}
		sim_free(sim);
	}
}

static int hash(void *ctx, const struct rec_head *record)
{
	uint64_t *sum = ctx;

	for (unsigned i = 0; i < record->size; i++)
		*sum = (*sum ^ ((const uint8_t *)record)[i]) * 0x100000001b3;
	return 0;
}

static void test_same_again(void **state)
{
	uint64_t sums[3] = { 0 };

	(void)state;
	for (int run = 0; run < 3; run++) {
		struct sim *sim = make(run == 2 ? 8 : 7);

		for (uint32_t round = 1; round <= sim_round_count(sim); round++)
			assert_int_equal(sim_round(sim, round, hash, &sums[run]), 0);
		sim_free(sim);
	}
	assert_int_equal(sums[0], sums[1]);
	assert_int_not_equal(sums[0], sums[2]);
}

/* ---- everything happens ---- */

static bool is_switch(const struct sim_record *r, unsigned flag)
{
	return r->any.head.type == REC_SWITCH && r->any.sw.flags & flag;
}

static bool sleeps_in_syscall(const struct sim_record *r)
{
	return is_switch(r, REC_SWITCH_ASLEEP) && r->any.sw.prev_sys > REC_SYS_NONE;
}
static bool sleeps_outside(const struct sim_record *r)
{
	return is_switch(r, REC_SWITCH_ASLEEP) && r->any.sw.prev_sys == REC_SYS_NONE;
}
static bool preempted_in_syscall(const struct sim_record *r)
{
	return is_switch(r, REC_SWITCH_PREEMPT) && r->any.sw.prev_sys > REC_SYS_NONE;
}
static bool preempted_on_its_way_to_sleep(const struct sim_record *r)
{
	return is_switch(r, REC_SWITCH_PREEMPT) && r->any.sw.prev_state == 1;
}
static bool yields(const struct sim_record *r)
{
	return r->any.head.type == REC_SWITCH && r->any.sw.prev_sys == REC_SYS_BASE + 24 &&
	       !(r->any.sw.flags & REC_SWITCH_ASLEEP);
}
static bool dies(const struct sim_record *r)
{
	return is_switch(r, REC_SWITCH_DEAD);
}
static bool leaves_scope(const struct sim_record *r)
{
	return is_switch(r, REC_SWITCH_NEXT_LEFT);
}
static bool is_stranger(const struct sim_record *r)
{
	return r->any.head.type == REC_SWITCH && r->any.sw.prev.id && !r->any.sw.prev.num;
}
static bool unknown_syscall(const struct sim_record *r)
{
	return r->any.head.type == REC_SWITCH && r->any.sw.prev.id &&
	       r->any.sw.prev_sys == REC_SYS_UNKNOWN;
}
static bool wakes_as_task(const struct sim_record *r)
{
	return r->any.head.type == REC_WAKEUP && r->any.wakeup.context == REC_CTX_TASK;
}
static bool wakes_in_softirq(const struct sim_record *r)
{
	return r->any.head.type == REC_WAKEUP && r->any.wakeup.context == REC_CTX_SOFTIRQ;
}
static bool wakes_in_hardirq(const struct sim_record *r)
{
	return r->any.head.type == REC_WAKEUP && r->any.wakeup.context == REC_CTX_HARDIRQ;
}
static bool wakes_from_afar(const struct sim_record *r)
{
	return r->any.head.type == REC_WAKEUP && r->any.wakeup.waker_cpu != r->any.head.cpu;
}
static bool wakes_on_another_queue(const struct sim_record *r)
{
	return r->any.head.type == REC_WAKEUP && r->any.wakeup.target_cpu != r->any.head.cpu;
}
static bool waker_is_stranger(const struct sim_record *r)
{
	return r->any.head.type == REC_WAKEUP && r->any.wakeup.waker_id &&
	       !(r->any.wakeup.flags & REC_WAKEUP_WAKER_SCOPE);
}
static bool forks_in_syscall(const struct sim_record *r)
{
	return r->any.head.type == REC_FORK && r->any.fork.child_sys > REC_SYS_NONE;
}
static bool forks_kernel_thread(const struct sim_record *r)
{
	return r->any.head.type == REC_FORK && r->any.fork.flags & REC_THREAD_KERNEL;
}
static bool stranger_forks(const struct sim_record *r)
{
	return r->any.head.type == REC_FORK && !r->any.fork.parent_scope;
}
static bool leader_execs(const struct sim_record *r)
{
	return r->any.head.type == REC_EXEC && r->any.thread.old_tid == r->any.thread.task.tid;
}
static bool other_execs(const struct sim_record *r)
{
	return r->any.head.type == REC_EXEC && r->any.thread.old_tid != r->any.thread.task.tid;
}
static bool renames(const struct sim_record *r)
{
	return r->any.head.type == REC_RENAME;
}
static bool begins_to_exit(const struct sim_record *r)
{
	return r->any.head.type == REC_EXIT;
}
/* By a new thread: not the old ones' names, which reveal what they are. */
static bool tid_is_reused(const struct sim_record *r)
{
	return r->any.head.type == REC_FORK &&
	       r->any.fork.child.tid < thread_of(r->any.fork.child.id);
}
static bool compat_syscall(const struct sim_record *r)
{
	return r->any.head.type == REC_SYS_ENTER && r->any.sys_enter.sys & REC_SYS_COMPAT;
}
static bool out_of_ring_order(const struct sim_record *r)
{
	return r->slot_ns != r->true_ns;
}
static bool off_its_clock(const struct sim_record *r)
{
	return r->any.head.ts_ns != r->true_ns;
}
static bool is_lost(const struct sim_record *r)
{
	return r->lost;
}

static const struct {
	const char *name;
	bool (*happens)(const struct sim_record *record);
} kinds[] = {
	{ "a sleep in a syscall", sleeps_in_syscall },
	{ "a sleep outside of one", sleeps_outside },
	{ "a preemption in a syscall", preempted_in_syscall },
	{ "a preemption on the way to sleep", preempted_on_its_way_to_sleep },
	{ "a yield", yields },
	{ "a death", dies },
	{ "a thread that leaves the scope", leaves_scope },
	{ "a stranger", is_stranger },
	{ "a syscall not known yet", unknown_syscall },
	{ "a wakeup by a task", wakes_as_task },
	{ "a wakeup in a softirq", wakes_in_softirq },
	{ "a wakeup in a hardirq", wakes_in_hardirq },
	{ "a wakeup from another CPU", wakes_from_afar },
	{ "a wakeup onto another CPU", wakes_on_another_queue },
	{ "a wakeup by a stranger", waker_is_stranger },
	{ "a fork", forks_in_syscall },
	{ "a kernel thread's birth", forks_kernel_thread },
	{ "a stranger's fork", stranger_forks },
	{ "an exec by a leader", leader_execs },
	{ "an exec by another thread", other_execs },
	{ "a rename", renames },
	{ "an exit", begins_to_exit },
	{ "a tid used again", tid_is_reused },
	{ "a 32-bit syscall", compat_syscall },
	{ "a ring out of order", out_of_ring_order },
	{ "a clock that is off", off_its_clock },
	{ "a loss", is_lost },
};

static void test_everything_happens(void **state)
{
	unsigned seen[ARRAY_SIZE(kinds)] = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		struct sim *sim = make(seed);

		for (size_t i = 0; i < sim_record_count(sim); i++)
			for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
				seen[k] += kinds[k].happens(sim_record(sim, i));
		sim_free(sim);
	}
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		if (seen[k] < 10)
			fail_msg("%s happened %u times", kinds[k].name, seen[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_same_again),
		cmocka_unit_test(test_everything_happens),
	};

	return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
