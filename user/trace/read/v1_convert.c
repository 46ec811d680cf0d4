// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/read/v1_names.h"
#include "trace/wire/v1spec.h"
#include "trace/wire/error.h"

/* What most events become, with their arguments as they are. */
static const uint8_t type_of[V1_COUNT] = {
	[V1_GOMAXPROCS] = GT_EV_PROCS_CHANGE,
	[V1_PROC_START] = GT_EV_PROC_START,
	[V1_PROC_STOP] = GT_EV_PROC_STOP,
	[V1_GC_START] = GT_EV_GC_BEGIN,
	[V1_GC_DONE] = GT_EV_GC_END,
	[V1_STW_START] = GT_EV_STW_BEGIN,
	[V1_STW_DONE] = GT_EV_STW_END,
	[V1_GC_SWEEP_START] = GT_EV_GC_SWEEP_BEGIN,
	[V1_GC_SWEEP_DONE] = GT_EV_GC_SWEEP_END,
	[V1_GO_CREATE] = GT_EV_GO_CREATE,
	[V1_GO_START] = GT_EV_GO_START,
	[V1_GO_START_LABEL] = GT_EV_GO_START,
	[V1_GO_END] = GT_EV_GO_DESTROY,
	[V1_GO_STOP] = GT_EV_GO_BLOCK,
	[V1_GO_SCHED] = GT_EV_GO_STOP,
	[V1_GO_PREEMPT] = GT_EV_GO_STOP,
	[V1_GO_SLEEP] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK] = GT_EV_GO_BLOCK,
	[V1_GO_UNBLOCK] = GT_EV_GO_UNBLOCK,
	[V1_GO_BLOCK_SEND] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK_RECV] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK_SELECT] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK_SYNC] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK_COND] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK_NET] = GT_EV_GO_BLOCK,
	[V1_GO_BLOCK_GC] = GT_EV_GO_BLOCK,
	[V1_GO_SYSCALL] = GT_EV_GO_SYSCALL_BEGIN,
	[V1_GO_SYSEXIT] = GT_EV_GO_SYSCALL_END_BLOCKED,
	[V1_GO_WAITING] = GT_EV_GO_STATUS,
	[V1_GO_IN_SYSCALL] = GT_EV_GO_STATUS,
	[V1_HEAP_ALLOC] = GT_EV_HEAP_ALLOC,
	[V1_HEAP_GOAL] = GT_EV_HEAP_GOAL,
	[V1_MARK_ASSIST_START] = GT_EV_GC_MARK_ASSIST_BEGIN,
	[V1_MARK_ASSIST_DONE] = GT_EV_GC_MARK_ASSIST_END,
	[V1_USER_TASK_CREATE] = GT_EV_USER_TASK_BEGIN,
	[V1_USER_TASK_END] = GT_EV_USER_TASK_END,
	[V1_USER_REGION] = GT_EV_USER_REGION_BEGIN,
	[V1_USER_LOG] = GT_EV_USER_LOG,
	[V1_CPU_SAMPLE] = GT_EV_CPU_SAMPLE,
};

/* One event on its way. */
struct change {
	struct v1_convert *convert;
	const struct v1_event *in;
	struct gt_event out;
};

static int push(struct v1_convert *convert, const struct gt_event *event)
{
	struct gt_event *moved = grow_array(convert->queue, &convert->queue_cap,
					    convert->queue_count + 1, sizeof(*moved));

	if (!moved)
		return -ENOMEM;
	convert->queue = moved;
	moved[convert->queue_count++] = *event;
	return 0;
}

static void set_args(struct change *change, uint64_t first, uint64_t second, uint64_t third)
{
	change->out.args[0] = first;
	change->out.args[1] = second;
	change->out.args[2] = third;
	change->out.args[3] = 0;
}

/* ---- Ps ---- */

static struct v1_place *place_of(struct v1_convert *convert, int32_t p)
{
	uint64_t key = (uint64_t)(int64_t)p;
	uint32_t slot = idmap_find(&convert->place_ids, key);
	struct v1_place *moved;

	if (slot != IDMAP_NONE)
		return &convert->places[slot];
	moved = grow_array(convert->places, &convert->places_cap, convert->place_ids.count + 1,
			   sizeof(*moved));
	if (!moved)
		return NULL;
	convert->places = moved;
	if (idmap_add(&convert->place_ids, key, &slot))
		return NULL;
	moved[slot] = (struct v1_place){ 0 };
	return &moved[slot];
}

/* The first mention of a P says its status. */
static void change_proc(struct change *change, struct v1_place *place, unsigned status)
{
	uint64_t p = (uint64_t)(int64_t)change->in->p;

	set_args(change, p, place->seen ? 0 : status, 0);
	if (!place->seen)
		change->out.type = GT_EV_PROC_STATUS;
	place->seen = true;
}

