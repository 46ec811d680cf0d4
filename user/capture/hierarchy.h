/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hierarchies of cgroups: v2's, and one for each v1 controller that is mounted.
 * Finds the one that a directory is of, and what the kernel side needs to
 * know a thread's place in it. Ids are a hierarchy's own: the same number
 * in two of them is two groups.
 */
#ifndef GOTRACE_CAPTURE_HIERARCHY_H
#define GOTRACE_CAPTURE_HIERARCHY_H

#include "capture/kernel.h"

/*
 * path: a cgroup's directory, or its name ("a/b", or "/a/b" as /proc/PID/cgroup
 * has it) below where v2, or else a v1 controller, is mounted. Fills the
 * cgroup's members of scope. -ENOENT, -ENOTDIR, -EXDEV and others, with diag.
 */
int hierarchy_find(const char *path, struct kernel_scope *scope, struct diag *diag);

/* Where v2 or, if v2 is nowhere, a v1 controller is mounted: "v2 at /sys/fs/cgroup". False:
 * nowhere. */
bool hierarchy_describe(char *text, size_t size);

#endif
