// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1.h"

#include <errno.h>
#include <string.h>

#include "trace/read/v1_names.h"
#include "trace/wire/error.h"

/* Is there room above the trace's own string ids for those that are made here? */
#define MAX_STRING_ID (UINT64_MAX / 2)

static int check_all(struct v1 *v1, struct gt_error *error)
{
	struct v1_event event;

	for (;;) {
		bool end;
		int err = v1_stream_next(&v1->stream, &event, &end, error);

		if (err || end)
			return err;
		err = v1_check_event(&v1->check, &event, error);
		if (err)
			return err;
	}
}

int v1_open(struct v1 *v1, struct gt_error *error)
{
	int err = v1_file_read(&v1->file, error);

	if (err)
		return err;
	if (v1->file.max_string > MAX_STRING_ID)
		return gt_fail(error, -EBADMSG, "it has string ids that are too large");
	v1->check.tables = v1->convert.tables = v1->file.tables;
	v1->convert.version = v1->file.version;
	v1->convert.window = v1->file.in.bytes;
	v1->convert.names = v1->file.max_string + 1;
	v1->last_time = -1;
	err = v1_stream_init(&v1->stream, &v1->file, error);
	if (!err)
		err = check_all(v1, error);
	if (err)
		return err;
	v1_stream_rewind(&v1->stream);
	v1_check_rewind(&v1->check);
	return 0;
}

void v1_fini(struct v1 *v1)
{
	v1_file_fini(&v1->file);
	v1_stream_fini(&v1->stream);
	v1_check_fini(&v1->check);
	v1_convert_fini(&v1->convert);
	v1_legal_fini(&v1->legal);
}

/* The next event of the trace that becomes something; or the end. */
static int fill_queue(struct v1 *v1, struct gt_error *error)
{
	v1->queue_next = v1->queue_count = 0;
	while (!v1->queue_count && !v1->ended) {
		struct v1_event event;
		int err = v1_stream_next(&v1->stream, &event, &v1->ended, error);

		if (err || v1->ended)
			return err;
		err = v1_check_event(&v1->check, &event, error);
		if (!err)
			err = v1_convert_event(&v1->convert, &event, error);
		if (!err && v1->as_v2)
			err = v1_legal_event(&v1->legal, &event, v1->convert.queue,
					     v1->convert.queue_count, error);
		if (err)
			return err;
		v1->queue = v1->as_v2 ? v1->legal.queue : v1->convert.queue;
		v1->queue_count = v1->as_v2 ? v1->legal.queue_count : v1->convert.queue_count;
	}
	return 0;
}

static int give_point(struct v1 *v1, int64_t time, const struct gt_event **out)
{
	v1->point = (struct gt_event){
		.type = GT_EV_SYNC_POINT,
		.m = GT_NO_ID,
		.p = GT_NO_ID,
		.g = GT_NO_ID,
		.time = time,
		.args = { ++v1->points },
		.generation = v1->ended ? 0 : 1,
		.byte = v1->file.in.base + (v1->ended ? v1->file.in.size : v1->file.start),
	};
	*out = &v1->point;
	return 0;
}

int v1_next(struct v1 *v1, const struct gt_event **out, struct gt_error *error)
{
	int err = 0;

	if (v1->ended) {
		*out = NULL;
		return 0;
	}
	if (v1->queue_next == v1->queue_count)
		err = fill_queue(v1, error);
	if (err)
		return err;
	if (v1->ended) /* a trace without events has no other point */
		return give_point(v1, v1->last_time + 1, out);
	if (!v1->points) /* just before what was the first event in the file */
		return give_point(v1, v1->as_v2 ? V1_FIRST_TIME - 1 : -1, out);
	v1->given = v1->queue[v1->queue_next++];
	if (v1->given.time <= v1->last_time)
		v1->given.time = (int64_t)((uint64_t)v1->last_time + 1);
	v1->last_time = v1->given.time;
	*out = &v1->given;
	return 0;
}

/* A log's message, which stands in the event itself. */
static struct gt_text inline_text(const struct v1 *v1, uint64_t at)
{
	const struct v1_bytes *in = &v1->file.in;
	uint64_t size = 0;
	size_t n = at < in->size ? gt_varint_get(in->bytes + at, in->bytes + in->size, &size) : 0;

	if (!n || size > in->size - at - n)
		return v1_name_text(V1_NAME_NONE);
	return (struct gt_text){ (const char *)in->bytes + at + n, size };
}

struct gt_text v1_text(const struct v1 *v1, uint64_t id)
{
	const struct string_entry *entry;

	if (id >= v1_convert_inline(&v1->convert, 0))
		return inline_text(v1, id - v1_convert_inline(&v1->convert, 0));
	if (id >= v1->convert.names)
		return v1_name_text((unsigned)(id - v1->convert.names));
	entry = tables_string(v1->file.tables, id);
	if (!entry)
		return v1_name_text(V1_NAME_NONE);
	return (struct gt_text){ (const char *)v1->file.in.bytes + entry->offset, entry->size };
}
