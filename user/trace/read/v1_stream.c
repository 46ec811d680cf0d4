// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/error.h"

static bool moves(const struct v1_event *event)
{
	return event->type == V1_GO_SYSEXIT && event->args[2];
}

/* ---- the first pass ---- */

/* When each goroutine last lost its P in a syscall, by slot. */
struct blocks {
	struct idmap ids;
	int64_t *times;
	size_t cap;
};

static int note_block(struct blocks *blocks, const struct v1_event *event)
{
	uint32_t slot = idmap_find(&blocks->ids, event->g);
	int64_t *moved;

	if (slot == IDMAP_NONE && idmap_add(&blocks->ids, event->g, &slot))
		return -ENOMEM;
	moved = grow_array(blocks->times, &blocks->cap, (size_t)slot + 1, sizeof(*moved));
	if (!moved)
		return -ENOMEM;
	blocks->times = moved;
	moved[slot] = event->time;
	return 0;
}

static int64_t block_of(const struct blocks *blocks, uint64_t g)
{
	uint32_t slot = idmap_find(&blocks->ids, g);

	return slot == IDMAP_NONE ? 0 : blocks->times[slot];
}

static int keep_moved(struct v1_stream *stream, const struct v1_event *event, uint64_t number)
{
	struct v1_moved *moved = grow_array(stream->moved, &stream->moved_cap,
					    stream->moved_count + 1, sizeof(*moved));

	if (!moved)
		return -ENOMEM;
	stream->moved = moved;
	moved[stream->moved_count++] = (struct v1_moved){
		.time = (int64_t)event->args[2],
		.number = number,
		.g = event->g,
		.seq = event->args[1],
		.byte = event->byte,
		.real_p = event->real_p,
	};
	return 0;
}

static int out_of_order(struct gt_error *error, const struct v1_event *event, const char *what)
{
	gt_error_at(error, event->byte, 0, GT_NO_ID);
	return gt_fail(error, -EBADMSG, "time stamps out of order: %s%s",
		       v1_spec(event->type)->name, what);
}

static int first_look(struct v1_stream *stream, struct blocks *blocks, const struct v1_event *event,
		      uint64_t number, struct gt_error *error)
{
	int64_t block;
	int err = 0;

	if (event->type == V1_GO_SYSBLOCK || event->type == V1_GO_IN_SYSCALL) {
		err = note_block(blocks, event);
	} else if (moves(event)) {
		block = block_of(blocks, event->g);
		if (!block) {
			gt_error_at(error, event->byte, 0, GT_NO_ID);
			return gt_fail(error, -EBADMSG, "stray syscall exit of G %" PRId64,
				       (int64_t)event->g);
		}
		if ((int64_t)event->args[2] < block)
			return out_of_order(error, event, " was before its syscall blocked");
		err = keep_moved(stream, event, number);
	}
	return err ? gt_fail(error, err, "%s", strerror(-err)) : 0;
}

static int look_at_all(struct v1_stream *stream, struct blocks *blocks, struct gt_error *error)
{
	int64_t last = INT64_MIN;
	struct v1_event event;

	for (uint64_t number = 0;; number++) {
		bool end;
		int err = v1_order_next(&stream->order, &event, &end, error);

		if (err || end)
			return err;
		if (event.time < last)
			return out_of_order(error, &event, " has to come after a later event");
		last = event.time;
		err = first_look(stream, blocks, &event, number, error);
		if (err)
			return err;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct v1_moved *left = a, *right = b;

	if (left->time != right->time)
		return left->time < right->time ? -1 : 1;
	return left->number < right->number ? -1 : left->number > right->number;
}

int v1_stream_init(struct v1_stream *stream, const struct v1_file *file, struct gt_error *error)
{
	struct blocks blocks = { 0 };
	int err = v1_order_init(&stream->order, file);

	stream->file = file;
	stream->period = 1e9 / (double)file->ticks_per_sec;
	if (err)
		return gt_fail(error, err, "%s", strerror(-err));
	err = look_at_all(stream, &blocks, error);
	idmap_fini(&blocks.ids);
	free(blocks.times);
	if (!err && stream->moved_count)
		qsort(stream->moved, stream->moved_count, sizeof(*stream->moved), by_time);
	v1_stream_rewind(stream);
	return err;
}

/* ---- the second pass, and later ones ---- */

/* Makes sure that the order's next event that stays is in next. */
static int look_ahead(struct v1_stream *stream, struct gt_error *error)
{
	while (!stream->has_next && !stream->end) {
		int err = v1_order_next(&stream->order, &stream->next, &stream->end, error);

		if (err)
			return err;
		stream->number++;
		stream->has_next = !stream->end && !moves(&stream->next);
	}
	return 0;
}

static bool moved_is_next(const struct v1_stream *stream)
{
	const struct v1_moved *moved = &stream->moved[stream->next_moved];

	if (stream->next_moved == stream->moved_count)
		return false;
	if (!stream->has_next || moved->time != stream->next.time)
		return !stream->has_next || moved->time < stream->next.time;
	return moved->number < stream->number - 1;
}

static void take_moved(struct v1_stream *stream, struct v1_event *event)
{
	const struct v1_moved *moved = &stream->moved[stream->next_moved++];

	*event = (struct v1_event){
		.time = moved->time,
		.type = V1_GO_SYSEXIT,
		.g = moved->g,
		.args = { moved->g, moved->seq, (uint64_t)moved->time },
		.byte = moved->byte,
		.p = moved->real_p,
		.real_p = moved->real_p,
	};
}

/* A double to an integer as Go does it on amd64: what has no room is INT64_MIN. */
static int64_t to_integer(double value)
{
	return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

static void finish(struct v1_stream *stream, struct v1_event *event)
{
	if (!stream->started)
		stream->origin = event->time;
	stream->started = true;
	event->time =
		to_integer((double)(int64_t)((uint64_t)event->time - (uint64_t)stream->origin) *
			   stream->period);
	if (event->type == V1_GO_UNBLOCK &&
	    idmap_find(&stream->file->timers, event->g) != IDMAP_NONE)
		event->p = V1_TIMER_P;
	else if (event->type == V1_GO_SYSEXIT)
		event->p = V1_SYSCALL_P;
}

int v1_stream_next(struct v1_stream *stream, struct v1_event *event, bool *end,
		   struct gt_error *error)
{
	int err = look_ahead(stream, error);

	if (err)
		return err;
	if (moved_is_next(stream)) {
		take_moved(stream, event);
	} else if (stream->has_next) {
		*event = stream->next;
		stream->has_next = false;
	} else {
		*end = true;
		return 0;
	}
	finish(stream, event);
	*end = false;
	return 0;
}

void v1_stream_rewind(struct v1_stream *stream)
{
	v1_order_rewind(&stream->order);
	stream->next_moved = 0;
	stream->has_next = stream->end = stream->started = false;
	stream->number = 0;
}

void v1_stream_fini(struct v1_stream *stream)
{
	v1_order_fini(&stream->order);
	free(stream->moved);
	memset(stream, 0, sizeof(*stream));
}
