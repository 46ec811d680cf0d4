// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * See encoder.h. The layout follows Go's internal/trace/tracev2/events.go and
 * what internal/trace/generation.go does with it:
 *
 *   header, then per generation:
 *     batches of events, those of one M in the order of time
 *     batches of strings, of stacks, of CPU samples; those of experiments
 *     the frequency alone (22, 23), or a Sync batch with it and a clock
 *     snapshot (25, 26): last, because below 26 it is all that tells a whole
 *     generation from one that was cut off
 *     from 26 one bare byte: end of generation
 *
 * Batches of no events carry the time of the generation's first event less 1,
 * so that the reader's own Sync event, which gets the lowest time of all
 * batches, has a time of its own.
 */
#include "trace/write/encoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/header.h"

#define MAX_EVENT_BYTES 64 /* an event fits, and chunks hold a round number of them */
#define NS_PER_S UINT64_C(1000000000)

_Static_assert(MAX_EVENT_BYTES >= WIRE_EVENT_BYTES, "an event fits");

static void put(struct encoder *e, const void *data, size_t size)
{
	if (e->err)
		return;
	encoder_fail(e, e->sink(e->ctx, data, size));
	if (!e->err)
		e->bytes += size;
}

static void put_file_header(struct encoder *e)
{
	uint8_t header[GT_HEADER_SIZE];

	if (e->header)
		return;
	e->header = true;
	gt_header_put(header, e->version);
	put(e, header, sizeof(header));
}

/*
 * Readers multiply a batch's time as a 64-bit float, and the events' distances
 * to it exactly. So beyond 2^53 batches begin at round times, which a float
 * holds exactly up to 2^63.
 */
static uint64_t batch_time(uint64_t time)
{
	return time < UINT64_C(1) << 53 ? time : time & ~UINT64_C(1023);
}

static void begins_at(struct encoder *e, uint64_t time)
{
	if (!e->first_time || time < e->first_time)
		e->first_time = time;
}

uint64_t encoder_time(const struct encoder *e)
{
	return e->first_time > 1 ? batch_time(e->first_time - 1) : 1;
}

/* Writes a batch whose size bytes stand in front of data's room for a header. */
static void put_batch(struct encoder *e, uint64_t m, uint64_t time, uint8_t *data, size_t size)
{
	const uint64_t args[] = { e->generation, m, time, size };
	uint8_t header[WIRE_EVENT_BYTES];
	size_t header_size = (size_t)(wire_put_event(header, GT_EV_EVENT_BATCH, args, 4) - header);

	data -= header_size;
	memcpy(data, header, header_size);
	put_file_header(e);
	put(e, data, header_size + size);
}

static void put_events(struct encoder *e, struct batch *batch)
{
	uint8_t *data = e->stage + ENCODER_MAX_HEADER;
	size_t size = batch->size;

	batch_take(&e->batches, batch, data);
	put_batch(e, batch->m, batch->first_ts, data, size);
}

void encoder_init(struct encoder *e, unsigned version, gt_sink_fn sink, void *ctx)
{
	memset(e, 0, sizeof(*e));
	e->sink = sink;
	e->ctx = ctx;
	e->version = version;
	e->generation = 1;
}

static void table_fini(struct encoder_table *table)
{
	free(table->data);
	free(table->starts);
}

void encoder_fini(struct encoder *e)
{
	batches_fini(&e->batches);
	table_fini(&e->strings);
	table_fini(&e->stacks);
	table_fini(&e->samples);
	table_fini(&e->experiments);
	memset(e, 0, sizeof(*e));
}

void encoder_event(struct encoder *e, uint64_t m, uint64_t time, unsigned type,
		   const uint64_t *args, unsigned count)
{
	struct batch *batch;
	uint8_t *start, *at;

	if (e->err)
		return;
	batch = batches_get(&e->batches, m);
	if (batch && batch->size > ENCODER_MAX_DATA - MAX_EVENT_BYTES)
		put_events(e, batch);
	start = batch ? batch_room(&e->batches, batch, MAX_EVENT_BYTES) : NULL;
	if (!start || time < batch->last_ts) {
		encoder_fail(e, start ? -EINVAL : -ENOMEM);
		return;
	}
	if (!batch->size)
		batch->first_ts = batch->last_ts = batch_time(time);
	begins_at(e, time);
	at = start;
	*at++ = (uint8_t)type;
	at = wire_put_varint(at, time - batch->last_ts);
	at = wire_put_args(at, args, count);
	batch->last_ts = time;
	batch_commit(batch, (size_t)(at - start));
	e->event_bytes += (size_t)(at - start);
	e->events++;
}

static bool table_grow(struct encoder_table *table, size_t size)
{
	uint8_t *data = grow_array(table->data, &table->cap, table->size + size, 1);
	size_t *starts;

	if (!data)
		return false;
	table->data = data;
	starts = grow_array(table->starts, &table->starts_cap, table->starts_count + 1,
			    sizeof(*starts));
	if (!starts)
		return false;
	table->starts = starts;
	return true;
}

/*
 * Where one more entry of at most size bytes goes, in a batch that begins with
 * kind; another batch if this one would be too large. NULL: there is an error.
 */
