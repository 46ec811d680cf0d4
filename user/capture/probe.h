/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Probe: what this machine allows, found out by trying, not by version. One
 * finding per thing that can stand in the way, with what to do about it. It
 * ends with a real capture of a moment.
 */
#ifndef GOTRACE_CAPTURE_PROBE_H
#define GOTRACE_CAPTURE_PROBE_H

#include <stddef.h>

enum probe_verdict {
	PROBE_OK,
	PROBE_WARNING, /* works, but less or slower */
	PROBE_FAILURE, /* no capture is possible */
};

struct probe_finding {
	const char *name;
	enum probe_verdict verdict;
	char text[512];
};

#define PROBE_MAX 16

/* Fills out[0..PROBE_MAX-1]; returns how many. */
size_t probe_run(struct probe_finding *out);

#endif
