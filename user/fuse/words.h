/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a time off the CPU is called: in a few words, of which there are few
 * (its class), and with who or what (its cause). The report and both views say
 * it with these.
 */
#ifndef GOTRACE_FUSE_WORDS_H
#define GOTRACE_FUSE_WORDS_H

#include <stdint.h>

#include "fuse/kernel.h"

enum fuse_class {
	FUSE_IS_PREEMPTED, /* or it yielded */
	FUSE_IS_THROTTLED,
	FUSE_IS_ASLEEP,
	FUSE_IS_WOKEN,
	FUSE_CLASSES,
};

/* Of a segment that is off its CPU. */
enum fuse_class fuse_class_of(const struct fuse_segment *segment);

/* "page fault", "asleep", "preempted", "throttled", "woken, waits for a CPU" */
const char *fuse_class_text(const struct fuse_kernel *kernel, const struct fuse_segment *segment);

/* "preempted by stress-ng-cpu", "asleep: page fault"; a text of the kernel's. 0 or -ENOMEM. */
int fuse_cause_text(struct fuse_kernel *kernel, const struct fuse_segment *segment, uint32_t *text);

#endif
