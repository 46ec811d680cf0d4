/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the views write with: events of the Go trace as they are, events of our
 * own between them, all at times that rise, in generations as the Go trace has
 * them. It gives goroutines their sequence numbers, and states one again where
 * a generation needs it.
 *
 * It does not know why something is written, nor whether it is legal.
 * Errors are the encoder's. Memory: the tables of a generation, 24 bytes for
 * each goroutine alive.
 */
#ifndef GOTRACE_FUSE_PEN_H
#define GOTRACE_FUSE_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "fuse/kernel.h"
#include "fuse/survey.h"
#include "gotrace/reader.h"
#include "trace/cut/copy.h"
#include "trace/write/encoder.h"

struct pen_g {
	uint64_t generation; /* in which seq counts */
	uint64_t seq;
	bool apart; /* its status is not what the Go trace says: that one is not copied */
};

/* The wall clock at a moment of CLOCK_MONOTONIC, for traces that have none. */
struct pen_wall {
	uint64_t mono_ns, wall_ns;
};

struct pen {
	struct encoder encoder;
	struct copy copy;
	const struct gt_reader *reader; /* borrowed */
	struct fuse_kernel *kernel;	/* borrowed */
	const struct survey *survey;	/* borrowed */
	struct pen_wall wall;
	struct gt_clock clock; /* of the open generation */
	bool open;	       /* a generation is */
	uint64_t last;	       /* no event is at or before it */

	struct idmap g_ids;
	struct pen_g *gs;
	size_t gs_cap;
	/* The open generation's ids of texts, and of stacks by their text and root. */
	struct idmap string_slots, stack_slots;
	uint64_t *strings, *stacks;
	size_t strings_cap, stacks_cap;
};

/* The pen is large: not for the stack. */
void pen_init(struct pen *pen, struct fuse_kernel *kernel, const struct survey *survey,
	      const struct gt_reader *reader, unsigned version, gt_sink_fn sink, void *ctx);
void pen_fini(struct pen *pen);

/* At a sync point of the reader: ends a generation, begins one if there is another. 0 or -errno. */
int pen_generation(struct pen *pen, const struct gt_event *point);
/* The end, without a sync point too. 0 or -errno. */
int pen_finish(struct pen *pen);

/* An event of our own: ids of strings and stacks are the pen's. */
void pen_event(struct pen *pen, uint64_t m, uint64_t at, unsigned type, const uint64_t *args,
	       unsigned count);
/* The Go trace's event, with args, whose ids are the reader's. */
void pen_copy(struct pen *pen, const struct gt_event *event, const uint64_t *args);

/* Ids of the open generation; 0: none. A text is one of the kernel's. */
uint64_t pen_string(struct pen *pen, uint32_t text);
/* The text above where the goroutine began; 0 if that is not known. */
uint64_t pen_stack(struct pen *pen, uint32_t text, uint64_t g);
/* The text alone. */
uint64_t pen_lone_stack(struct pen *pen, uint32_t text);

/* NULL: no memory, which is the encoder's error then. Valid until the next new one. */
struct pen_g *pen_g(struct pen *pen, uint64_t g);
void pen_forget_g(struct pen *pen, uint64_t g);
/* The goroutine is stated or made in this generation. */
void pen_stated(struct pen *pen, uint64_t g);
/* Its next number. status: what it is stated as, if it has to be. */
uint64_t pen_seq(struct pen *pen, uint64_t g, uint64_t at, enum gt_go_status status);

/* The arguments of an event, for the two parameters args and count. */
#define PEN_ARGS(...) (const uint64_t[]){ __VA_ARGS__ }, sizeof((uint64_t[]){ __VA_ARGS__ }) / 8
#define PEN_NO_ARGS NULL, 0

#endif
