/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A simulation through the whole program.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flight/flight.h"
#include "simulator/feed.h"
#include "simulator/wordring.h"

struct bytes {
	unsigned char *data;
	size_t count, size;
};

static int append(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes->count + size > bytes->size) {
		size_t more = 2 * bytes->size + size + 4096;
		unsigned char *grown = realloc(bytes->data, more);

		if (!grown)
			return -ENOMEM;
		bytes->data = grown;
		bytes->size = more;
	}
	memcpy(bytes->data + bytes->count, data, size);
	bytes->count += size;
	return 0;
}

static int take_trace(void *ctx, const void *data, size_t size)
{
	return append(ctx, data, size);
}

/* As a ring holds it: a length, a word that means nothing, the record. */
static int add_frame(void *ctx, const struct rec_head *record)
{
	uint32_t head[2] = { record->size, 0xabcd };
	int err = append(ctx, head, sizeof(head));

	return err ? err : append(ctx, record, record->size);
}

static struct stream_counters make_counters(const struct sim *sim, struct rec_counters *cpu)
{
	for (uint32_t i = 0; i < sim_options(sim)->cpus; i++)
		cpu[i] = (struct rec_counters){ .seq = sim_seq_end(sim)[i] };
	return (struct stream_counters){ .ts_ns = sim_end_ns(sim), .cpu = cpu };
}

static int feed_ring(const struct bytes *ring, const struct stream *to)
{
	const struct stream_ring piece = { .data = ring->data, .size = ring->count };

	return stream_ring(to, &piece);
}

static int feed_frames(const struct sim *sim, uint32_t round, const struct stream *to)
{
	struct bytes ring = { 0 };
	int err = sim_round(sim, round, add_frame, &ring);

	if (!err)
		err = feed_ring(&ring, to);
	free(ring.data);
	return err;
}

static int feed_rounds(const struct sim *sim, const struct stream *to)
{
	struct rec_counters cpu[64];
	struct stream_counters counters = make_counters(sim, cpu);
	struct wordring *words = NULL;
	int err = sim_options(sim)->words ? wordring_new(&words, sim) : 0;

	for (uint32_t round = 1; round <= sim_round_count(sim) && !err; round++) {
		err = words ? wordring_round(words, round, to) : feed_frames(sim, round, to);
		if (!err)
			err = stream_round(to, &counters);
	}
	wordring_free(words);
	return err ? err : stream_end(to, &counters);
}

static struct stream_info make_info(const struct sim *sim)
{
	static const uint32_t scopes[] = { REC_SCOPE_SYSTEM, REC_SCOPE_PROCESS, REC_SCOPE_CGROUP };

	return (struct stream_info){
		.encoding = sim_options(sim)->words ? STREAM_WORDS : STREAM_BPF_RING,
		.abi = sim_options(sim)->words ? REC_ABI_VERSION : REC_ABI_FRAMES,
		.arch = REC_ARCH_X86_64,
		.cpus = sim_options(sim)->cpus,
		.cpus_online = sim_options(sim)->cpus,
		.scope = scopes[sim_options(sim)->scope],
		.mono_ns = sim_on_ns(sim),
		.wall_ns = sim_on_ns(sim),
		.on_ns = sim_on_ns(sim),
	};
}

static int feed(const struct sim *sim, const struct stream *to)
{
	struct stream_info info = make_info(sim);
	const struct rec_snapshot *entries;
	uint64_t end_ns;
	size_t count;
	int err = stream_begin(to, &info);

	if (err)
		return err;
	entries = sim_snapshot(sim, &count, &end_ns);
	err = stream_snapshot(to, entries, count, end_ns);
	return err ? err : feed_rounds(sim, to);
}

typedef int (*feed_fn)(const struct sim *sim, const struct stream *to, uint64_t keep_ns);

static int feed_straight(const struct sim *sim, const struct stream *to, uint64_t keep_ns)
{
	(void)keep_ns;
	return feed(sim, to);
}

static int feed_through(const struct sim *sim, const struct stream *to, uint64_t keep_ns)
{
	const struct flight_options options = { .keep_ns = keep_ns, .keep_bytes = 1UL << 30 };
	const struct flight_moment now = { .mono_ns = sim_on_ns(sim), .wall_ns = sim_on_ns(sim) };
	struct flight *flight;
	struct stream stream;
	int err = flight_new(&flight, &options);

	if (err)
		return err;
	stream = flight_stream(flight);
	err = feed(sim, &stream);
	if (!err)
		err = flight_play(flight, &now, to);
	flight_free(flight);
	return err;
}

static int make_trace(const struct sim *sim, const struct pipeline_options *options, feed_fn fn,
		      uint64_t keep_ns, struct feed_result *out)
{
	struct pipeline *pipeline;
	struct bytes trace = { 0 };
	struct stream stream;
	int err = pipeline_new(&pipeline, options, take_trace, &trace);

	if (err)
		return err;
	stream = pipeline_stream(pipeline);
	err = fn(sim, &stream, keep_ns);
	if (err) {
		free(trace.data);
	} else {
		out->trace = trace.data;
		out->size = trace.count;
		pipeline_stats(pipeline, &out->stats);
	}
	pipeline_free(pipeline);
	return err;
}

int feed_pipeline(const struct sim *sim, const struct pipeline_options *options,
		  struct feed_result *out)
{
	return make_trace(sim, options, feed_straight, 0, out);
}

int feed_flight(const struct sim *sim, const struct pipeline_options *options, uint64_t keep_ns,
		struct feed_result *out)
{
	return make_trace(sim, options, feed_through, keep_ns, out);
}
