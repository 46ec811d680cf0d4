// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/cut/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/header.h"
#include "trace/read/reader.h"

#define MAX_EVENT (1 + GT_MAX_ARGS * GT_MAX_VARINT)
#define NS_PER_S UINT64_C(1000000000)

static void fail(struct copy *copy, int err)
{
	if (!copy->err)
		copy->err = err;
}

static void put(struct copy *copy, const void *data, size_t size)
{
	if (!copy->err && size)
		copy->err = copy->sink(copy->ctx, data, size);
}

/* As in the writer: beyond 2^53 a batch begins at a time that a double holds exactly. */
static uint64_t batch_time(uint64_t time)
{
	return time < UINT64_C(1) << 53 ? time : time & ~UINT64_C(1023);
}

static void bytes_clear(struct copy_bytes *bytes)
{
	bytes->size = 0;
	bytes->ends_count = 0;
}

static void bytes_fini(struct copy_bytes *bytes)
{
	free(bytes->data);
	free(bytes->ends);
}

void copy_init(struct copy *copy, unsigned version, gt_sink_fn sink, void *ctx)
{
	uint8_t header[GT_HEADER_SIZE];

	memset(copy, 0, sizeof(*copy));
	copy->sink = sink;
	copy->ctx = ctx;
	copy->version = version;
	copy->generation = 1;
	gt_header_put(header, version);
	put(copy, header, sizeof(header));
}

void copy_fini(struct copy *copy)
{
	batches_fini(&copy->batches);
	bytes_fini(&copy->strings);
	bytes_fini(&copy->stacks);
	bytes_fini(&copy->samples);
	bytes_fini(&copy->experiments);
	idmap_fini(&copy->new_strings);
	idmap_fini(&copy->new_stacks);
	free(copy->string_of);
	free(copy->stack_of);
	memset(copy, 0, sizeof(*copy));
}

void copy_source(struct copy *copy, const struct gt_reader *reader)
{
	idmap_clear(&copy->new_strings);
	idmap_clear(&copy->new_stacks);
	if (!gt_reader_clock(reader, &copy->clock))
		memset(&copy->clock, 0, sizeof(copy->clock));
}

/* Room for one more entry of at most size bytes; a batch ends before it if it would be too large.
 */
static uint8_t *bytes_room(struct copy *copy, struct copy_bytes *bytes, size_t size)
{
	size_t start = bytes->ends_count ? bytes->ends[bytes->ends_count - 1] : 0;
	uint8_t *data = grow_array(bytes->data, &bytes->cap, bytes->size + size, 1);
	size_t *ends =
		grow_array(bytes->ends, &bytes->ends_cap, bytes->ends_count + 1, sizeof(*ends));

	if (data)
		bytes->data = data;
	if (ends)
		bytes->ends = ends;
	if (!data || !ends) {
		fail(copy, -ENOMEM);
		return NULL;
	}
	if (bytes->size + size - start > COPY_MAX_DATA)
		ends[bytes->ends_count++] = bytes->size;
	return data + bytes->size;
}

static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
	return at + gt_varint_put(at, value);
}

uint64_t copy_text(struct copy *copy, struct gt_text text)
{
	uint64_t id = copy->string_ids + 1;
	uint8_t *at = bytes_room(copy, &copy->strings, 1 + 2 * GT_MAX_VARINT + text.size);

	if (!at)
		return 0;
	*at++ = GT_EV_STRING;
	at = put_varint(at, id);
	at = put_varint(at, text.size);
	memcpy(at, text.data, text.size);
	copy->strings.size = (size_t)(at + text.size - copy->strings.data);
	return copy->string_ids = id;
}

/* The new id of a source's id; 0: it is new, and is to be kept at *slot. */
static uint64_t find_new(struct copy *copy, struct idmap *map, uint64_t **ids, size_t *cap,
			 uint64_t id, uint32_t *slot)
{
	uint64_t *moved;

	*slot = idmap_find(map, id);
	if (*slot != IDMAP_NONE)
		return (*ids)[*slot];
	moved = grow_array(*ids, cap, map->count + 1, sizeof(*moved));
	if (moved)
		*ids = moved;
	if (!moved || idmap_add(map, id, slot)) {
		fail(copy, -ENOMEM);
		return 0;
	}
	moved[*slot] = 0;
	return 0;
}

