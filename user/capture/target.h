/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Targets: whom a scoped capture is about. Processes are marked through their
 * pidfds, so a pid is what the caller's pid namespace says it is and cannot
 * be reused under our hands. A thread alone
 * is marked by the kernel side, and its folder in /proc tells when it is gone
 * (pidfds of threads came with 6.9).
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
	int *threads; /* their folders in /proc */
	size_t thread_count;
};

/* Bits as the kernel side reads them (bpf/thread.bpf.h, enum scope_bits). */
enum {
	TARGET_IN = 1,
	TARGET_CHILDREN = 2,
	TARGET_ALONE = 4
};

/* Marks a process in the map marks_fd and keeps its pidfd. -errno, with diag. */
int targets_mark(struct targets *targets, int marks_fd, pid_t pid, bool children,
		 struct diag *diag);
/* Keeps a thread's folder, to know when it is gone; marks nothing. -errno, with diag. */
int targets_add_thread(struct targets *targets, pid_t tid, struct diag *diag);
/* Have all processes and threads exited? False if there is none. */
bool targets_gone(const struct targets *targets);
void targets_fini(struct targets *targets);

#endif
