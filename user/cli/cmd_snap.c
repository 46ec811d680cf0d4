// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf snap: asks a flight recorder for a dump. */
#include <errno.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/snap.h"
#include "options/units.h"

struct config {
	struct command_line line;
};

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;
	struct pid_list pids = { .count = 0 };

	if (config->line.arg_count &&
	    (units_parse_pids(config->line.args[0], &pids) || pids.count != 1))
		return diag_set(diag, -EINVAL, "'%s' is no process id", config->line.args[0]);
	return 0;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct pid_list pids = { .count = 0 };
	char text[SNAP_ANSWER_MAX];
	struct diag diag = { "" };
	int err;

	if (config->line.arg_count)
		units_parse_pids(config->line.args[0], &pids);
	err = snap_request(pids.count ? pids.pid[0] : 0, text, &diag);
	if (err)
		return cli_fail_with(&diag, err, "snap");
	puts(text);
	return CLI_DONE;
}

static const struct option_group groups[] = { { NULL, 0 } };

const struct command command_snap = {
	.name = "snap",
	.arguments = "[PID]",
	.summary = "ask a flight recorder for a dump",
	.text = "Waits until the dump is written and says its name. Without a PID it asks the only "
		"recorder there is. Root may ask all, others those that they started.",
	.examples = "sudo gotrace-bpf snap        of the recorder that runs\n"
		    "sudo gotrace-bpf snap 1234   of this one\n",
	.max_args = 1,
	.groups = groups,
	.config_size = sizeof(struct config),
	.check = check,
	.run = run,
};
