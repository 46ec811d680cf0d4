// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_order.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/wire/error.h"

enum status {
	DEAD,
	RUNNABLE,
	RUNNING,
	WAITING
};

/* In the place of a goroutine's id, as in Go. */
#define NOBODY UINT64_MAX	  /* any order will do */
#define THE_GC (UINT64_MAX - 1)	  /* ordered as if it were one */
#define ANY_SEQ UINT64_MAX	  /* before: any; after: as it was */
#define NEXT_SEQ (UINT64_MAX - 1) /* after: one more than it was */

/* What an event needs, and what is so after it. */
struct step {
	uint64_t g;
	struct v1_state before, after;
};

static struct step step_from_to(uint64_t g, uint64_t seq, enum status from, enum status to)
{
	uint64_t after = seq == ANY_SEQ ? NEXT_SEQ : seq + 1;

	return (struct step){ g, { seq, from }, { after, to } };
}

/* On the P where the goroutine runs: that has come before, so no number is needed. */
static struct step step_own(uint64_t g, enum status to)
{
	return (struct step){ g, { ANY_SEQ, RUNNING }, { ANY_SEQ, to } };
}

static struct step step_of(const struct v1_event *event)
{
	switch (event->type) {
	case V1_GO_CREATE:
		return step_from_to(event->args[0], 0, DEAD, RUNNABLE);
	case V1_GO_WAITING:
	case V1_GO_IN_SYSCALL:
		return step_from_to(event->g, 1, RUNNABLE, WAITING);
	case V1_GO_START:
	case V1_GO_START_LABEL:
		return (struct step){ event->g,
				      { event->args[1], RUNNABLE },
				      { event->args[1] + 1, RUNNING } };
	case V1_GO_START_LOCAL:
		return step_from_to(event->g, ANY_SEQ, RUNNABLE, RUNNING);
	case V1_GO_BLOCK:
	case V1_GO_BLOCK_SEND:
	case V1_GO_BLOCK_RECV:
	case V1_GO_BLOCK_SELECT:
	case V1_GO_BLOCK_SYNC:
	case V1_GO_BLOCK_COND:
	case V1_GO_BLOCK_NET:
	case V1_GO_BLOCK_GC:
	case V1_GO_SLEEP:
	case V1_GO_SYSBLOCK:
		return step_own(event->g, WAITING);
	case V1_GO_SCHED:
	case V1_GO_PREEMPT:
		return step_own(event->g, RUNNABLE);
	case V1_GO_UNBLOCK:
	case V1_GO_SYSEXIT:
		return (struct step){ event->args[0],
				      { event->args[1], WAITING },
				      { event->args[1] + 1, RUNNABLE } };
	case V1_GO_UNBLOCK_LOCAL:
	case V1_GO_SYSEXIT_LOCAL:
		return step_from_to(event->args[0], ANY_SEQ, WAITING, RUNNABLE);
	case V1_GC_START:
		return (struct step){ THE_GC,
				      { event->args[0], DEAD },
				      { event->args[0] + 1, DEAD } };
	}
	return (struct step){ .g = NOBODY };
}

/* ---- states ---- */

static struct v1_state state_of(const struct v1_order *order, uint64_t g)
{
	uint32_t slot = idmap_find(&order->ids, g);

	return slot == IDMAP_NONE ? (struct v1_state){ 0, DEAD } : order->states[slot];
}

static bool is_ready(const struct v1_order *order, const struct step *step)
{
	struct v1_state now;

	if (step->g == NOBODY)
		return true;
	now = state_of(order, step->g);
	return (step->before.seq == ANY_SEQ || step->before.seq == now.seq) &&
	       step->before.status == now.status;
}

static int set_state(struct v1_order *order, uint64_t g, struct v1_state state)
{
	uint32_t slot = idmap_find(&order->ids, g);
	struct v1_state *moved;

	if (slot == IDMAP_NONE) {
		if (idmap_add(&order->ids, g, &slot))
			return -ENOMEM;
		moved = grow_array(order->states, &order->states_cap, (size_t)slot + 1,
				   sizeof(*moved));
		if (!moved) {
			idmap_del(&order->ids, g);
			return -ENOMEM;
		}
		order->states = moved;
	}
	order->states[slot] = state;
	return 0;
}

