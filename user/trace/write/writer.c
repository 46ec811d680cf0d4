// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * See writer.h. The layout follows Go's internal/trace/tracev2/events.go and
 * what internal/trace/generation.go does with it:
 *
 *   header, then per generation:
 *     batches of events, those of one M in the order of time
 *     batches of strings and of stacks
 *     the frequency alone (22, 23), or a Sync batch with it and a clock
 *     snapshot (25, 26): last, because below 26 it is all that tells a whole
 *     generation from one that was cut off
 *     from 26 one bare byte: end of generation
 *
 * Batches of no events carry the time of the generation's first event less 1,
 * so that the reader's own Sync event, which gets the lowest time of all
 * batches, has a time of its own.
 */
#include "trace/write/writer.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/write/batch.h"
#include "trace/write/stacktab.h"
#include "trace/write/strtab.h"
#include "trace/wire/wire.h"

#define MAX_ARGS (GT_MAX_ARGS - 1) /* the time is not among them */
#define MAX_EVENT_BYTES 64	   /* type, time and arguments fit */
#define MAX_HEADER_BYTES 64
#define MAX_DATA_BYTES (GT_MAX_BATCH - MAX_HEADER_BYTES) /* so the whole batch is not larger */
#define MAX_FRAMES 64
#define NS_PER_S UINT64_C(1000000000)

struct gt_writer {
	struct gt_writer_options options;
	gt_sink_fn sink;
	void *ctx;
	int err;	/* the first one; nothing is done after it */
	bool header;	/* written */
	uint64_t bytes; /* handed to the sink */
	uint64_t events;

	/* The open generation. */
	uint64_t generation;
	uint64_t first_ts; /* of its first event; 0: none yet */
	size_t event_bytes;
	struct batches batches;
	struct strtab strings;
	struct stacktab stacks;

	/* A batch being made: room for its header, then its data. */
	uint8_t stage[MAX_HEADER_BYTES + MAX_DATA_BYTES];
};

/* Most values are small. */
static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
	if (value < 0x80) {
		*at = (uint8_t)value;
		return at + 1;
	}
	return at + gt_varint_put(at, value);
}

/* Keeps the first error. */
static void fail(struct gt_writer *w, int err)
{
	if (err && !w->err)
		w->err = err;
}

static void put(struct gt_writer *w, const void *data, size_t size)
{
	if (w->err)
		return;
	fail(w, w->sink(w->ctx, data, size));
	if (!w->err)
		w->bytes += size;
}

static void put_file_header(struct gt_writer *w)
{
	char text[17] = { 0 }; /* with three NULs that count, and snprintf's own */

	if (w->header)
		return;
	w->header = true;
	snprintf(text, sizeof(text), "go 1.%d trace", w->options.version);
	put(w, text, 16);
}

/*
 * Readers multiply a batch's time as a 64-bit float, and the events' distances
 * to it exactly. So beyond 2^53 batches begin at round times, which a float
 * holds exactly up to 2^63.
 */
static uint64_t batch_time(uint64_t ts)
{
	return ts < UINT64_C(1) << 53 ? ts : ts & ~UINT64_C(1023);
}

/* Of the batches without events. */
static uint64_t structural_time(const struct gt_writer *w)
{
	return w->first_ts > 1 ? batch_time(w->first_ts - 1) : 1;
}

/* Writes a batch whose data[size] stands in the stage, after the header's room. */
static void put_batch(struct gt_writer *w, uint64_t m, uint64_t ts, size_t size)
{
	uint8_t header[MAX_HEADER_BYTES], *end = header, *start;

	*end++ = GT_EV_EVENT_BATCH;
	end = put_varint(end, w->generation);
	end = put_varint(end, m);
	end = put_varint(end, ts);
	end = put_varint(end, size);
	start = w->stage + MAX_HEADER_BYTES - (end - header);
	memcpy(start, header, (size_t)(end - header));
	put_file_header(w);
	put(w, start, (size_t)(end - header) + size);
}

static uint8_t *stage_data(struct gt_writer *w)
{
	return w->stage + MAX_HEADER_BYTES;
}

static void put_structural(struct gt_writer *w, const uint8_t *end)
{
	put_batch(w, GT_NO_M, structural_time(w), (size_t)(end - stage_data(w)));
}

static void put_events(struct gt_writer *w, struct batch *batch)
{
	size_t size = batch->size;

	batch_take(&w->batches, batch, stage_data(w));
	put_batch(w, batch->m, batch->first_ts, size);
}

/* Ends the batch before at if less than need bytes are left in it, and begins one if at is NULL. */
static uint8_t *structural_room(struct gt_writer *w, uint8_t *at, size_t need, uint8_t kind)
{
	if (at && need > (size_t)(w->stage + sizeof(w->stage) - at)) {
		put_structural(w, at);
		at = NULL;
	}
	if (!at) {
		at = stage_data(w);
		*at++ = kind;
	}
	return at;
}

static void put_strings(struct gt_writer *w)
{
	uint8_t *at = NULL;

	for (uint64_t id = 1; id <= w->strings.count; id++) {
		size_t size;
		const char *text = strtab_text(&w->strings, id, &size);

		at = structural_room(w, at, 1 + 2 * GT_MAX_VARINT + size, GT_EV_STRINGS);
		*at++ = GT_EV_STRING;
		at = put_varint(at, id);
		at = put_varint(at, size);
		memcpy(at, text, size);
		at += size;
	}
	if (at)
		put_structural(w, at);
}

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

