/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A raw capture read as the trace that convert makes of it, while it is made:
 * a thread plays the capture into a pipe. So a command that knows traces takes
 * captures too, with the same result, and no trace is ever whole anywhere. It
 * is the trace with the default options.
 */
#ifndef GOTRACE_CLI_CONVERTED_H
#define GOTRACE_CLI_CONVERTED_H

#include <stddef.h>

#include "cli/cli.h"
#include "cli/tracefile.h"

struct converted;

/*
 * file: a capture, mapped (trace_file_keep()), which stays open meanwhile.
 * SIGPIPE must be ignored. CLI_DONE, or CLI_FAILED and said why.
 */
enum cli_exit converted_open(struct converted **out, struct trace_file *file);
/* A gt_source_fn; ctx is the struct converted. */
long converted_read(void *ctx, void *buf, size_t size);
/*
 * Ends it, be it read to its end or not, and frees. Says what the capture
 * lacks. CLI_FAILED: it is no capture or damaged, and that was said.
 */
enum cli_exit converted_close(struct converted *converted);

#endif
