/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which spans of time a critical path is wanted of, and of which thread each:
 * the first pass over a file. A span that was named, the longest wait for a
 * CPU, or the longest calls of a syscall, or user regions of a Go program. Its
 * memory is that of the threads there are. Times are those of slices.
 */
#ifndef GOTRACE_WHY_PICK_H
#define GOTRACE_WHY_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/slices/slice.h"

#define WHY_SPANS_MAX 100

struct why_request {
	const char *thread;	 /* a tid or a name; NULL: any */
	bool has_from, has_to;	 /* of a span; else of where it is looked for */
	uint64_t from_ns, to_ns; /* since the start */
	unsigned slowest;	 /* so many, at most WHY_SPANS_MAX; 0: a span, or a wait */
	const char *of;		 /* syscall or region */
};

struct why_span {
	uint64_t id; /* slice_who.id */
	uint64_t from, to;
};

enum why_fault {
	WHY_FOUND,
	WHY_EMPTY,     /* there is no thread in the file */
	WHY_NO_THREAD, /* none is called so */
	WHY_MANY,      /* several are, and a span is of one */
	WHY_OUTSIDE,   /* the span begins after the end */
	WHY_NO_WAIT,   /* none waited for a CPU */
	WHY_NO_CALL,   /* there is no such syscall or region */
};

struct why_pick;

/* The request is borrowed. -ENOMEM. */
int why_pick_new(struct why_pick **out, const struct why_request *request);
void why_pick_free(struct why_pick *pick);

/* Before the first slice: when the file begins. */
void why_pick_begin(struct why_pick *pick, uint64_t start_ns);
/* A slice_fn; ctx is the struct why_pick. 0 or -ENOMEM, as the next. */
int why_pick_add(void *ctx, const struct slice *slice);
/* A region of a goroutine begins or ends. */
int why_pick_region(struct why_pick *pick, uint64_t goroutine, struct gt_text type, bool begins,
		    uint64_t now_ns);

/* All was added. 0 or -ENOMEM. */
int why_pick_finish(struct why_pick *pick, enum why_fault *fault);

/* The longest first. */
const struct why_span *why_pick_spans(const struct why_pick *pick, size_t *count);
/* Of the whole file. */
uint64_t why_pick_start(const struct why_pick *pick);
uint64_t why_pick_end(const struct why_pick *pick);
/* Threads there are, for who typed one that is not: name and tid; false: i is too large. */
bool why_pick_thread(const struct why_pick *pick, size_t i, struct gt_text *name, uint64_t *tid);
/* Does the request mean the i-th thread? */
bool why_pick_means(const struct why_pick *pick, size_t i);
/* Syscalls and regions there are: the i-th; false: i is too large. */
bool why_pick_call(const struct why_pick *pick, size_t i, struct gt_text *name);

#endif
