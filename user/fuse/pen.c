// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/pen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/read/reader.h"

#define NS_PER_S UINT64_C(1000000000)
/* PCs of frames of ours: above any program's, and 8 bytes long. */
#define FIRST_PC (UINT64_C(1) << 55)
#define NO_ROOT UINT32_MAX
/* Between generations: the reader's own Sync event takes one. */
#define FREE_TIMES 2

void pen_init(struct pen *pen, struct fuse_kernel *kernel, const struct survey *survey,
	      const struct gt_reader *reader, unsigned version, gt_sink_fn sink, void *ctx)
{
	memset(pen, 0, sizeof(*pen));
	encoder_init(&pen->encoder, version, sink, ctx);
	copy_init(&pen->copy, &pen->encoder, reader);
	pen->reader = reader;
	pen->kernel = kernel;
	pen->survey = survey;
}

void pen_fini(struct pen *pen)
{
	copy_fini(&pen->copy);
	encoder_fini(&pen->encoder);
	idmap_fini(&pen->g_ids);
	idmap_fini(&pen->string_slots);
	idmap_fini(&pen->stack_slots);
	free(pen->gs);
	free(pen->strings);
	free(pen->stacks);
}

/* ---- generations ---- */

static int close_generation(struct pen *pen)
{
	struct gt_clock clock = copy_clock(&pen->clock, &pen->encoder);

	copy_forget(&pen->copy);
	idmap_clear(&pen->string_slots);
	idmap_clear(&pen->stack_slots);
	pen->last += FREE_TIMES;
	pen->open = false;
	return encoder_close(&pen->encoder, &clock);
}

/* That of the Go trace, or made of the capture's clocks. */
static struct gt_clock clock_at(const struct pen *pen, uint64_t at)
{
	uint64_t wall = pen->wall.wall_ns + (at - pen->wall.mono_ns);
	struct gt_clock clock;

	if (gt_reader_clock(pen->reader, &clock))
		return clock;
	return (struct gt_clock){ .trace = (int64_t)at,
				  .mono_ns = at,
				  .wall_sec = (int64_t)(wall / NS_PER_S),
				  .wall_nsec = (uint32_t)(wall % NS_PER_S) };
}

int pen_generation(struct pen *pen, const struct gt_event *point)
{
	uint64_t at = (uint64_t)point->time;
	int err = pen->open ? close_generation(pen) : 0;

	if (err || !pen->reader->open)
		return err;
	pen->open = true;
	if (pen->last < at)
		pen->last = at;
	/* The batches without events are at the time of the original's. */
	pen->encoder.first_time = pen->last + 1;
	pen->clock = clock_at(pen, at);
	copy_experiments(&pen->copy);
	return pen->encoder.err;
}

int pen_finish(struct pen *pen)
{
	int err = pen->open ? close_generation(pen) : 0;

	return err ? err : encoder_finish(&pen->encoder);
}

/* ---- events ---- */

static uint64_t next_time(struct pen *pen, uint64_t at)
{
	pen->last = at > pen->last ? at : pen->last + 1;
	return pen->last;
}

void pen_event(struct pen *pen, uint64_t m, uint64_t at, unsigned type, const uint64_t *args,
	       unsigned count)
{
	encoder_event(&pen->encoder, m, next_time(pen, at), type, args, count);
}

void pen_copy(struct pen *pen, const struct gt_event *event, const uint64_t *args)
{
	uint64_t own[GT_MAX_ARGS - 1];

	if (event->type == GT_EV_CPU_SAMPLE) {
		copy_sample(&pen->copy, event);
		return;
	}
	memcpy(own, args, sizeof(own));
	copy_args(&pen->copy, event->type, own);
	if (event->type == GT_EV_USER_TASK_BEGIN && own[1] == GT_NO_ID)
		own[1] = 0;
	pen_event(pen, event->m, (uint64_t)event->time, event->type, own,
		  gt_spec(event->type)->arg_count - 1);
}

/* ---- strings and stacks ---- */