uint64_t copy_string(struct copy *copy, const struct gt_reader *reader, uint64_t id)
{
	uint32_t slot;
	uint64_t known;

	if (!id || copy->err)
		return 0;
	known = find_new(copy, &copy->new_strings, &copy->string_of, &copy->string_of_cap, id,
			 &slot);
	if (known || copy->err)
		return known;
	return copy->string_of[slot] = copy_text(copy, gt_reader_string(reader, id));
}

static uint8_t *put_frame(uint8_t *at, uint64_t pc, uint64_t func, uint64_t file, uint64_t line)
{
	at = put_varint(at, pc);
	at = put_varint(at, func);
	at = put_varint(at, file);
	return put_varint(at, line);
}

/* A stack's entry up to its frames; NULL: no memory. */
static uint8_t *begin_stack(struct copy *copy, size_t count)
{
	uint8_t *at = bytes_room(copy, &copy->stacks, 1 + (2 + 4 * count) * GT_MAX_VARINT);

	if (!at)
		return NULL;
	*at++ = GT_EV_STACK;
	at = put_varint(at, ++copy->stack_ids);
	return put_varint(at, count);
}

uint64_t copy_stack(struct copy *copy, const struct gt_reader *reader, uint64_t id)
{
	const struct tables *tables = &reader->gen.tables;
	const struct stack_entry *stack = id ? tables_stack(tables, id) : NULL;
	uint64_t ids[2 * GT_MAX_FRAMES], known;
	uint32_t slot;
	uint8_t *at;

	if (!stack || copy->err)
		return 0;
	known = find_new(copy, &copy->new_stacks, &copy->stack_of, &copy->stack_of_cap, id, &slot);
	if (known || copy->err)
		return known;
	for (uint32_t i = 0; i < stack->count; i++) {
		const struct frame_entry *frame = &tables->frames[tables->refs[stack->first + i]];

		ids[2 * i] = copy_string(copy, reader, frame->func);
		ids[2 * i + 1] = copy_string(copy, reader, frame->file);
	}
	at = begin_stack(copy, stack->count);
	if (!at)
		return 0;
	for (uint32_t i = 0; i < stack->count; i++) {
		const struct frame_entry *frame = &tables->frames[tables->refs[stack->first + i]];

		at = put_frame(at, frame->pc, ids[2 * i], ids[2 * i + 1], frame->line);
	}
	copy->stacks.size = (size_t)(at - copy->stacks.data);
	return copy->stack_of[slot] = copy->stack_ids;
}

uint64_t copy_frame(struct copy *copy, const struct gt_stack_frame *frame)
{
	uint64_t func = copy_text(copy, frame->func), file = copy_text(copy, frame->file);
	uint8_t *at = copy->err ? NULL : begin_stack(copy, 1);

	if (!at)
		return 0;
	at = put_frame(at, frame->pc, func, file, frame->line);
	copy->stacks.size = (size_t)(at - copy->stacks.data);
	return copy->stack_ids;
}

static uint8_t *put_header(struct copy *copy, uint8_t *at, uint64_t m, uint64_t time, size_t size)
{
	at = put_varint(at, copy->generation);
	at = put_varint(at, m);
	at = put_varint(at, time);
	return put_varint(at, size);
}

static void put_batch(struct copy *copy, uint64_t m, uint64_t time, const uint8_t *data,
		      size_t size)
{
	uint8_t header[1 + 4 * GT_MAX_VARINT] = { GT_EV_EVENT_BATCH };

	put(copy, header, (size_t)(put_header(copy, header + 1, m, time, size) - header));
	put(copy, data, size);
}

static void put_events(struct copy *copy, struct batch *batch)
{
	size_t size = batch->size;

	batch_take(&copy->batches, batch, copy->stage);
	put_batch(copy, batch->m, batch->first_ts, copy->stage, size);
}

void copy_event(struct copy *copy, uint64_t m, uint64_t time, unsigned type, const uint64_t *args,
		unsigned count)
{
	struct batch *batch = copy->err ? NULL : batches_get(&copy->batches, m);
	uint8_t *start, *at;

	if (batch && batch->size > COPY_MAX_DATA - MAX_EVENT)
		put_events(copy, batch);
	start = at = batch ? batch_room(&copy->batches, batch, MAX_EVENT) : NULL;
	if (!start) {
		fail(copy, -ENOMEM);
		return;
	}
	if (!batch->size)
		batch->first_ts = batch->last_ts = batch_time(time);
	if (!copy->first_time)
		copy->first_time = time;
	*at++ = (uint8_t)type;
	at = put_varint(at, time - batch->last_ts);
	for (unsigned i = 0; i < count; i++)
		at = put_varint(at, args[i]);
	batch->last_ts = time;
	batch_commit(batch, (size_t)(at - start));
	copy->events++;
}

