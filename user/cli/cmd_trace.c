// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf: the kernel's records straight into a trace. */
#include <errno.h>

#include "cli/cli.h"
#include "cli/live.h"
#include "cli/traceout.h"

static void measure(void *ctx, struct progress_state *state)
{
	traceout_measure(ctx, state);
}

static int run(struct live *live, struct traceout *trace)
{
	const struct live_output output = {
		.stream = pipeline_stream(trace->pipeline),
		.file = trace->output,
		.measure = measure,
		.ctx = trace,
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
