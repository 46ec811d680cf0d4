/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Stacks of a Go trace in a writer (gotrace/writer.h), with a frame of ours on
 * top or not; each once in a generation of both. A stack of more than 64
 * frames loses its root ends.
 */
#ifndef GOTRACE_FUSE_GOFRAMES_H
#define GOTRACE_FUSE_GOFRAMES_H

#include <stdint.h>

#include "base/idmap.h"
#include "fuse/kernel.h"
#include "fuse/survey.h"
#include "gotrace/reader.h"
#include "gotrace/writer.h"

struct goframes {
	struct gt_writer *writer; /* borrowed, as the next three */
	const struct gt_reader *reader;
	const struct fuse_kernel *kernel;
	const struct survey *survey;
	uint64_t generation; /* the writer's */
	struct idmap slots;  /* by text and the reader's stack */
	uint64_t *ids;
	size_t cap;
};

void goframes_fini(struct goframes *frames);
/* The reader is in another generation, or the writer may be. */
void goframes_generation(struct goframes *frames, uint64_t generation);
void goframes_forget(struct goframes *frames);

uint64_t goframes_string(struct goframes *frames, uint32_t text);
/* The text (0: none) on top of the reader's stack. 0: no stack, or no memory. */
uint64_t goframes_stack(struct goframes *frames, uint32_t text, uint64_t stack);
/* The text (0: none) on top of where a goroutine began. */
uint64_t goframes_root(struct goframes *frames, uint32_t text, uint64_t g);

#endif
