/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The files of a command that makes one trace or several: NAME, or NAME.1,
 * NAME.2 and so on. Knows nothing of what is written, and prints nothing.
 */
#ifndef GOTRACE_CLI_PARTS_H
#define GOTRACE_CLI_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "gotrace/wire.h"
#include "output/output.h"

struct parts {
	const char *name;
	bool numbered;	       /* the first, too; the others always are */
	struct output *output; /* the open part's */
	unsigned closed;
	struct diag diag; /* of all of them */
};

/* NAME.part */
void parts_name(char *name, size_t size, const char *base, uint64_t part);

/* What gt_cut() and repair_run() want of their users; ctx is the struct parts. */
int parts_open(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx);
int parts_close(void *ctx, unsigned part);

/* Removes what there is of a part that is not complete. */
void parts_discard(struct parts *parts);

#endif
