/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Place: how an output gets its descriptor, without harm to anybody: a new
 * file in the place of an old one, or a pipe, a device or the standard output
 * as it is. It knows names and owners; what is written there, and which name a
 * file has when, is output.c's business.
 */
#ifndef GOTRACE_OUTPUT_PLACE_H
#define GOTRACE_OUTPUT_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/diag.h"

/* The user behind sudo, whom what root writes is for. false: there is none. */
bool place_user(unsigned *uid, unsigned *gid);

/* Says that a file is being written. -EBUSY. */
int place_busy(struct diag *diag, const char *path);

/* Each gives a descriptor, or -errno with words in diag. */
int place_create(const char *path, struct diag *diag);
/* stat: what lstat() said of it; then what was opened. */
int place_open_special(const char *path, struct stat *stat, struct diag *diag);
int place_open_stdout(struct diag *diag);

bool place_is_name_of(const char *path, const struct stat *file);
/* Is a file of that name being written by this program or another one like it? */
bool place_is_locked(const char *path);

#endif
