/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Something that a trace is to point out: why it was made. Texts are borrowed. */
#ifndef GOTRACE_EXPORT_MARK_H
#define GOTRACE_EXPORT_MARK_H

#include <stdint.h>

struct export_mark {
	uint64_t ts_ns; /* CLOCK_MONOTONIC; it is told then, or soon after */
	uint64_t id;	/* of the thread that it is about; 0: of none */
	const char *category;
	const char *text;
};

#endif
