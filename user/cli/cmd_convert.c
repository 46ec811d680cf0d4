// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * gotrace-bpf convert: a raw capture into a trace. A capture that stops
 * without its end is converted as far as it goes, and that is said; one that is
 * damaged as far as it is whole, but then the status is a failure.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/filekind.h"
#include "cli/mapped.h"
#include "cli/traceout.h"
#include "raw/raw.h"

struct config {
	struct command_line line;
	struct trace_options trace;
	struct talk_options talk;
};

struct convert {
	const struct config *config;
	const char *path;
	struct mapped input;
	struct raw_reader *reader;
	struct traceout trace;
	struct progress progress;
	uint64_t begin_ns;
};

static enum cli_exit open_input(struct convert *convert)
{
	struct diag diag = { "" };
	int err = mapped_open(&convert->input, convert->path);

	if (err == -EINVAL)
		return cli_fail("%s is no file and no pipe: copy the capture into a file first",
				convert->path);
	if (err)
		return cli_fail("cannot read %s: %s", convert->path, strerror(-err));
	err = raw_reader_new(&convert->reader, convert->input.data, convert->input.size, &diag);
	if (err)
		return cli_fail("%s: %s%s", convert->path, diag.text,
				err == -EINVAL
					? filekind_advice(convert->input.data, convert->input.size)
					: "");
	return CLI_DONE;
}

static enum cli_exit open_output(struct convert *convert)
{
	const struct config *config = convert->config;
	struct stat input;
	int err = strcmp(convert->path, "-") ? stat(convert->path, &input)
					     : fstat(STDIN_FILENO, &input);

	if (err)
		return cli_fail("cannot read %s: %m", convert->path);
	if (cli_spare_input(convert->path, &input, traceout_path(&config->trace)) ||
	    cli_spare_input(convert->path, &input, config->talk.stats))
		return CLI_FAILED;
	return traceout_open(&convert->trace, &config->trace, &config->talk);
}

static void show_progress(struct convert *convert, uint64_t offset)
{
	struct progress_state state = { .elapsed_ns = clock_now_ns() - convert->begin_ns,
					.left_ns = PROGRESS_NO_END };
	double share = (double)offset / (double)convert->input.size;
	struct pipeline_stats stats;

	if (!progress_due(&convert->progress, state.elapsed_ns))
		return;
	pipeline_stats(convert->trace.pipeline, &stats);
	state.records = stats.records;
	state.lost = stats.lost;
	traceout_measure(&convert->trace, &state);
	if (share > 0.01)
		state.left_ns = (uint64_t)((double)state.elapsed_ns * (1 - share) / share);
	progress_show(&convert->progress, &state);
}

static int on_passed(void *ctx, uint64_t offset)
{
	struct convert *convert = ctx;

	mapped_drop(&convert->input, offset);
	show_progress(convert, offset);
	return 0;
}

/* The trace is made; stop says why it may not be all of the capture. */
static enum cli_exit finish(struct convert *convert, const struct raw_stop *stop)
{
	const struct traceout_source source = {
		.ring_bytes = raw_reader_info(convert->reader)->ring_bytes,
		.ring_fullest = -1,
		.cut_off = stop->err ? stop->diag.text : NULL,
	};
	enum cli_exit status = traceout_finish(&convert->trace, &source);

	if (status != CLI_DONE || !source.cut_off)
		return status;
	if (stop->err == -EBADMSG)
		return cli_fail("%s: %s; all that is whole is in the trace", convert->path,
				stop->diag.text);
	cli_note("%s: %s; what there is is in the trace", convert->path, stop->diag.text);
	return CLI_DONE;
}

static enum cli_exit play(struct convert *convert)
{
	const struct stream stream = pipeline_stream(convert->trace.pipeline);
	struct raw_stop stop;
	int err;

	convert->begin_ns = clock_now_ns();
	progress_init(&convert->progress, convert->config->talk.quiet);
	err = raw_play(convert->reader, &stream, on_passed, convert, &stop);
	progress_clear(&convert->progress);
	if (err == -ERANGE)
		return cli_fail("%s: the capture ends before --from", convert->path);
	if (err == -ENODATA || err == -EBADMSG)
		return cli_fail("%s: %s; nothing before it can be converted", convert->path,
				stop.diag.text);
	return err ? traceout_fail(&convert->trace, err, true) : finish(convert, &stop);
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct convert convert = { .config = config, .path = config->line.args[0] };
	enum cli_exit status = open_input(&convert);

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	if (status == CLI_DONE)
		status = open_output(&convert);
	if (status == CLI_DONE) {
		status = play(&convert);
		traceout_close(&convert.trace);
	}
	raw_reader_free(convert.reader);
	mapped_close(&convert.input);
	return status;
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;
	const struct trace_options *trace = &config->trace;
	int err = trace_options_check(trace, diag);

	if (!err && trace->to_ns && trace->from_ns >= trace->to_ns)
		err = diag_set(diag, -EINVAL, "--from is not before --to");
	return err ? err : talk_options_check(&config->talk, config->trace.output, diag);
}

static const struct config defaults = { .trace = TRACE_OPTIONS_DEFAULT };
static const struct option_row rows[] = {
	{ 0, "from", "TIME", OPTION_TIME, offsetof(struct trace_options, from_ns),
	  "leave out what is before this time since the capture's start: 1500ms, 2s", NULL },
	{ 0, "to", "TIME", OPTION_DURATION, offsetof(struct trace_options, to_ns),
	  "leave out what is from this time on", NULL },
	{ .name = NULL },
};
static const struct option_group groups[] = {
	{ trace_option_rows, offsetof(struct config, trace) },
	{ rows, offsetof(struct config, trace) },
	{ talk_option_rows, offsetof(struct config, talk) },
	{ NULL, 0 },
};

const struct command command_convert = {
	.name = "convert",
	.arguments = "CAPTURE",
	.summary = "make a trace of a raw capture",
	.text = "Needs no root and no eBPF. A capture that was cut off is converted as far as it "
		"is whole; what is missing is said. A viewer takes a second or two of a busy "
		"machine: --from and --to make a trace of a part, which begins with the states "
		"of all that is there at that moment. A word behind --to is a format, a number "
		"a time.",
	.examples = "gotrace-bpf convert cap.gtraw                writes gotrace.out\n"
		    "gotrace-bpf convert cap.gtraw -o a.out       another name\n"
		    "gotrace-bpf convert cap.gtraw --mapping go   as Go's runtime shows syscalls\n"
		    "gotrace-bpf convert cap.gtraw --to perfetto  for ui.perfetto.dev\n"
		    "gotrace-bpf convert cap.gtraw --from 2s --to 3s   one second of it\n",
	.min_args = 1,
	.max_args = 1,
	.groups = groups,
	.config_size = sizeof(struct config),
	.defaults = &defaults,
	.check = check,
	.run = run,
};
