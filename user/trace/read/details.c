// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What an event tells beyond its kind, its place and its stack: typed, by the
 * rules of Go's API (internal/trace/event.go). State transitions are event.c's.
 */
#include "trace/read/reader.h"

static const struct gt_text no_text = { "", 0 };

static struct gt_resource goroutine(uint64_t id)
{
	return (struct gt_resource){ GT_RESOURCE_GOROUTINE, id };
}

static struct gt_resource proc(uint64_t id)
{
	return (struct gt_resource){ GT_RESOURCE_PROC, id };
}

bool gt_event_sync(const struct gt_reader *reader, const struct gt_event *event,
		   struct gt_sync *sync)
{
	if (event->type != GT_EV_SYNC_POINT)
		return false;
	*sync = (struct gt_sync){ .number = event->args[0] };
	sync->has_clock = gt_reader_clock(reader, &sync->clock);
	return true;
}

bool gt_event_metric(const struct gt_event *event, struct gt_metric *metric)
{
	static const char *const names[GT_EV_COUNT] = {
		[GT_EV_PROCS_CHANGE] = "/sched/gomaxprocs:threads",
		[GT_EV_HEAP_ALLOC] = "/memory/classes/heap/objects:bytes",
		[GT_EV_HEAP_GOAL] = "/gc/heap/goal:bytes",
	};

	if (gt_event_kind(event) != GT_KIND_METRIC)
		return false;
	*metric = (struct gt_metric){ names[event->type], event->args[0] };
	return true;
}

bool gt_event_label(const struct gt_reader *reader, const struct gt_event *event,
		    struct gt_label *label)
{
	if (event->type != GT_EV_GO_LABEL)
		return false;
	label->resource = goroutine(event->g);
	label->text = gt_reader_string(reader, event->args[0]);
	return true;
}

static const char *range_name(unsigned type)
{
	switch (type) {
	case GT_EV_STW_BEGIN:
	case GT_EV_STW_END:
		return "stop-the-world";
	case GT_EV_GC_ACTIVE:
	case GT_EV_GC_BEGIN:
	case GT_EV_GC_END:
		return "GC concurrent mark phase";
	case GT_EV_GC_SWEEP_ACTIVE:
	case GT_EV_GC_SWEEP_BEGIN:
	case GT_EV_GC_SWEEP_END:
		return "GC incremental sweep";
	}
	return "GC mark assist";
}

/* An event that says "active" names who has the range; others happen on him. */
static struct gt_resource range_scope(const struct gt_event *event)
{
	switch (event->type) {
	case GT_EV_GC_ACTIVE:
	case GT_EV_GC_BEGIN:
	case GT_EV_GC_END:
		return (struct gt_resource){ GT_RESOURCE_NONE, GT_NO_ID };
	case GT_EV_GC_SWEEP_ACTIVE:
		return proc(event->args[0]);
	case GT_EV_GC_SWEEP_BEGIN:
	case GT_EV_GC_SWEEP_END:
		return proc(event->p);
	case GT_EV_GC_MARK_ASSIST_ACTIVE:
		return goroutine(event->args[0]);
	}
	return goroutine(event->g);
}

bool gt_event_range(const struct gt_reader *reader, const struct gt_event *event,
		    struct gt_range *range)
{
	enum gt_kind kind = gt_event_kind(event);
	bool stop = event->type == GT_EV_STW_BEGIN || event->type == GT_EV_STW_END;

	if (kind != GT_KIND_RANGE_BEGIN && kind != GT_KIND_RANGE_ACTIVE &&
	    kind != GT_KIND_RANGE_END)
		return false;
	*range = (struct gt_range){
		.name = range_name(event->type),
		.reason = stop ? gt_reader_string(reader, event->args[0]) : no_text,
		.scope = range_scope(event),
		.has_bytes = event->type == GT_EV_GC_SWEEP_END,
	};
	if (range->has_bytes) {
		range->swept = event->args[0];
		range->reclaimed = event->args[1];
	}
	return true;
}

/* The type of a task that ends, kept by the reader since its begin. */
static struct gt_text kept_type(const struct gt_reader *reader, const struct gt_event *end)
{
	const struct text *text = end->text ? &reader->texts.list[end->text - 1] : NULL;

	return text ? (struct gt_text){ text->bytes, text->size } : no_text;
}

bool gt_event_task(const struct gt_reader *reader, const struct gt_event *event,
		   struct gt_task *task)
{
	switch (event->type) {
	case GT_EV_USER_TASK_BEGIN:
		*task = (struct gt_task){ event->args[0], event->args[1],
					  gt_reader_string(reader, event->args[2]) };
		return true;
	case GT_EV_USER_TASK_END:
		*task = (struct gt_task){ event->args[0], event->args[2],
					  kept_type(reader, event) };
		return true;
	}
	return false;
}

bool gt_event_region(const struct gt_reader *reader, const struct gt_event *event,
		     struct gt_region *region)
{
	if (event->type != GT_EV_USER_REGION_BEGIN && event->type != GT_EV_USER_REGION_END)
		return false;
	region->task = event->args[0];
	region->type = gt_reader_string(reader, event->args[1]);
	return true;
}

bool gt_event_log(const struct gt_reader *reader, const struct gt_event *event, struct gt_log *log)
{
	if (event->type != GT_EV_USER_LOG)
		return false;
	log->task = event->args[0];
	log->category = gt_reader_string(reader, event->args[1]);
	log->message = gt_reader_string(reader, event->args[2]);
	return true;
}