/* The event happens. What was ready may be so no longer, if other Ps had the same goroutine's. */
static int apply(struct v1_order *order, const struct v1_event *event, struct gt_error *error)
{
	struct step step = step_of(event);
	struct v1_state now;

	if (step.g == NOBODY)
		return 0;
	gt_error_at(error, event->byte, 0, GT_NO_ID);
	if (!is_ready(order, &step))
		return gt_fail(error, -EBADMSG,
			       "%s: two Ps have events of G %" PRId64 " that exclude each other",
			       v1_spec(event->type)->name, (int64_t)step.g);
	now = state_of(order, step.g);
	if (step.after.seq == ANY_SEQ)
		step.after.seq = now.seq;
	else if (step.after.seq == NEXT_SEQ)
		step.after.seq = now.seq + 1;
	return set_state(order, step.g, step.after)
		       ? gt_fail(error, -ENOMEM, "%s", strerror(ENOMEM))
		       : 0;
}

/* ---- cursors ---- */

static bool is_timed(uint8_t type)
{
	return !v1_spec(type)->untimed && type != V1_CPU_SAMPLE;
}

/* Who runs on the P, and on whom it happens. */
static void place(struct v1_cursor *cursor, struct v1_event *event)
{
	switch (event->type) {
	case V1_GO_START:
	case V1_GO_START_LOCAL:
	case V1_GO_START_LABEL:
		cursor->g = event->args[0];
		event->g = event->args[0];
		break;
	case V1_GO_END:
	case V1_GO_STOP:
	case V1_GO_SCHED:
	case V1_GO_PREEMPT:
	case V1_GO_SLEEP:
	case V1_GO_BLOCK:
	case V1_GO_BLOCK_SEND:
	case V1_GO_BLOCK_RECV:
	case V1_GO_BLOCK_SELECT:
	case V1_GO_BLOCK_SYNC:
	case V1_GO_BLOCK_COND:
	case V1_GO_BLOCK_NET:
	case V1_GO_BLOCK_GC:
	case V1_GO_SYSBLOCK:
		cursor->g = 0;
		break;
	case V1_GO_SYSEXIT:
	case V1_GO_WAITING:
	case V1_GO_IN_SYSCALL:
		event->g = event->args[0];
		break;
	}
}

static void take_raw(struct v1_order *order, struct v1_cursor *cursor, const struct v1_raw *raw,
		     size_t start)
{
	const struct v1_spec *spec = v1_spec(raw->type);
	const struct v1_proc *proc = &order->file->procs[cursor - order->cursors];
	struct v1_event *event = &cursor->event;
	unsigned args = spec->values - 1u - spec->stack;

	cursor->time = (int64_t)((uint64_t)cursor->time + raw->values[0]);
	*event = (struct v1_event){
		.time = cursor->time,
		.type = raw->type,
		.p = proc->id,
		.real_p = proc->id,
		.g = cursor->g,
		.byte = order->file->in.base + start,
		.stack = spec->stack ? (uint32_t)raw->values[spec->values - 1] : 0,
	};
	memcpy(event->args, raw->values + 1, args * sizeof(*event->args));
	if (raw->type == V1_USER_LOG)
		event->args[3] = raw->text_head;
	place(cursor, event);
	cursor->ready = true;
}

static bool next_batch(const struct v1_order *order, struct v1_cursor *cursor)
{
	const struct v1_batch *batch;

	if (cursor->batch == V1_NO_BATCH)
		return false;
	batch = &order->file->batches[cursor->batch];
	cursor->at = batch->at;
	cursor->end = batch->end;
	cursor->time = (int64_t)batch->time;
	cursor->batch = batch->next;
	return true;
}

/* Goes to the next event; not ready then: there is none. */
static int advance(struct v1_order *order, struct v1_cursor *cursor, struct gt_error *error)
{
	const struct v1_file *file = order->file;
	struct v1_raw raw;

	while (!cursor->ready && (cursor->at < cursor->end || next_batch(order, cursor))) {
		size_t start = cursor->at;
		int err;

		if (start == cursor->end)
			continue;
		err = v1_raw_read(&file->in, file->version, &cursor->at, &raw, error);
		if (err)
			return err;
		if (is_timed(raw.type))
			take_raw(order, cursor, &raw, start);
	}
	return 0;
}

static void advance_samples(struct v1_order *order, struct v1_cursor *cursor)
{
	const struct v1_file *file = order->file;
	const struct v1_sample *sample;

	if (cursor->ready || order->next_sample == file->samples_count)
		return;
	sample = &file->samples[file->sample_order[order->next_sample++].index];
	cursor->event = (struct v1_event){
		.time = sample->time,
		.type = V1_CPU_SAMPLE,
		.p = sample->p,
		.real_p = sample->p,
		.g = sample->g,
		.args = { 0, (uint64_t)(int64_t)sample->p, sample->g },
		.stack = sample->stack,
		.byte = sample->byte,
	};
	cursor->ready = true;
}

