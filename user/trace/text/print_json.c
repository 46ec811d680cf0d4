// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * One JSON object a line; see print.h. Members: time (ns), kind, event (the
 * wire's name), m, p, g (absent: none), the arguments by their names on the
 * wire, ids of strings and stacks resolved to text and frames.
 */
#include <string.h>

#include "base/json.h"
#include "trace/text/print.h"

static void put_id(struct json *json, const char *name, uint64_t id)
{
	if (id == GT_NO_ID)
		return;
	json_name(json, name);
	json_u64(json, id);
}

static void put_text(struct json *json, const char *name, struct gt_text text)
{
	json_name(json, name);
	json_text(json, text.data, text.size);
}

static void put_str(struct json *json, const char *name, const char *text)
{
	json_name(json, name);
	json_str(json, text);
}

static void put_u64(struct json *json, const char *name, uint64_t value)
{
	json_name(json, name);
	json_u64(json, value);
}

static void put_i64(struct json *json, const char *name, int64_t value)
{
	json_name(json, name);
	json_i64(json, value);
}

static void put_frame(struct json *json, struct gt_stack_frame frame)
{
	json_object(json);
	put_text(json, "func", frame.func);
	put_text(json, "file", frame.file);
	put_u64(json, "line", frame.line);
	put_u64(json, "pc", frame.pc);
	json_end_object(json);
}

static void put_stack(struct json *json, const struct gt_reader *reader, const char *name,
		      uint64_t id)
{
	size_t count = gt_reader_stack_size(reader, id);

	if (!count)
		return;
	json_name(json, name);
	json_array(json);
	for (size_t i = 0; i < count; i++)
		put_frame(json, gt_reader_stack_frame(reader, id, i));
	json_end_array(json);
}

static void put_transition(struct json *json, const struct gt_event *event)
{
	struct gt_transition t;

	if (!gt_event_transition(event, &t))
		return;
	put_id(json, t.of_proc ? "proc" : "goroutine", t.id);
	put_str(json, "from", gt_state_name(t.from));
	put_str(json, "to", gt_state_name(t.to));
}

/* The name of an argument without the type at its end: "reason_string" is "reason". */
static void put_arg_name(struct json *json, const char *name)
{
	size_t size = strlen(name);
	static const char *const ends[] = { "_string", "_value" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t end = strlen(ends[i]);

		if (size > end && !strcmp(name + size - end, ends[i]))
			size -= end;
	}
	json_name_part(json, name, size);
}

static bool is_context(const char *name)
{
	static const char *const names[] = { "g", "p", "new_g", "pstatus", "gstatus" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void put_value(struct json *json, struct gt_text text)
{
	json_text(json, text.data, text.size);
}

static void put_args(struct json *json, const struct gt_reader *reader,
		     const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);
	bool transition = gt_event_kind(event) == GT_KIND_TRANSITION;

	for (unsigned i = 1; i < spec->arg_count; i++) {
		uint64_t value = event->args[i - 1];
		const char *name = spec->args[i];

		if (transition && is_context(name)) /* the transition says it */
			continue;
		if (i == spec->strings[0] || i == spec->strings[1]) {
			put_arg_name(json, name);
			put_value(json, gt_reader_string(reader, value));
		} else if (i == spec->stacks[0] || i == spec->stacks[1]) {
			put_stack(json, reader, name, value);
		} else if (strcmp(name, "m") == 0) {
			put_id(json,
			       transition && event->type == GT_EV_PROC_STEAL ? "from_m" : "on_m",
			       value);
		} else if (value != GT_NO_ID) {
			put_arg_name(json, name);
			json_u64(json, value);
		}
	}
}

static void put_sync(struct json *json, const struct gt_reader *reader,
		     const struct gt_event *event)
{
	struct gt_sync sync;

	if (!gt_event_sync(reader, event, &sync))
		return;
	put_u64(json, "n", sync.number);
	if (!sync.has_clock)
		return;
	json_name(json, "clock");
	json_object(json);
	put_i64(json, "trace", sync.clock.trace);
	put_u64(json, "mono_ns", sync.clock.mono_ns);
	put_i64(json, "wall_sec", sync.clock.wall_sec);
	put_u64(json, "wall_nsec", sync.clock.wall_nsec);
	json_end_object(json);
}

static void put_task_type(struct json *json, const struct gt_reader *reader,
			  const struct gt_event *event)
{
	struct gt_task task;

	if (gt_event_task(reader, event, &task))
		put_text(json, "name", task.type);
}

static void put_event(struct json *json, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	put_str(json, "event", gt_spec(event->type)->name);
	put_transition(json, event);
	if (event->type == GT_EV_CPU_SAMPLE)
		put_stack(json, reader, "stack", event->args[0]);
	else
		put_args(json, reader, event);
	if (event->type == GT_EV_STW_END)
		put_text(json, "kind_of_stop", gt_reader_string(reader, event->args[0]));
	if (event->type == GT_EV_USER_TASK_END)
		put_task_type(json, reader, event);
}

void print_event_json(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	struct json json;

	json_init(&json, out, JSON_LINE);
	json_object(&json);
	put_i64(&json, "time", event->time);
	put_str(&json, "kind", gt_kind_name(gt_event_kind(event)));
	put_id(&json, "m", event->m);
	put_id(&json, "p", event->p);
	put_id(&json, "g", event->g);
	if (event->type == GT_EV_SYNC_POINT)
		put_sync(&json, reader, event);
	else
		put_event(&json, reader, event);
	json_end_object(&json);
}
