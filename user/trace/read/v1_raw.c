// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_raw.h"

#include <errno.h>
#include <inttypes.h>

#include "trace/wire/error.h"

#define TYPE_MASK 0x3f
#define MOST_INLINE 3 /* values without a length before them */

/* One event being read. */
struct reading {
	const struct v1_bytes *in;
	size_t at;
	struct v1_raw *raw;
	struct gt_error *error;
};

static int cut_off(struct reading *reading)
{
	const struct v1_spec *spec = v1_spec(reading->raw->type);

	return gt_fail(reading->error, -EBADMSG, "%s is cut off, or has a number too large",
		       spec->name);
}

static int number(struct reading *reading, size_t end, uint64_t *value)
{
	const uint8_t *bytes = reading->in->bytes;
	size_t n = gt_varint_get(bytes + reading->at, bytes + end, value);

	reading->at += n;
	return n ? 0 : cut_off(reading);
}

/* Bytes that follow: at most so many, and all of them there. */
static int stretch(struct reading *reading, uint64_t most, size_t *size)
{
	uint64_t value;
	int err = number(reading, reading->in->size, &value);

	if (err)
		return err;
	if (value > most)
		return gt_fail(reading->error, -EBADMSG,
			       "%s has %" PRIu64 " bytes, at most %" PRIu64 " are legal",
			       v1_spec(reading->raw->type)->name, value, most);
	if (value > reading->in->size - reading->at)
		return cut_off(reading);
	*size = (size_t)value;
	return 0;
}

static int read_text(struct reading *reading)
{
	struct v1_raw *raw = reading->raw;
	int err;

	raw->text_head = reading->at;
	err = stretch(reading, V1_MAX_TEXT, &raw->text_size);
	raw->text = reading->at;
	if (!err)
		reading->at += raw->text_size;
	return err;
}

static int read_string(struct reading *reading)
{
	struct v1_raw *raw = reading->raw;
	int err = number(reading, reading->in->size, &raw->values[0]);

	raw->count = 1;
	return err ? err : read_text(reading);
}

/* The values up to end; those that no event has room for are counted. */
static int read_values(struct reading *reading, size_t end)
{
	struct v1_raw *raw = reading->raw;
	uint64_t value;

	for (raw->count = 0; reading->at < end; raw->count++) {
		int err = number(reading, end, &value);

		if (err)
			return err;
		if (raw->count == V1_MAX_ARGS)
			return gt_fail(reading->error, -EBADMSG, "%s has too many values",
				       v1_spec(raw->type)->name);
		raw->values[raw->count] = value;
	}
	return 0;
}

/* Values behind their length. */
static int read_long(struct reading *reading)
{
	struct v1_raw *raw = reading->raw;
	size_t size;
	int err = stretch(reading, V1_MAX_BODY, &size);

	if (err)
		return err;
	raw->body = reading->at;
	raw->body_end = raw->body + size;
	if (raw->type == V1_STACK) {
		reading->at = raw->body_end;
		return 0;
	}
	err = read_values(reading, raw->body_end);
	return !err && raw->type == V1_USER_LOG ? read_text(reading) : err;
}

static int read_inline(struct reading *reading, unsigned count)
{
	struct v1_raw *raw = reading->raw;

	raw->body = reading->at;
	raw->count = (uint8_t)count;
	for (unsigned i = 0; i < count; i++) {
		int err = number(reading, reading->in->size, &raw->values[i]);

		if (err)
			return err;
	}
	raw->body_end = reading->at;
	return 0;
}

/* A Batch has one value more than its head says, which every timed event has, too. */
static int read_body(struct reading *reading, unsigned count)
{
	struct v1_raw *raw = reading->raw;
	const struct v1_spec *spec = v1_spec(raw->type);
	int err = count > MOST_INLINE ? read_long(reading) : read_inline(reading, count);

	if (err || raw->type == V1_STACK)
		return err;
	/* As in Go, a sample's values need their length. */
	if (raw->count != spec->values || (raw->type == V1_CPU_SAMPLE && count <= MOST_INLINE))
		return gt_fail(reading->error, -EBADMSG, "%s has %u values, not %u", spec->name,
			       raw->count, spec->values);
	return 0;
}

int v1_raw_read(const struct v1_bytes *in, unsigned version, size_t *at, struct v1_raw *raw,
		struct gt_error *error)
{
	struct reading reading = { .in = in, .at = *at + 1, .raw = raw, .error = error };
	uint8_t head = in->bytes[*at];
	const struct v1_spec *spec = v1_spec(head & TYPE_MASK);
	unsigned count = (head >> 6) + 1u;
	int err;

	gt_error_at(error, in->base + *at, 0, GT_NO_ID);
	if (!spec || spec->since > version)
		return gt_fail(error, -EBADMSG, "event type %u is not known in Go 1.%u",
			       head & TYPE_MASK, version);
	raw->type = head & TYPE_MASK;
	if (raw->type == V1_STRING)
		err = read_string(&reading);
	else if (raw->type == V1_BATCH && count != 2)
		err = gt_fail(error, -EBADMSG, "Batch has %u values, not 2", count);
	else
		err = read_body(&reading, count);
	if (!err)
		*at = reading.at;
	return err;
}
