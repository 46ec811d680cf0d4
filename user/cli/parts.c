// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/parts.h"

#include <inttypes.h>
#include <stdio.h>

void parts_name(char *name, size_t size, const char *base, uint64_t part)
{
	snprintf(name, size, "%s.%" PRIu64, base, part);
}

int parts_open(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct parts *parts = ctx;
	char name[4096];
	int err;

	if (parts->numbered || part > 1)
		parts_name(name, sizeof(name), parts->name, part);
	else
		snprintf(name, sizeof(name), "%s", parts->name);
	err = output_open(&parts->output, name, &parts->diag);
	if (err)
		return err;
	*sink = output_write;
	*sink_ctx = parts->output;
	return 0;
}

int parts_close(void *ctx, unsigned part)
{
	struct parts *parts = ctx;
	int err = output_commit(parts->output);

	(void)part;
	if (err)
		return err;
	output_close(parts->output);
	parts->output = NULL;
	parts->closed++;
	return 0;
}

void parts_discard(struct parts *parts)
{
	output_discard(parts->output);
	parts->output = NULL;
}
