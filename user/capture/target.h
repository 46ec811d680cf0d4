/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Targets: whom a scoped capture is about. Processes are marked through their
 * pidfds, so a pid is what the caller's pid namespace says it is and cannot
 * be reused under our hands; a cgroup is named by its directory.
 */
#ifndef GOTRACE_CAPTURE_TARGET_H
#define GOTRACE_CAPTURE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/capture.h"

struct targets {
	int *pidfds;
	size_t count;
};

/* Bits as the kernel side reads them (bpf/thread.bpf.h, enum scope_bits). */
enum {
	TARGET_IN = 1,
	TARGET_CHILDREN = 2
};

/* Marks a process in the map marks_fd and keeps its pidfd. -errno, with diag. */
int targets_mark(struct targets *targets, int marks_fd, pid_t pid, bool children,
		 struct diag *diag);
/* Have all marked processes exited? False if none is marked. */
bool targets_gone(const struct targets *targets);
void targets_fini(struct targets *targets);

/*
 * The kernel's id of a cgroup v2 directory, and its depth (the root has 0).
 * path is that directory, or its name below where cgroup v2 is mounted.
 */
int target_cgroup(const char *path, uint64_t *id, uint32_t *level, struct diag *diag);

#endif
