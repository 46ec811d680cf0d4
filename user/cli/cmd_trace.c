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

static enum cli_exit run(struct live *live, struct traceout *trace)
{
	const struct live_output output = {
		.stream = pipeline_stream(trace->pipeline),
		.file = trace->output,
		.measure = measure,
		.ctx = trace,
	};
	int err = live_run(live, &output, &trace->diag);
	struct traceout_source source = {
		.ring_bytes = capture_info(live->capture)->ring_bytes,
		.ring_fullest = live->usage.fullest,
		.buffer_wanted = live_buffer_wanted(live),
	};

	if (err)
		return traceout_fail(trace, err, live->has_recorded);
	return traceout_finish(trace, &source);
}

static enum cli_exit capture(struct live *live, struct traceout *trace)
{
	int err = live_open(live, trace->config, &trace->diag);

	return err ? cli_fail_with(&trace->diag, err, "cannot start") : run(live, trace);
}

int cmd_trace(const struct config *config)
{
	struct traceout trace;
	struct live live;
	enum cli_exit status = traceout_open(&trace, config);

	if (status != CLI_DONE)
		return status;
	status = capture(&live, &trace);
	traceout_close(&trace);
	return live_close(&live, status);
}
