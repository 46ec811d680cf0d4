/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A simulation through the whole program.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/feed.h"

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

static int feed_rounds(const struct sim *sim, struct pipeline *pipeline)
{
	struct bytes ring = { 0 };
	int err = 0;

	for (uint32_t round = 1; round <= sim_round_count(sim) && !err; round++) {
		ring.count = 0;
		err = sim_round(sim, round, add_frame, &ring);
		if (!err)
			err = pipeline_ring(pipeline, ring.data, ring.count);
		if (!err)
			err = pipeline_round(pipeline);
	}
	free(ring.data);
	return err;
}

static int feed_end(const struct sim *sim, struct pipeline *pipeline)
{
	struct rec_counters cpu[64] = { 0 };
	struct raw_counters counters = { .ts_ns = sim_end_ns(sim), .cpu = cpu };

	for (uint32_t i = 0; i < sim_options(sim)->cpus; i++)
		cpu[i].seq = sim_seq_end(sim)[i];
	return pipeline_end(pipeline, &counters);
}

static struct raw_info make_info(const struct sim *sim)
{
	static const uint32_t scopes[] = { REC_SCOPE_SYSTEM, REC_SCOPE_PROCESS, REC_SCOPE_CGROUP };

	return (struct raw_info){
		.abi = REC_ABI_VERSION,
		.arch = REC_ARCH_X86_64,
		.cpus = sim_options(sim)->cpus,
		.cpus_online = sim_options(sim)->cpus,
		.scope = scopes[sim_options(sim)->scope],
		.mono_ns = sim_on_ns(sim),
		.wall_ns = sim_on_ns(sim),
		.on_ns = sim_on_ns(sim),
	};
}

int feed_pipeline(const struct sim *sim, const struct pipeline_options *options,
		  struct feed_result *out)
{
	struct raw_info info = make_info(sim);
	struct pipeline *pipeline;
	struct bytes trace = { 0 };
	const struct rec_snapshot *entries;
	uint64_t end_ns;
	size_t count;
	int err;

	err = pipeline_new(&pipeline, options, &info, take_trace, &trace);
	if (err)
		return err;
	entries = sim_snapshot(sim, &count, &end_ns);
	err = pipeline_snapshot(pipeline, entries, count, end_ns);
	if (!err)
		err = feed_rounds(sim, pipeline);
	if (!err)
		err = feed_end(sim, pipeline);
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
