// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * See writer.h. Strings and stacks are collected until the generation is
 * closed, because a late string's text is known only then; events go straight
 * to the encoder.
 */
#include "trace/write/writer.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "trace/write/encoder.h"
#include "trace/write/stacktab.h"
#include "trace/write/strtab.h"

#define MAX_ARGS (GT_MAX_ARGS - 1) /* the time is not among them */
#define MAX_FRAMES 64
#define NS_PER_S UINT64_C(1000000000)

struct gt_writer {
	struct gt_writer_options options;
	struct strtab strings;
	struct stacktab stacks;
	struct encoder encoder;
};

/*
 * Viewers know a frame by its PC, across generations: so it is made of nothing
 * but what the frame says. 56 bits: the longest that takes 8 bytes.
 */
static uint64_t frame_pc(const struct gt_writer *w, const struct gt_frame *frame)
{
	const uint64_t parts[] = { strtab_hash(&w->strings, frame->func),
				   strtab_hash(&w->strings, frame->file), frame->line };
	uint64_t hash = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		hash = (hash ^ parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	hash >>= 8;
	return hash ? hash : 1;
}

static void encode_strings(struct gt_writer *w)
{
	for (uint64_t id = 1; id <= w->strings.count; id++) {
		size_t size;
		const char *text = strtab_text(&w->strings, id, &size);

		if (text)
			encoder_put_string(&w->encoder, id, text, size);
	}
}

static void encode_stacks(struct gt_writer *w)
{
	for (uint64_t id = 1; id <= w->stacks.count; id++) {
		struct wire_frame out[MAX_FRAMES];
		unsigned count;
		const struct gt_frame *frames = stacktab_frames(&w->stacks, id, &count);

		for (unsigned i = 0; i < count; i++) {
			const struct gt_frame *frame = &frames[i];

			out[i] = (struct wire_frame){ frame_pc(w, frame), frame->func, frame->file,
						      frame->line };
		}
		if (count)
			encoder_put_stack(&w->encoder, id, out, count);
	}
}

/* Ids are the encoder's; those that copies of other traces took mean nothing in the tables. */
static bool may_add_string(struct gt_writer *w)
{
	encoder_fail(&w->encoder, strtab_skip(&w->strings, w->encoder.string_ids));
	return !w->encoder.err;
}

/* The id that adding gave; 0: it failed. */
static uint64_t added_string(struct gt_writer *w, int err, const uint64_t *id)
{
	encoder_fail(&w->encoder, err);
	w->encoder.string_ids = w->strings.count;
	return err ? 0 : *id;
}

/* The clocks of the options, moved on to the generation's start. */
static struct gt_clock clock_now(const struct gt_writer *w)
{
	const struct gt_writer_options *o = &w->options;
	uint64_t time = encoder_time(&w->encoder), elapsed = time - o->clock_ts;
	uint64_t wall_ns = o->clock_wall_ns + elapsed;

	return (struct gt_clock){
		.trace = (int64_t)time,
		.mono_ns = o->clock_mono_ns + elapsed,
		.wall_sec = (int64_t)(wall_ns / NS_PER_S),
		.wall_nsec = (uint32_t)(wall_ns % NS_PER_S),
	};
}

static void close_generation(struct gt_writer *w)
{
	const struct gt_clock clock = clock_now(w);

	encode_strings(w);
	encode_stacks(w);
	encoder_close(&w->encoder, &clock);
	strtab_clear(&w->strings);
	stacktab_clear(&w->stacks);
}

int gt_writer_new(struct gt_writer **out, const struct gt_writer_options *options, gt_sink_fn sink,
		  void *ctx)
{
	struct gt_writer *w;
	int version = options->version;

	if (version != 22 && version != 23 && version != 25 && version != 26)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->options = *options;
	encoder_init(&w->encoder, (unsigned)version, sink, ctx);
	*out = w;
	return 0;
}

void gt_writer_free(struct gt_writer *w)
{
	if (!w)
		return;
	encoder_fini(&w->encoder);
	strtab_fini(&w->strings);
	stacktab_fini(&w->stacks);
	free(w);
}

struct encoder *writer_encoder(struct gt_writer *w)
{
	return &w->encoder;
}

uint64_t gt_writer_string(struct gt_writer *w, const char *text, size_t size)
{
	uint64_t id = 0;

	if (!may_add_string(w))
		return 0;
	return added_string(w, strtab_add(&w->strings, text, size, &id), &id);
}

uint64_t gt_writer_late_string(struct gt_writer *w)
{
	uint64_t id = 0;

	if (!may_add_string(w))
		return 0;
	return added_string(w, strtab_add_late(&w->strings, &id), &id);
}

void gt_writer_set_string(struct gt_writer *w, uint64_t id, const char *text, size_t size)
{
	if (!w->encoder.err)
		encoder_fail(&w->encoder, strtab_set(&w->strings, id, text, size));
}

uint64_t gt_writer_stack(struct gt_writer *w, const struct gt_frame *frames, unsigned count)
{
	struct encoder *e = &w->encoder;
	uint64_t id = 0;

	assert(count >= 1 && count <= MAX_FRAMES);
	encoder_fail(e, stacktab_skip(&w->stacks, e->stack_ids));
	if (e->err)
		return 0;
	encoder_fail(e, stacktab_add(&w->stacks, frames, count, &id));
	e->stack_ids = w->stacks.count;
	return id;
}

uint64_t gt_writer_strings(const struct gt_writer *w)
{
	return w->encoder.string_ids;
}

uint64_t gt_writer_stacks(const struct gt_writer *w)
{
	return w->encoder.stack_ids;
}

void gt_writer_event(struct gt_writer *w, uint64_t m, uint64_t ts, unsigned type,
		     const uint64_t *args, unsigned count)
{
	assert(ts >= 1 && count <= MAX_ARGS);
	encoder_event(&w->encoder, m, ts, type, args, count);
}

uint64_t gt_writer_generation_number(const struct gt_writer *w)
{
	return w->encoder.generation;
}

size_t gt_writer_generation_bytes(const struct gt_writer *w)
{
	return w->encoder.event_bytes + w->strings.bytes_size + w->strings.count * 4 +
	       w->stacks.frames_count * 16 + w->stacks.count * 4;
}

int gt_writer_generation(struct gt_writer *w)
{
	if (w->encoder.first_time && !w->encoder.err)
		close_generation(w);
	return w->encoder.err;
}

int gt_writer_finish(struct gt_writer *w)
{
	encoder_finish(&w->encoder);
	return gt_writer_generation(w);
}

uint64_t gt_writer_bytes(const struct gt_writer *w)
{
	return w->encoder.bytes;
}

uint64_t gt_writer_events(const struct gt_writer *w)
{
	return w->encoder.events;
}
