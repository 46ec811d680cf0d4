// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The reader: a generation's events in their consistent order.
 *
 * One cursor per M stands before that M's next event. The frontier is a heap
 * of the cursors by the time of those events. The earliest is tried first; if
 * it has to wait (rules.h), the heap is sorted and the others are tried in
 * order. All of it is as in Go's internal/trace/reader.go, the treatment of
 * equal times included, since the order of events is to be Go's. One thing
 * Go does not do: after the sort another cursor may stand first, and it is
 * never tried there; here it is, last (not with like_go).
 */
#include "trace/read/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "base/grow.h"
#include "trace/wire/header.h"

/* Where in the file an address in the window is. */
static uint64_t byte_of(const struct gt_reader *reader, const uint8_t *at)
{
	return reader->in.base + (uint64_t)(at - reader->in.bytes);
}

static void at_cursor(struct gt_reader *reader, const struct cursor *cursor, uint8_t type)
{
	gt_error_at(&reader->error, byte_of(reader, cursor->start), reader->gen.number, cursor->m);
	reader->error.type = type;
}

/* Goes to the cursor's next batch that is not empty; its end: at is NULL. */
static void next_batch(struct gt_reader *reader, struct cursor *cursor)
{
	while (cursor->at == cursor->end) {
		const struct batch_ref *batch;

		if (cursor->batch != NO_BATCH)
			cursor->batch = reader->gen.batches[cursor->batch].next;
		cursor->time = 0;
		if (cursor->batch == NO_BATCH) {
			cursor->at = NULL;
			return;
		}
		batch = &reader->gen.batches[cursor->batch];
		cursor->at = reader->in.bytes + batch->offset;
		cursor->end = cursor->at + batch->size;
	}
}

/*
 * Decodes the cursor's next event. *more: there is one. 0, or an error. As in
 * Go, a time of 0 means that the batch's time is still to be taken.
 */
static int next_event(struct gt_reader *reader, struct cursor *cursor, bool *more)
{
	const uint8_t *at;
	uint64_t dt;
	size_t n;
	uint8_t args;

	if (cursor->at == cursor->end)
		next_batch(reader, cursor);
	*more = cursor->at;
	if (!cursor->at)
		return 0;
	if (!cursor->time)
		cursor->time = generation_ns(&reader->gen, reader->gen.batches[cursor->batch].time);
	at = cursor->start = cursor->at;
	cursor->type = *at++;
	args = reader->shapes[cursor->type].args;
	if (args == NOT_TIMED) {
		at_cursor(reader, cursor, cursor->type);
		return gt_fail(&reader->error, -EBADMSG, "event type %u among an M's events",
			       cursor->type);
	}
	n = gt_varint_get(at, cursor->end, &dt);
	at += n;
	for (unsigned i = 0; n && i < args; i++) {
		n = gt_varint_get(at, cursor->end, &cursor->args[i]);
		at += n;
	}
	if (!n) {
		at_cursor(reader, cursor, cursor->type);
		return gt_fail(&reader->error, -EBADMSG,
			       "%s is cut off by the batch's end, or has a number too large",
			       gt_spec(cursor->type)->name);
	}
	cursor->time =
		(int64_t)((uint64_t)cursor->time + (uint64_t)generation_ns(&reader->gen, dt));
	cursor->at = at;
	return 0;
}

static int give(struct gt_reader *reader, struct gt_event *event, const struct gt_event **out)
{
	if (event->time <= reader->last_time)
		event->time = reader->last_time + 1;
	reader->last_time = event->time;
	*out = event;
	return 0;
}

/* Gives a sync point; of no generation when none is open. */
static int give_point(struct gt_reader *reader, const struct gt_event **out)
{
	reader->point = (struct gt_event){
		.type = GT_EV_SYNC_POINT,
		.m = GT_NO_ID,
		.p = GT_NO_ID,
		.g = GT_NO_ID,
		.time = reader->open ? generation_ns(&reader->gen, reader->gen.min_time)
				     : reader->last_time,
		.args = { ++reader->points },
		.generation = reader->open ? reader->gen.number : 0,
		.byte = input_offset(&reader->in),
	};
	return give(reader, &reader->point, out);
}

/* What Go is silent about is an error here, or the end. */
static bool is_silent_end(struct gt_reader *reader, struct gt_error *error)
{
	if (error->code != GT_SILENT_IN_GO)
		return false;
	error->code = -ENODATA;
	return reader->options.like_go;
}

