/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names in the trace: strings and stacks of the open generation, kept so that
 * a name in use is neither hashed nor copied again before the next one.
 *
 * Every stack ends in the thread's comm (the root, last), under what it is
 * inside (the top, first). A frame's file is the process's name, its line the
 * tgid. A goroutine introduced in the open generation has a late string as
 * its root, so that it gets the name it has when the generation is closed.
 */
#ifndef GOTRACE_MODEL_NAMES_H
#define GOTRACE_MODEL_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "model/reasons.h"
#include "model/threads.h"
#include "trace/write/writer.h"

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

struct names;

int names_new(struct names **out, struct gt_writer *writer, uint32_t arch);
void names_free(struct names *names);

/* What gt_statuses_at() returned: a new number forgets every id. */
void names_generation(struct names *names, uint64_t generation);

/* All return string ids of the open generation. */
uint32_t names_text(struct names *names, const char *text);
uint32_t names_top(struct names *names, enum top top);
uint32_t names_reason(struct names *names, enum reason reason);
/* 0 if sys says that there is none, or none is known. */
uint32_t names_syscall(struct names *names, uint16_t sys);
/* "preempted by COMM", "yielded to COMM", "woken by COMM". */
uint32_t names_preempted_by(struct names *names, struct thread *by);
uint32_t names_yielded_to(struct names *names, struct thread *to);
uint32_t names_woken_by(struct names *names, struct thread *by);
uint32_t names_comm(struct names *names, struct thread *thread);

/* The stack id of top, under it (each a string id or 0 for no frame), the thread's root. */
uint64_t names_stack(struct names *names, struct thread *thread, uint32_t top, uint32_t under);

/* Its comm or its process's name changed. */
void names_renamed(struct names *names, struct thread *thread);

/*
 * A comm as the trace shows it: no control characters, not empty, and not
 * "runtime.", which viewers take for Go's own functions.
 */
void names_clean_comm(char out[REC_COMM_LEN], const char comm[REC_COMM_LEN]);

#endif