/* Where the id of a key is kept, 0 for a new one. NULL: no memory. */
static uint64_t *id_of(struct pen *pen, struct idmap *slots, uint64_t **ids, size_t *cap,
		       uint64_t key)
{
	uint32_t slot = idmap_find(slots, key);
	uint64_t *grown;

	if (slot != IDMAP_NONE)
		return &(*ids)[slot];
	grown = grow_array(*ids, cap, slots->count + 1, sizeof(*grown));
	if (grown)
		*ids = grown;
	if (!grown || idmap_add(slots, key, &slot)) {
		encoder_fail(&pen->encoder, -ENOMEM);
		return NULL;
	}
	grown[slot] = 0;
	return &grown[slot];
}

uint64_t pen_string(struct pen *pen, uint32_t text)
{
	uint64_t *id;
	const char *bytes;
	size_t size;

	if (!text)
		return 0;
	id = id_of(pen, &pen->string_slots, &pen->strings, &pen->strings_cap, text);
	if (!id)
		return 0;
	if (!*id) {
		bytes = fuse_kernel_text(pen->kernel, text, &size);
		*id = encoder_string(&pen->encoder, bytes, size);
	}
	return *id;
}

static uint64_t stack_of(struct pen *pen, uint32_t text, uint32_t root)
{
	struct wire_frame frames[2] = { { FIRST_PC + text, pen_string(pen, text), 0, 0 } };
	uint64_t key = (uint64_t)text << 32 | root, *id;
	unsigned count = 1;

	id = id_of(pen, &pen->stack_slots, &pen->stacks, &pen->stacks_cap, key);
	if (!id || *id)
		return id ? *id : 0;
	if (root != NO_ROOT) {
		const struct survey_root *own = &pen->survey->roots[root];

		frames[count++] = (struct wire_frame){ own->pc, pen_string(pen, own->func),
						       pen_string(pen, own->file), own->line };
	}
	return *id = encoder_stack(&pen->encoder, frames, count);
}

uint64_t pen_stack(struct pen *pen, uint32_t text, uint64_t g)
{
	const struct survey_root *root = survey_root_of(pen->survey, g);

	return root ? stack_of(pen, text, (uint32_t)(root - pen->survey->roots)) : 0;
}

uint64_t pen_lone_stack(struct pen *pen, uint32_t text)
{
	return stack_of(pen, text, NO_ROOT);
}

/* ---- goroutines ---- */

struct pen_g *pen_g(struct pen *pen, uint64_t g)
{
	uint32_t slot = idmap_find(&pen->g_ids, g);
	struct pen_g *grown;

	if (slot != IDMAP_NONE)
		return &pen->gs[slot];
	grown = grow_array(pen->gs, &pen->gs_cap, pen->g_ids.count + 1, sizeof(*grown));
	if (grown)
		pen->gs = grown;
	if (!grown || idmap_add(&pen->g_ids, g, &slot)) {
		encoder_fail(&pen->encoder, -ENOMEM);
		return NULL;
	}
	grown[slot] = (struct pen_g){ 0 };
	return &grown[slot];
}

void pen_forget_g(struct pen *pen, uint64_t g)
{
	if (idmap_find(&pen->g_ids, g) != IDMAP_NONE)
		idmap_del(&pen->g_ids, g);
}

void pen_stated(struct pen *pen, uint64_t g)
{
	struct pen_g *own = pen_g(pen, g);

	if (!own)
		return;
	own->generation = pen->encoder.generation;
	own->seq = 0;
}

uint64_t pen_seq(struct pen *pen, uint64_t g, uint64_t at, enum gt_go_status status)
{
	struct pen_g *own = pen_g(pen, g);

	if (!own)
		return 0;
	if (own->generation != pen->encoder.generation) {
		pen_event(pen, GT_NO_ID, at, GT_EV_GO_STATUS, PEN_ARGS(g, GT_NO_ID, status));
		pen_stated(pen, g);
	}
	return ++own->seq;
}
