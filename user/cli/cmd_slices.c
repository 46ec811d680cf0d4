// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf slices: a row for each time that a thread was in a state, for a data base. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/slicesource.h"
#include "export/slices/print.h"

struct config {
	struct command_line line;
	bool json;
};

static void begin(void *ctx, struct gt_text host, uint64_t start_ns)
{
	struct slice_printer *printer = ctx;

	(void)start_ns;
	printer->host = host;
	slice_print_header(printer);
}

static enum cli_exit print_all(struct trace_file *file, struct slice_printer *printer)
{
	const struct slice_sink sink = { .tell = slice_print, .ctx = printer, .begin = begin };
	enum cli_exit status = trace_file_keep(file);
	struct slice_result result;

	if (status != CLI_DONE)
		return status;
	status = slice_source_play(file, &sink, &result);
	if (out_flush(printer->out))
		return cli_fail("cannot write to standard output: %s",
				strerror(-printer->out->err));
	return status;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct out *out = malloc(sizeof(*out));
	struct slice_printer printer = {
		.out = out,
		.format = config->json ? SLICE_JSON : SLICE_CSV,
	};
	enum cli_exit status = CLI_FAILED;
	struct trace_file file;

	if (!out)
		return cli_fail("%s", strerror(ENOMEM));
	out_init(out, stdout_sink, NULL);
	if (!trace_file_open(&file, config->line.args[0])) {
		status = print_all(&file, &printer);
		trace_file_close(&file);
	}
	free(out);
	return status;
}

static const struct option_row rows[] = {
	{ 0, "json", NULL, OPTION_FLAG, offsetof(struct config, json),
	  "one JSON object a line; what is not known is null", NULL },
	{ .name = NULL },
};

const struct command command_slices = {
	.name = "slices",
	.arguments = "FILE",
	.summary = "print a row for each state of each thread, for data bases",
	.text = "FILE is a raw capture or a trace. CSV, the first line has the columns' names: "
		"host, start_ns (CLOCK_MONOTONIC), wall_ns (since 1970), dur_ns, cpu, tid, pid, "
		"comm, cgroup, state (running, syscall, waiting, asleep, lost), reason, syscall, "
		"error, waker_tid, waker_comm, waker_context, by. What the file does not say is "
		"empty: a raw capture says more than a trace. Rows come in the order in which "
		"states end. docs/slices.md says what each column is, docs/fleet.md what to ask "
		"of many machines' rows.",
	.examples = "gotrace-bpf slices cap.gtraw >cap.csv       rows of a raw capture\n"
		    "gotrace-bpf slices --json gotrace.out       of a trace, as JSON\n"
		    "gotrace-bpf slices cap.gtraw | duckdb -c \"SELECT ...\"\n",
	.min_args = 1,
	.max_args = 1,
	.groups = (const struct option_group[]){ { rows, 0 }, { NULL, 0 } },
	.config_size = sizeof(struct config),
	.run = run,
};