/* ---- goroutines of the start ---- */

static int note_created(struct v1_convert *convert, uint64_t g)
{
	uint32_t slot;

	return idmap_find(&convert->created, g) == IDMAP_NONE
		       ? idmap_add(&convert->created, g, &slot)
		       : 0;
}

static void change_status(struct change *change, enum gt_go_status status)
{
	uint64_t g = change->in->args[0];

	change->out.type = GT_EV_GO_STATUS;
	set_args(change, g, GT_NO_ID, status);
	if (idmap_find(&change->convert->created, g) != IDMAP_NONE)
		idmap_del(&change->convert->created, g);
}

static int by_g(const void *a, const void *b)
{
	uint64_t left = ((const struct gt_event *)a)->args[0];
	uint64_t right = ((const struct gt_event *)b)->args[0];

	return left < right ? -1 : left > right;
}

/* The start is over: whoever was created and not heard of since can run. */
static int end_start(struct v1_convert *convert, const struct v1_event *in)
{
	const struct idmap *created = &convert->created;

	convert->started = true;
	for (size_t i = 0; i < created->size; i++) {
		const struct gt_event event = {
			.type = GT_EV_GO_STATUS,
			.time = in->time,
			.m = GT_NO_ID,
			.p = GT_NO_ID,
			.g = GT_NO_ID,
			.args = { created->entries[i].id, GT_NO_ID, GT_GO_RUNNABLE },
			.generation = 1,
			.byte = in->byte,
		};

		if (created->entries[i].slot != IDMAP_NONE && push(convert, &event))
			return -ENOMEM;
	}
	idmap_fini(&convert->created);
	if (convert->queue_count) /* Go's order is chance */
		qsort(convert->queue, convert->queue_count, sizeof(*convert->queue), by_g);
	return 0;
}

/* ---- tasks ---- */

static int task_begin(struct change *change)
{
	struct v1_convert *convert = change->convert;
	const struct v1_event *in = change->in;
	const struct string_entry *name = tables_string(convert->tables, in->args[2]);
	const char *text = name ? (const char *)convert->window + name->offset : "";
	struct v1_task task = { .parent = in->args[1] }, *moved;
	uint32_t slot = idmap_find(&convert->task_ids, in->args[0]);

	set_args(change, in->args[0], in->args[1] ? in->args[1] : GT_NO_ID, in->args[2]);
	moved = grow_array(convert->tasks, &convert->tasks_cap, convert->task_ids.count + 1,
			   sizeof(*moved));
	if (!moved || texts_find(convert->texts, text, name ? name->size : 0, &task.text))
		return -ENOMEM;
	convert->tasks = moved;
	if (slot == IDMAP_NONE && idmap_add(&convert->task_ids, in->args[0], &slot))
		return -ENOMEM;
	texts_hold(convert->texts, task.text);
	moved[slot] = task;
	return 0;
}

static void task_end(struct change *change)
{
	struct v1_convert *convert = change->convert;
	uint32_t slot = idmap_find(&convert->task_ids, change->in->args[0]);

	set_args(change, change->in->args[0], 0, GT_NO_ID);
	if (slot == IDMAP_NONE)
		return;
	change->out.args[2] = convert->tasks[slot].parent;
	change->out.text = convert->tasks[slot].text + 1;
	texts_drop(convert->texts, convert->tasks[slot].text);
	idmap_del(&convert->task_ids, change->in->args[0]);
}

/* ---- the rest ---- */

static void change_stop(struct change *change)
{
	struct v1_convert *convert = change->convert;

	if (change->in->type == V1_STW_START)
		convert->last_stop =
			convert->names + v1_name_of_stop(convert->version, change->in->args[0]);
	set_args(change, convert->last_stop, 0, 0);
}

static void change_region(struct change *change)
{
	const struct v1_event *in = change->in;

	change->out.type = in->args[1] ? GT_EV_USER_REGION_END : GT_EV_USER_REGION_BEGIN;
	set_args(change, in->args[0], in->args[2], 0);
}