void copy_sample(struct copy *copy, const struct gt_event *sample, uint64_t stack)
{
	uint8_t *at = bytes_room(copy, &copy->samples, MAX_EVENT);

	if (!at)
		return;
	*at++ = GT_EV_CPU_SAMPLE;
	at = put_varint(at, (uint64_t)sample->time);
	at = put_varint(at, sample->m);
	at = put_varint(at, sample->p);
	at = put_varint(at, sample->g == GT_NO_ID ? 0 : sample->g);
	at = put_varint(at, stack);
	copy->samples.size = (size_t)(at - copy->samples.data);
	if (!copy->first_time)
		copy->first_time = (uint64_t)sample->time;
	copy->events++;
}

void copy_experiment(struct copy *copy, uint8_t experiment, uint64_t m, uint64_t time,
		     struct gt_text data)
{
	uint8_t *at = bytes_room(copy, &copy->experiments, 2 + 4 * GT_MAX_VARINT + data.size);

	if (!at)
		return;
	*at++ = GT_EV_EXPERIMENTAL_BATCH;
	*at++ = experiment;
	at = put_header(copy, at, m, time, data.size);
	memcpy(at, data.data, data.size);
	copy->experiments.size = (size_t)(at + data.size - copy->experiments.data);
}

/* Of the batches without events: so the reader's sync point has a time of its own. */
static uint64_t structural_time(const struct copy *copy)
{
	return copy->first_time > 1 ? batch_time(copy->first_time - 1) : 1;
}

static void put_table(struct copy *copy, struct copy_bytes *bytes, uint8_t kind)
{
	size_t start = 0;

	for (size_t i = 0; i <= bytes->ends_count && bytes->size; i++) {
		size_t end = i < bytes->ends_count ? bytes->ends[i] : bytes->size;

		copy->stage[0] = kind;
		memcpy(copy->stage + 1, bytes->data + start, end - start);
		put_batch(copy, GT_NO_ID, structural_time(copy), copy->stage, 1 + end - start);
		start = end;
	}
	bytes_clear(bytes);
}

/* The frequency, and from 25 the source's clocks, at the time of this batch or later. */
static void put_sync(struct copy *copy)
{
	uint64_t time = structural_time(copy);
	int64_t ahead = (int64_t)((uint64_t)copy->clock.trace - time);
	uint64_t late = ahead < 0 ? -(uint64_t)ahead : 0; /* by which the snapshot is moved on */
	uint64_t nsec = copy->clock.wall_nsec + late % NS_PER_S;
	uint8_t *at = copy->stage;

	if (copy->version >= 25)
		*at++ = GT_EV_SYNC;
	*at++ = GT_EV_FREQUENCY;
	at = put_varint(at, NS_PER_S);
	if (copy->version >= 25) {
		*at++ = GT_EV_CLOCK_SNAPSHOT;
		at = put_varint(at, ahead > 0 ? (uint64_t)ahead : 0);
		at = put_varint(at, copy->clock.mono_ns + late);
		at = put_varint(at,
				(uint64_t)copy->clock.wall_sec + late / NS_PER_S + nsec / NS_PER_S);
		at = put_varint(at, nsec % NS_PER_S);
	}
	put_batch(copy, GT_NO_ID, time, copy->stage, (size_t)(at - copy->stage));
}

int copy_generation(struct copy *copy)
{
	const uint8_t end = GT_EV_END_OF_GENERATION;

	if (!copy->first_time)
		return copy->err;
	for (size_t i = 0; i < copy->batches.count; i++)
		if (copy->batches.list[i].size)
			put_events(copy, &copy->batches.list[i]);
	batches_clear(&copy->batches);
	put_table(copy, &copy->strings, GT_EV_STRINGS);
	put_table(copy, &copy->stacks, GT_EV_STACKS);
	put_table(copy, &copy->samples, GT_EV_CPU_SAMPLES);
	put(copy, copy->experiments.data, copy->experiments.size);
	bytes_clear(&copy->experiments);
	put_sync(copy);
	if (copy->version >= 26)
		put(copy, &end, 1);
	copy->generation++;
	copy->first_time = 0;
	copy->string_ids = copy->stack_ids = 0;
	idmap_clear(&copy->new_strings);
	idmap_clear(&copy->new_stacks);
	return copy->err;
}
