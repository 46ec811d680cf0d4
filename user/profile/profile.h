/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A profile: time by stack. It is a tree: a stack is a frame and the stack
 * that called it, down to a root, and holds the time that was spent exactly
 * there. This is its store. It is told by events.h and written by pprof.h and
 * folded.h; it knows neither traces nor files.
 *
 * Memory: at most PROFILE_MAX_STACKS stacks, some 200 bytes each, and the
 * texts of their frames. What finds no room is booked on its caller.
 */
#ifndef GOTRACE_PROFILE_PROFILE_H
#define GOTRACE_PROFILE_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/reader.h"

#define PROFILE_MAX_STACKS (1u << 20)

enum profile_type {
	PROFILE_OFFCPU,	 /* asleep */
	PROFILE_WAIT,	 /* it could run, and waited for a CPU */
	PROFILE_CPU,	 /* on a CPU */
	PROFILE_SYSCALL, /* in a syscall, on a CPU or not */
	PROFILE_TYPES
};

/* "offcpu", "wait", "cpu", "syscall" */
const char *profile_type_name(enum profile_type type);

/* The caller of a root; no frame. Time is booked here if not even the root is known. */
#define PROFILE_NOTHING 0
#define PROFILE_UNKNOWN_NAME "[unknown]" /* what that is written as */

struct profile;

/* -ENOMEM. */
int profile_new(struct profile **out);
void profile_free(struct profile *profile);

/* The stack of frame, called by another. The same is the same. 0 or -ENOMEM. */
int profile_call(struct profile *profile, uint32_t caller, const struct gt_stack_frame *frame,
		 uint32_t *stack);
void profile_add(struct profile *profile, uint32_t stack, enum profile_type type, uint64_t ns);
/* Books all time of one type as another's. */
void profile_join(struct profile *profile, enum profile_type from, enum profile_type to);
/* How long what the profile is of lasted. */
void profile_set_duration(struct profile *profile, uint64_t ns);

/* ---- what it holds; texts are borrowed until the next call above ---- */

uint64_t profile_duration(const struct profile *profile);
/* Stacks are numbers below this; PROFILE_NOTHING is one. A caller's is lower. */
uint32_t profile_stacks(const struct profile *profile);
uint64_t profile_time(const struct profile *profile, uint32_t stack, enum profile_type type);
uint64_t profile_total(const struct profile *profile, enum profile_type type);
uint32_t profile_caller(const struct profile *profile, uint32_t stack);
/* The stack's frame as a number from 0; not of PROFILE_NOTHING. Callers may differ in it. */
uint32_t profile_frame(const struct profile *profile, uint32_t stack);
/* Stacks that found no room. */
uint64_t profile_cut(const struct profile *profile);

/* Frames are numbers below this, and functions (a name in a file) below the next. */
uint32_t profile_frames(const struct profile *profile);
uint32_t profile_functions(const struct profile *profile);
struct profile_frame {
	uint32_t function;
	uint64_t line;
};
struct profile_frame profile_frame_at(const struct profile *profile, uint32_t frame);
struct gt_text profile_function_name(const struct profile *profile, uint32_t function);
struct gt_text profile_function_file(const struct profile *profile, uint32_t function);

#endif
