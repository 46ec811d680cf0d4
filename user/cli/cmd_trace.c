// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf: the kernel's records straight into a trace. */
#include <errno.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/golive.h"
#include "cli/live.h"
#include "cli/traceout.h"

struct config {
	struct command_line line;
	struct live_options live;
	struct stack_options stacks;
	struct trace_options trace;
	struct talk_options talk;
	struct go_options go;
	bool show_version;
};

static void measure(void *ctx, struct progress_state *state)
{
	traceout_measure(ctx, state);
}

static enum cli_exit record(struct live *live, struct traceout *trace)
{
	const struct live_output output = {
		.stream = pipeline_stream(trace->pipeline),
		.is_slow = true,
		.file = trace->output,
		.measure = measure,
		.ctx = trace,
	};
	int err = live_run(live, &output, &trace->diag);
	struct traceout_source source = {
		.ring_bytes = capture_info(live->capture)->ring_bytes,
		.ring_fullest = live->usage.fullest,
		.buffer_wanted = live_buffer_wanted(live),
		.runs = live->runs,
		.runs_ns = live->runs_ns,
	};

	if (err)
		return traceout_fail(trace, err, live->has_recorded);
	return traceout_finish(trace, &source);
}

static enum cli_exit capture(struct live *live, struct traceout *trace, const struct config *config)
{
	const struct live_config live_config = { &config->line, &config->live, &config->talk,
						 config->stacks.stacks == STACKS_KERNEL };
	int err = live_open(live, &live_config, &trace->diag);

	return err ? cli_fail_with(&trace->diag, err, "cannot start") : record(live, trace);
}

static struct golive_config golive_config_of(const struct config *config)
{
	return (struct golive_config){ &config->line, &config->live, &config->trace, &config->talk,
				       &config->go };
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	const struct golive_config golive = golive_config_of(config);
	struct traceout trace;
	struct live live;
	enum cli_exit status;

	if (config->show_version) {
		puts("gotrace-bpf " GOTRACE_VERSION);
		return CLI_DONE;
	}
	if (config->go.url)
		return golive_run(&golive);
	status = traceout_open(&trace, &config->trace, &config->talk);
	if (status != CLI_DONE)
		return status;
	status = capture(&live, &trace, config);
	traceout_close(&trace);
	return live_close(&live, status);
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;
	const struct golive_config golive = golive_config_of(config);
	int err;

	if (config->show_version)
		return 0;
	err = golive_check(&golive, diag);
	if (!err)
		err = live_options_check(&config->live, config->line.child != NULL, diag);
	if (!err)
		err = trace_options_check(&config->trace, diag);
	if (!err && config->stacks.stacks && config->trace.format == PIPELINE_PERFETTO)
		err = diag_set(diag, -EINVAL,
			       "--stacks: a Perfetto trace shows none; leave out --to perfetto");
	return err ? err : talk_options_check(&config->talk, config->trace.output, diag);
}

static const struct config defaults = { .trace = TRACE_OPTIONS_DEFAULT };
static const struct option_row rows[] = {
	{ 'V', "version", NULL, OPTION_FLAG, offsetof(struct config, show_version),
	  "show the program's version", NULL },
	{ .name = NULL },
};
static const struct option_group groups[] = {
	{ live_option_rows, offsetof(struct config, live) },
	{ stack_option_rows, offsetof(struct config, stacks) },
	{ trace_option_rows, offsetof(struct config, trace) },
	{ go_option_rows, offsetof(struct config, go) },
	{ talk_option_rows, offsetof(struct config, talk) },
	{ rows, 0 },
	{ NULL, 0 },
};

const struct command command_trace = {
	.name = "",
	.arguments = "[-- COMMAND [ARG...]]",
	.summary = "watch the Linux scheduler and write a Go execution trace",
	.text = "Without -p, --tid, --cgroup or a command the whole machine is traced. It stops "
		"after -d TIME, when the command ends, when the last process of -p or thread of "
		"--tid has exited, or at Ctrl-C. With a command, that command's exit status is "
		"passed on. It needs root, or CAP_BPF and CAP_PERFMON.",
	.examples =
		"sudo gotrace-bpf -d 5s                  the whole machine for five seconds\n"
		"sudo gotrace-bpf -p 1234                a process, until Ctrl-C\n"
		"sudo gotrace-bpf --tid 1240             one of its threads\n"
		"sudo gotrace-bpf -- make -j8            a command and its children\n"
		"sudo gotrace-bpf --cgroup PATH -d 10s   a container\n"
		"go tool trace gotrace.out               look at it\n"
		"sudo gotrace-bpf -p 1234 --go http://localhost:6060 -d 5s   a Go program\n"
		"sudo gotrace-bpf -d 5s --to perfetto    gotrace.pftrace, for ui.perfetto.dev\n",
	.takes_child = true,
	.groups = groups,
	.config_size = sizeof(struct config),
	.defaults = &defaults,
	.check = check,
	.run = run,
};
