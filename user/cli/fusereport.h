/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The report of two files: a Go program's own trace, and a capture of it. */
#ifndef GOTRACE_CLI_FUSEREPORT_H
#define GOTRACE_CLI_FUSEREPORT_H

#include <stdbool.h>

#include "cli/fusefile.h"

/* Both in any order. most: rows of each table, not of JSON. CLI_DONE, or said why not. */
enum cli_exit fuse_report(const char *one, const char *other, size_t most, bool json);
/* The same of files that are open. */
enum cli_exit fuse_report_files(struct fuse_files *files, size_t most, bool json);

#endif
