/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Judges a whole run and says as TAP (tests/run) how it went. */
#ifndef WITNESS_REPORT_H
#define WITNESS_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "ledger.h"
#include "mark.h"

struct report_input {
	const char *capture, *trace, *stats; /* paths */
	const struct ledger *ledger;
	struct mark *marks; /* will be sorted */
	size_t mark_count;
	bool verbose; /* a line a thread, not only for those that are off */
};

/* true: the trace is true. */
bool report(const struct report_input *input);

#endif
