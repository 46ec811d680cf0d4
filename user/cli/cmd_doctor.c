// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* gotrace-bpf doctor: prints what the probe found. Fails if no capture is possible. */
#include <stdio.h>

#include "capture/probe.h"
#include "cli/cli.h"

int cmd_doctor(const struct config *config)
{
	static const char *const words[] = {
		[PROBE_OK] = "ok",
		[PROBE_WARNING] = "warning",
		[PROBE_FAILURE] = "missing",
	};
	struct probe_finding findings[PROBE_MAX];
	size_t count = probe_run(findings);
	int status = CLI_DONE;

	(void)config;
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