/* Reads the next generation. *end: there is none. 0 or *error. */
static int load(struct gt_reader *reader, bool *end)
{
	struct gt_error *error = &reader->pending;
	size_t have;
	int err;

	gt_error_clear(error);
	if (reader->gen.after.code)
		*error = reader->gen.after;
	*end = is_silent_end(reader, error);
	if (*end)
		gt_error_clear(error);
	if (error->code || *end)
		return error->code;
	input_release(&reader->in);
	err = input_have(&reader->in, 1, &have);
	if (err)
		return gt_fail(error, err, "cannot read on: %s", strerror(-err));
	*end = !have && reader->generations;
	if (*end)
		return 0;
	err = generation_load(&reader->gen, &reader->in, reader->version, end, error);
	if (err && is_silent_end(reader, error)) {
		gt_error_clear(error);
		*end = true;
		return 0;
	}
	if (*end && !reader->options.like_go) {
		*end = false;
		return gt_fail(error, -ENODATA, "the trace has no generation");
	}
	return error->code;
}

/* Puts a cursor before each M's first event. */
static int make_frontier(struct gt_reader *reader)
{
	size_t count = reader->gen.m_ids.count;
	struct cursor *cursors =
		grow_array(reader->cursors, &reader->cursors_cap, count + 1, sizeof(*cursors));
	struct keyed *frontier;

	if (cursors)
		reader->cursors = cursors;
	frontier =
		grow_array(reader->frontier, &reader->frontier_cap, count + 1, sizeof(*frontier));
	if (frontier)
		reader->frontier = frontier;
	if (!cursors || !frontier)
		return gt_fail(&reader->error, -ENOMEM, "%s", strerror(ENOMEM));
	reader->frontier_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct m_batches *ms = &reader->gen.ms[i];
		const struct batch_ref *batch = &reader->gen.batches[ms->first];
		bool more;
		int err;

		cursors[i] = (struct cursor){
			.m = ms->m,
			.batch = ms->first,
			.m_slot = IDMAP_NONE,
			.at = reader->in.bytes + batch->offset,
			.end = reader->in.bytes + batch->offset + batch->size,
		};
		err = next_event(reader, &cursors[i], &more);
		if (err)
			return err;
		if (!more)
			continue;
		frontier[reader->frontier_count++] = (struct keyed){ cursors[i].time, (uint32_t)i };
		goheap_push(frontier, reader->frontier_count);
	}
	return 0;
}

static int next_generation(struct gt_reader *reader, const struct gt_event **out)
{
	bool end;
	int err;

	if (reader->pending.code) {
		reader->error = reader->pending;
		return reader->error.code;
	}
	reader->open = false;
	err = load(reader, &end);
	if (err || end) {
		reader->done = end;
		return give_point(reader, out);
	}
	reader->open = true;
	reader->generations++;
	reader->next_sample = 0;
	err = rules_open(&reader->rules, reader->in.bytes);
	if (err)
		return gt_fail(&reader->error, err, "%s", strerror(-err));
	err = make_frontier(reader);
	return err ? err : give_point(reader, out);
}

/* Tries the event of the cursor at a position in the frontier. */
static enum rules_step try_cursor(struct gt_reader *reader, size_t position)
{
	struct cursor *cursor = &reader->cursors[reader->frontier[position].index];
	struct gt_event *event = &reader->rules.events[0];
	enum rules_step step;
	bool more;

	if (!cursor->m_known && rules_m(&reader->rules, cursor->m, &cursor->m_slot)) {
		gt_fail(&reader->error, -ENOMEM, "%s", strerror(ENOMEM));
		return RULES_BREAK;
	}
	cursor->m_known = true;
	if (reader->mender)
		mend_ids(reader, cursor);
	event->type = cursor->type;
	event->time = cursor->time;
	event->m = cursor->m;
	memcpy(event->args, cursor->args, sizeof(event->args));
	event->generation = reader->gen.number;
	event->byte = byte_of(reader, cursor->start);
	event->from = 0;
	event->derived = false;
	event->text = 0;
	step = rules_try(&reader->rules, cursor->m_slot);
	if (step == RULES_BREAK)
		at_cursor(reader, cursor, cursor->type);
	reader->left_out = step == RULES_BREAK && mend_event(reader, cursor->type);
	if (step != RULES_GO)
		reader->rules.events_count = 0;
	if (step != RULES_GO && !reader->left_out)
		return step;
	reader->queued = 0;
	if (next_event(reader, cursor, &more)) {
		reader->rules.events_count = 0; /* as in Go, it is lost with the next one */
		return RULES_BREAK;
	}
	if (more) {
		reader->frontier[position].key = cursor->time;
		goheap_update(reader->frontier, reader->frontier_count, position);
	} else {
		goheap_remove(reader->frontier, --reader->frontier_count, position);
	}
	return RULES_GO;
}

