// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/text/wireevent.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "trace/wire/error.h"

#define RELEASE_BYTES (128u << 10) /* moving the window on is not worth it before */

/* A position in the input that moves ahead of its pos, until the event is whole. */
struct ahead {
	struct input *in;
	size_t at; /* since pos */
	struct gt_error *error;
};

static int cut_off(struct ahead *ahead)
{
	return gt_fail(ahead->error, -ENODATA, "the trace ends inside an event");
}

/* Makes size more bytes available. 0 or *error. */
static int want(struct ahead *ahead, uint64_t size, size_t *have)
{
	int err;

	if (size > SIZE_MAX - ahead->at)
		return gt_fail(ahead->error, -E2BIG, "an event of %" PRIu64 " bytes", size);
	err = input_have(ahead->in, ahead->at + (size_t)size, have);
	if (err)
		return gt_fail(ahead->error, err, "cannot read on: %s", strerror(-err));
	*have -= ahead->at;
	return 0;
}

static int varint(struct ahead *ahead, uint64_t *value)
{
	const uint8_t *bytes;
	size_t have, n;
	int err = want(ahead, GT_MAX_VARINT, &have);

	if (err)
		return err;
	bytes = ahead->in->bytes + ahead->in->pos + ahead->at;
	n = gt_varint_get(bytes, bytes + have, value);
	if (!n)
		return have < GT_MAX_VARINT ? cut_off(ahead)
					    : gt_fail(ahead->error, -EBADMSG,
						      "a number in an event is too large");
	ahead->at += n;
	return 0;
}

static int read_frames(struct ahead *ahead, struct wire_event *event, size_t *start)
{
	int64_t count = (int64_t)event->args[1]; /* negative: none, as in Go */
	uint64_t value;

	*start = ahead->at;
	event->frame_count = count > 0 ? (uint64_t)count : 0;
	for (int64_t i = 0; i < count; i++) {
		for (int k = 0; k < 4; k++) {
			int err = varint(ahead, &value);

			if (err)
				return err;
			event->canonical += gt_varint_size(value);
		}
	}
	return 0;
}

static int read_data(struct ahead *ahead, struct wire_event *event, size_t *start)
{
	uint64_t size;
	size_t have;
	int err = varint(ahead, &size);

	if (err)
		return err;
	event->data.size = (int64_t)size > 0 ? size : 0; /* negative: none, as in Go */
	err = want(ahead, event->data.size, &have);
	if (err)
		return err;
	if (have < event->data.size)
		return cut_off(ahead);
	*start = ahead->at;
	ahead->at += event->data.size;
	event->canonical += gt_varint_size(event->data.size) + event->data.size;
	return 0;
}

int wire_event_next(struct input *in, struct wire_event *event, bool *end, struct gt_error *error)
{
	struct ahead ahead = { .in = in, .error = error };
	size_t frames = 0, data = 0, have;
	const char *base;
	int err;

	if (in->pos > RELEASE_BYTES)
		input_release(in);
	gt_error_at(error, input_offset(in), 0, GT_NO_ID);
	err = want(&ahead, 1, &have);
	*end = !err && !have;
	if (err || *end)
		return err;
	*event = (struct wire_event){ .type = in->bytes[in->pos], .canonical = 1 };
	event->spec = gt_spec(event->type);
	error->type = event->type;
	if (!event->spec)
		return gt_fail(error, -EBADMSG, "there is no event type %u", event->type);
	ahead.at = 1;
	for (unsigned i = 0; i < event->spec->arg_count; i++) {
		err = varint(&ahead, &event->args[i]);
		if (err)
			return err;
		event->canonical += gt_varint_size(event->args[i]);
	}
	if (event->spec->is_stack)
		err = read_frames(&ahead, event, &frames);
	if (!err && event->spec->has_data)
		err = read_data(&ahead, event, &data);
	if (err)
		return err;
	base = (const char *)in->bytes + in->pos;
	if (event->frame_count)
		event->frames = (struct gt_text){ base + frames, ahead.at - frames };
	if (event->data.size)
		event->data.data = base + data;
	in->pos += ahead.at;
	error->type = 0;
	return 0;
}
