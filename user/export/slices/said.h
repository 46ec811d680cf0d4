/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the stacks of a trace say to slices: the facts in frames, read into one
 * struct. Of a trace of Go's own, or of ours from before there were facts, it
 * is what the frames' functions say.
 */
#ifndef GOTRACE_EXPORT_SLICES_SAID_H
#define GOTRACE_EXPORT_SLICES_SAID_H

#include "export/go/facts.h"
#include "export/slices/slice.h"
#include "gotrace.h"

/* Texts are borrowed from the reader, or stand in buffer. Empty, 0: not said. */
struct said {
	bool ours; /* the stack is one of ours */
	struct gt_text name, container;
	uint64_t pid;
	struct gt_text syscall;
	struct gt_text asleep;	/* why it sleeps, if a frame says it */
	struct gt_text unknown; /* why it is not known what it does */
	const char *waits;	/* SLICE_*: why it waits; NULL */
	struct gt_text by;	/* who got its CPU, or whose limit it is */
	uint64_t by_tid;
	enum slice_context context; /* of a wakeup */
	struct gt_text waker;	    /* a stranger's name */
	uint64_t waker_tid;
	uint64_t queue; /* the CPU whose run queue it is on; SLICE_NO_CPU */
	char buffer[2][FACT_FILE_MAX];
};

void said_read(struct said *said, const struct gt_reader *reader, uint64_t stack);

#endif
