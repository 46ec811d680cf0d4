/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames: what stacks in the trace are made of, as ids of strings and stacks
 * of the open generation, kept so that a name in use is neither hashed nor
 * copied again before the next one. Which stack an event has is not decided
 * here (stacks.c).
 *
 * Every stack ends in the thread's comm (the root, last), under what it is
 * inside (the top, first). A frame's file is the process's name, its line the
 * tgid. A goroutine introduced in the open generation has a late string as
 * its root, so that it gets the name it has when the generation is closed.
 */
#ifndef GOTRACE_EXPORT_GO_FRAMES_H
#define GOTRACE_EXPORT_GO_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "export/go/goroutine.h"
#include "export/go/reasons.h"
#include "gotrace/writer.h"

/* Frames that are no syscall. */
enum top {
	TOP_NONE, /* no frame */
	TOP_RECORDS_LOST,
	TOP_UNSEEN,
	TOP_LEFT_SCOPE,
	TOP_WAKEUP,
	TOP_THROTTLED,
	TOP_SOFTIRQ,
	TOP_HARDIRQ,
	TOP_UNKNOWN_CONTEXT,
	TOP_COUNT
};

struct frames;

int frames_new(struct frames **out, struct gt_writer *writer, uint32_t arch);
void frames_free(struct frames *frames);

/* What gt_statuses_at() returned: a new number forgets every id. */
void frames_generation(struct frames *frames, uint64_t generation);

/* All return string ids of the open generation. */
uint32_t frames_text(struct frames *frames, const char *text);
uint32_t frames_top(struct frames *frames, enum top top);
uint32_t frames_reason(struct frames *frames, enum reason reason);
/* 0 if sys says that there is none, or none is known. */
uint32_t frames_syscall(struct frames *frames, uint16_t sys);
/* "preempted by COMM", "yielded to COMM", "woken by COMM". */
uint32_t frames_preempted_by(struct frames *frames, struct goroutine *by);
uint32_t frames_yielded_to(struct frames *frames, struct goroutine *to);
uint32_t frames_woken_by(struct frames *frames, struct goroutine *by);
uint32_t frames_of_comm(struct frames *frames, const struct goroutine *g);

/* The stack id of what the thread is inside, if it is in a syscall, under it its root. */
uint64_t frames_own(struct frames *frames, struct goroutine *g);
/* The stack id of top, under it (each a string id or 0 for no frame), the thread's root. */
uint64_t frames_stack(struct frames *frames, struct goroutine *g, uint32_t top, uint32_t under);

/* Its comm or its process's name changed. */
void frames_renamed(struct frames *frames, struct goroutine *g);

/* A comm as the trace shows it: not "runtime.", which viewers take for Go's own functions. */
void frames_comm(char out[REC_COMM_LEN], const char comm[REC_COMM_LEN]);

#endif