static void put_stacks(struct gt_writer *w)
{
	uint8_t *at = NULL;

	for (uint64_t id = 1; id <= w->stacks.count; id++) {
		unsigned count;
		const struct gt_frame *frames = stacktab_frames(&w->stacks, id, &count);

		at = structural_room(w, at, 1 + (2 + 4 * (size_t)count) * GT_MAX_VARINT,
				     GT_EV_STACKS);
		*at++ = GT_EV_STACK;
		at = put_varint(at, id);
		at = put_varint(at, count);
		for (unsigned i = 0; i < count; i++) {
			at = put_varint(at, frame_pc(w, &frames[i]));
			at = put_varint(at, frames[i].func);
			at = put_varint(at, frames[i].file);
			at = put_varint(at, frames[i].line);
		}
	}
	if (at)
		put_structural(w, at);
}

/* The frequency, and from 25 the clocks: the snapshot of the options, moved to now. */
static void put_sync(struct gt_writer *w)
{
	const struct gt_writer_options *o = &w->options;
	uint64_t elapsed = structural_time(w) - o->clock_ts;
	uint64_t wall_ns = o->clock_wall_ns + elapsed;
	uint8_t *at = stage_data(w);

	if (o->version >= 25)
		*at++ = GT_EV_SYNC;
	*at++ = GT_EV_FREQUENCY;
	at = put_varint(at, NS_PER_S);
	if (o->version >= 25) {
		*at++ = GT_EV_CLOCK_SNAPSHOT;
		at = put_varint(at, 0);
		at = put_varint(at, o->clock_mono_ns + elapsed);
		at = put_varint(at, wall_ns / NS_PER_S);
		at = put_varint(at, wall_ns % NS_PER_S);
	}
	put_structural(w, at);
}

static void close_generation(struct gt_writer *w)
{
	const uint8_t end = GT_EV_END_OF_GENERATION;

	for (size_t i = 0; i < w->batches.count; i++) {
		if (w->batches.list[i].size)
			put_events(w, &w->batches.list[i]);
	}
	put_strings(w);
	put_stacks(w);
	put_sync(w);
	if (w->options.version >= 26)
		put(w, &end, 1);
	batches_clear(&w->batches);
	strtab_clear(&w->strings);
	stacktab_clear(&w->stacks);
	w->generation++;
	w->first_ts = 0;
	w->event_bytes = 0;
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
	w->sink = sink;
	w->ctx = ctx;
	w->generation = 1;
	*out = w;
	return 0;
}

void gt_writer_free(struct gt_writer *w)
{
	if (!w)
		return;
	batches_fini(&w->batches);
	strtab_fini(&w->strings);
	stacktab_fini(&w->stacks);
	free(w);
}

uint64_t gt_writer_string(struct gt_writer *w, const char *text, size_t size)
{
	uint64_t id = 0;

	if (!w->err)
		fail(w, strtab_add(&w->strings, text, size, &id));
	return id;
}

uint64_t gt_writer_late_string(struct gt_writer *w)
{
	uint64_t id = 0;

	if (!w->err)
		fail(w, strtab_add_late(&w->strings, &id));
	return id;
}

void gt_writer_set_string(struct gt_writer *w, uint64_t id, const char *text, size_t size)
{
	if (!w->err)
		fail(w, strtab_set(&w->strings, id, text, size));
}

uint64_t gt_writer_stack(struct gt_writer *w, const struct gt_frame *frames, unsigned count)
{
	uint64_t id = 0;

	assert(count >= 1 && count <= MAX_FRAMES);
	if (!w->err)
		fail(w, stacktab_add(&w->stacks, frames, count, &id));
	return id;
}

uint64_t gt_writer_strings(const struct gt_writer *w)
{
	return w->strings.count;
}

uint64_t gt_writer_stacks(const struct gt_writer *w)
{
	return w->stacks.count;
}

void gt_writer_event(struct gt_writer *w, uint64_t m, uint64_t ts, unsigned type,
		     const uint64_t *args, unsigned count)
{
	struct batch *batch;
	uint8_t *start, *at;

	assert(ts >= 1 && count <= MAX_ARGS);
	if (w->err)
		return;
	batch = batches_get(&w->batches, m);
	if (batch && batch->size > MAX_DATA_BYTES - MAX_EVENT_BYTES)
		put_events(w, batch);
	start = batch ? batch_room(&w->batches, batch, MAX_EVENT_BYTES) : NULL;
	if (!start) {
		fail(w, -ENOMEM);
		return;
	}
	assert(ts >= batch->last_ts);
	if (!batch->size)
		batch->first_ts = batch->last_ts = batch_time(ts);
	if (!w->first_ts)
		w->first_ts = ts;

	at = start;
	*at++ = (uint8_t)type;
	at = put_varint(at, ts - batch->last_ts);
	for (unsigned i = 0; i < count; i++)
		at = put_varint(at, args[i]);
	batch->last_ts = ts;
	batch_commit(batch, (size_t)(at - start));
	w->event_bytes += (size_t)(at - start);
	w->events++;
}

uint64_t gt_writer_generation_number(const struct gt_writer *w)
{
	return w->generation;
}

size_t gt_writer_generation_bytes(const struct gt_writer *w)
{
	return w->event_bytes + w->strings.bytes_size + w->strings.count * 4 +
	       w->stacks.frames_count * 16 + w->stacks.count * 4;
}

int gt_writer_generation(struct gt_writer *w)
{
	if (w->first_ts && !w->err)
		close_generation(w);
	return w->err;
}

int gt_writer_finish(struct gt_writer *w)
{
	put_file_header(w);
	return gt_writer_generation(w);
}

uint64_t gt_writer_bytes(const struct gt_writer *w)
{
	return w->bytes;
}

uint64_t gt_writer_events(const struct gt_writer *w)
{
	return w->events;
}
