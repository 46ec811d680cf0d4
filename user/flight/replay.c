// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "flight/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "ring.h"

#define FILL_MOST 255 /* words of one */

struct replay {
	const struct replay_input *input;
	struct store_begin begin;
	const struct stream *to;
	struct rec_counters *counters; /* [cpus] */
	uint64_t missed;
	uint64_t *room; /* for a piece */
	size_t room_words;
};

static uint32_t first_number(const struct replay *replay, uint32_t cpu)
{
	return replay->begin.cpus[cpu].number;
}

/* ---- a ring's beginning ---- */

static void put_sync(uint64_t *out, const struct words_cpu *cpu, uint64_t ts_ns)
{
	const struct words_current *current = &cpu->current;
	bool told = cpu->told;

	out[0] = ring_word(ts_ns, 0, RING_SYNC);
	out[1] = ts_ns;
	out[2] = ring_pair(told ? current->tid : 0, 0);
	out[3] = told ? current->id ? ring_pair(current->num, current->id)
				    : ring_pair(current->tid, 0)
		      : 0;
	out[4] = (uint64_t)cpu->cpu << RING_SYNC_CPU_SHIFT;
	if (told)
		out[4] |= current->sys | RING_SYNC_TOLD | (current->scope ? RING_SYNC_SCOPE : 0);
}

static void put_fill(uint64_t *out, size_t words, uint64_t ts_ns)
{
	while (words) {
		size_t size = words < FILL_MOST ? words : FILL_MOST;

		out[0] = ring_word(ts_ns, (uint32_t)size | RING_UNNUMBERED, RING_FILL);
		memset(&out[1], 0, 8 * (size - 1));
		out += size;
		words -= size;
	}
}

/* From the start of the block that the last word before the place lies in. */
static int play_beginning(const struct replay *replay, const struct words_cpu *cpu)
{
	uint32_t words = ((cpu->position - 1) & (RING_BLOCK_WORDS - 1)) + 1;
	uint64_t room[RING_BLOCK_WORDS];
	const struct stream_ring ring = {
		.cpu = cpu->cpu,
		.position = (cpu->position - words) & RING_POSITION_MASK,
		.data = room,
		.size = words * sizeof(room[0]),
	};

	if (!cpu->placed || words < RING_SYNC_WORDS)
		return 0;
	put_sync(room, cpu, cpu->high_ns | (replay->begin.ts_ns & 0xffffffff));
	put_fill(room + RING_SYNC_WORDS, words - RING_SYNC_WORDS, replay->begin.ts_ns);
	return stream_ring(replay->to, &ring);
}

/* ---- the rest ---- */

static int play_ring(struct replay *replay, const struct stream_ring *kept)
{
	struct stream_ring ring = *kept;
	size_t words = kept->size / 8;

	if (words > replay->room_words) {
		uint64_t *room = grow_array(replay->room, &replay->room_words, words, 8);

		if (!room)
			return -ENOMEM;
		replay->room = room;
	}
	memcpy(replay->room, kept->data, kept->size);
	words_renumber(replay->room, words, ring.position, first_number(replay, ring.cpu));
	ring.data = replay->room;
	ring.stable = false;
	return stream_ring(replay->to, &ring);
}

/* What the CPUs had counted then was not kept: it stands at the end. */
static int play_round(struct replay *replay, const struct store_entry *entry)
{
	struct stream_counters counters = { .ts_ns = entry->ts_ns, .cpu = replay->counters };

	if (!replay->missed)
		replay->missed = entry->missed + 1;
	counters.missed = entry->missed + 1 - replay->missed;
	return stream_round(replay->to, &counters);
}

static int play_end(struct replay *replay, uint64_t missed)
{
	const struct replay_input *input = replay->input;
	const struct stream_counters counters = {
		.ts_ns = input->end_ns,
		.missed = missed,
		.cpu = replay->counters,
	};

	for (uint32_t cpu = 0; cpu < input->info->cpus; cpu++)
		replay->counters[cpu].seq =
			(uint32_t)(input->cpus[cpu].number - first_number(replay, cpu));
	return stream_end(replay->to, &counters);
}

static int play_all(struct replay *replay)
{
	struct store_entry entry = { 0 };
	struct store_walk walk;
	uint64_t missed = 0;
	int err = 0;

	for (uint32_t cpu = 0; cpu < replay->input->info->cpus && !err; cpu++)
		err = play_beginning(replay, &replay->begin.cpus[cpu]);
	store_walk_init(replay->input->store, &walk);
	while (!err && store_walk_next(&walk, &entry)) {
		err = entry.is_round ? play_round(replay, &entry) : play_ring(replay, &entry.ring);
		if (entry.is_round)
			missed = entry.missed + 1 - replay->missed;
	}
	return err ? err : play_end(replay, missed);
}

int replay_play(const struct replay_input *input, const struct stream *to)
{
	struct replay replay = { .input = input, .to = to };
	struct stream_info info = *input->info;
	int err;

	if (!store_oldest(input->store, &replay.begin))
		return -EINVAL;
	info.on_ns = replay.begin.ts_ns;
	info.mono_ns = input->mono_ns;
	info.wall_ns = input->wall_ns;
	replay.counters = calloc(info.cpus, sizeof(*replay.counters));
	if (!replay.counters)
		return -ENOMEM;
	err = stream_begin(to, &info);
	if (!err)
		err = stream_snapshot(to, replay.begin.threads, replay.begin.thread_count,
				      replay.begin.ts_ns);
	if (!err)
		err = lasttexts_play(input->texts, replay.begin.ts_ns, to);
	if (!err)
		err = play_all(&replay);
	free(replay.counters);
	free(replay.room);
	return err;
}
