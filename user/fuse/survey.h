/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What has to be known of a Go trace before anything is written of it or
 * summed: the function that each goroutine began with, the ends of syscalls
 * that belong to an earlier time, and the times at which the capture says what
 * cannot be: a thread off its CPU that writes an event. Such a time becomes
 * FUSE_UNSEEN.
 *
 * Memory: a few bytes for each goroutine of the trace, and for each root.
 */
#ifndef GOTRACE_FUSE_SURVEY_H
#define GOTRACE_FUSE_SURVEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "fuse/belong.h"
#include "fuse/kernel.h"
#include "gotrace/reader.h"

/* Where goroutines begin; func and file are texts of the kernel's. */
struct survey_root {
	uint64_t pc, line;
	uint32_t func, file;
};

/*
 * A goroutine whose syscall took so long that it lost its P waits for a P from
 * the end of the syscall on. Go notes that when the thread runs again: it is
 * moved to when the thread was woken.
 */
struct survey_move {
	uint64_t at; /* where it goes */
	uint64_t m, g;
};

/* A goroutine that was there when the trace began. */
struct survey_initial {
	uint64_t g;
	uint8_t state; /* enum gt_state */
};

struct survey {
	struct idmap gs;   /* to goroutines' roots */
	uint32_t *g_roots; /* indexes into roots */
	size_t g_roots_cap;
	struct idmap root_pcs; /* to roots */
	struct survey_root *roots;
	size_t roots_cap;
	struct survey_move *moves; /* by their times */
	size_t moves_count, moves_cap;
	struct survey_initial *initial;
	size_t initial_count, initial_cap;
	uint64_t contradictions; /* events of threads that are off the CPU */
	uint64_t highest_g, highest_p;
	struct idmap
		high_tasks;  /* the program's from SURVEY_TASK on: none, if it is as it should be */
	struct survey_m *ms; /* at the slots of belong */
};

void survey_fini(struct survey *survey);
/* The struct is zeroed before. 0 or -ENOMEM. */
int survey_read(struct survey *survey, const struct belong *belong, struct fuse_kernel *kernel,
		struct gt_reader *reader);

/* A user task that the program has not: above its own, which it counts from 1. */
#define SURVEY_TASK (UINT64_C(1) << 40)
uint64_t survey_free_task(const struct survey *survey);

/* NULL: no stack of the goroutine is in the trace. */
const struct survey_root *survey_root_of(const struct survey *survey, uint64_t g);

#endif
