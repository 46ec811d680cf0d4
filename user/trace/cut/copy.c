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

static void fail(struct part *part, int err)
{
	if (!part->err)
		part->err = err;
}

static void put(struct part *part, const void *data, size_t size)
{
	if (!part->err && size)
		part->err = part->sink(part->ctx, data, size);
}

/* As in the writer: beyond 2^53 a batch begins at a time that a double holds exactly. */
static uint64_t batch_time(uint64_t time)
{
	return time < UINT64_C(1) << 53 ? time : time & ~UINT64_C(1023);
}

static void bytes_clear(struct part_bytes *bytes)
{
	bytes->size = 0;
	bytes->ends_count = 0;
}

static void bytes_fini(struct part_bytes *bytes)
{
	free(bytes->data);
	free(bytes->ends);
}

void part_init(struct part *part, unsigned version, gt_sink_fn sink, void *ctx)
{
	uint8_t header[GT_HEADER_SIZE];

	memset(part, 0, sizeof(*part));
	part->sink = sink;
	part->ctx = ctx;
	part->version = version;
	part->generation = 1;
	gt_header_put(header, version);
	put(part, header, sizeof(header));
}

void part_fini(struct part *part)
{
	batches_fini(&part->batches);
	bytes_fini(&part->strings);
	bytes_fini(&part->stacks);
	bytes_fini(&part->samples);
	bytes_fini(&part->experiments);
	idmap_fini(&part->new_strings);
	idmap_fini(&part->new_stacks);
	free(part->string_of);
	free(part->stack_of);
	memset(part, 0, sizeof(*part));
}

void part_source(struct part *part, const struct gt_reader *reader)
{
	idmap_clear(&part->new_strings);
	idmap_clear(&part->new_stacks);
	if (!gt_reader_clock(reader, &part->clock))
		memset(&part->clock, 0, sizeof(part->clock));
}

/* Room for one more entry of at most size bytes; a batch ends before it if it would be too large.
 */
static uint8_t *bytes_room(struct part *part, struct part_bytes *bytes, size_t size)
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
		fail(part, -ENOMEM);
		return NULL;
	}
	if (bytes->size + size - start > PART_MAX_DATA)
		ends[bytes->ends_count++] = bytes->size;
	return data + bytes->size;
}

static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
	return at + gt_varint_put(at, value);
}

uint64_t part_text(struct part *part, struct gt_text text)
{
	uint64_t id = part->string_ids + 1;
	uint8_t *at = bytes_room(part, &part->strings, 1 + 2 * GT_MAX_VARINT + text.size);

	if (!at)
		return 0;
	*at++ = GT_EV_STRING;
	at = put_varint(at, id);
	at = put_varint(at, text.size);
	memcpy(at, text.data, text.size);
	part->strings.size = (size_t)(at + text.size - part->strings.data);
	return part->string_ids = id;
}

/* The new id of a source's id; 0: it is new, and is to be kept at *place. */
static uint64_t find_new(struct part *part, struct idmap *map, uint64_t **ids, size_t *cap,
			 uint64_t id, uint32_t *place)
{
	uint64_t *moved;

	*place = idmap_find(map, id);
	if (*place != IDMAP_NONE)
		return (*ids)[*place];
	moved = grow_array(*ids, cap, map->count + 1, sizeof(*moved));
	if (moved)
		*ids = moved;
	if (!moved || idmap_add(map, id, place)) {
		fail(part, -ENOMEM);
		return 0;
	}
	moved[*place] = 0;
	return 0;
}

uint64_t part_string(struct part *part, const struct gt_reader *reader, uint64_t id)
{
	uint32_t place;
	uint64_t known;

	if (!id || part->err)
		return 0;
	known = find_new(part, &part->new_strings, &part->string_of, &part->string_of_cap, id,
			 &place);
	if (known || part->err)
		return known;
	return part->string_of[place] = part_text(part, gt_reader_string(reader, id));
}

static uint8_t *put_frame(uint8_t *at, uint64_t pc, uint64_t func, uint64_t file, uint64_t line)
{
	at = put_varint(at, pc);
	at = put_varint(at, func);
	at = put_varint(at, file);
	return put_varint(at, line);
}

