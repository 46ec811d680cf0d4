// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capsim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raw/raw.h"
#include "records/frame.h"
#include "simulator/wordring.h"

#define MAX_CPUS 64 /* of a simulation */

struct stream_info capsim_info(const struct sim *sim)
{
	const struct sim_options *options = sim_options(sim);
	struct stream_info info = captext_info(options->cpus);

	info.encoding = options->words ? STREAM_WORDS : STREAM_BPF_RING;
	info.abi = options->words ? REC_ABI_VERSION : REC_ABI_FRAMES;
	info.scope = options->scope == SIM_SYSTEM    ? REC_SCOPE_SYSTEM
		     : options->scope == SIM_PROCESS ? REC_SCOPE_PROCESS
						     : REC_SCOPE_CGROUP;
	info.on_ns = sim_on_ns(sim);
	info.mono_ns = info.on_ns - 1000;
	info.wall_ns = UINT64_C(1700000000000000000);
	return info;
}

static int put_record(void *ctx, const struct rec_head *record)
{
	struct captext_buffer *ring = (struct captext_buffer *)ctx + record->cpu;
	uint32_t head[2] = { record->size, 0 };
	int err = captext_append(ring, head, sizeof(head));

	return err ? err : captext_append(ring, record, record->size);
}

/* A piece whose memory is used again, as a ring's. */
static int hand_piece(uint32_t cpu, unsigned char *data, size_t size, const struct stream *to)
{
	const struct stream_ring piece = { .cpu = cpu, .data = data, .size = size };
	int err = size ? stream_ring(to, &piece) : 0;

	if (size)
		memset(data, 0xee, size);
	return err;
}

/* In two pieces each, as a ring may be read. */
static int hand_on(struct captext_buffer *ring, uint32_t cpu, const struct stream *to)
{
	size_t half = 0, pos = 0;
	int err;

	while (pos < ring->size / 2 && frame_next(ring->data, ring->size, &pos, MAX_CPUS))
		half = pos;
	err = hand_piece(cpu, ring->data, half, to);
	if (!err)
		err = hand_piece(cpu, ring->data + half, ring->size - half, to);
	ring->size = 0;
	return err;
}

/* The counters at the end; a round's are no more than its time. */
static struct stream_counters make_counters(const struct sim *sim, struct rec_counters *cpu)
{
	for (uint32_t i = 0; i < sim_options(sim)->cpus; i++)
		cpu[i] = (struct rec_counters){ .seq = sim_seq_end(sim)[i] };
	for (size_t i = 0; i < sim_record_count(sim); i++)
		cpu[sim_record(sim, i)->any.head.cpu].dropped += sim_record(sim, i)->lost;
	return (struct stream_counters){ .ts_ns = sim_end_ns(sim), .cpu = cpu };
}

static int feed_frames(const struct sim *sim, uint32_t round, struct captext_buffer *rings,
		       const struct stream *to)
{
	int err = sim_round(sim, round, put_record, rings);

	for (uint32_t i = 0; i < sim_options(sim)->cpus && !err; i++)
		err = hand_on(&rings[i], i, to);
	return err;
}

static int feed_rounds(const struct sim *sim, const struct stream *to)
{
	struct captext_buffer rings[MAX_CPUS] = { 0 };
	struct rec_counters cpu[MAX_CPUS];
	struct stream_counters counters = make_counters(sim, cpu);
	struct wordring *words = NULL;
	int err = sim_options(sim)->words ? wordring_new(&words, sim) : 0;

	for (uint32_t round = 1; round <= sim_round_count(sim) && !err; round++) {
		err = words ? wordring_round(words, round, to) : feed_frames(sim, round, rings, to);
		if (!err)
			err = stream_round(to, &counters);
	}
	wordring_free(words);
	for (uint32_t i = 0; i < MAX_CPUS; i++)
		free(rings[i].data);
	return err ? err : stream_end(to, &counters);
}

int capsim_feed(const struct sim *sim, const struct stream *to)
{
	struct stream_info info = capsim_info(sim);
	const struct rec_snapshot *threads;
	uint64_t end_ns;
	size_t count;
	int err = stream_begin(to, &info);

	if (err)
		return err;
	threads = sim_snapshot(sim, &count, &end_ns);
	err = stream_snapshot(to, threads, count, end_ns);
	return err ? err : feed_rounds(sim, to);
}

int capsim_raw(const struct sim *sim, struct captext_buffer *out)
{
	struct raw_writer *writer;
	struct stream stream;
	int err = raw_writer_new(&writer, captext_append, out);

	if (err)
		return err;
	stream = raw_writer_stream(writer);
	err = capsim_feed(sim, &stream);
	raw_writer_free(writer);
	return err;
}
