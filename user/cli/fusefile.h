/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Both files of a fusion, in any order: a Go program's own trace, and a raw
 * capture. Loads the capture, proves that they belong together, and says on
 * stderr what is wrong. The trace is read anew by each that asks for a reader.
 */
#ifndef GOTRACE_CLI_FUSEFILE_H
#define GOTRACE_CLI_FUSEFILE_H

#include "cli/cli.h"
#include "cli/tracefile.h"
#include "fuse/fuse.h"
#include "output/output.h"

struct fuse_files {
	struct trace_file app, capture;
	bool app_open, capture_open;
	struct pen_wall wall; /* the capture's clocks */
	struct fuse_kernel *kernel;
	struct belong belong;
	struct survey survey;
};

/* CLI_DONE, or said why not and CLI_FAILED. To be closed in any case. */
enum cli_exit fuse_files_open(struct fuse_files *files, const char *one, const char *other);
/* The same of open files, of which it takes duplicates. */
enum cli_exit fuse_files_take(struct fuse_files *files, int app, const char *app_name, int capture,
			      const char *capture_name);
void fuse_files_close(struct fuse_files *files);

/* A new reader of the Go trace. */
enum cli_exit fuse_files_reader(struct fuse_files *files, struct gt_reader **out);

/* Writes the fused trace and gives it its name; the output is closed in any case. As above. */
enum cli_exit fuse_files_write(struct fuse_files *files, const struct fuse_options *options,
			       struct output *output, const char *path, bool quiet);

#endif
