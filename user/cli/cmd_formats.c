// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf formats: what can be read and written, and what opens it. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"

struct format {
	const char *name;
	const char *read_by, *made_by; /* "-": by no command */
	const char *opened_by;
};

static const struct format formats[] = {
	{ "Go trace 1.22 to 1.26", "report pprof validate events cut repair dump footprint",
	  "a capture (-d, -p, --tid, --cgroup, --), convert, cut",
	  "go tool trace of Go 1.23 or newer, gotraceui" },
	{ "Go trace 1.11 to 1.21", "report pprof validate events cut",
	  "a capture or convert, with --trace-version 1.19 or 1.21",
	  "go tool trace of Go 1.19 or newer (Debian 12's own), gotraceui 0.4" },
	{ "raw capture (.gtraw)", "convert report pprof", "record", "gotrace-bpf" },
	{ "Perfetto trace (.pftrace)", "-", "a capture or convert, with --to perfetto",
	  "https://ui.perfetto.dev, trace_processor" },
	{ "profile (.pb.gz)", "-", "pprof", "go tool pprof, https://speedscope.app" },
	{ "text of a Go trace", "undump", "dump", "an editor" },
};

static int run(const void *config)
{
	(void)config;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct format *format = &formats[i];

		printf("%s%s\n  read by    %s\n  made by    %s\n  opened by  %s\n", i ? "\n" : "",
		       format->name, format->read_by, format->made_by, format->opened_by);
	}
	return CLI_DONE;
}

const struct command command_formats = {
	.name = "formats",
	.arguments = "",
	.summary = "list what can be read and written, and what opens it",
	.text = "Lists the kinds of files that this program reads and makes, with the commands "
		"that "
		"do so, and the viewers that open each.",
	.examples = "gotrace-bpf formats                     what opens which file?\n",
	.config_size = sizeof(struct command_line),
	.run = run,
};
