/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who descends from whom among the processes that are there, as /proc tells.
 * What is found may be gone a moment later, and new ones may be there.
 */
#ifndef GOTRACE_CLI_FAMILY_H
#define GOTRACE_CLI_FAMILY_H

#include <stddef.h>
#include <sys/types.h>

struct family {
	pid_t *pids;
	size_t count;
};

/* Zeroed is an empty one. 0 or -ENOMEM. */
int family_add(struct family *family, pid_t pid);
/*
 * Adds all that descend from its members and are not among them yet; they
 * stand behind those. 0, -ENOMEM, or another -errno if /proc cannot be read.
 */
int family_add_descendants(struct family *family);
void family_fini(struct family *family);

#endif