static uint8_t *table_room(struct encoder *e, struct encoder_table *table, size_t size,
			   uint8_t kind)
{
	size_t count = table->starts_count;

	if (e->err)
		return NULL;
	if (!table_grow(table, ENCODER_MAX_HEADER + 1 + size)) {
		encoder_fail(e, -ENOMEM);
		return NULL;
	}
	if (!count || table->size + size - table->starts[count - 1] > ENCODER_MAX_DATA) {
		table->size += ENCODER_MAX_HEADER;
		table->starts[table->starts_count++] = table->size;
		table->data[table->size++] = kind;
	}
	return table->data + table->size;
}

static void table_commit(struct encoder_table *table, const uint8_t *end)
{
	table->size = (size_t)(end - table->data);
}

void encoder_put_string(struct encoder *e, uint64_t id, const void *text, size_t size)
{
	uint8_t *at = table_room(e, &e->strings, 1 + 2 * GT_MAX_VARINT + size, GT_EV_STRINGS);

	if (!at)
		return;
	at = wire_put_event(at, GT_EV_STRING, &id, 1);
	table_commit(&e->strings, wire_put_data(at, text, size));
}

void encoder_put_stack(struct encoder *e, uint64_t id, const struct wire_frame *frames,
		       unsigned count)
{
	const uint64_t args[] = { id, count };
	size_t size = 1 + 2 * GT_MAX_VARINT + count * (size_t)WIRE_FRAME_BYTES;
	uint8_t *at = table_room(e, &e->stacks, size, GT_EV_STACKS);

	if (!at)
		return;
	at = wire_put_event(at, GT_EV_STACK, args, 2);
	for (unsigned i = 0; i < count; i++)
		at = wire_put_frame(at, &frames[i]);
	table_commit(&e->stacks, at);
}

void encoder_sample(struct encoder *e, const struct encoder_sample *sample)
{
	const uint64_t args[] = { sample->time, sample->m, sample->p, sample->g, sample->stack };
	uint8_t *at = table_room(e, &e->samples, WIRE_EVENT_BYTES, GT_EV_CPU_SAMPLES);

	if (!at)
		return;
	table_commit(&e->samples, wire_put_event(at, GT_EV_CPU_SAMPLE, args, 5));
	begins_at(e, sample->time);
	e->events++;
}

void encoder_experiment(struct encoder *e, uint8_t experiment, uint64_t m, uint64_t time,
			const void *data, size_t size)
{
	const uint64_t args[] = { e->generation, m, time };
	struct encoder_table *table = &e->experiments;
	uint8_t *at;

	if (e->err)
		return;
	if (!table_grow(table, WIRE_EVENT_BYTES + GT_MAX_VARINT + size)) {
		encoder_fail(e, -ENOMEM);
		return;
	}
	/* Each is a batch of its own kind; which experiment it is of is a byte, not a varint. */
	at = table->data + table->size;
	*at++ = GT_EV_EXPERIMENTAL_BATCH;
	*at++ = experiment;
	at = wire_put_args(at, args, 3);
	table_commit(table, wire_put_data(at, data, size));
}

static void table_clear(struct encoder_table *table)
{
	table->size = 0;
	table->starts_count = 0;
}

static void put_table(struct encoder *e, struct encoder_table *table)
{
	for (size_t i = 0; i < table->starts_count; i++) {
		size_t start = table->starts[i];
		size_t end = i + 1 < table->starts_count ? table->starts[i + 1] - ENCODER_MAX_HEADER
							 : table->size;

		put_batch(e, GT_NO_ID, encoder_time(e), table->data + start, end - start);
	}
	table_clear(table);
}

/* The frequency, and from 25 the clocks. */
static void put_sync(struct encoder *e, const struct gt_clock *clock)
{
	uint8_t *data = e->stage + ENCODER_MAX_HEADER, *at = data;
	uint64_t time = encoder_time(e), frequency = NS_PER_S;

	if (e->version >= 25)
		*at++ = GT_EV_SYNC;
	at = wire_put_event(at, GT_EV_FREQUENCY, &frequency, 1);
	if (e->version >= 25) {
		const uint64_t args[] = { (uint64_t)clock->trace - time, clock->mono_ns,
					  (uint64_t)clock->wall_sec, clock->wall_nsec };

		at = wire_put_event(at, GT_EV_CLOCK_SNAPSHOT, args, 4);
	}
	put_batch(e, GT_NO_ID, time, data, (size_t)(at - data));
}

static void open_next(struct encoder *e)
{
	batches_clear(&e->batches);
	e->generation++;
	e->first_time = 0;
	e->event_bytes = 0;
	e->string_ids = 0;
	e->stack_ids = 0;
}

int encoder_close(struct encoder *e, const struct gt_clock *clock)
{
	const uint8_t end = GT_EV_END_OF_GENERATION;

	if (!e->first_time || e->err)
		return e->err;
	for (size_t i = 0; i < e->batches.count; i++)
		if (e->batches.list[i].size)
			put_events(e, &e->batches.list[i]);
	put_table(e, &e->strings);
	put_table(e, &e->stacks);
	put_table(e, &e->samples);
	if (e->experiments.size)
		put(e, e->experiments.data, e->experiments.size);
	table_clear(&e->experiments);
	put_sync(e, clock);
	if (e->version >= 26)
		put(e, &end, 1);
	open_next(e);
	return e->err;
}

int encoder_finish(struct encoder *e)
{
	put_file_header(e);
	return e->err;
}
