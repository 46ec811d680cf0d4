// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf: the kernel's records straight into a trace. */
#include <errno.h>

#include "cli/cli.h"
#include "cli/live.h"
#include "cli/traceout.h"

static int on_begin(void *ctx, const struct raw_info *info)
{
	return traceout_begin(ctx, info, false);
}

static void on_measure(void *ctx, struct progress_state *state)
{
	traceout_measure(ctx, state);
}

static int on_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count, uint64_t end_ns)
{
	const struct traceout *trace = ctx;

	return pipeline_snapshot(trace->pipeline, threads, count, end_ns);
}

static int on_ring(void *ctx, uint32_t cpu, const void *data, size_t size)
{
	const struct traceout *trace = ctx;

	(void)cpu; /* every record says it */
	return pipeline_ring(trace->pipeline, data, size);
}

static int on_round(void *ctx, const struct raw_counters *counters)
{
	const struct traceout *trace = ctx;
	int err;

	(void)counters;
	err = pipeline_round(trace->pipeline);
	/* Should we be killed, every whole generation is there to be read. */
	return err ? err : output_flush(trace->output);
}

static int on_end(void *ctx, const struct raw_counters *counters)
{
	const struct traceout *trace = ctx;

	return pipeline_end(trace->pipeline, counters);
}

static int run(struct live *live, struct traceout *trace)
{
	const struct live_output output = {
		.begin = on_begin,
		.measure = on_measure,
		.sink = { .ctx = trace,
			  .snapshot = on_snapshot,
			  .ring = on_ring,
			  .round = on_round,
			  .end = on_end },
	};
	bool said;
	int err = live_run(live, &output, &said);
	struct traceout_source source = {
		.ring_bytes = capture_info(live->capture)->ring_bytes,
		.ring_fullest = live->usage.fullest,
		.buffer_wanted = live_buffer_wanted(live),
	};

	if (err)
		return said ? CLI_FAILED : traceout_fail(trace, err);
	return traceout_finish(trace, &source);
}

int cmd_trace(const struct config *config)
{
	struct traceout trace;
	struct live live;
	int status = traceout_open(&trace, config);

	if (status != CLI_DONE)
		return status;
	status = live_open(&live, config);
	if (status == CLI_DONE)
		status = run(&live, &trace);
	traceout_close(&trace);
	return live_close(&live, status);
}