/* Nothing can go on: says what the earliest events wait for. */
static int say_stuck(struct gt_reader *reader)
{
	const struct cursor *first = &reader->cursors[reader->frontier[0].index];
	char text[sizeof(reader->error.text)] = "";
	size_t used = 0;

	for (size_t i = 0; i < reader->frontier_count && i < 4; i++) {
		const struct cursor *cursor = &reader->cursors[reader->frontier[i].index];
		const struct gt_spec *spec = gt_spec(cursor->type);
		struct gt_event event = { .type = cursor->type, .p = GT_NO_ID };
		char why[96];

		memcpy(event.args, cursor->args, sizeof(event.args));
		if (cursor->m_slot != IDMAP_NONE)
			event.p = reader->rules.ms[cursor->m_slot].p;
		rules_explain(&reader->rules, &event, why, sizeof(why));
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s M %" PRId64 " %s",
					 i ? ";" : "", (int64_t)cursor->m, spec->name);
		for (unsigned k = 1; k < spec->arg_count && k < 3 && used < sizeof(text); k++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %s=%" PRIu64,
						 spec->args[k], event.args[k - 1]);
		if (used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, " (%s)", why);
		if (used >= sizeof(text))
			break;
	}
	at_cursor(reader, first, first->type);
	return gt_fail(&reader->error, -EBADMSG, "no event can come next:%s%s", text,
		       reader->frontier_count > 4 ? "; ..." : "");
}

/* The head had to wait: the others in order of time. */
static enum rules_step try_others(struct gt_reader *reader)
{
	uint32_t head = reader->frontier[0].index;
	enum rules_step step = RULES_WAIT;

	gosort(reader->frontier, reader->frontier_count);
	for (size_t i = 1; i < reader->frontier_count && step == RULES_WAIT; i++)
		step = try_cursor(reader, i);
	if (step == RULES_WAIT && reader->frontier[0].index != head && !reader->options.like_go)
		step = try_cursor(reader, 0);
	return step;
}

/* Are the ids of an event in the generation's tables? */
static int check_ids(struct gt_reader *reader, const struct gt_event *event)
{
	const struct shape *shape = &reader->shapes[event->type];
	unsigned at;
	bool stack;

	if (!shape->stacks[0] && !shape->strings[0]) /* half of all events */
		return 0;
	at = mend_missing_id(reader, event->type, event->args, &stack);
	if (!at)
		return 0;
	gt_error_at(&reader->error, event->byte, event->generation, event->m);
	return mend_say_missing(&reader->error, event->type, stack, event->args[at - 1]);
}

static int give_queued(struct gt_reader *reader, const struct gt_event **out)
{
	struct gt_event *event = &reader->rules.events[reader->queued++];
	int err = check_ids(reader, event);

	return err ? err : give(reader, event, out);
}

/* Go's reader lets it pass, its printer and viewers die of it. */
static int check_sample(struct gt_reader *reader, struct cpu_sample *sample)
{
	struct gt_error fault;
	int err;

	if (!sample->stack || tables_stack(&reader->gen.tables, sample->stack) ||
	    reader->options.like_go)
		return 0;
	gt_error_clear(&fault);
	gt_error_at(&fault, sample->byte, reader->gen.number, sample->m);
	err = mend_say_missing(&fault, GT_EV_CPU_SAMPLE, true, sample->stack);
	if (!reader->mender) {
		reader->error = fault;
		return err;
	}
	reader->mender->say(reader->mender->ctx, MEND_ID, &fault);
	sample->stack = 0;
	return 0;
}

static int give_sample(struct gt_reader *reader, const struct gt_event **out)
{
	uint32_t index = reader->gen.sample_order[reader->next_sample++].index;
	struct cpu_sample *sample = &reader->gen.samples[index];
	int err = check_sample(reader, sample);

	if (err)
		return err;
	reader->point = (struct gt_event){
		.type = GT_EV_CPU_SAMPLE,
		.time = sample->time,
		.m = sample->m,
		.p = sample->p,
		.g = sample->g,
		.args = { sample->stack },
		.generation = reader->gen.number,
		.byte = sample->byte,
	};
	return give(reader, &reader->point, out);
}

