/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A relay: the other stream gets the same calls with the same bytes in the
 * same order, no more than its room waits, and an error comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stream/relay.h"

#define CPUS 2
#define ROUNDS 200
#define ROOM (256UL << 10)
#define LARGEST (100UL << 10)

/* Checks what it is told; fails at one round. */
struct listener {
	unsigned begins, snapshots, rings, rounds, texts, ends;
	unsigned fails_at; /* this round; 0: none */
	uint64_t heard;	   /* bytes of rings, atomic */
	uint64_t told;	   /* the same, by whoever calls the relay, before the call */
	uint64_t most;	   /* that ever waited, with what is being told */
};

/* Of the ring numbered n. */
static size_t size_of(unsigned n)
{
	return 8 * (1 + n * 7919 % (LARGEST / 8));
}

static int hear_begin(void *ctx, const struct stream_info *info)
{
	struct listener *listener = ctx;

	assert_int_equal(info->cpus, CPUS);
	listener->begins++;
	return 0;
}

static int hear_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	struct listener *listener = ctx;

	(void)threads;
	assert_int_equal(count, 1);
	assert_int_equal(end_ns, 77);
	listener->snapshots++;
	return 0;
}

static int hear_ring(void *ctx, const struct stream_ring *ring)
{
	struct listener *listener = ctx;
	unsigned number = listener->rings++;
	const uint8_t *bytes = ring->data;
	uint64_t told = __atomic_load_n(&listener->told, __ATOMIC_ACQUIRE);

	assert_int_equal(ring->cpu, number % CPUS);
	assert_int_equal(ring->position, number);
	assert_int_equal(ring->size, size_of(number));
	assert_false(ring->stable);
	for (size_t i = 0; i < ring->size; i++)
		if (bytes[i] != (uint8_t)number)
			fail();
	if (told - listener->heard > listener->most)
		listener->most = told - listener->heard;
	listener->heard += ring->size;
	return 0;
}

static int hear_round(void *ctx, const struct stream_counters *counters)
{
	struct listener *listener = ctx;

	listener->rounds++;
	assert_int_equal(counters->ts_ns, 1000 * listener->rounds);
	assert_int_equal(counters->cpu[1].seq, listener->rounds);
	return listener->rounds == listener->fails_at ? -ENOSPC : 0;
}

/* After the round whose number they have; the first ones before any. */
static int hear_texts(void *ctx, const struct stream_texts *texts)
{
	struct listener *listener = ctx;

	assert_int_equal(texts->kind, STREAM_COMMANDS);
	assert_int_equal(texts->ts_ns, 1000 * listener->rounds);
	assert_int_equal(texts->count, 2);
	assert_int_equal(texts->texts[0].id, listener->rounds);
	assert_int_equal(texts->texts[0].size, 5);
	assert_memory_equal(texts->texts[0].text, "a\0bc\0", 5);
	assert_int_equal(texts->texts[1].size, 1);
	assert_memory_equal(texts->texts[1].text, "d", 1);
	listener->texts++;
	return 0;
}

static int hear_end(void *ctx, const struct stream_counters *counters)
{
	struct listener *listener = ctx;

	assert_int_equal(counters->missed, 5);
	listener->ends++;
	return 0;
}

static const struct stream_ops ops = {
	.begin = hear_begin,
	.snapshot = hear_snapshot,
	.ring = hear_ring,
	.round = hear_round,
	.texts = hear_texts,
	.end = hear_end,
};

static int tell_ring(const struct stream *to, struct listener *listener, unsigned number)
{
	static uint64_t data[LARGEST / 8 + 1];
	const struct stream_ring ring = { .cpu = number % CPUS,
					  .position = number,
					  .data = data,
					  .size = size_of(number),
					  .stable = true };
	int err;

	memset(data, (uint8_t)number, ring.size);
	__atomic_add_fetch(&listener->told, ring.size, __ATOMIC_RELEASE);
	err = stream_ring(to, &ring);
	memset(data, 0xee, ring.size); /* it is gone after the call */
	return err;
}

static int tell_texts(const struct stream *to, unsigned round)
{
	char bytes[] = { 'a', 0, 'b', 'c', 0, 'd' };
	const struct stream_text list[] = { { round, bytes, 5 }, { 7, bytes + 5, 1 } };
	const struct stream_texts texts = { STREAM_COMMANDS, 1000 * round, list, 2 };
	int err = stream_texts(to, &texts);

	memset(bytes, 0xee, sizeof(bytes)); /* they are gone after the call */
	return err;
}

