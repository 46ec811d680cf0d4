// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Records that are well-formed and make no sense: whatever comes, in whatever
 * order, tracker and exporter do not crash, the contract of changes holds, and no
 * event is asked for that is not legal.
 * Few threads on few CPUs, so that they contradict each other all the time.
 *
 *   test_go_garbage                  seeds 1 to 300
 *   test_go_garbage --out DIR        also writes each trace to DIR
 *   test_go_garbage --seeds 7 1000   1000 seeds from 7 on
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gorig.h"
#include "raw/raw.h"

#define CPUS 3
#define THREADS 12
#define RECORDS 300

union any {
	struct rec_head head;
	struct rec_switch sw;
	struct rec_wakeup wakeup;
	struct rec_fork fork;
	struct rec_sys_enter enter;
	struct rec_sys_exit leave;
	struct rec_thread thread;
	struct rec_exit exit;
};

struct source {
	uint64_t seed, random;
	uint32_t num[THREADS + 1];
	uint64_t ts_ns;
};

struct plan {
	uint64_t first, count;
	const char *out; /* NULL: no traces are written */
};

/* Below n. */
static uint64_t below(struct source *s, uint64_t n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random % n;
}

/* Mostly in order, sometimes without an id, with a gap, stale, or under another's tid. */
static struct rec_task a_task(struct source *s)
{
	unsigned who = below(s, THREADS + 1);
	struct rec_task task = { 0 };

	if (who == 0)
		return task;
	task.id = below(s, 20) ? who : 0;
	task.tid = 100 + (below(s, 30) ? who : below(s, THREADS + 1));
	if (task.id == 0)
		return task;
	s->num[who] += below(s, 10) ? 1 : 2;
	task.num = below(s, 20) ? s->num[who] : below(s, 50);
	return task;
}

static uint16_t a_sys(struct source *s)
{
	static const uint16_t some[] = {
		REC_SYS_UNKNOWN,    REC_SYS_NONE,	REC_SYS_OTHER,
		REC_SYS_BASE + 24,  REC_SYS_BASE + 56,	REC_SYS_BASE + 59,
		REC_SYS_BASE + 202, REC_SYS_BASE + 500, REC_SYS_COMPAT + REC_SYS_BASE + 3
	};

	return some[below(s, sizeof(some) / sizeof(*some))];
}

static void a_name(struct source *s, char name[REC_COMM_LEN])
{
	for (unsigned i = 0; i < REC_COMM_LEN; i++)
		name[i] = below(s, 3) ? 'a' + below(s, 3) : below(s, 256);
}

static void a_switch(struct source *s, struct rec_switch *r)
{
	r->prev = a_task(s);
	r->next = a_task(s);
	r->prev_state = below(s, 2) ? 1 : below(s, 65536);
	r->prev_sys = a_sys(s);
	r->next_sys = a_sys(s);
	r->flags = REC_SWITCH_PREV_SCOPE | REC_SWITCH_NEXT_SCOPE;
	if (below(s, 4) == 0)
		r->flags = below(s, 128);
	if (below(s, 2))
		r->flags |= REC_SWITCH_ASLEEP;
	r->prev_fd = below(s, 10);
}

static void a_thread(struct source *s, struct rec_thread *r)
{
	r->head.size = sizeof(*r);
	r->task = a_task(s);
	r->tgid = 100 + below(s, 3);
	r->old_tid = 100 + below(s, THREADS + 1);
	r->flags = below(s, 16);
	a_name(s, r->comm);
	a_name(s, r->leader_comm);
}

static void a_wakeup(struct source *s, struct rec_wakeup *r)
{
	struct rec_task waker = a_task(s);

	r->wakee = a_task(s);
	r->waker_id = waker.id;
	r->waker_tid = waker.tid;
	r->context = below(s, 5);
	r->flags = below(s, 2);
}

static void a_fork(struct source *s, struct rec_fork *r)
{
	struct rec_task parent = a_task(s);

	r->child = a_task(s);
	r->parent_id = parent.id;
	r->parent_tid = parent.tid;
	r->child_sys = a_sys(s);
	r->flags = below(s, 16);
	r->parent_scope = below(s, 2);
}

static void a_record(struct source *s, union any *any)
{
	struct rec_task task = a_task(s);

	memset(any, 0, sizeof(*any));
	s->ts_ns += below(s, 20);
	any->head.ts_ns = s->ts_ns;
	any->head.cpu = below(s, CPUS);
	any->head.type = below(s, 3) ? 1 + below(s, REC_TYPE_COUNT) : REC_SWITCH;
	switch (any->head.type) {
	case REC_SWITCH:
		a_switch(s, &any->sw);
		break;
	case REC_WAKEUP:
		a_wakeup(s, &any->wakeup);
		break;
	case REC_FORK:
		a_fork(s, &any->fork);
		break;
	case REC_SYS_ENTER:
		any->enter.id = task.id;
		any->enter.tid = task.tid;
		any->enter.sys = a_sys(s);
		break;
	case REC_SYS_EXIT:
		any->leave.id = task.id;
		any->leave.tid = task.tid;
		break;
	case REC_THREAD:
	case REC_RENAME:
	case REC_EXEC:
		a_thread(s, &any->thread);
		break;
	default:
		any->exit.task = task;
		break;
	}
}

