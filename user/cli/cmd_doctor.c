// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf doctor: prints what the probe found. Fails if no capture is possible. */
#include <stdio.h>

#include "capture/capture.h"
#include "capture/probe.h"
#include "cli/cli.h"
#include "cli/commands.h"

static int run(const void *config)
{
	static const char *const words[] = {
		[PROBE_OK] = "ok",
		[PROBE_WARNING] = "warning",
		[PROBE_FAILURE] = "missing",
	};
	struct probe_finding findings[PROBE_MAX];
	enum cli_exit status = CLI_DONE;
	struct diag diag = { "" };
	size_t count;

	(void)config;
	if (capture_supported(&diag))
		return cli_fail("%s", diag.text);
	count = probe_run(findings);
	for (size_t i = 0; i < count; i++) {
		printf("%-8s %-23s %s\n", words[findings[i].verdict], findings[i].name,
		       findings[i].text);
		if (findings[i].verdict == PROBE_FAILURE)
			status = CLI_FAILED;
	}
	puts(status == CLI_DONE ? "This machine can be traced."
				: "This machine cannot be traced as it is.");
	return status;
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "say what this machine allows and what is missing",
	.text = "Looks at the kernel, its type information (BTF), capabilities, tracepoints, "
		"lockdown and memory limits, and says what to do about what is missing.",
	.examples = "sudo gotrace-bpf doctor                 can this machine be traced?\n",
	.config_size = sizeof(struct command_line),
	.run = run,
};