/* A sample comes first only if it is strictly earlier. */
static bool sample_is_next(const struct gt_reader *reader)
{
	if (reader->next_sample == reader->gen.samples_count)
		return false;
	return !reader->frontier_count ||
	       reader->gen.sample_order[reader->next_sample].key < reader->frontier[0].key;
}

/* ---- traces before Go 1.22 ---- */

/* Reads all of it and goes over it; only then its events can be told. */
static int open_v1(struct gt_reader *reader)
{
	struct input *in = &reader->in;
	size_t have;
	int err = input_have(in, SIZE_MAX, &have);

	if (err)
		return gt_fail(&reader->error, err, "cannot read on: %s", strerror(-err));
	reader->v1 = calloc(1, sizeof(*reader->v1));
	if (!reader->v1)
		return gt_fail(&reader->error, -ENOMEM, "%s", strerror(ENOMEM));
	reader->v1->file.in = (struct v1_bytes){ in->bytes, in->size, in->base };
	reader->v1->file.start = in->pos;
	reader->v1->file.version = reader->version;
	reader->v1->file.tables = &reader->gen.tables;
	reader->v1->convert.texts = &reader->texts;
	reader->v1->as_v2 = reader->options.as_v2;
	reader->gen.number = 1;
	reader->open = true;
	return v1_open(reader->v1, &reader->error);
}

/* What is given as v2's has to obey its law; that says on whom it happened, too. */
static int obey(struct gt_reader *reader, const struct gt_event **out)
{
	struct rules *rules = &reader->rules;
	uint32_t m;

	if ((*out)->type == GT_EV_SYNC_POINT)
		return reader->open ? rules_open(rules, reader->in.bytes) : 0;
	if ((*out)->type == GT_EV_CPU_SAMPLE)
		return 0;
	if (rules_m(rules, (*out)->m, &m))
		return gt_fail(&reader->error, -ENOMEM, "%s", strerror(ENOMEM));
	rules->events[0] = **out;
	gt_error_at(&reader->error, (*out)->byte, 0, (*out)->m);
	if (rules_try(rules, m) == RULES_WAIT)
		gt_fail(&reader->error, -EBADMSG,
			"%s cannot be said in a trace of Go 1.22 or later",
			gt_spec((*out)->type)->name);
	rules->events_count = 0;
	*out = &rules->events[0];
	return reader->error.code;
}

static int next_of_v1(struct gt_reader *reader, const struct gt_event **out)
{
	int err = v1_next(reader->v1, out, &reader->error);

	if (err)
		return err;
	reader->open = *out && (*out)->generation;
	return *out && reader->options.as_v2 ? obey(reader, out) : 0;
}

static int begin(struct gt_reader *reader)
{
	int err = gt_header_read(&reader->in, &reader->version, &reader->error);

	return !err && gt_header_is_v1(reader->version) ? open_v1(reader) : err;
}

/* The next event; or, with left_out, none, though it is not the end. */
static int next(struct gt_reader *reader, const struct gt_event **out)
{
	enum rules_step step;
	int err;

	reader->left_out = false;
	if (reader->error.code)
		return reader->error.code;
	if (reader->queued < reader->rules.events_count)
		return give_queued(reader, out);
	if (!reader->version && (err = begin(reader)))
		return err;
	if (reader->v1)
		return next_of_v1(reader, out);
	if (reader->done) {
		*out = NULL;
		return 0;
	}
	if (!reader->open ||
	    (!reader->frontier_count && reader->next_sample == reader->gen.samples_count))
		return next_generation(reader, out);
	if (sample_is_next(reader))
		return give_sample(reader, out);
	step = try_cursor(reader, 0);
	if (step == RULES_WAIT)
		step = try_others(reader);
	if (step == RULES_WAIT)
		return say_stuck(reader);
	if (step == RULES_BREAK || reader->left_out)
		return reader->error.code;
	return give_queued(reader, out);
}

int gt_reader_next(struct gt_reader *reader, const struct gt_event **out)
{
	int err;

	do
		err = next(reader, out);
	while (!err && reader->left_out);
	return err;
}
