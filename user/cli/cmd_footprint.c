// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * gotrace-bpf footprint: bytes and counts by event type, laid out and ordered
 * as go tool trace -d=footprint does it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tracefile.h"
#include "trace/read/gosort.h"
#include "gotrace/text.h"

#define COLUMNS 5

struct row {
	char cells[COLUMNS][32];
};

static void percent(char *cell, size_t size, uint64_t part, uint64_t whole)
{
	double share = (double)part / (double)whole * 100;

	if (isnan(share)) /* nothing of nothing */
		snprintf(cell, size, "NaN%%");
	else
		snprintf(cell, size, "%.2f%%", share);
}

/* Go names no type above its header's list; one that is there all the same has its name here. */
static void type_name(char *cell, size_t size, unsigned type, const struct gt_footprint *footprint)
{
	const struct gt_spec *spec = gt_spec(type);

	if (type >= gt_version_types(footprint->version) && !(spec && footprint->types[type].count))
		snprintf(cell, size, "<unknown (%u)>", type);
	else
		snprintf(cell, size, "%s", spec ? spec->name : "");
}

static void fill(struct row *row, const struct gt_footprint *footprint, unsigned type)
{
	uint64_t bytes = footprint->types[type].bytes, count = footprint->types[type].count;

	type_name(row->cells[0], sizeof(row->cells[0]), type, footprint);
	snprintf(row->cells[1], sizeof(row->cells[1]), "%" PRIu64, bytes);
	percent(row->cells[2], sizeof(row->cells[2]), bytes, footprint->file_bytes);
	snprintf(row->cells[3], sizeof(row->cells[3]), "%" PRIu64, count);
	percent(row->cells[4], sizeof(row->cells[4]), count, footprint->events);
}

/* Columns as wide as their widest cell and two more, the last one as it is. */
static void print_rows(const struct row *rows, size_t count)
{
	size_t widths[COLUMNS] = { 0 };

	for (size_t i = 0; i < count; i++)
		for (int c = 0; c < COLUMNS; c++)
			if (strlen(rows[i].cells[c]) + 2 > widths[c])
				widths[c] = strlen(rows[i].cells[c]) + 2;
	for (size_t i = 0; i < count; i++) {
		for (int c = 0; c < COLUMNS - 1; c++)
			printf("%-*s", (int)(widths[c] > 3 ? widths[c] : 3), rows[i].cells[c]);
		puts(rows[i].cells[COLUMNS - 1]);
	}
}

static void print(const struct gt_footprint *footprint)
{
	static const struct row titles[] = {
		{ { "Event", "Bytes", "%", "Count", "%" } },
		{ { "-", "-", "-", "-", "-" } },
	};
	struct row rows[2 + 256];
	struct keyed order[256];

	for (unsigned i = 0; i < 256; i++)
		order[i] = (struct keyed){ -(int64_t)footprint->types[i].bytes, i };
	gosort(order, 256); /* most bytes first; equals as Go happens to put them */
	memcpy(rows, titles, sizeof(titles));
	for (unsigned i = 0; i < 256; i++)
		fill(&rows[2 + i], footprint, order[i].index);
	print_rows(rows, 2 + 256);
}

static int run(const void *config)
{
	const struct command_line *line = config;
	struct gt_footprint footprint;
	struct trace_file file;
	struct gt_error error;
	enum cli_exit status = CLI_DONE;

	if (trace_file_open(&file, line->args[0]))
		return CLI_FAILED;
	if (gt_footprint(trace_file_read, &file, &footprint, &error))
		status = trace_file_fail(&file, &error);
	else
		print(&footprint);
	trace_file_close(&file);
	return status;
}

const struct command command_footprint = {
	.name = "footprint",
	.arguments = "FILE",
	.summary = "show how many bytes of a trace each type of event takes",
	.text = "",
	.examples = "gotrace-bpf footprint gotrace.out           as go tool trace -d=footprint\n",
	.min_args = 1,
	.max_args = 1,
	.config_size = sizeof(struct command_line),
	.run = run,
};
