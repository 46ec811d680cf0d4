// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * One JSON object a line; see print.h. Members: time (ns), kind, event (the
 * wire's name), m, p, g (absent: none), the arguments by their names on the
 * wire, ids of strings and stacks resolved to text and frames.
 */
#include <string.h>

#include "trace/text/print.h"
#include "trace/text/quote.h"

static void put_name(struct out *out, const char *name)
{
	out_str(out, ",\"");
	out_str(out, name);
	out_str(out, "\":");
}

static void put_id(struct out *out, const char *name, uint64_t id)
{
	if (id == GT_NO_ID)
		return;
	put_name(out, name);
	out_u64(out, id);
}

static void put_text(struct out *out, const char *name, struct gt_text text)
{
	put_name(out, name);
	quote_json(out, text);
}

static void put_str(struct out *out, const char *name, const char *text)
{
	put_text(out, name, (struct gt_text){ text, strlen(text) });
}

static void put_stack(struct out *out, const struct gt_reader *reader, const char *name,
		      uint64_t id)
{
	size_t count = gt_reader_stack_size(reader, id);

	if (!count)
		return;
	put_name(out, name);
	for (size_t i = 0; i < count; i++) {
		struct gt_stack_frame frame = gt_reader_stack_frame(reader, id, i);

		out_str(out, i ? ",{\"func\":" : "[{\"func\":");
		quote_json(out, frame.func);
		put_text(out, "file", frame.file);
		put_name(out, "line");
		out_u64(out, frame.line);
		put_name(out, "pc");
		out_u64(out, frame.pc);
		out_char(out, '}');
	}
	out_char(out, ']');
}

static void put_transition(struct out *out, const struct gt_event *event)
{
	struct gt_transition t;

	if (!gt_event_transition(event, &t))
		return;
	put_id(out, t.of_proc ? "proc" : "goroutine", t.id);
	put_str(out, "from", gt_state_name(t.from));
	put_str(out, "to", gt_state_name(t.to));
}

/* The name of an argument without the type at its end: "reason_string" is "reason". */
static void put_arg_name(struct out *out, const char *name)
{
	size_t size = strlen(name);
	static const char *const ends[] = { "_string", "_value" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t end = strlen(ends[i]);

		if (size > end && !strcmp(name + size - end, ends[i]))
			size -= end;
	}
	out_str(out, ",\"");
	out_bytes(out, name, size);
	out_str(out, "\":");
}

static bool is_context(const char *name)
{
	static const char *const names[] = { "g", "p", "new_g", "pstatus", "gstatus" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void put_args(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);
	bool transition = gt_event_kind(event) == GT_KIND_TRANSITION;

	for (unsigned i = 1; i < spec->arg_count; i++) {
		uint64_t value = event->args[i - 1];
		const char *name = spec->args[i];

		if (transition && is_context(name)) /* the transition says it */
			continue;
		if (i == spec->strings[0] || i == spec->strings[1]) {
			put_arg_name(out, name);
			quote_json(out, gt_reader_string(reader, value));
		} else if (i == spec->stacks[0] || i == spec->stacks[1]) {
			put_stack(out, reader, name, value);
		} else if (strcmp(name, "m") == 0) {
			put_id(out,
			       transition && event->type == GT_EV_PROC_STEAL ? "from_m" : "on_m",
			       value);
		} else if (value != GT_NO_ID) {
			put_arg_name(out, name);
			out_u64(out, value);
		}
	}
}

static void put_sync(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_clock clock;

	put_name(out, "n");
	out_u64(out, event->args[0]);
	if (!gt_reader_clock(reader, &clock))
		return;
	put_name(out, "clock");
	out_str(out, "{\"trace\":");
	out_i64(out, clock.trace);
	put_name(out, "mono_ns");
	out_u64(out, clock.mono_ns);
	put_name(out, "wall_sec");
	out_i64(out, clock.wall_sec);
	put_name(out, "wall_nsec");
	out_u64(out, clock.wall_nsec);
	out_char(out, '}');
}

void print_event_json(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);

	out_str(out, "{\"time\":");
	out_i64(out, event->time);
	put_str(out, "kind", gt_kind_name(gt_event_kind(event)));
	put_id(out, "m", event->m);
	put_id(out, "p", event->p);
	put_id(out, "g", event->g);
	if (event->type == GT_EV_SYNC_POINT) {
		put_sync(out, reader, event);
	} else {
		put_str(out, "event", spec->name);
		put_transition(out, event);
		if (event->type == GT_EV_CPU_SAMPLE)
			put_stack(out, reader, "stack", event->args[0]);
		else
			put_args(out, reader, event);
		if (event->type == GT_EV_STW_END)
			put_text(out, "kind_of_stop", gt_reader_string(reader, event->args[0]));
		if (event->type == GT_EV_USER_TASK_END)
			put_text(out, "name", gt_event_task_type(reader, event));
	}
	out_str(out, "}\n");
}
