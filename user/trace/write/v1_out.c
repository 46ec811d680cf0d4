// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/write/v1_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/header.h"

#define V1_OUT_BATCH (64u << 10)
#define MAX_EVENT (2 + V1_MAX_ARGS * GT_MAX_VARINT)
#define MAX_TEXT (GT_MAX_STRING + GT_MAX_VARINT)

static int put(struct v1_out *out, const void *bytes, size_t size)
{
	out->bytes += size;
	return out->sink(out->ctx, bytes, size);
}

/* Type and number of values; a fourth and more stand behind their length. */
static uint8_t head(unsigned type, unsigned values)
{
	return (uint8_t)(type | ((values > 3 ? 4 : values) - 1) << 6);
}

static int put_batch_head(struct v1_out *out, uint64_t p, uint64_t ts)
{
	uint8_t bytes[1 + 2 * GT_MAX_VARINT];
	const uint64_t values[] = { p, ts };

	bytes[0] = head(V1_BATCH, 2);
	return put(out, bytes, (size_t)(wire_put_args(bytes + 1, values, 2) - bytes));
}

static int flush(struct v1_out *out, struct v1_batch_out *batch)
{
	int err = batch->size ? put_batch_head(out, batch->p, batch->first_ts) : 0;

	if (!err && batch->size)
		err = put(out, batch->bytes, batch->size);
	batch->size = 0;
	return err;
}

/* The P's batch, made if it is new. NULL: no memory. */
static struct v1_batch_out *batch_of(struct v1_out *out, uint64_t p)
{
	uint32_t slot = idmap_find(&out->ids, p);
	struct v1_batch_out *moved;
	uint8_t *bytes;

	if (slot != IDMAP_NONE)
		return &out->batches[slot];
	moved = grow_array(out->batches, &out->batches_cap, out->ids.count + 1, sizeof(*moved));
	if (moved)
		out->batches = moved;
	bytes = malloc(V1_OUT_BATCH);
	if (!moved || !bytes || idmap_add(&out->ids, p, &slot)) {
		free(bytes);
		return NULL;
	}
	moved[slot] = (struct v1_batch_out){ .bytes = bytes, .p = p };
	return &moved[slot];
}

int v1_out_begin(struct v1_out *out, unsigned version)
{
	uint8_t bytes[GT_HEADER_SIZE];

	gt_header_put(bytes, version);
	return put(out, bytes, sizeof(bytes));
}

void v1_out_fini(struct v1_out *out)
{
	for (size_t i = 0; i < out->ids.count; i++)
		free(out->batches[i].bytes);
	free(out->batches);
	idmap_fini(&out->ids);
	memset(out, 0, sizeof(*out));
}

int v1_out_event(struct v1_out *out, uint64_t p, uint64_t ts, unsigned type, const uint64_t *values,
		 unsigned count, const struct gt_text *text)
{
	struct v1_batch_out *batch = batch_of(out, p);
	uint8_t body[V1_MAX_ARGS * GT_MAX_VARINT], *at;
	size_t size;
	int err = 0;

	if (!batch)
		return -ENOMEM;
	if (batch->size > V1_OUT_BATCH - MAX_EVENT - MAX_TEXT)
		err = flush(out, batch);
	if (err)
		return err;
	if (!batch->size)
		batch->first_ts = batch->last_ts = ts;
	at = wire_put_varint(body, ts - batch->last_ts);
	size = (size_t)(wire_put_args(at, values, count) - body);
	at = batch->bytes + batch->size;
	*at++ = head(type, count + 1);
	if (count + 1 > 3)
		at = wire_put_varint(at, size);
	memcpy(at, body, size);
	at += size;
	if (text)
		at = wire_put_data(at, text->data, text->size);
	batch->size = (size_t)(at - batch->bytes);
	batch->last_ts = ts;
	out->events++;
	return 0;
}

int v1_out_end(struct v1_out *out)
{
	int err = 0;

	for (size_t i = 0; !err && i < out->ids.count; i++)
		err = flush(out, &out->batches[i]);
	return err ? err : put_batch_head(out, GT_NO_ID, 0);
}

int v1_out_string(struct v1_out *out, uint64_t id, const void *text, size_t size)
{
	uint8_t bytes[1 + 2 * GT_MAX_VARINT + GT_MAX_STRING], *at = bytes;

	*at++ = V1_STRING;
	at = wire_put_data(wire_put_varint(at, id), text, size);
	return put(out, bytes, (size_t)(at - bytes));
}

int v1_out_stack(struct v1_out *out, uint64_t id, const struct wire_frame *frames, unsigned count)
{
	uint8_t body[2 * GT_MAX_VARINT + GT_MAX_FRAMES * WIRE_FRAME_BYTES];
	uint8_t bytes[1 + GT_MAX_VARINT], *at = wire_put_varint(wire_put_varint(body, id), count);
	size_t size;
	int err;

	for (unsigned i = 0; i < count; i++)
		at = wire_put_frame(at, &frames[i]);
	size = (size_t)(at - body);
	bytes[0] = head(V1_STACK, 4);
	err = put(out, bytes, (size_t)(wire_put_varint(bytes + 1, size) - bytes));
	return err ? err : put(out, body, size);
}

int v1_out_fact(struct v1_out *out, unsigned type, uint64_t value)
{
	uint8_t bytes[1 + GT_MAX_VARINT];

	bytes[0] = head(type, 1);
	return put(out, bytes, (size_t)(wire_put_varint(bytes + 1, value) - bytes));
}
