/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * An exporter: told what happened, change by change, it makes something of it:
 * a trace, a report, a picture. It is a table of functions and what they work
 * on; a caller holds no more of it. Exporters know changes and nothing of
 * records, and none knows another.
 */
#ifndef GOTRACE_EXPORT_EXPORTER_H
#define GOTRACE_EXPORT_EXPORTER_H

#include "track/change.h"

struct exporter_ops {
	/* The next change; change.h says what comes when. 0 or -errno, which ends it. */
	change_fn change;
	/* The last change was told; end_ns: the end of the capture. 0 or -errno. */
	int (*finish)(void *ctx, uint64_t end_ns);
};

struct exporter {
	const struct exporter_ops *ops;
	void *ctx;
};

#endif
