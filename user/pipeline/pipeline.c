// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "order/order.h"
#include "pipeline/roundstore.h"
#include "trace/sched.h"

#define GENERATION_NS 1000000000ULL
#define GENERATION_BYTES (16ULL << 20)
/* The trace's origin lies so far before recording began: times are positive,
 * with room for what is stated at the start. */
#define ORIGIN_NS 1000000ULL

struct pipeline {
	struct pipeline_options options;
	struct raw_info info;
	struct roundstore store;
	struct order *order;
	struct gt_writer *writer;
	struct gt_sched *sched;
	struct model *model;
	uint64_t base_ns;
	uint64_t begin_ns; /* the snapshot's end */
	uint64_t last_ns;  /* of the last item, or of the end */
	uint64_t missed;
};

static int make_writer(struct pipeline *pipeline, gt_sink_fn sink, void *ctx)
{
	const struct pipeline_options *options = &pipeline->options;
	const struct raw_info *info = &pipeline->info;
	const struct gt_writer_options writer_options = {
		.version = options->version,
		.clock_ts = info->on_ns - pipeline->base_ns,
		.clock_mono_ns = info->on_ns,
		.clock_wall_ns = info->wall_ns + (info->on_ns - info->mono_ns),
	};
	const struct gt_sched_options sched_options = {
		.version = options->version,
		.generation_ns = options->generation_ns ? options->generation_ns : GENERATION_NS,
		.generation_bytes =
			options->generation_bytes ? options->generation_bytes : GENERATION_BYTES,
	};
	int err = gt_writer_new(&pipeline->writer, &writer_options, sink, ctx);

	return err ? err : gt_sched_new(&pipeline->sched, pipeline->writer, &sched_options);
}

static int make_model(struct pipeline *pipeline)
{
	const struct model_options options = {
		.mapping = pipeline->options.mapping,
		.version = pipeline->options.version,
		.cpus = pipeline->info.cpus,
		.cpus_online = pipeline->info.cpus_online,
		.system_wide = pipeline->info.scope == RAW_SCOPE_SYSTEM,
		.arch = pipeline->info.arch,
		.time_base_ns = pipeline->base_ns,
	};

	return model_new(&pipeline->model, &options, pipeline->writer, pipeline->sched);
}

int pipeline_new(struct pipeline **out, const struct pipeline_options *options,
		 const struct raw_info *info, gt_sink_fn sink, void *ctx)
{
	struct pipeline *pipeline;
	int err;

	if (info->abi != REC_ABI_VERSION || info->cpus == 0 || info->on_ns <= ORIGIN_NS)
		return -EINVAL;
	pipeline = calloc(1, sizeof(*pipeline));
	if (!pipeline)
		return -ENOMEM;
	pipeline->options = *options;
	pipeline->info = *info;
	pipeline->base_ns = options->monotonic ? 0 : info->on_ns - ORIGIN_NS;
	err = order_new(&pipeline->order, info->cpus);
	if (!err)
		err = make_writer(pipeline, sink, ctx);
	if (!err)
		err = make_model(pipeline);
	if (err) {
		pipeline_free(pipeline);
		return err;
	}
	*out = pipeline;
	return 0;
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	model_free(pipeline->model);
	gt_sched_free(pipeline->sched);
	gt_writer_free(pipeline->writer);
	order_free(pipeline->order);
	roundstore_fini(&pipeline->store);
	free(pipeline);
}

int pipeline_snapshot(struct pipeline *pipeline, const struct rec_snapshot *threads, size_t count,
		      uint64_t end_ns)
{
	pipeline->begin_ns = end_ns;
	pipeline->last_ns = end_ns;
	return model_snapshot(pipeline->model, threads, count, end_ns);
}

int pipeline_ring(struct pipeline *pipeline, const void *data, size_t size)
{
	const struct rec_head *record;
	size_t pos = 0;
	int err;

	if (!pipeline->options.data_stable) {
		data = roundstore_copy(&pipeline->store, data, size);
		if (!data)
			return -ENOMEM;
	}
	while ((record = raw_frame_next(data, size, &pos, pipeline->info.cpus))) {
		err = order_push(pipeline->order, record);
		if (err)
			return err;
	}
	return pos == size ? 0 : -EBADMSG;
}

/* Everything that is final now goes through the model. */
static int drain(struct pipeline *pipeline)
{
	struct order_item item;
	int err;

	while (order_next(pipeline->order, &item)) {
		pipeline->last_ns = item.ts_ns;
		err = model_step(pipeline->model, &item);
		if (err)
			return err;
	}
	return 0;
}

int pipeline_round(struct pipeline *pipeline)
{
	int err;

	order_round(pipeline->order);
	err = drain(pipeline);
	roundstore_next(&pipeline->store);
	return err;
}

/* The counters' numbers as the order stage wants them; NULL: none, or no memory. */
static uint64_t *seq_ends(const struct pipeline *pipeline, const struct raw_counters *counters)
{
	uint64_t *ends;

	if (!counters)
		return NULL;
	ends = calloc(pipeline->info.cpus, sizeof(*ends));
	for (uint32_t cpu = 0; ends && cpu < pipeline->info.cpus; cpu++)
		ends[cpu] = counters->cpu[cpu].seq;
	return ends;
}

int pipeline_end(struct pipeline *pipeline, const struct raw_counters *counters)
{
	uint64_t *ends = seq_ends(pipeline, counters);
	int err;

	if (counters) {
		pipeline->missed = counters->missed;
		if (counters->ts_ns > pipeline->last_ns)
			pipeline->last_ns = counters->ts_ns;
	}
	order_end(pipeline->order, ends, pipeline->last_ns);
	free(ends);
	err = drain(pipeline);
	if (!err)
		err = model_finish(pipeline->model, pipeline->last_ns);
	return err ? err : gt_writer_finish(pipeline->writer);
}

void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *out)
{
	const struct order_stats *order = order_stats(pipeline->order);
	const struct model_stats *model = model_stats(pipeline->model);

	*out = (struct pipeline_stats){
		.records = model->records,
		.lost = order->lost + pipeline->missed,
		.unseen = model->unseen,
		.repairs = order->late + order->moved + order->forced + model->repairs,
		.no_number = model->no_number,
		.threads = model->threads,
		.events = gt_writer_events(pipeline->writer),
		.bytes = gt_writer_bytes(pipeline->writer),
		.refused = gt_sched_refused(pipeline->sched),
		.begin_ns = pipeline->begin_ns,
		.end_ns = pipeline->last_ns,
		.clock_offset_ns = pipeline->base_ns,
	};
}
