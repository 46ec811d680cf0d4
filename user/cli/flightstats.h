/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a flight recorder counts, as a file that is written anew every second:
 * as JSON, or as text that Prometheus reads (node_exporter's textfile
 * collector). Whoever reads the file finds it whole.
 */
#ifndef GOTRACE_CLI_FLIGHTSTATS_H
#define GOTRACE_CLI_FLIGHTSTATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "cli/recorder.h"

struct flightstats {
	const char *json, *metrics; /* paths; NULL: not wanted */
	const struct recorder *recorder;
	uint64_t due_ns;
};

/* Once a second; until then nothing is done. 0, or -errno with diag. */
int flightstats_tick(struct flightstats *stats, uint64_t now_ns, struct diag *diag);
/* Now. */
int flightstats_write(const struct flightstats *stats, struct diag *diag);

#endif
