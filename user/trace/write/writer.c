// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * See writer.h. Strings and stacks are collected until the generation is
 * closed, because a late string's text is known only then; events go straight
 * to the encoder.
 */
#include "trace/write/writer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/header.h"
#include "trace/wire/options.h"
#include "trace/write/lasting.h"
#include "trace/write/stacktab.h"
#include "trace/write/strtab.h"
#include "trace/write/v1_tell.h"

#define MAX_ARGS (GT_MAX_ARGS - 1) /* the time is not among them */
#define NS_PER_S UINT64_C(1000000000)

struct gt_writer {
	struct gt_writer_options options;
	struct strtab strings;
	struct stacktab stacks;
	struct lasting lasting;
	struct encoder encoder;
	struct v1_tell *v1; /* of a trace before Go 1.22, in the encoder's place; else NULL */
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
		struct wire_frame out[LASTING_MAX_FRAMES];
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

/* ---- traces before Go 1.22 ---- */

static struct gt_text v1_text(void *ctx, uint64_t id)
{
	const struct gt_writer *w = ctx;
	struct gt_text text = { "", 0 };
	const char *bytes = id ? strtab_text(&w->strings, id, &text.size) : NULL;

	if (bytes)
		text.data = bytes;
	return text;
}

static uint64_t v1_root(void *ctx, uint64_t stack)
{
	struct gt_writer *w = ctx;
	unsigned count = 0;
	const struct gt_frame *frames = stack ? stacktab_frames(&w->stacks, stack, &count) : NULL;
	struct gt_frame root = { 0 };

	if (count)
		root = frames[count - 1];
	return gt_writer_stack(w, &root, 1);
}

static int begin_v1(struct gt_writer *w, gt_sink_fn sink, void *ctx)
{
	w->v1 = calloc(1, sizeof(*w->v1));
	if (!w->v1)
		return -ENOMEM;
	w->v1->tables = (struct v1_tell_tables){ v1_text, v1_root, w };
	w->v1->out.sink = sink;
	w->v1->out.ctx = ctx;
	return 0;
}

static void v1_event(struct gt_writer *w, uint64_t m, uint64_t ts, unsigned type,
		     const uint64_t *args, unsigned count)
{
	uint64_t own[MAX_ARGS] = { 0 };
	int err = 0;

	if (w->encoder.err)
		return;
	if (count)
		memcpy(own, args, count * sizeof(*args));
	if (!w->v1->out.bytes)
		err = v1_out_begin(&w->v1->out, (unsigned)w->options.version);
	encoder_fail(&w->encoder, err ? err : v1_tell_event(w->v1, m, ts, type, own));
}

/* The empty text has no place in a table of that time, but 0 means it. */
static uint64_t v1_string(const struct gt_writer *w, uint64_t id)
{
	return v1_text((void *)w, id).size ? id : 0;
}

static int v1_stacks(struct gt_writer *w)
{
	int err = 0;

	for (uint64_t id = 1; !err && id <= w->stacks.count; id++) {
		struct wire_frame out[LASTING_MAX_FRAMES];
		unsigned count;
		const struct gt_frame *frames = stacktab_frames(&w->stacks, id, &count);

		for (unsigned i = 0; i < count; i++)
			out[i] =
				(struct wire_frame){ frame_pc(w, &frames[i]),
						     v1_string(w, frames[i].func),
						     v1_string(w, frames[i].file), frames[i].line };
		if (count)
			err = v1_out_stack(&w->v1->out, id, out, count);
	}
	return err;
}

static int finish_v1(struct gt_writer *w)
{
	int err = 0;

	if (!w->v1->out.bytes)
		err = v1_out_begin(&w->v1->out, (unsigned)w->options.version);
	if (!err)
		err = v1_tell_end(w->v1);
	for (uint64_t id = 1; !err && id <= w->strings.count; id++) {
		struct gt_text text = v1_text(w, id);

		if (text.size)
			err = v1_out_string(&w->v1->out, id, text.data, text.size);
	}
	return err ? err : v1_stacks(w);
}

/* ---- the writer ---- */

/* The format of Go 1.11 would do, but whoever reads it reads the next one, too. */
static bool is_written(unsigned version)
{
	return gt_version_types(version) || version == 19 || version == 21;
}

int gt_writer_new(struct gt_writer **out, const struct gt_writer_options *options, gt_sink_fn sink,
		  void *ctx)
{
	struct gt_writer *w = calloc(1, sizeof(*w));
	int err = w ? OPTIONS_TAKE(&w->options, options) : -ENOMEM;

	if (!err && (w->options.version < 0 || !is_written((unsigned)w->options.version)))
		err = -EINVAL;
	if (!err && gt_header_is_v1((unsigned)w->options.version))
		err = begin_v1(w, sink, ctx);
	if (err) {
		free(w);
		return err;
	}
	encoder_init(&w->encoder, (unsigned)w->options.version, sink, ctx);
	lasting_init(&w->lasting, w->options.max_lasting_strings, w->options.max_lasting_stacks);
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
	lasting_fini(&w->lasting);
	if (w->v1)
		v1_tell_fini(w->v1);
	free(w->v1);
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
	if (w->encoder.err)
		return;
	if (id < 1 || id > w->strings.count)
		encoder_fail(&w->encoder, -EINVAL);
	else
		encoder_fail(&w->encoder, strtab_set(&w->strings, id, text, size));
}

/* The id in the open generation of a string of either kind. */
static uint64_t string_now(struct gt_writer *w, uint64_t id)
{
	struct recent_entry *entry;

	if (!recent_is_id(id))
		return id;
	entry = lasting_get(&w->lasting, &w->lasting.strings, id);
	if (!entry)
		return 0;
	if (entry->generation != w->encoder.generation) {
		entry->id = gt_writer_string(w, (const char *)entry->bytes, entry->size);
		entry->generation = w->encoder.generation;
	}
	return entry->id;
}

uint64_t gt_writer_stack(struct gt_writer *w, const struct gt_frame *frames, unsigned count)
{
	struct gt_frame now[LASTING_MAX_FRAMES];
	struct encoder *e = &w->encoder;
	uint64_t id = 0;

	if (count < 1 || count > LASTING_MAX_FRAMES)
		encoder_fail(e, -EINVAL);
	encoder_fail(e, stacktab_skip(&w->stacks, e->stack_ids));
	if (e->err)
		return 0;
	for (unsigned i = 0; w->lasting.used && i < count; i++)
		now[i] = (struct gt_frame){ string_now(w, frames[i].func),
					    string_now(w, frames[i].file), frames[i].line };
	if (w->lasting.used)
		frames = now;
	encoder_fail(e, stacktab_add(&w->stacks, frames, count, &id));
	e->stack_ids = w->stacks.count;
	return id;
}

/* The same of a stack. */
static uint64_t stack_now(struct gt_writer *w, uint64_t id)
{
	const struct gt_frame *frames;
	struct recent_entry *entry;

	if (!recent_is_id(id))
		return id;
	entry = lasting_get(&w->lasting, &w->lasting.stacks, id);
	if (!entry)
		return 0;
	if (entry->generation != w->encoder.generation) {
		frames = (const void *)entry->bytes;
		entry->id = gt_writer_stack(w, frames, entry->size / sizeof(*frames));
		entry->generation = w->encoder.generation;
	}
	return entry->id;
}

uint64_t gt_writer_lasting_string(struct gt_writer *w, const char *text, size_t size)
{
	uint64_t id = 0;

	if (!w->encoder.err)
		encoder_fail(&w->encoder, lasting_string(&w->lasting, text, size, &id));
	return id;
}

uint64_t gt_writer_lasting_stack(struct gt_writer *w, const struct gt_frame *frames, unsigned count)
{
	uint64_t id = 0;

	if (count < 1 || count > LASTING_MAX_FRAMES)
		encoder_fail(&w->encoder, -EINVAL);
	if (!w->encoder.err)
		encoder_fail(&w->encoder, lasting_stack(&w->lasting, frames, count, &id));
	return id;
}

uint64_t gt_writer_forgotten(const struct gt_writer *w)
{
	return w->lasting.forgotten;
}

bool writer_has_string(const struct gt_writer *w, uint64_t id)
{
	return id <= w->encoder.string_ids || recent_was(&w->lasting.strings, id);
}

bool writer_has_stack(const struct gt_writer *w, uint64_t id)
{
	return id <= w->encoder.stack_ids || recent_was(&w->lasting.stacks, id);
}

uint64_t gt_writer_strings(const struct gt_writer *w)
{
	return w->encoder.string_ids;
}

uint64_t gt_writer_stacks(const struct gt_writer *w)
{
	return w->encoder.stack_ids;
}

/* Puts ids of the open generation in the place of those that last. */
static void bring_in(struct gt_writer *w, unsigned type, uint64_t *args)
{
	const struct gt_spec *spec = gt_spec(type);

	for (int i = 0; spec && i < 2; i++) {
		uint64_t *string = spec->strings[i] ? &args[spec->strings[i] - 1] : NULL;
		uint64_t *stack = spec->stacks[i] ? &args[spec->stacks[i] - 1] : NULL;

		if (string)
			*string = string_now(w, *string);
		if (stack)
			*stack = stack_now(w, *stack);
	}
}

static void put_event(struct gt_writer *w, uint64_t m, uint64_t ts, unsigned type,
		      const uint64_t *args, unsigned count)
{
	if (w->v1)
		v1_event(w, m, ts, type, args, count);
	else
		encoder_event(&w->encoder, m, ts, type, args, count);
}

/* Of arguments that may be ids of what lasts. */
static void put_lasting_event(struct gt_writer *w, uint64_t m, uint64_t ts, unsigned type,
			      const uint64_t *args, unsigned count)
{
	uint64_t now[MAX_ARGS] = { 0 };

	memcpy(now, args, count * sizeof(*args));
	bring_in(w, type, now);
	put_event(w, m, ts, type, now, count);
}

void gt_writer_event(struct gt_writer *w, uint64_t m, uint64_t ts, unsigned type,
		     const uint64_t *args, unsigned count)
{
	if (ts < 1 || count > MAX_ARGS)
		encoder_fail(&w->encoder, -EINVAL);
	else if (w->lasting.used && count)
		put_lasting_event(w, m, ts, type, args, count);
	else
		put_event(w, m, ts, type, args, count);
}

void gt_writer_sample(struct gt_writer *w, uint64_t ts, uint64_t m, uint64_t p, uint64_t g,
		      uint64_t stack)
{
	const struct encoder_sample sample = { ts, m, p, g == GT_NO_ID ? 0 : g,
					       stack_now(w, stack) };

	if (ts < 1 || w->v1)
		encoder_fail(&w->encoder, -EINVAL);
	encoder_sample(&w->encoder, &sample);
}

void gt_writer_experiment(struct gt_writer *w, uint8_t experiment, uint64_t m, uint64_t ts,
			  const void *data, size_t size)
{
	if (size > GT_MAX_BATCH || w->options.version < 23)
		encoder_fail(&w->encoder, -EINVAL);
	encoder_experiment(&w->encoder, experiment, m, ts, data, size);
}

uint64_t gt_writer_generation_number(const struct gt_writer *w)
{
	return w->encoder.generation;
}

size_t gt_writer_generation_bytes(const struct gt_writer *w)
{
	const struct encoder *e = &w->encoder;

	return e->event_bytes + w->strings.bytes_size + w->strings.count * 4 +
	       w->stacks.frames_count * 16 + w->stacks.count * 4 + e->samples.size +
	       e->experiments.size;
}

int gt_writer_generation(struct gt_writer *w)
{
	if (!w->v1 && w->encoder.first_time && !w->encoder.err)
		close_generation(w);
	return w->encoder.err;
}

int gt_writer_finish(struct gt_writer *w)
{
	if (w->v1) {
		if (!w->encoder.err)
			encoder_fail(&w->encoder, finish_v1(w));
		return w->encoder.err;
	}
	encoder_finish(&w->encoder);
	return gt_writer_generation(w);
}

uint64_t gt_writer_bytes(const struct gt_writer *w)
{
	return w->v1 ? w->v1->out.bytes : w->encoder.bytes;
}

uint64_t gt_writer_events(const struct gt_writer *w)
{
	return w->v1 ? w->v1->out.events : w->encoder.events;
}