static int tell_rounds(const struct stream *to, struct listener *listener, unsigned rounds)
{
	unsigned rings = 0;
	int err = 0;

	for (unsigned round = 1; round <= rounds && !err; round++) {
		const struct rec_counters cpus[CPUS] = { { 0 }, { .seq = round } };
		const struct stream_counters counters = { .ts_ns = 1000 * round, .cpu = cpus };

		for (unsigned i = 0; i < round % 5 && !err; i++)
			err = tell_ring(to, listener, rings++);
		if (!err)
			err = stream_round(to, &counters);
		if (!err)
			err = tell_texts(to, round);
	}
	return err;
}

static void begin(struct relay **relay, struct stream *to, struct listener *listener)
{
	const struct stream_info info = { .encoding = STREAM_WORDS, .cpus = CPUS };
	const struct rec_snapshot thread = { 0 };

	assert_int_equal(relay_new(relay, (struct stream){ &ops, listener }, ROOM), 0);
	*to = relay_stream(*relay);
	assert_int_equal(stream_begin(to, &info), 0);
	assert_int_equal(stream_snapshot(to, &thread, 1, 77), 0);
	assert_int_equal(tell_texts(to, 0), 0);
	assert_int_equal(listener->texts, 1);
}

static const struct stream_counters at_end = { .missed = 5 };

static void test_all_arrives(void **state)
{
	struct listener listener = { 0 };
	struct relay *relay;
	struct stream to;

	(void)state;
	begin(&relay, &to, &listener);
	assert_int_equal(tell_rounds(&to, &listener, ROUNDS), 0);
	assert_int_equal(stream_end(&to, &at_end), 0);
	relay_free(relay);
	assert_int_equal(listener.begins, 1);
	assert_int_equal(listener.snapshots, 1);
	assert_int_equal(listener.rings, 2 * ROUNDS);
	assert_int_equal(listener.rounds, ROUNDS);
	assert_int_equal(listener.texts, ROUNDS + 1);
	assert_int_equal(listener.ends, 1);
	assert_int_equal(listener.heard, listener.told);
	/* What waits, and the ring whose call has not returned. */
	assert_true(listener.most <= ROOM + LARGEST);
}

static void test_error_comes_back(void **state)
{
	struct listener listener = { .fails_at = 3 };
	struct relay *relay;
	struct stream to;

	(void)state;
	begin(&relay, &to, &listener);
	assert_int_equal(tell_rounds(&to, &listener, ROUNDS), -ENOSPC);
	assert_int_equal(stream_end(&to, &at_end), -ENOSPC);
	relay_free(relay);
	assert_int_equal(listener.rounds, 3);
	assert_int_equal(listener.ends, 0);
}

static void test_error_in_the_last_round(void **state)
{
	struct listener listener = { .fails_at = 4 };
	struct relay *relay;
	struct stream to;
	int err;

	(void)state;
	begin(&relay, &to, &listener);
	err = tell_rounds(&to, &listener, 4);
	assert_true(err == 0 || err == -ENOSPC);
	assert_int_equal(stream_end(&to, &at_end), -ENOSPC);
	relay_free(relay);
	assert_int_equal(listener.ends, 0);
}

/* Whoever has no end leaves it: nothing hangs, and nothing is told any more. */
static void test_left(void **state)
{
	struct listener listener = { 0 };
	struct relay *relay;
	struct stream to;

	(void)state;
	begin(&relay, &to, &listener);
	assert_int_equal(tell_rounds(&to, &listener, 4), 0);
	relay_free(relay);
	assert_int_equal(listener.ends, 0);
}

static void test_nothing(void **state)
{
	struct listener listener = { 0 };
	struct relay *relay;
	struct stream to;

	(void)state;
	begin(&relay, &to, &listener);
	assert_int_equal(stream_end(&to, &at_end), 0);
	assert_int_equal(stream_round(&to, &at_end), -EINVAL);
	relay_free(relay);
	relay_free(NULL);
	assert_int_equal(listener.ends, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_arrives),
		cmocka_unit_test(test_error_comes_back),
		cmocka_unit_test(test_error_in_the_last_round),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
