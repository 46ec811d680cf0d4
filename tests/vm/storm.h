/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Storm: calls, pipes, timers, forks and renames at once, recorded through
 * rings so small that they wrap many times a second, or overflow; and the
 * strict checker on what comes out. Interrupts between two instructions of a
 * handler, blocks' ends and losses meet here; in no quiet test do they.
 */
#ifndef STORM_H
#define STORM_H

#include <stdbool.h>

#include "capture/capture.h"
#include "strict.h"

struct storm {
	unsigned seconds;
	unsigned poll_us;    /* how long the rings are left alone */
	size_t buffer_bytes; /* of all rings */
};

/* 0 or -errno with diag; then *good and *found say what the checker did. */
int storm_run(const struct storm *storm, bool *good, struct strict_found *found, struct diag *diag);

#endif
