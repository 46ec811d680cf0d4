/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames of program code: the stacks that changes tell of (CHANGE_STACK), with
 * names instead of addresses, trimmed to what people want to see. Names are
 * looked up when a stack is told, once. Which event has such a stack, and what
 * stands above and below, is stacks.c.
 */
#ifndef GOTRACE_EXPORT_GO_CODE_H
#define GOTRACE_EXPORT_GO_CODE_H

#include "export/go/frames.h"
#include "symbols/symbols.h"
#include "track/change.h"

#define CODE_KERNEL_FRAMES 32 /* of the kernel's at most; those at the leaf are kept */

struct code_stack {
	struct code_frame *frames;
	size_t count;
	uint64_t generation; /* whose ids the frames have */
};

/* Zeroed has no stacks; symbols: borrowed, NULL: no names. */
struct code {
	const struct symbols *symbols;
	struct code_stack *stacks; /* of number n at n - 1 */
	size_t room;
};

void code_fini(struct code *code);

/* 0 or -ENOMEM. */
int code_take(struct code *code, const struct change_stack *stack);
/* The frames of the stack with that number, or of STACK_LOST: how many. */
size_t code_frames(struct code *code, struct frames *frames, uint32_t number,
		   struct gt_frame out[CODE_FRAMES]);

#endif