/* ---- the frontier ---- */

static void take_away(struct v1_order *order, size_t position)
{
	order->available[position] = order->available[--order->available_count];
}

/*
 * Moves whoever is ready to the frontier. Positions are swapped as Go does it,
 * since the order of arrival decides among equal times.
 */
static int fill_frontier(struct v1_order *order, struct gt_error *error)
{
	size_t samples = v1_file_procs(order->file);

	for (size_t i = 0; i < order->available_count;) {
		uint32_t index = order->available[i];
		struct v1_cursor *cursor = &order->cursors[index];
		struct step step;

		if (index == samples) {
			advance_samples(order, cursor);
		} else {
			int err = advance(order, cursor, error);

			if (err)
				return err;
		}
		if (!cursor->ready) {
			take_away(order, i);
			continue;
		}
		step = step_of(&cursor->event);
		if (!is_ready(order, &step)) {
			i++;
			continue;
		}
		take_away(order, i);
		order->frontier[order->frontier_count++] =
			(struct keyed){ cursor->event.time, index };
		goheap_push(order->frontier, order->frontier_count);
	}
	return 0;
}

/* What the first P that cannot go on waits for. */
static int say_stuck(const struct v1_order *order, struct gt_error *error)
{
	const struct v1_event *event = &order->cursors[order->available[0]].event;
	struct step step = step_of(event);
	struct v1_state now = state_of(order, step.g);
	static const char *const names[] = { "unknown or ended", "runnable", "running", "waiting" };

	gt_error_at(error, event->byte, 0, GT_NO_ID);
	return gt_fail(error, -EBADMSG,
		       "no consistent ordering of events possible: on P %d %s of G %" PRId64
		       " waits for it to be %s, but it is %s (seq %" PRIu64 ")",
		       event->p, v1_spec(event->type)->name, (int64_t)step.g,
		       names[step.before.status], names[now.status], now.seq);
}

/* Those events are meant for the order alone. */
static uint8_t without_local(uint8_t type)
{
	return type == V1_GO_START_LOCAL     ? V1_GO_START
	       : type == V1_GO_UNBLOCK_LOCAL ? V1_GO_UNBLOCK
	       : type == V1_GO_SYSEXIT_LOCAL ? V1_GO_SYSEXIT
					     : type;
}

int v1_order_next(struct v1_order *order, struct v1_event *event, bool *end, struct gt_error *error)
{
	struct v1_cursor *cursor;
	int err = fill_frontier(order, error);

	if (err)
		return err;
	*end = !order->frontier_count;
	if (*end)
		return order->available_count ? say_stuck(order, error) : 0;
	cursor = &order->cursors[order->frontier[0].index];
	order->available[order->available_count++] = order->frontier[0].index;
	goheap_remove(order->frontier, --order->frontier_count, 0);
	cursor->ready = false;
	*event = cursor->event;
	err = apply(order, event, error);
	event->type = without_local(event->type);
	return err;
}

void v1_order_rewind(struct v1_order *order)
{
	size_t procs = v1_file_procs(order->file);

	for (size_t i = 0; i <= procs; i++) {
		order->cursors[i] = (struct v1_cursor){
			.batch = i < procs ? order->file->procs[i].first : V1_NO_BATCH,
		};
		order->available[i] = (uint32_t)i;
	}
	order->available_count = procs + 1;
	order->frontier_count = 0;
	order->next_sample = 0;
	idmap_clear(&order->ids);
}

int v1_order_init(struct v1_order *order, const struct v1_file *file)
{
	size_t count = v1_file_procs(file) + 1;

	order->file = file;
	order->cursors = calloc(count, sizeof(*order->cursors));
	order->available = calloc(count, sizeof(*order->available));
	order->frontier = calloc(count, sizeof(*order->frontier));
	if (!order->cursors || !order->available || !order->frontier)
		return -ENOMEM;
	v1_order_rewind(order);
	return 0;
}

void v1_order_fini(struct v1_order *order)
{
	free(order->cursors);
	free(order->available);
	free(order->frontier);
	free(order->states);
	idmap_fini(&order->ids);
	memset(order, 0, sizeof(*order));
}
