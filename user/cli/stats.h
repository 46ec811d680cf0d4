/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * --stats: the numbers of a capture or conversion as one flat JSON object.
 * Which numbers there are is their commands' business.
 */
#ifndef GOTRACE_CLI_STATS_H
#define GOTRACE_CLI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "output/output.h"

/* A number that this command cannot know. */
#define STATS_UNKNOWN INT64_MIN

struct stats_row {
	const char *name;
	int64_t number;	  /* or STATS_UNKNOWN: null */
	const char *text; /* if not NULL: this instead of the number */
};

/*
 * Opens the file, so that one that cannot be written is known at once. path may
 * be NULL (none is wanted) or "-" (stdout). diag as output_open() has it. What
 * fails has been said. CLI_DONE or CLI_FAILED. output_discard() is due on *out.
 */
enum cli_exit stats_open(struct output **out, const char *path, struct diag *diag);
/* Writes and completes it, as every output file is (output.h). As above. */
enum cli_exit stats_write(struct output *out, const char *path, const struct stats_row *rows,
			  size_t count, const struct diag *diag);

#endif
