// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A silent tracker that speaks in the middle of a capture: what it tells from
 * then on is what one that spoke all the time tells from then on, and what it
 * says is so then is what was so. On the simulator's schedules, with losses.
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

#include "changecheck.h"
#include "order/order.h"
#include "raw/raw.h"
#include "simulator/sim.h"
#include "track/track.h"

struct tale {
	uint64_t from_ns;
	bool silent; /* up to there */
	struct track *track;
	struct order *order;
	struct changecheck check;
	/* Everything that was told from then on, and how it then was, as text. */
	FILE *out;
	char *text;
	size_t size;
	/* By slot, what is so: from what was told. */
	struct so {
		uint64_t id;
		uint8_t state;
		uint16_t cpu;
	} * now;
	size_t slots;
	bool told_so;
};

static void print_so(struct tale *tale)
{
	for (size_t i = 0; i < tale->slots; i++)
		if (tale->now[i].id)
			fprintf(tale->out, "%" PRIu64 " is %d on %d\n", tale->now[i].id,
				tale->now[i].state, tale->now[i].cpu);
	tale->told_so = true;
}

static void note(struct tale *tale, const struct change *change)
{
	const struct thread *thread = change->thread;
	size_t slots = tale->slots;
	struct so *so;

	if (!thread || change->kind == CHANGE_CPU)
		return;
	if (thread->slot >= slots) {
		tale->slots = 2 * ((size_t)thread->slot + 1);
		tale->now = reallocarray(tale->now, tale->slots, sizeof(*tale->now));
		memset(tale->now + slots, 0, (tale->slots - slots) * sizeof(*tale->now));
	}
	so = &tale->now[thread->slot];
	if (change->kind == CHANGE_FORGOTTEN || thread->state == THREAD_DEAD ||
	    thread->state == THREAD_ABSENT)
		so->id = 0;
	else
		*so = (struct so){ .id = thread->id ? thread->id : UINT64_MAX - thread->tid,
				   .state = thread->state,
				   .cpu = thread_on_cpu(thread) ? thread->cpu : CHANGE_NO_CPU };
}

static bool is_start(const struct change *change)
{
	return change->kind == CHANGE_START || change->kind == CHANGE_IS ||
	       change->kind == CHANGE_STARTED || (change->kind == CHANGE_CPU && !change->step);
}

static int on_change(void *ctx, const struct change *change)
{
	struct tale *tale = ctx;

	changecheck_take(&tale->check, change);
	if (change->ts_ns >= tale->from_ns && !tale->told_so && !is_start(change) &&
	    change->kind != CHANGE_CPU)
		print_so(tale);
	note(tale, change);
	/* What was not told of, and is of no account, differs: who is forgotten when. */
	if (change->ts_ns >= tale->from_ns && change->kind < CHANGE_INPUTS)
		fprintf(tale->out,
			"%" PRIu64 " %d thread %" PRIu64 "/%u %d-%d cpu %d repair %d gap %d "
			"other %u sys %u\n",
			change->ts_ns, change->kind, change->thread->id, change->thread->tid,
			change->from, change->to, change->cpu, change->repair, change->gap,
			change->other->tid, change->sys);
	return 0;
}

static int push(void *ctx, const struct rec_head *record)
{
	return order_push(((struct tale *)ctx)->order, record);
}

static void drain(struct tale *tale)
{
	struct order_item item;

	while (order_next(tale->order, &item)) {
		if (tale->silent && item.ts_ns >= tale->from_ns) {
			assert_int_equal(track_speak(tale->track, tale->from_ns), 0);
			tale->silent = false;
		}
		assert_int_equal(track_step(tale->track, &item), 0);
	}
}

static char *tell(const struct sim *sim, uint64_t from_ns, bool silent)
{
	const struct sim_options *options = sim_options(sim);
	struct tale tale = { .from_ns = from_ns, .silent = silent };
	const struct track_options track = { .cpus = options->cpus,
					     .cpus_online = options->cpus,
					     .system_wide = options->scope == SIM_SYSTEM,
					     .arch = REC_ARCH_X86_64,
					     .silent = silent };
	uint64_t end_ns;
	size_t count;
	const struct rec_snapshot *snapshot = sim_snapshot(sim, &count, &end_ns);

	tale.out = open_memstream(&tale.text, &tale.size);
	assert_int_equal(order_new(&tale.order, options->cpus), 0);
	assert_int_equal(track_new(&tale.track, &track, on_change, &tale), 0);
	assert_int_equal(track_snapshot(tale.track, snapshot, count, end_ns), 0);
	for (uint32_t round = 1; round <= sim_round_count(sim); round++) {
		assert_int_equal(sim_round(sim, round, push, &tale), 0);
		order_round(tale.order);
		drain(&tale);
	}
	order_end(tale.order, sim_seq_end(sim), sim_end_ns(sim));
	drain(&tale);
	assert_string_equal(tale.check.breach, "");
	fclose(tale.out);
	track_free(tale.track);
	order_free(tale.order);
	changecheck_fini(&tale.check);
	free(tale.now);
	return tale.text;
}

static void test_speak(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct sim_options options;
		struct sim *sim;
		uint64_t begin_ns, from_ns;
		char *all, *part;
		size_t count;

		sim_options_random(&options, seed, 4, 20, 400);
		assert_int_equal(sim_new(&sim, seed, &options), 0);
		sim_snapshot(sim, &count, &begin_ns);
		from_ns = begin_ns + (sim_end_ns(sim) - begin_ns) / 3;
		all = tell(sim, from_ns, false);
		part = tell(sim, from_ns, true);
		if (strcmp(all, part) != 0) {
			sim_print_options(stderr, sim);
			fail_msg("seed %" PRIu64 ": all:\n%.1500s\npart:\n%.1500s", seed, all,
				 part);
		}
		free(all);
		free(part);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_speak) };

	return cmocka_run_group_tests_name("track_speak", tests, NULL, NULL);
}