static void a_snapshot(struct source *s, struct rec_snapshot *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct rec_task task = a_task(s);

		memset(&entries[i], 0, sizeof(entries[i]));
		entries[i].id = task.id;
		entries[i].tid = task.tid;
		entries[i].num = below(s, 4);
		entries[i].cpu = below(s, CPUS + 2);
		entries[i].sys = a_sys(s);
		entries[i].state = below(s, 7);
		entries[i].flags = below(s, 16);
		a_name(s, entries[i].comm);
		a_name(s, entries[i].leader_comm);
	}
}

static int write_trace(void *ctx, const void *data, size_t size)
{
	return !ctx || fwrite(data, 1, size, ctx) == size ? 0 : -1;
}

static void feed(struct source *s, struct gorig *rig)
{
	for (unsigned i = 0; i < RECORDS; i++) {
		union any any;
		struct order_item item = { .kind = ORDER_RECORD, .record = &any.head };

		a_record(s, &any);
		item.cpu = any.head.cpu;
		item.ts_ns = any.head.ts_ns;
		if (below(s, 20) == 0) {
			item.kind = ORDER_LOSS;
			item.lost = 1 + below(s, 9);
			item.lost_to_ns = s->ts_ns;
		}
		assert_int_equal(track_step(rig->track, &item), 0);
		if (gt_statuses_refused(rig->sched))
			fail_msg("seed %llu, record %u, type %u: refused",
				 (unsigned long long)s->seed, i, any.head.type);
	}
}

static void run(uint64_t seed, enum export_go_mapping mapping, FILE *trace)
{
	static const int versions[] = { 22, 23, 25, 26 };
	struct source s = { .seed = seed, .random = seed * 0x9e3779b97f4a7c15u + 1, .ts_ns = 500 };
	struct gorig_options options = { .mapping = mapping,
					 .version = versions[below(&s, 4)],
					 .track = { .cpus = CPUS } };
	struct rec_snapshot entries[20];
	struct gorig rig;
	size_t count;

	options.generation_ns = 100 + below(&s, 5000);
	options.track.cpus_online = below(&s, CPUS + 1);
	options.track.system_wide = below(&s, 2);
	options.track.arch = below(&s, 2) ? REC_ARCH_X86_64 : REC_ARCH_ARM64;
	count = below(&s, 20);
	assert_int_equal(gorig_init(&rig, &options, write_trace, trace), 0);
	a_snapshot(&s, entries, count);
	assert_int_equal(track_snapshot(rig.track, entries, count, below(&s, 2) ? 1000 : 0), 0);
	feed(&s, &rig);
	assert_int_equal(gorig_finish(&rig, s.ts_ns), 0);
	assert_int_equal(gt_statuses_refused(rig.sched), 0);
	/* A test that tells nothing would pass as well. */
	assert_true(gt_writer_events(rig.writer) > RECORDS / 4);
	gorig_fini(&rig);
}

static void test_mapping(const struct plan *plan, enum export_go_mapping mapping, const char *name)
{
	print_message("seeds %llu to %llu\n", (unsigned long long)plan->first,
		      (unsigned long long)(plan->first + plan->count - 1));
	for (uint64_t seed = plan->first; seed < plan->first + plan->count; seed++) {
		FILE *trace = NULL;
		char path[512];

		if (plan->out) {
			snprintf(path, sizeof(path), "%s/garbage-%llu.%s.trace", plan->out,
				 (unsigned long long)seed, name);
			trace = fopen(path, "w");
			assert_non_null(trace);
		}
		run(seed, mapping, trace);
		if (trace)
			assert_int_equal(fclose(trace), 0);
	}
}

static void test_sched(void **state)
{
	test_mapping(*state, EXPORT_GO_SCHED, "sched");
}

static void test_go(void **state)
{
	test_mapping(*state, EXPORT_GO_RUNTIME, "go");
}

int main(int argc, char **argv)
{
	struct plan plan = { .first = 1, .count = 300 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_sched, &plan),
		cmocka_unit_test_prestate(test_go, &plan),
	};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
			plan.out = argv[++i];
		} else if (strcmp(argv[i], "--seeds") == 0 && i + 2 < argc) {
			plan.first = strtoull(argv[++i], NULL, 10);
			plan.count = strtoull(argv[++i], NULL, 10);
		} else {
			fprintf(stderr, "usage: %s [--out DIR] [--seeds FIRST COUNT]\n", argv[0]);
			return 2;
		}
	}
	return cmocka_run_group_tests_name("garbage", tests, NULL, NULL);
}
