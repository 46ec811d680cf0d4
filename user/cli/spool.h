/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What comes through a pipe, in a file without a name, so that it can be mapped. */
#ifndef GOTRACE_CLI_SPOOL_H
#define GOTRACE_CLI_SPOOL_H

/* Reads fd to its end. The descriptor of the file, which is the caller's, or -errno. */
int spool(int fd);

#endif
