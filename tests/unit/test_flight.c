// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The flight recorder over a long time: memory is flat, however many threads come
 * and go; what is kept is long enough; and playing it changes nothing. What the
 * dumps say is test_truth's business.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "captext.h"
#include "flight/flight.h"
#include "raw/raw.h"
#include "records/encode.h"

#define CPUS 2
#define STEP_NS 20000
#define ROUND_STEPS 250
#define SECOND_NS 1000000000ULL

/* On each CPU one thread that lives, and has children that soon die. */
struct world {
	struct stream to;
	struct encode_cpu cpus[CPUS];
	uint32_t nums[CPUS];
	uint32_t next_id;
	uint32_t seqs[CPUS];
	uint64_t now_ns;
};

static struct rec_head head(struct world *world, uint16_t cpu, uint8_t type, size_t size)
{
	world->now_ns += 100;
	return (struct rec_head){ .ts_ns = world->now_ns,
				  .seq = world->seqs[cpu]++,
				  .cpu = cpu,
				  .type = type,
				  .size = (uint8_t)size };
}

static void put(struct world *world, const struct rec_head *record, uint32_t num)
{
	const struct encode_known known = { .tell_sys = true, .num = num };
	struct encode_cpu *cpu = &world->cpus[record->cpu];
	static uint64_t words[2 * 8192];
	struct encode_out out;
	struct stream_ring ring = { .cpu = record->cpu, .position = cpu->position, .data = words };

	encode_record(cpu, record, &known, &out);
	memset(words, 0, out.pad * sizeof(words[0]));
	memcpy(words + out.pad, out.words, out.count * sizeof(words[0]));
	ring.size = (out.pad + out.count) * sizeof(words[0]);
	assert_int_equal(stream_ring(&world->to, &ring), 0);
}

static void put_switch(struct world *world, uint16_t cpu, struct rec_task prev,
		       struct rec_task next, uint8_t flags)
{
	struct rec_switch record = {
		.head = head(world, cpu, REC_SWITCH, sizeof(record)),
		.prev = prev,
		.next = next,
		.prev_sys = REC_SYS_NONE,
		.next_sys = REC_SYS_NONE,
		.prev_state = flags & REC_SWITCH_DEAD ? REC_TASK_DEAD : 0,
		.flags = flags | REC_SWITCH_PREV_SCOPE | REC_SWITCH_NEXT_SCOPE,
	};

	put(world, &record.head, prev.num - 1);
}

static void step(struct world *world, uint16_t cpu)
{
	uint32_t parent = cpu + 1u, child = world->next_id++, tid = 1000 + child % 20000;
	struct rec_thread thread = { .head = head(world, cpu, REC_THREAD, sizeof(thread)),
				     .task = { child, 0, tid },
				     .start_ns = world->now_ns,
				     .tgid = tid,
				     .old_tid = tid,
				     .flags = REC_THREAD_SCOPE,
				     .comm = "child",
				     .leader_comm = "child" };
	struct rec_fork fork = { .head = head(world, cpu, REC_FORK, sizeof(fork)),
				 .child = { child, 1, tid },
				 .parent_id = parent,
				 .parent_tid = parent,
				 .child_sys = REC_SYS_NONE,
				 .flags = REC_THREAD_SCOPE,
				 .parent_scope = 1 };
	uint32_t *num = &world->nums[cpu];

	put(world, &thread.head, *num);
	put(world, &fork.head, *num);
	++*num;
	put_switch(world, cpu, (struct rec_task){ parent, *num, parent },
		   (struct rec_task){ child, 2, tid }, REC_SWITCH_PREEMPT);
	++*num;
	put_switch(world, cpu, (struct rec_task){ child, 3, tid },
		   (struct rec_task){ parent, *num, parent }, REC_SWITCH_ASLEEP | REC_SWITCH_DEAD);
	world->now_ns += STEP_NS;
}

