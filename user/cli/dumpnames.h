/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names of dumps: of "slow.out" slow-001.out, slow-002.out and so on. Numbering
 * goes on after the files that are there.
 */
#ifndef GOTRACE_CLI_DUMPNAMES_H
#define GOTRACE_CLI_DUMPNAMES_H

#include <limits.h>

struct dumpnames {
	char base[PATH_MAX]; /* without the suffix */
	char suffix[64];     /* ".out"; may be empty */
	unsigned next;
};

/* Looks at what is there. 0; -ENAMETOOLONG; -errno: the folder cannot be read. */
int dumpnames_init(struct dumpnames *names, const char *path);
/* The next name, into name[PATH_MAX]. */
void dumpnames_next(struct dumpnames *names, char *name);

#endif
