// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/error.h"

void v1_file_fini(struct v1_file *file)
{
	free(file->batches);
	free(file->procs);
	free(file->samples);
	free(file->sample_order);
	idmap_fini(&file->proc_ids);
	idmap_fini(&file->timers);
	memset(file, 0, sizeof(*file));
}

static int no_memory(struct gt_error *error)
{
	return gt_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
}

/* ---- batches ---- */

/* The P of a batch, added if it is new. NULL: *error. */
static struct v1_proc *proc_of(struct v1_file *file, int32_t id, struct gt_error *error)
{
	uint64_t key = (uint64_t)(int64_t)id;
	uint32_t slot = idmap_find(&file->proc_ids, key);
	struct v1_proc *moved;

	if (slot != IDMAP_NONE)
		return &file->procs[slot];
	if (v1_file_procs(file) == V1_MAX_PROCS) {
		gt_fail(error, -E2BIG, "it has more than %d Ps", V1_MAX_PROCS);
		return NULL;
	}
	moved = grow_array(file->procs, &file->procs_cap, v1_file_procs(file) + 1, sizeof(*moved));
	if (moved)
		file->procs = moved;
	if (!moved || idmap_add(&file->proc_ids, key, &slot)) {
		no_memory(error);
		return NULL;
	}
	moved[slot] = (struct v1_proc){ id, V1_NO_BATCH, V1_NO_BATCH };
	return &moved[slot];
}

static int add_batch(struct v1_file *file, const struct v1_raw *raw, size_t at,
		     struct gt_error *error)
{
	uint32_t number = (uint32_t)file->batches_count;
	struct v1_batch *moved;
	struct v1_proc *proc;

	if (raw->values[0] != UINT64_MAX && raw->values[0] > INT32_MAX)
		return gt_fail(error, -EBADMSG, "P %" PRIu64 " is larger than any can be",
			       raw->values[0]);
	proc = proc_of(file, (int32_t)raw->values[0], error);
	if (!proc)
		return error->code;
	moved = grow_array(file->batches, &file->batches_cap, file->batches_count + 1,
			   sizeof(*moved));
	if (!moved || number == V1_NO_BATCH)
		return no_memory(error);
	file->batches = moved;
	file->batches_count++;
	moved[number] = (struct v1_batch){ at, at, raw->values[1], V1_NO_BATCH };
	if (proc->first == V1_NO_BATCH)
		proc->first = number;
	else
		moved[proc->last].next = number;
	proc->last = number;
	return 0;
}

/* ---- tables ---- */

static int add_string(struct v1_file *file, const struct v1_raw *raw, struct gt_error *error)
{
	uint64_t id = raw->values[0];
	int err;

	if (!id || !raw->text_size)
		return gt_fail(error, -EBADMSG, "String %" PRIu64 " has %zu bytes", id,
			       raw->text_size);
	err = tables_put_string(file->tables, id, raw->text, (uint32_t)raw->text_size);
	if (err == -EEXIST)
		return gt_fail(error, -EBADMSG, "String id %" PRIu64 " is there twice", id);
	if (id > file->max_string)
		file->max_string = id;
	return err ? no_memory(error) : 0;
}

/* What is left of a Stack's values. */
static int next_value(const struct v1_file *file, const struct v1_raw *raw, size_t *at,
		      uint64_t *value)
{
	size_t n = gt_varint_get(file->in.bytes + *at, file->in.bytes + raw->body_end, value);

	*at += n;
	return n ? 0 : -EBADMSG;
}

static int read_frames(const struct v1_file *file, const struct v1_raw *raw, size_t at,
		       struct wire_frame *frames, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		struct wire_frame *frame = &frames[i];

		if (next_value(file, raw, &at, &frame->pc) ||
		    next_value(file, raw, &at, &frame->func) ||
		    next_value(file, raw, &at, &frame->file) ||
		    next_value(file, raw, &at, &frame->line))
			return -EBADMSG;
	}
	return at == raw->body_end ? 0 : -EBADMSG;
}

