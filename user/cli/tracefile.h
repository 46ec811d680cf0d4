/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace as a file: mapped if it can be, else (a pipe) read as it comes. And
 * text on its way to standard output. Says on stderr what goes wrong.
 */
#ifndef GOTRACE_CLI_TRACEFILE_H
#define GOTRACE_CLI_TRACEFILE_H

#include <stddef.h>

#include "cli/cli.h"
#include "cli/mapped.h"
#include "gotrace.h"

/* The help of --like-go, of commands that judge a trace. */
#define LIKE_GO_HELP                                                                               \
	"judge exactly as Go's reader does, where it fails on a legal trace and where it says "    \
	"nothing of a partial end"

struct trace_file {
	const char *name; /* as given; "-" is standard input */
	int fd;
	struct mapped map; /* empty: it is read as it comes */
};

/* Opens a file or, for "-", standard input. CLI_DONE, or CLI_FAILED and said why. */
enum cli_exit trace_file_open(struct trace_file *file, const char *name);
void trace_file_close(struct trace_file *file);

/* cli_spare_input() of this file: CLI_DONE or CLI_FAILED. */
enum cli_exit trace_file_spare(const struct trace_file *file, const char *output);

/* Makes it possible to read the file twice: what comes from a pipe is kept. As above. */
enum cli_exit trace_file_keep(struct trace_file *file);

/* A reader on the whole file. As above. */
enum cli_exit trace_file_reader(struct trace_file *file, const struct gt_reader_options *options,
				struct gt_reader **out);

/* A gt_source_fn; ctx is the struct trace_file. */
long trace_file_read(void *ctx, void *buf, size_t size);

/* Where in a trace an error is: "byte 10, generation 1, M 5". */
void trace_error_place(char *place, size_t size, const struct gt_error *error);

/* Says an error in a trace, with its place. CLI_FAILED. */
enum cli_exit trace_file_fail(const struct trace_file *file, const struct gt_error *error);

/* A gt_sink_fn to standard output; ctx is not used. */
int stdout_sink(void *ctx, const void *data, size_t size);

/* Reads all of a trace. CLI_DONE: it is complete and consistent; else it was said why not. */
enum cli_exit trace_file_validate(const char *name, const struct gt_reader_options *options);

#endif