static void begin(struct world *world, struct stream to)
{
	struct rec_snapshot threads[CPUS] = { 0 };
	struct stream_info info = captext_info(CPUS);

	*world = (struct world){ .to = to, .next_id = CPUS + 1, .now_ns = SECOND_NS };
	info.encoding = STREAM_WORDS;
	info.abi = REC_ABI_VERSION;
	for (uint16_t cpu = 0; cpu < CPUS; cpu++) {
		encode_init(&world->cpus[cpu], cpu);
		world->nums[cpu] = 1;
		threads[cpu] = (struct rec_snapshot){ .id = cpu + 1u,
						      .num = 1,
						      .tid = cpu + 1u,
						      .cpu = cpu,
						      .sys = REC_SYS_NONE,
						      .state = REC_STATE_RUNNING,
						      .flags = REC_THREAD_SCOPE,
						      .comm = "parent" };
	}
	assert_int_equal(stream_begin(&world->to, &info), 0);
	assert_int_equal(stream_snapshot(&world->to, threads, CPUS, world->now_ns), 0);
}

static void play_round(struct world *world)
{
	struct rec_counters cpu[CPUS] = { { 0 } };
	const struct stream_counters counters = { .ts_ns = world->now_ns, .cpu = cpu };

	for (int i = 0; i < ROUND_STEPS; i++)
		step(world, (uint16_t)(i % CPUS));
	assert_int_equal(stream_round(&world->to, &counters), 0);
}

static void test_memory(void **state)
{
	static const struct {
		uint64_t keep_ns, keep_bytes;
	} rows[] = { { SECOND_NS, 64 << 20 }, { 100 * SECOND_NS, 4 << 20 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct flight_options options = { .keep_ns = rows[i].keep_ns,
							.keep_bytes = rows[i].keep_bytes };
		struct flight *flight;
		struct world world;
		uint64_t kept_ns;

		assert_int_equal(flight_new(&flight, &options), 0);
		begin(&world, flight_stream(flight));
		while (world.now_ns < 8 * SECOND_NS) {
			play_round(&world);
			assert_true(flight_bytes(flight) <= rows[i].keep_bytes);
			/* The dead of two rounds, and who lives. */
			assert_true(state_slots(flight_state(flight)) <= 3 * ROUND_STEPS + CPUS);
		}
		kept_ns = world.now_ns - flight_begin_ns(flight);
		if (rows[i].keep_ns == SECOND_NS)
			assert_in_range(kept_ns, SECOND_NS, SECOND_NS + SECOND_NS / 4);
		else
			assert_true(flight_bytes(flight) > rows[i].keep_bytes / 2);
		flight_free(flight);
	}
}

static void dump(const struct flight *flight, struct captext_buffer *out)
{
	const struct flight_moment now = { .mono_ns = 5, .wall_ns = 7, .end_ns = 0 };
	struct raw_writer *writer;
	struct stream to;

	assert_int_equal(raw_writer_new(&writer, captext_append, out), 0);
	to = raw_writer_stream(writer);
	assert_int_equal(flight_play(flight, &now, &to), 0);
	raw_writer_free(writer);
}

static void test_play(void **state)
{
	const struct flight_options options = { .keep_ns = SECOND_NS / 2, .keep_bytes = 64 << 20 };
	struct captext_buffer first = { 0 }, second = { 0 };
	struct flight *flight;
	struct world world;

	(void)state;
	assert_int_equal(flight_new(&flight, &options), 0);
	begin(&world, flight_stream(flight));
	while (world.now_ns < 3 * SECOND_NS)
		play_round(&world);
	dump(flight, &first);
	dump(flight, &second);
	assert_int_equal(first.size, second.size);
	assert_memory_equal(first.data, second.data, first.size);
	play_round(&world);
	free(first.data);
	free(second.data);
	flight_free(flight);
}

static void test_out_of_order(void **state)
{
	const struct flight_options options = { .keep_ns = 1, .keep_bytes = 1 << 20 };
	const struct stream_counters counters = { 0 };
	const struct flight_moment now = { 0 };
	struct stream_info info = captext_info(1);
	struct flight *flight;
	struct stream to;

	(void)state;
	assert_int_equal(flight_new(&flight, &options), 0);
	to = flight_stream(flight);
	assert_int_equal(flight_play(flight, &now, &to), -EINVAL);
	assert_int_equal(stream_round(&to, &counters), -EINVAL);
	assert_int_equal(stream_snapshot(&to, NULL, 0, 1), -EINVAL);
	assert_int_equal(stream_begin(&to, &info), -EINVAL); /* frames */
	assert_null(flight_state(flight));
	flight_free(flight);
	flight_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "memory", test_memory, NULL, NULL, NULL },
		{ "played twice", test_play, NULL, NULL, NULL },
		{ "out of order", test_out_of_order, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("flight", tests, NULL, NULL);
}
