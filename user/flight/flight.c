// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "flight/flight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flight/lasttexts.h"
#include "flight/replay.h"
#include "flight/store.h"
#include "records/records.h"

struct flight {
	struct flight_options options;
	struct stream_info info;
	struct state *state;
	struct store *store;
	struct lasttexts texts;
	struct words_cpu *cpus; /* [info.cpus]: where their decoders stand */
	uint64_t rounds;
	bool to_list; /* a segment has begun, and its list is due */
	int err;
};

int flight_new(struct flight **out, const struct flight_options *options)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (!flight)
		return -ENOMEM;
	flight->options = *options;
	*out = flight;
	return 0;
}

void flight_free(struct flight *flight)
{
	if (!flight)
		return;
	state_free(flight->state);
	store_free(flight->store);
	lasttexts_fini(&flight->texts);
	free(flight->cpus);
	free(flight);
}

const struct state *flight_state(const struct flight *flight)
{
	return flight->state;
}

uint64_t flight_bytes(const struct flight *flight)
{
	return flight->store ? store_bytes(flight->store) : 0;
}

uint64_t flight_rounds(const struct flight *flight)
{
	return flight->rounds;
}

static int keep(struct flight *flight, int err)
{
	if (!flight->err)
		flight->err = err;
	return flight->err;
}

/* ---- the stream ---- */

static int make_parts(struct flight *flight)
{
	const struct stream_info *info = &flight->info;
	const struct state_options state = {
		.cpus = info->cpus,
		.arch = info->arch,
		.system_wide = info->scope == REC_SCOPE_SYSTEM,
		.watcher = flight->options.watcher,
	};
	const struct store_options store = {
		.keep_ns = flight->options.keep_ns,
		.keep_bytes = flight->options.keep_bytes,
		.cpus = info->cpus,
	};
	int err = state_new(&flight->state, &state);

	if (!err)
		err = store_new(&flight->store, &store);
	flight->cpus = calloc(info->cpus, sizeof(*flight->cpus));
	if (err || !flight->cpus)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < info->cpus; cpu++)
		words_init(&flight->cpus[cpu], (uint16_t)cpu);
	return 0;
}

static int take_begin(void *ctx, const struct stream_info *info)
{
	struct flight *flight = ctx;

	if (flight->state || info->encoding != STREAM_WORDS || !info->cpus ||
	    info->cpus > STREAM_MAX_CPUS)
		return -EINVAL;
	flight->info = *info;
	return keep(flight, make_parts(flight));
}

static int list_threads(struct flight *flight)
{
	struct rec_snapshot *threads;
	size_t count;
	int err = state_list(flight->state, &threads, &count);

	if (err)
		return err;
	store_list(flight->store, threads, count, state_end_ns(flight->state));
	flight->to_list = false;
	return 0;
}

static int take_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	struct flight *flight = ctx;
	int err = flight->err;

	if (err || !flight->store)
		return err ? err : -EINVAL;
	err = state_start(flight->state, threads, count, end_ns);
	if (!err)
		err = store_begin(flight->store, flight->cpus);
	return keep(flight, err ? err : list_threads(flight));
}

/* A command line of a record that will have fallen off when it is asked for. */
static int keep_command(struct flight *flight, const struct rec_head *head)
{
	const struct rec_thread *record = (const void *)head;
	struct stream_text text = { .id = record->tgid };
	const struct stream_texts texts = { STREAM_COMMANDS, head->ts_ns, &text, 1 };

	text.text = rec_exec_command(record, &text.size);
	return text.text ? lasttexts_take(&flight->texts, &texts) : 0;
}

static int roll(struct flight *flight, const struct stream_ring *ring)
{
	struct words_cpu *cpu = &flight->cpus[ring->cpu];
	uint64_t room[REC_MOST_BYTES / 8];
	struct words chunk;
	int err = 0;

	words_begin(cpu, &chunk, ring->data, ring->size / 8, ring->position);
	while (!err && words_next(cpu, &chunk, room)) {
		const struct rec_head *head = (const struct rec_head *)room;

		err = state_take(flight->state, cpu, head);
		if (!err && head->type == REC_EXEC)
			err = keep_command(flight, head);
	}
	return err;
}

static int take_ring(void *ctx, const struct stream_ring *ring)
{
	struct flight *flight = ctx;
	int err = flight->err;

	if (err || !flight->store)
		return err ? err : -EINVAL;
	if (ring->cpu >= flight->info.cpus || ring->size % 8)
		return -EBADMSG;
	err = store_ring(flight->store, ring);
	return keep(flight, err ? err : roll(flight, ring));
}

static int take_round(void *ctx, const struct stream_counters *counters)
{
	struct flight *flight = ctx;
	int err = flight->err;

	if (err || !flight->store)
		return err ? err : -EINVAL;
	flight->rounds++;
	err = store_round(flight->store, counters->ts_ns, counters->missed);
	if (!err && flight->to_list) {
		err = list_threads(flight);
	} else if (!err && store_is_due(flight->store, state_end_ns(flight->state))) {
		err = store_begin(flight->store, flight->cpus);
		flight->to_list = !err;
	}
	state_round(flight->state);
	return keep(flight, err);
}

static int take_texts(void *ctx, const struct stream_texts *texts)
{
	struct flight *flight = ctx;

	return keep(flight, flight->err ? flight->err : lasttexts_take(&flight->texts, texts));
}

struct stream flight_stream(struct flight *flight)
{
	static const struct stream_ops ops = {
		.begin = take_begin,
		.snapshot = take_snapshot,
		.ring = take_ring,
		.round = take_round,
		.texts = take_texts,
	};

	return (struct stream){ &ops, flight };
}

/* ---- playing ---- */

uint64_t flight_begin_ns(const struct flight *flight)
{
	struct store_begin begin;

	return flight->store && store_oldest(flight->store, &begin) ? begin.ts_ns : 0;
}

int flight_play(const struct flight *flight, const struct flight_moment *now,
		const struct stream *to)
{
	struct replay_input input = {
		.info = &flight->info,
		.store = flight->store,
		.texts = &flight->texts,
		.cpus = flight->cpus,
		.mono_ns = now->mono_ns,
		.wall_ns = now->wall_ns,
	};

	if (!flight->store)
		return -EINVAL;
	input.end_ns = state_end_ns(flight->state);
	if (input.end_ns < now->end_ns)
		input.end_ns = now->end_ns;
	return replay_play(&input, to);
}
