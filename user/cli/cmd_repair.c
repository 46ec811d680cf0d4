// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf repair: what is left of a broken trace, as one that viewers open. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/parts.h"
#include "cli/tracefile.h"
#include "trace/repair/repair.h"

#define NOTES 100 /* that are said one by one */

struct config {
	struct command_line line;
	const char *output;
};

struct job {
	struct parts parts;
	const struct trace_file *file;
	uint64_t notes;
	bool refused; /* a part has no name, or would take the place of the file: it was said */
};

static void say_fault(const struct job *job, const char *what, const struct gt_error *fault)
{
	char place[128];

	trace_error_place(place, sizeof(place), fault);
	cli_note("%s: %s: %s (%s)", job->file->name, what, fault->text, place);
}

static void say(void *ctx, const struct repair_note *note)
{
	struct job *job = ctx;
	bool mends = note->kind != REPAIR_PART && note->kind != REPAIR_TRACE;

	job->notes += mends;
	if (mends && job->notes > NOTES)
		return;
	switch (note->kind) {
	case REPAIR_EVENT:
		say_fault(job, "left out an event", &note->fault);
		break;
	case REPAIR_ID:
		say_fault(job, "took out an id", &note->fault);
		break;
	case REPAIR_BATCH:
		say_fault(job, "left out the rest of a batch", &note->fault);
		break;
	case REPAIR_REST:
		say_fault(job, "left out the rest of a generation", &note->fault);
		break;
	case REPAIR_BYTES:
		cli_note("%s: left out %" PRIu64 " bytes that are no trace (byte %" PRIu64 ")",
			 job->file->name, note->to - note->from, note->from);
		break;
	case REPAIR_PART:
		cli_note("%s: the next generation stands alone (byte %" PRIu64 ")", job->file->name,
			 note->from);
		break;
	case REPAIR_TRACE:
		cli_note("%s: another trace begins (byte %" PRIu64 ")", job->file->name,
			 note->from);
		break;
	}
}

static int open_part(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct job *job = ctx;
	char name[4096];

	if (part > 1 && !strcmp(job->parts.name, "-")) {
		cli_fail("%s: what follows needs a file of its own: give -o a name",
			 job->file->name);
		job->refused = true;
		return -EINVAL;
	}
	if (part > 1) {
		parts_name(name, sizeof(name), job->parts.name, part);
		job->refused = trace_file_spare(job->file, name);
		if (job->refused)
			return -EEXIST;
		cli_note("%s: what follows goes to %s", job->file->name, name);
	}
	return parts_open(&job->parts, part, sink, sink_ctx);
}

static int close_part(void *ctx, unsigned part)
{
	struct job *job = ctx;

	return parts_close(&job->parts, part);
}

/* The file has nothing of a trace: as whoever reads traces would say it. */
static enum cli_exit fail_empty(const struct trace_file *file)
{
	struct gt_error error;

	return gt_validate(file->map.data, file->map.size, NULL, &error)
		       ? trace_file_fail(file, &error)
		       : cli_fail("%s: nothing is left of it", file->name);
}

static enum cli_exit conclude(struct job *job, int err)
{
	enum cli_exit status = CLI_DONE;

	if (job->notes > NOTES)
		cli_note("%s: and %" PRIu64 " more of that", job->file->name, job->notes - NOTES);
	if (err == -ENODATA)
		status = fail_empty(job->file);
	else if (err == -EPROTONOSUPPORT)
		status = cli_fail("%s: traces before Go 1.22 are not repaired", job->file->name);
	else if (err && !job->refused)
		status = cli_fail_with(&job->parts.diag, err, job->file->name);
	else if (err)
		status = CLI_FAILED;
	else if (!job->notes && job->parts.closed == 1)
		cli_note("%s: it is whole, nothing had to be left out", job->file->name);
	parts_discard(&job->parts);
	return status;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct trace_file file;
	struct job job = { .parts = { .name = config->output }, .file = &file };
	const struct repair_options options = {
		.open = open_part,
		.close = close_part,
		.say = say,
		.ctx = &job,
	};
	enum cli_exit status = CLI_FAILED;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe behind -o is an error like others */
	if (trace_file_open(&file, config->line.args[0]))
		return CLI_FAILED;
	if (!trace_file_spare(&file, config->output) && !trace_file_keep(&file))
		status = conclude(&job, repair_run(file.map.data, file.map.size, &options));
	trace_file_close(&file);
	return status;
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;

	return config->output ? 0 : diag_set(diag, -EINVAL, "repair needs -o FILE");
}

static const struct option_row rows[] = {
	{ 'o', "output", "FILE", OPTION_STRING, offsetof(struct config, output),
	  "where the trace goes (needed); what cannot be part of it goes to FILE.2, FILE.3 and so "
	  "on",
	  NULL },
	{ .name = NULL },
};

const struct command command_repair = {
	.name = "repair",
	.arguments = "FILE",
	.summary = "make a whole trace of what is left of a broken one",
	.text = "Leaves out as little as makes the trace one that 'validate' and any viewer takes, "
		"and says each: the id of a stack or text that is not there, an event that does "
		"not fit and tells of no state (the end of a region, say), what is left of a table "
		"that is damaged, and of a generation if the states themselves do not fit, or its "
		"other bytes are damaged. The "
		"generation after that, and a second trace in the file, become FILE.2. Exit "
		"status 1: nothing is left.",
	.examples = "gotrace-bpf repair bad.trace -o good.trace   what was left out is said\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.check = check,
	.run = run,
};
