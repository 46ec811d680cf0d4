// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf cut: parts of a trace that stand alone. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/parts.h"
#include "cli/tracefile.h"
#include "gotrace/cut.h"

/* Traces before Go 1.22 are written as newer ones. */
static const struct gt_reader_options as_v2 = { .as_v2 = true };

#define NOT_GIVEN UINT64_MAX /* as --from: 0 is a time as others */

struct config {
	struct command_line line;
	const char *output;
	uint64_t from_ns, to_ns; /* since the trace's start; to_ns 0: to the end */
	uint64_t split;		 /* parts to cut into; 0: none */
	int version;		 /* of the parts; 0: as the trace */
};

/* What the parts are named after; with --split that may be the trace itself. */
static const char *base_of(const struct config *config)
{
	return config->output ? config->output : config->line.args[0];
}

/* What the cut came to. */
static enum cli_exit conclude(struct parts *parts, const struct trace_file *file,
			      const struct gt_reader *reader, int version, int err)
{
	const struct gt_error *error = gt_reader_error(reader);
	enum cli_exit status = CLI_DONE;

	if (error->code) {
		status = trace_file_fail(file, error);
		if (parts->closed)
			cli_note("what is before that was written");
	} else if (err == -ENODATA) {
		status = cli_fail("%s: the trace has nothing between these times", file->name);
	} else if (err == -EPROTONOSUPPORT) {
		status = cli_fail("%s is older than that: what reads Go 1.%d reads it", file->name,
				  version);
	} else if (err == -ENOTSUP) {
		status = cli_fail("%s holds what a trace of Go 1.%d has no word for: experiments, "
				  "or goroutines that are created blocked",
				  file->name, version);
	} else if (err) {
		status = cli_fail_with(&parts->diag, err, file->name);
	}
	parts_discard(parts);
	return status;
}

static enum cli_exit cut(struct trace_file *file, const struct config *config,
			 uint64_t events_per_part)
{
	struct parts parts = { .name = base_of(config), .numbered = events_per_part };
	const struct gt_cut_options options = {
		.from_ns = config->from_ns == NOT_GIVEN ? 0 : (int64_t)config->from_ns,
		.to_ns = config->to_ns ? (int64_t)config->to_ns : INT64_MAX,
		.events_per_part = events_per_part,
		.version = (unsigned)config->version,
		.open = parts_open,
		.close = parts_close,
		.ctx = &parts,
	};
	struct gt_reader *reader;
	int status;

	if (trace_file_reader(file, &as_v2, &reader))
		return CLI_FAILED;
	status = conclude(&parts, file, reader, config->version, gt_cut(reader, &options));
	gt_reader_free(reader);
	return status;
}

/* How many events of the wire a trace has, up to where it breaks. */
static enum cli_exit count_events(struct trace_file *file, uint64_t *count)
{
	const struct gt_event *event;
	struct gt_reader *reader;

	if (trace_file_reader(file, &as_v2, &reader))
		return CLI_FAILED;
	*count = 0;
	while (!gt_reader_next(reader, &event) && event)
		*count += event->type != GT_EV_SYNC_POINT && !event->derived;
	gt_reader_free(reader);
	return CLI_DONE;
}

/* None of so many parts may take the place of the file. */
static enum cli_exit spare_parts(const struct trace_file *file, const char *base, uint64_t parts)
{
	char name[4096];

	for (uint64_t part = 1; part <= parts; part++) {
		parts_name(name, sizeof(name), base, part);
		if (trace_file_spare(file, name))
			return CLI_FAILED;
	}
	return CLI_DONE;
}

static enum cli_exit split(struct trace_file *file, const struct config *config)
{
	uint64_t count;

	if (trace_file_keep(file) || count_events(file, &count) ||
	    spare_parts(file, base_of(config), count < config->split ? count : config->split))
		return CLI_FAILED;
	return cut(file, config, (count + config->split - 1) / config->split + !count);
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct trace_file file;
	enum cli_exit status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	if (config->split && !strcmp(base_of(config), "-"))
		return cli_fail("parts need names: give a file with -o");
	if (trace_file_open(&file, config->line.args[0]))
		return CLI_FAILED;
	if (config->split)
		status = split(&file, config);
	else if (trace_file_spare(&file, config->output))
		status = CLI_FAILED;
	else
		status = cut(&file, config, 0);
	trace_file_close(&file);
	return status;
}

/* Parts have a number each, so they can be named after what they are cut from. */
static bool names_parts(const struct config *config)
{
	return config->split && strcmp(config->line.args[0], "-") != 0;
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;

	if (!config->output && !names_parts(config))
		return diag_set(diag, -EINVAL, "cut needs -o FILE");
	if (config->split && (config->from_ns != NOT_GIVEN || config->to_ns))
		return diag_set(diag, -EINVAL, "--split goes without --from and --to");
	if (!config->split && config->from_ns == NOT_GIVEN && !config->to_ns && !config->version)
		return diag_set(diag, -EINVAL,
				"give --from, --to or both, or --split, or --trace-version");
	if (config->to_ns && config->from_ns != NOT_GIVEN && config->from_ns >= config->to_ns)
		return diag_set(diag, -EINVAL, "--from is not before --to");
	return 0;
}

static const int versions[] = { 22, 23, 25, 26 };

#define MEMBER(name) offsetof(struct config, name)
static const struct option_row rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output),
	  "where the trace goes (needed, but for --split); until it is whole it is FILE.part",
	  NULL },
	{ 0, "from", "TIME", OPTION_TIME, MEMBER(from_ns),
	  "leave out what is before this time since the trace's start: 1500ms, 2s", NULL },
	{ 0, "to", "TIME", OPTION_DURATION, MEMBER(to_ns), "leave out what is from this time on",
	  NULL },
	{ 0, "split", "N", OPTION_COUNT, MEMBER(split),
	  "make N parts of about the same number of events, FILE.1 to FILE.N; FILE is the trace "
	  "itself if there is no -o",
	  NULL },
	{ 0, "trace-version", "1.22|1.23|1.25|1.26", OPTION_CHOICE, MEMBER(version),
	  "format of the parts, not newer than the trace's own, which it is else; of a trace "
	  "before "
	  "Go 1.22: 1.23",
	  versions },
	{ .name = NULL },
};

static const struct config defaults = { .from_ns = NOT_GIVEN };

const struct command command_cut = {
	.name = "cut",
	.arguments = "FILE",
	.summary = "make a smaller trace, or several, of a trace",
	.text = "Each part stands alone: any viewer opens it. It begins with the states of all "
		"that is there at that moment, and lasts until its last moment, be it all quiet. "
		"Who sleeps then has the stack that it slept in before, whose top says what for. "
		"Go's profiles of blocking have no place for such a sleep, since no state says its "
		"reason: 'report' has it.",
	.examples =
		"gotrace-bpf cut a.out -o b.out --from 2s --to 3s   one second\n"
		"gotrace-bpf cut a.out --split 4                    a.out.1 to a.out.4\n"
		"gotrace-bpf cut a.out -o b.out --trace-version 1.22 all of it, for an older Go\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.defaults = &defaults,
	.check = check,
	.run = run,
};