static int add_stack(struct v1_file *file, const struct v1_raw *raw, struct gt_error *error)
{
	struct wire_frame frames[V1_MAX_FRAMES];
	size_t at = raw->body;
	uint64_t id, count;

	if (next_value(file, raw, &at, &id) || next_value(file, raw, &at, &count) ||
	    count > V1_MAX_FRAMES || read_frames(file, raw, at, frames, count))
		return gt_fail(error, -EBADMSG, "a Stack has not the values that it should");
	if (!(uint32_t)id || !count)
		return 0;
	return tables_put_stack(file->tables, (uint32_t)id, frames, (uint32_t)count)
		       ? no_memory(error)
		       : 0;
}

/* ---- the rest ---- */

static int add_sample(struct v1_file *file, const struct v1_raw *raw, uint64_t byte,
		      struct gt_error *error)
{
	size_t count = file->samples_count;
	struct v1_sample *samples =
		grow_array(file->samples, &file->samples_cap, count + 1, sizeof(*samples));
	struct keyed *order;

	if (samples)
		file->samples = samples;
	order = grow_array(file->sample_order, &file->sample_order_cap, count + 1, sizeof(*order));
	if (order)
		file->sample_order = order;
	if (!samples || !order)
		return no_memory(error);
	samples[count] = (struct v1_sample){
		.time = (int64_t)raw->values[1],
		.p = (int32_t)raw->values[2],
		.g = raw->values[3],
		.stack = (uint32_t)raw->values[4],
		.byte = byte,
	};
	order[count] = (struct keyed){ samples[count].time, (uint32_t)count };
	file->samples_count++;
	return 0;
}

static int add_timer(struct v1_file *file, uint64_t g, struct gt_error *error)
{
	uint32_t slot;

	if (idmap_find(&file->timers, g) == IDMAP_NONE && idmap_add(&file->timers, g, &slot))
		return no_memory(error);
	return 0;
}

/* What counts for the whole trace; events are read when their turn comes. */
static int take(struct v1_file *file, const struct v1_raw *raw, uint64_t byte,
		struct gt_error *error)
{
	switch (raw->type) {
	case V1_STRING:
		return add_string(file, raw, error);
	case V1_STACK:
		return add_stack(file, raw, error);
	case V1_FREQUENCY:
		file->ticks_per_sec = (int64_t)raw->values[0];
		if (file->ticks_per_sec <= 0)
			return gt_fail(error, -EBADMSG,
				       "time stamps out of order: %" PRId64 " ticks a second",
				       file->ticks_per_sec);
		return 0;
	case V1_TIMER_GOROUTINE:
		return add_timer(file, raw->values[0], error);
	case V1_CPU_SAMPLE:
		return add_sample(file, raw, byte, error);
	}
	return 0;
}

static int read_all(struct v1_file *file, struct gt_error *error)
{
	struct v1_raw raw;
	int err = 0;

	for (size_t at = file->start; !err && at < file->in.size;) {
		size_t start = at;

		err = v1_raw_read(&file->in, file->version, &at, &raw, error);
		if (err)
			return err;
		if (raw.type == V1_BATCH)
			err = add_batch(file, &raw, at, error);
		else if (file->batches_count)
			err = take(file, &raw, file->in.base + start, error);
		else if (raw.type != V1_STRING) /* before the first batch Go passes over it */
			err = gt_fail(error, -EBADMSG, "%s stands before the first batch",
				      v1_spec(raw.type)->name);
		if (file->batches_count)
			file->batches[file->batches_count - 1].end = at;
	}
	return err;
}

static int by_id(const void *a, const void *b)
{
	int32_t left = ((const struct v1_proc *)a)->id, right = ((const struct v1_proc *)b)->id;

	return left < right ? -1 : left > right;
}

int v1_file_read(struct v1_file *file, struct gt_error *error)
{
	int err = read_all(file, error);

	if (err)
		return err;
	if (idindex_finish(&file->tables->string_ids) || idindex_finish(&file->tables->stack_ids))
		return no_memory(error);
	if (!file->ticks_per_sec) {
		gt_error_at(error, file->in.base + file->in.size, 0, GT_NO_ID);
		return gt_fail(error, -ENODATA, "the trace has no Frequency: its end is missing");
	}
	/* The slots are not needed any more. */
	if (v1_file_procs(file))
		qsort(file->procs, v1_file_procs(file), sizeof(*file->procs), by_id);
	gosort(file->sample_order, file->samples_count);
	return 0;
}
