// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf fuse: a Go program's own trace and a capture of it, as one trace. */
#include <errno.h>
#include <signal.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/fusefile.h"
#include "output/output.h"

struct config {
	struct command_line line;
	const char *output;
	int view; /* enum fuse_view */
	uint64_t min_ns;
	int version;
	bool quiet;
};

static enum cli_exit write_trace(const struct config *config, struct fuse_files *files)
{
	const struct fuse_options options = {
		.view = (enum fuse_view)config->view,
		.min_ns = config->min_ns,
		.version = (unsigned)config->version,
		.wall = files->wall,
	};
	struct diag diag = { "" };
	struct output *output;
	int err = output_open(&output, config->output, &diag);

	if (err)
		return cli_fail_with(&diag, err, config->output);
	return fuse_files_write(files, &options, output, config->output, config->quiet);
}

static enum cli_exit fuse(const struct config *config, struct fuse_files *files)
{
	if (trace_file_spare(&files->app, config->output) ||
	    trace_file_spare(&files->capture, config->output))
		return CLI_FAILED;
	return write_trace(config, files);
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct fuse_files files;
	enum cli_exit status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	status = fuse_files_open(&files, config->line.args[0], config->line.args[1]);
	if (status == CLI_DONE)
		status = fuse(config, &files);
	fuse_files_close(&files);
	return status;
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;

	if (config->min_ns && config->view == FUSE_VIEW_CPUS)
		return diag_set(diag, -EINVAL, "--min goes with --view procs and regions");
	if (!config->output)
		return diag_set(diag, -EINVAL, "fuse needs -o FILE");
	return 0;
}

static const int views[] = { FUSE_VIEW_PROCS, FUSE_VIEW_CPUS, FUSE_VIEW_REGIONS };
static const int versions[] = { 23, 25, 26 };

#define MEMBER(name) offsetof(struct config, name)
static const struct option_row rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output),
	  "where the trace goes (needed); until it is whole it is FILE.part", NULL },
	{ 0, "view", "procs|cpus|regions", OPTION_CHOICE, MEMBER(view),
	  "procs: Go's Ps, a goroutine stops while its thread is off the CPU, in a region that "
	  "says why; cpus: a P is a CPU, with goroutines and all else that ran there; regions: "
	  "all of Go's events as they are, and regions (procs)",
	  views },
	{ 0, "min", "TIME", OPTION_TIME, MEMBER(min_ns),
	  "leave out shorter times off the CPU: 10us, 1ms", NULL },
	{ 0, "trace-version", "1.23|1.25|1.26", OPTION_CHOICE, MEMBER(version),
	  "format of the trace (1.23, which all of Go from 1.23 on read)", versions },
	{ 'q', "quiet", NULL, OPTION_FLAG, MEMBER(quiet), "say nothing but errors", NULL },
	{ .name = NULL },
};

static const struct config defaults = { .version = 23 };

const struct command command_fuse = {
	.name = "fuse",
	.arguments = "TRACE CAPTURE",
	.summary = "make one trace of a Go program's own and a capture of it",
	.text = "TRACE is what the program wrote itself: runtime/trace, /debug/pprof/trace, 'go "
		"test -trace', a flight recorder, of Go 1.22 or newer. CAPTURE is a raw capture "
		"('gotrace-bpf record') of the program, or of the whole machine, made meanwhile. "
		"Which is which is seen by the files. Go calls a goroutine running while its "
		"thread waits for a CPU; in the new trace it stops then, and its stack says who "
		"had the CPU or in what the thread slept. 'go tool trace' shows these times as "
		"regions of the task \"off-CPU (kernel)\", too. Files that do not belong "
		"together are refused: a thread writes no event while it is off the CPU.",
	.examples =
		"sudo gotrace-bpf record -p PID -d 5s -o cap.gtraw   the kernel's; meanwhile\n"
		"curl -o app.trace HOST:6060/debug/pprof/trace?seconds=4   the program's\n"
		"gotrace-bpf fuse app.trace cap.gtraw -o both.trace  both in one\n"
		"gotrace-bpf fuse app.trace cap.gtraw -o r.trace --view regions   only marked\n",
	.min_args = 2,
	.max_args = 2,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.defaults = &defaults,
	.check = check,
	.run = run,
};