/* A stack's entry up to its frames; NULL: no memory. */
static uint8_t *begin_stack(struct part *part, size_t count)
{
	uint8_t *at = bytes_room(part, &part->stacks, 1 + (2 + 4 * count) * GT_MAX_VARINT);

	if (!at)
		return NULL;
	*at++ = GT_EV_STACK;
	at = put_varint(at, ++part->stack_ids);
	return put_varint(at, count);
}

uint64_t part_stack(struct part *part, const struct gt_reader *reader, uint64_t id)
{
	const struct tables *tables = &reader->gen.tables;
	const struct stack_entry *stack = id ? tables_stack(tables, id) : NULL;
	uint64_t ids[2 * GT_MAX_FRAMES], known;
	uint32_t place;
	uint8_t *at;

	if (!stack || part->err)
		return 0;
	known = find_new(part, &part->new_stacks, &part->stack_of, &part->stack_of_cap, id, &place);
	if (known || part->err)
		return known;
	for (uint32_t i = 0; i < stack->count; i++) {
		const struct frame_entry *frame = &tables->frames[tables->refs[stack->first + i]];

		ids[2 * i] = part_string(part, reader, frame->func);
		ids[2 * i + 1] = part_string(part, reader, frame->file);
	}
	at = begin_stack(part, stack->count);
	if (!at)
		return 0;
	for (uint32_t i = 0; i < stack->count; i++) {
		const struct frame_entry *frame = &tables->frames[tables->refs[stack->first + i]];

		at = put_frame(at, frame->pc, ids[2 * i], ids[2 * i + 1], frame->line);
	}
	part->stacks.size = (size_t)(at - part->stacks.data);
	return part->stack_of[place] = part->stack_ids;
}

uint64_t part_frame(struct part *part, const struct gt_stack_frame *frame)
{
	uint64_t func = part_text(part, frame->func), file = part_text(part, frame->file);
	uint8_t *at = part->err ? NULL : begin_stack(part, 1);

	if (!at)
		return 0;
	at = put_frame(at, frame->pc, func, file, frame->line);
	part->stacks.size = (size_t)(at - part->stacks.data);
	return part->stack_ids;
}

static uint8_t *put_header(struct part *part, uint8_t *at, uint64_t m, uint64_t time, size_t size)
{
	at = put_varint(at, part->generation);
	at = put_varint(at, m);
	at = put_varint(at, time);
	return put_varint(at, size);
}

static void put_batch(struct part *part, uint64_t m, uint64_t time, const uint8_t *data,
		      size_t size)
{
	uint8_t header[1 + 4 * GT_MAX_VARINT] = { GT_EV_EVENT_BATCH };

	put(part, header, (size_t)(put_header(part, header + 1, m, time, size) - header));
	put(part, data, size);
}

static void put_events(struct part *part, struct batch *batch)
{
	size_t size = batch->size;

	batch_take(&part->batches, batch, part->stage);
	put_batch(part, batch->m, batch->first_ts, part->stage, size);
}

void part_event(struct part *part, uint64_t m, uint64_t time, unsigned type, const uint64_t *args,
		unsigned count)
{
	struct batch *batch = part->err ? NULL : batches_get(&part->batches, m);
	uint8_t *start, *at;

	if (batch && batch->size > PART_MAX_DATA - MAX_EVENT)
		put_events(part, batch);
	start = at = batch ? batch_room(&part->batches, batch, MAX_EVENT) : NULL;
	if (!start) {
		fail(part, -ENOMEM);
		return;
	}
	if (!batch->size)
		batch->first_ts = batch->last_ts = batch_time(time);
	if (!part->first_time)
		part->first_time = time;
	*at++ = (uint8_t)type;
	at = put_varint(at, time - batch->last_ts);
	for (unsigned i = 0; i < count; i++)
		at = put_varint(at, args[i]);
	batch->last_ts = time;
	batch_commit(batch, (size_t)(at - start));
	part->events++;
}

