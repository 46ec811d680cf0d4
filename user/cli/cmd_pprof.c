// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf pprof: time by stack, of a trace or a raw capture, as a profile. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/converted.h"
#include "cli/filekind.h"
#include "cli/tracefile.h"
#include "output/output.h"
#include "profile/events.h"
#include "profile/folded.h"
#include "profile/pprof.h"

#define DEFAULT_OUTPUT "gotrace.pb.gz"

struct config {
	struct command_line line;
	const char *output;
	int folded; /* one more than the type that is written as text; 0: all, for pprof */
	bool quiet;
};

static const char *output_of(const struct config *config)
{
	if (config->output)
		return config->output;
	return config->folded ? "-" : DEFAULT_OUTPUT;
}

/* ---- reading ---- */

/* All events up to the end or a break. 0, or what the reader or the profile says. */
static int add_all(struct gt_reader *reader, struct profile *profile)
{
	struct profile_events *events;
	const struct gt_event *event;
	int err = profile_events_new(&events, profile), end;

	while (!err && !(err = gt_reader_next(reader, &event)) && event)
		err = profile_events_add(events, reader, event);
	end = profile_events_end(events);
	profile_events_free(events);
	return err ? err : end;
}

static enum cli_exit conclude(const struct trace_file *file, struct gt_reader *reader, int err)
{
	enum cli_exit status = CLI_DONE;

	if (gt_reader_error(reader)->code)
		status = trace_file_fail(file, gt_reader_error(reader));
	else if (err)
		status = cli_fail("%s: %s", file->name, strerror(-err));
	return status;
}

static enum cli_exit take_trace(struct trace_file *file, struct profile *profile)
{
	struct gt_reader *reader;
	enum cli_exit status;

	if (trace_file_reader(file, NULL, &reader))
		return CLI_FAILED;
	status = conclude(file, reader, add_all(reader, profile));
	gt_reader_free(reader);
	return status;
}

static enum cli_exit take_capture(struct trace_file *file, struct profile *profile)
{
	struct converted *converted;
	struct gt_reader *reader;
	enum cli_exit status;
	int err;

	if (converted_open(&converted, file))
		return CLI_FAILED;
	err = gt_reader_new_source(&reader, converted_read, converted, NULL);
	if (err) {
		converted_close(converted);
		return cli_fail("%s: %s", file->name, strerror(-err));
	}
	err = add_all(reader, profile);
	status = converted_close(converted);
	if (status == CLI_DONE)
		status = conclude(file, reader, err);
	gt_reader_free(reader);
	return status;
}

/* ---- writing ---- */

static int write_folded(const struct config *config, const struct profile *profile,
			struct output *output)
{
	struct out *out = malloc(sizeof(*out));
	int err;

	if (!out)
		return -ENOMEM;
	out_init(out, output ? output_write : stdout_sink, output);
	err = folded_write(profile, (enum profile_type)(config->folded - 1), out);
	if (out_flush(out) && !err)
		err = out->err;
	free(out);
	return err;
}

static void say_summary(const struct config *config, const struct profile *profile,
			const char *path)
{
	char text[PROFILE_TYPES][32];

	for (enum profile_type type = 0; type < PROFILE_TYPES; type++)
		quantity_format_duration(text[type], sizeof(text[type]),
					 profile_total(profile, type));
	if (profile_cut(profile))
		cli_note("there are more than %u stacks: the time of others stands on what called "
			 "them",
			 PROFILE_MAX_STACKS);
	if (!config->quiet && !config->folded)
		cli_note("%s: off the CPU %s, waiting for one %s, on one %s; open it: go tool "
			 "pprof -http=: %s",
			 path, text[PROFILE_OFFCPU], text[PROFILE_WAIT], text[PROFILE_CPU], path);
}

static enum cli_exit write_file(const struct config *config, const struct profile *profile)
{
	struct diag diag = { "" };
	struct output *output;
	int err = output_open(&output, output_of(config), &diag);

	if (err)
		return cli_fail_with(&diag, err, "cannot write the profile");
	err = config->folded ? write_folded(config, profile, output)
			     : pprof_write(profile, output_write, output);
	if (!err)
		err = output_commit(output);
	if (err) {
		output_discard(output);
		return cli_fail_with(&diag, err, "cannot write the profile");
	}
	say_summary(config, profile, output_path(output));
	output_close(output);
	return CLI_DONE;
}

static enum cli_exit write_profile(const struct config *config, const struct profile *profile)
{
	int err;

	if (!config->folded || config->output)
		return write_file(config, profile);
	err = write_folded(config, profile, NULL); /* a terminal will do */
	return err ? cli_fail("cannot write to standard output: %s", strerror(-err)) : CLI_DONE;
}

/* ---- both ---- */

static enum cli_exit make(struct trace_file *file, const struct config *config,
			  struct profile *profile)
{
	enum cli_exit status = trace_file_spare(file, output_of(config)), wrote;

	/* Which kind it is has to be seen before it is read. */
	if (status == CLI_DONE)
		status = trace_file_keep(file);
	if (status != CLI_DONE)
		return status;
	if (filekind_is_capture(file->map.data, file->map.size))
		status = take_capture(file, profile);
	else
		status = take_trace(file, profile);
	if (status != CLI_DONE && !profile_duration(profile))
		return status;
	wrote = write_profile(config, profile); /* what comes before a break */
	return status == CLI_DONE ? wrote : status;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct trace_file file;
	struct profile *profile;
	enum cli_exit status;
	int err = profile_new(&profile);

	if (err)
		return cli_fail("%s", strerror(-err));
	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	status = trace_file_open(&file, config->line.args[0]);
	if (status == CLI_DONE) {
		status = make(&file, config, profile);
		trace_file_close(&file);
	}
	profile_free(profile);
	return status;
}

static const int types[] = { PROFILE_OFFCPU + 1, PROFILE_WAIT + 1, PROFILE_CPU + 1,
			     PROFILE_SYSCALL + 1 };

#define MEMBER(name) offsetof(struct config, name)
static const struct option_row rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output),
	  "where the profile goes (" DEFAULT_OUTPUT "; with --folded standard output)", NULL },
	{ 0, "folded", "offcpu|wait|cpu|syscall", OPTION_CHOICE, MEMBER(folded),
	  "one kind of time as text, a line a stack: for flamegraph.pl, speedscope and others",
	  types },
	{ 'q', "quiet", NULL, OPTION_FLAG, MEMBER(quiet), "say nothing but errors", NULL },
	{ .name = NULL },
};

const struct command command_pprof = {
	.name = "pprof",
	.arguments = "FILE",
	.summary = "sum time off the CPU, waiting and on it by stack, for pprof",
	.text = "FILE is a trace, ours or a Go program's, or a raw capture as it is. Each thread's "
		"time is counted on the stack that it was spent with, in nanoseconds, as one of: "
		"offcpu, asleep; wait, it could run and waited for a CPU (the leaf says what began "
		"the wait: who preempted it, who woke it); cpu, on a CPU. The root of a stack is "
		"the thread's name, or the goroutine's; the sums are those of 'report'. Where a "
		"trace cannot say whether a syscall was on a CPU, as Go's own, its time is a kind "
		"of its own, syscall. What ran on a CPU outside of syscalls only CPU samples say.",
	.examples = "gotrace-bpf pprof cap.gtraw -o w.pb.gz     for go tool pprof -http=: w.pb.gz\n"
		    "gotrace-bpf pprof gotrace.out              into " DEFAULT_OUTPUT "\n"
		    "gotrace-bpf pprof --folded=offcpu a.out    for flamegraph.pl\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.run = run,
};