/* What is not its arguments as they are. *skip: it becomes nothing. 0 or -ENOMEM. */
static int change_one(struct change *change, struct v1_place *place, bool *skip)
{
	struct v1_convert *convert = change->convert;
	const struct v1_event *in = change->in;

	switch (in->type) {
	case V1_GOMAXPROCS:
		*skip = !convert->started;
		return *skip ? end_start(convert, in) : 0;
	case V1_PROC_START:
		change_proc(change, place, GT_PROC_RUNNING);
		break;
	case V1_PROC_STOP:
		change_proc(change, place, GT_PROC_IDLE);
		break;
	case V1_GO_CREATE:
		*skip = !convert->started;
		return *skip ? note_created(convert, in->args[0]) : 0;
	case V1_GO_START:
		if (!convert->started)
			change_status(change, GT_GO_RUNNING);
		break;
	case V1_GO_WAITING:
		change_status(change, GT_GO_WAITING);
		break;
	case V1_GO_IN_SYSCALL:
		change_status(change, GT_GO_SYSCALL);
		break;
	case V1_GO_SYSBLOCK: /* the syscall's begin said it */
		*skip = true;
		break;
	case V1_GO_SYSCALL:
	case V1_GO_SYSEXIT:
		set_args(change, 0, 0, 0);
		break;
	case V1_STW_START:
	case V1_STW_DONE:
		change_stop(change);
		break;
	case V1_USER_TASK_CREATE:
		return task_begin(change);
	case V1_USER_TASK_END:
		task_end(change);
		break;
	case V1_USER_REGION:
		change_region(change);
		break;
	case V1_USER_LOG:
		set_args(change, in->args[0], in->args[1], v1_convert_inline(convert, in->args[3]));
		break;
	case V1_CPU_SAMPLE:
		set_args(change, in->stack, 0, 0);
		break;
	default:
		if (change->out.type == GT_EV_GO_BLOCK || change->out.type == GT_EV_GO_STOP)
			set_args(change, convert->names + v1_name_of(in->type), in->stack, 0);
	}
	return 0;
}

/* A second event on the same place: of a start with a label, of a syscall that does not block. */
static int push_second(struct change *change)
{
	struct gt_event second = change->out;

	memset(second.args, 0, sizeof(second.args));
	if (change->in->type == V1_GO_START_LABEL) {
		second.type = GT_EV_GO_LABEL;
		second.args[0] = change->in->args[2];
	} else if (change->in->type == V1_GO_SYSCALL && !change->in->blocks) {
		second.type = GT_EV_GO_SYSCALL_END;
		second.time++; /* the shortest there is */
	} else {
		return 0;
	}
	return push(change->convert, &second);
}

static void set_context(struct change *change, const struct v1_place *place)
{
	const struct v1_event *in = change->in;
	/* Go takes a P's M here without asking whether it has one. */
	bool unasked = in->type == V1_GO_START_LABEL || (in->type == V1_GO_SYSCALL && !in->blocks);
	bool has_m = in->p != -1 && in->type != V1_CPU_SAMPLE && place->has_m;

	change->out.p = (uint64_t)(int64_t)in->p;
	change->out.g = in->g || unasked ? in->g : GT_NO_ID;
	change->out.m = has_m || unasked ? place->m : GT_NO_ID;
}

static void set_stack(struct change *change)
{
	const struct gt_spec *spec = gt_spec(change->out.type);

	if (change->out.type != GT_EV_CPU_SAMPLE && v1_spec(change->in->type)->stack &&
	    spec->stacks[0])
		change->out.args[spec->stacks[0] - 1] = change->in->stack;
}

static int convert_one(struct change *change, struct v1_place *place)
{
	const struct v1_event *in = change->in;
	bool skip = false;
	int err;

	if (in->type == V1_PROC_START) {
		place->m = in->args[0];
		place->has_m = true;
	}
	err = change_one(change, place, &skip);
	if (!err && !skip) {
		set_context(change, place);
		set_stack(change);
		err = push(change->convert, &change->out);
		if (!err)
			err = push_second(change);
	}
	if (in->type == V1_PROC_STOP) {
		place->m = 0;
		place->has_m = false;
	}
	return err;
}

int v1_convert_event(struct v1_convert *convert, const struct v1_event *event,
		     struct gt_error *error)
{
	struct change change = { .convert = convert, .in = event };
	struct v1_place *place = place_of(convert, event->p);
	int err = -ENOMEM;

	convert->queue_count = 0;
	if (!type_of[event->type] && event->type != V1_GO_SYSBLOCK) {
		gt_error_at(error, event->byte, 0, GT_NO_ID);
		return gt_fail(error, -EBADMSG, "%s has no meaning in Go 1.22 and later",
			       v1_spec(event->type)->name);
	}
	change.out.type = type_of[event->type];
	change.out.time = event->time;
	change.out.generation = 1;
	change.out.byte = event->byte;
	memcpy(change.out.args, event->args, sizeof(change.out.args));
	if (place)
		err = convert_one(&change, place);
	return err ? gt_fail(error, err, "%s", strerror(-err)) : 0;
}

void v1_convert_fini(struct v1_convert *convert)
{
	free(convert->places);
	free(convert->tasks);
	free(convert->queue);
	idmap_fini(&convert->created);
	idmap_fini(&convert->place_ids);
	idmap_fini(&convert->task_ids);
	memset(convert, 0, sizeof(*convert));
}