void part_sample(struct part *part, const struct gt_event *sample, uint64_t stack)
{
	uint8_t *at = bytes_room(part, &part->samples, MAX_EVENT);

	if (!at)
		return;
	*at++ = GT_EV_CPU_SAMPLE;
	at = put_varint(at, (uint64_t)sample->time);
	at = put_varint(at, sample->m);
	at = put_varint(at, sample->p);
	at = put_varint(at, sample->g == GT_NO_ID ? 0 : sample->g);
	at = put_varint(at, stack);
	part->samples.size = (size_t)(at - part->samples.data);
	if (!part->first_time)
		part->first_time = (uint64_t)sample->time;
	part->events++;
}

void part_experiment(struct part *part, uint8_t experiment, uint64_t m, uint64_t time,
		     struct gt_text data)
{
	uint8_t *at = bytes_room(part, &part->experiments, 2 + 4 * GT_MAX_VARINT + data.size);

	if (!at)
		return;
	*at++ = GT_EV_EXPERIMENTAL_BATCH;
	*at++ = experiment;
	at = put_header(part, at, m, time, data.size);
	memcpy(at, data.data, data.size);
	part->experiments.size = (size_t)(at + data.size - part->experiments.data);
}

/* Of the batches without events: so the reader's sync point has a time of its own. */
static uint64_t structural_time(const struct part *part)
{
	return part->first_time > 1 ? batch_time(part->first_time - 1) : 1;
}

static void put_table(struct part *part, struct part_bytes *bytes, uint8_t kind)
{
	size_t start = 0;

	for (size_t i = 0; i <= bytes->ends_count && bytes->size; i++) {
		size_t end = i < bytes->ends_count ? bytes->ends[i] : bytes->size;

		part->stage[0] = kind;
		memcpy(part->stage + 1, bytes->data + start, end - start);
		put_batch(part, GT_NO_ID, structural_time(part), part->stage, 1 + end - start);
		start = end;
	}
	bytes_clear(bytes);
}

/* The frequency, and from 25 the source's clocks, at the time of this batch or later. */
static void put_sync(struct part *part)
{
	uint64_t time = structural_time(part);
	int64_t ahead = (int64_t)((uint64_t)part->clock.trace - time);
	uint64_t late = ahead < 0 ? -(uint64_t)ahead : 0; /* by which the snapshot is moved on */
	uint64_t nsec = part->clock.wall_nsec + late % NS_PER_S;
	uint8_t *at = part->stage;

	if (part->version >= 25)
		*at++ = GT_EV_SYNC;
	*at++ = GT_EV_FREQUENCY;
	at = put_varint(at, NS_PER_S);
	if (part->version >= 25) {
		*at++ = GT_EV_CLOCK_SNAPSHOT;
		at = put_varint(at, ahead > 0 ? (uint64_t)ahead : 0);
		at = put_varint(at, part->clock.mono_ns + late);
		at = put_varint(at,
				(uint64_t)part->clock.wall_sec + late / NS_PER_S + nsec / NS_PER_S);
		at = put_varint(at, nsec % NS_PER_S);
	}
	put_batch(part, GT_NO_ID, time, part->stage, (size_t)(at - part->stage));
}

int part_generation(struct part *part)
{
	const uint8_t end = GT_EV_END_OF_GENERATION;

	if (!part->first_time)
		return part->err;
	for (size_t i = 0; i < part->batches.count; i++)
		if (part->batches.list[i].size)
			put_events(part, &part->batches.list[i]);
	batches_clear(&part->batches);
	put_table(part, &part->strings, GT_EV_STRINGS);
	put_table(part, &part->stacks, GT_EV_STACKS);
	put_table(part, &part->samples, GT_EV_CPU_SAMPLES);
	put(part, part->experiments.data, part->experiments.size);
	bytes_clear(&part->experiments);
	put_sync(part);
	if (part->version >= 26)
		put(part, &end, 1);
	part->generation++;
	part->first_time = 0;
	part->string_ids = part->stack_ids = 0;
	idmap_clear(&part->new_strings);
	idmap_clear(&part->new_stacks);
	return part->err;
}
