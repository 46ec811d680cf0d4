// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The form of Go's Event.String (internal/trace/event.go); see print.h. */
#include "trace/text/print.h"

#include <string.h>

#include "trace/text/quote.h"

static void put_field(struct out *out, const char *name, uint64_t value)
{
	out_str(out, name);
	out_i64(out, (int64_t)value);
}

static void put_quoted(struct out *out, const char *name, struct gt_text text)
{
	out_str(out, name);
	quote_go(out, text);
}

static struct gt_text text_of(const char *text)
{
	return (struct gt_text){ text, strlen(text) };
}

static void put_stack(struct out *out, const struct gt_reader *reader, const char *title,
		      uint64_t id)
{
	size_t count = gt_reader_stack_size(reader, id);

	out_char(out, '\n');
	out_str(out, title);
	for (size_t i = 0; i < count; i++) {
		struct gt_stack_frame frame = gt_reader_stack_frame(reader, id, i);

		out_char(out, '\t');
		out_bytes(out, frame.func.data, frame.func.size);
		out_str(out, " @ 0x");
		out_hex(out, frame.pc);
		out_str(out, "\n\t\t");
		out_bytes(out, frame.file.data, frame.file.size);
		out_char(out, ':');
		out_u64(out, frame.line);
		out_char(out, '\n');
	}
}

static void put_metric(struct out *out, const struct gt_event *event)
{
	struct gt_metric metric;

	if (!gt_event_metric(event, &metric))
		return;
	put_quoted(out, " Name=", text_of(metric.name));
	out_str(out, " Value=Value{Uint64(");
	out_u64(out, metric.value);
	out_str(out, ")}");
}

static void put_resource(struct out *out, const char *name, struct gt_resource resource)
{
	static const char *const kinds[] = {
		[GT_RESOURCE_NONE] = "None",
		[GT_RESOURCE_GOROUTINE] = "Goroutine(",
		[GT_RESOURCE_PROC] = "Proc(",
	};

	out_str(out, name);
	out_str(out, kinds[resource.kind]);
	if (resource.kind == GT_RESOURCE_NONE)
		return;
	out_i64(out, (int64_t)resource.id);
	out_char(out, ')');
}

static void put_label(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_label label;

	if (!gt_event_label(reader, event, &label))
		return;
	put_quoted(out, " Label=", label.text);
	put_resource(out, " Resource=", label.resource);
}

/* A stop-the-world has its reason in its name. */
static void put_range_name(struct out *out, const struct gt_event *event,
			   const struct gt_range *range)
{
	char name[GT_MAX_STRING + 32];
	size_t size = strlen(range->name);

	memcpy(name, range->name, size);
	if (event->type == GT_EV_STW_BEGIN || event->type == GT_EV_STW_END) {
		memcpy(name + size, " (", 2);
		memcpy(name + size + 2, range->reason.data, range->reason.size);
		size += range->reason.size + 3;
		name[size - 1] = ')';
	}
	put_quoted(out, " Name=", (struct gt_text){ name, size });
}

static void put_range(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_range range;

	if (!gt_event_range(reader, event, &range))
		return;
	put_range_name(out, event, &range);
	put_resource(out, " Scope=", range.scope);
	if (gt_event_kind(event) != GT_KIND_RANGE_END)
		return;
	out_str(out, " Attributes=[");
	if (range.has_bytes) {
		out_str(out, "\"bytes swept\"=Value{Uint64(");
		out_u64(out, range.swept);
		out_str(out, ")} \"bytes reclaimed\"=Value{Uint64(");
		out_u64(out, range.reclaimed);
		out_str(out, ")}");
	}
	out_char(out, ']');
}

static void put_task(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_task task;

	if (!gt_event_task(reader, event, &task))
		return;
	out_str(out, " ID=");
	out_u64(out, task.id);
	out_str(out, " Parent=");
	out_u64(out, task.parent);
	put_quoted(out, " Type=", task.type);
}

static void put_region(struct out *out, const struct gt_reader *reader,
		       const struct gt_event *event)
{
	struct gt_region region;

	if (!gt_event_region(reader, event, &region))
		return;
	out_str(out, " Task=");
	out_u64(out, region.task);
	put_quoted(out, " Type=", region.type);
}

static void put_log(struct out *out, const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_log log;

	if (!gt_event_log(reader, event, &log))
		return;
	out_str(out, " Task=");
	out_u64(out, log.task);
	put_quoted(out, " Category=", log.category);
	put_quoted(out, " Message=", log.message);
}

static void put_transition(struct out *out, const struct gt_reader *reader,
			   const struct gt_event *event)
{
	struct gt_transition t;

	if (!gt_event_transition(event, &t))
		return;
	put_field(out, t.of_proc ? " ProcID=" : " GoID=", t.id);
	out_char(out, ' ');
	out_str(out, gt_state_name(t.from));
	out_str(out, "->");
	out_str(out, gt_state_name(t.to));
	put_quoted(out, " Reason=", gt_reader_string(reader, t.reason));
	if (t.has_stack)
		put_stack(out, reader, "TransitionStack=\n", t.stack);
}

static void put_experimental(struct out *out, const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);

	out_str(out, " Name=");
	out_str(out, spec->name);
	out_str(out, " Args=[");
	for (unsigned i = 1; i < spec->arg_count; i++) {
		out_str(out, i > 1 ? ", " : "");
		out_str(out, spec->args[i]);
		out_str(out, "=Value{Uint64(");
		out_u64(out, event->args[i - 1]);
		out_str(out, ")}");
	}
	out_char(out, ']');
}

/* Days since 1970-01-01 to a date in the Gregorian calendar, any year. */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468; /* since 0000-03-01 */
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153; /* from March */

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

/* The fraction of a second, without zeros at its end; nothing if it is 0. */
static void put_fraction(struct out *out, uint32_t nsec)
{
	int width = 9;

	if (!nsec)
		return;
	for (; nsec % 10 == 0; nsec /= 10)
		width--;
	out_char(out, '.');
	out_padded(out, nsec, width);
}

/* RFC 3339 with nanoseconds, as Go's time.RFC3339Nano. */
static void put_wall(struct out *out, const struct gt_clock *clock, utc_offset_fn offset)
{
	long ahead = offset ? offset(clock->wall_sec) : 0;
	int64_t local = (int64_t)((uint64_t)clock->wall_sec + (uint64_t)ahead);
	int64_t days = local / 86400, rest = local % 86400, year;
	long zone = ahead / 60;
	int month, day;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	civil(days, &year, &month, &day);
	if (year < 0)
		out_char(out, '-');
	out_padded(out, (uint64_t)(year < 0 ? -year : year), 4);
	out_char(out, '-');
	out_padded(out, (uint64_t)month, 2);
	out_char(out, '-');
	out_padded(out, (uint64_t)day, 2);
	out_char(out, 'T');
	out_padded(out, (uint64_t)rest / 3600, 2);
	out_char(out, ':');
	out_padded(out, (uint64_t)rest / 60 % 60, 2);
	out_char(out, ':');
	out_padded(out, (uint64_t)rest % 60, 2);
	put_fraction(out, clock->wall_nsec);
	if (!ahead) {
		out_char(out, 'Z');
		return;
	}
	out_char(out, zone < 0 ? '-' : '+');
	out_padded(out, (uint64_t)(zone < 0 ? -zone : zone) / 60, 2);
	out_char(out, ':');
	out_padded(out, (uint64_t)(zone < 0 ? -zone : zone) % 60, 2);
}

static void put_sync(struct out *out, const struct gt_reader *reader, const struct gt_event *event,
		     utc_offset_fn offset)
{
	struct gt_sync sync;

	if (!gt_event_sync(reader, event, &sync))
		return;
	put_field(out, " N=", sync.number);
	if (!sync.has_clock)
		return;
	put_field(out, " Trace=", (uint64_t)sync.clock.trace);
	out_str(out, " Mono=");
	out_u64(out, sync.clock.mono_ns);
	out_str(out, " Wall=");
	put_wall(out, &sync.clock, offset);
}

static void put_details(struct out *out, const struct gt_reader *reader,
			const struct gt_event *event, utc_offset_fn offset)
{
	switch (gt_event_kind(event)) {
	case GT_KIND_METRIC:
		put_metric(out, event);
		break;
	case GT_KIND_LABEL:
		put_label(out, reader, event);
		break;
	case GT_KIND_RANGE_BEGIN:
	case GT_KIND_RANGE_ACTIVE:
	case GT_KIND_RANGE_END:
		put_range(out, reader, event);
		break;
	case GT_KIND_TASK_BEGIN:
	case GT_KIND_TASK_END:
		put_task(out, reader, event);
		break;
	case GT_KIND_REGION_BEGIN:
	case GT_KIND_REGION_END:
		put_region(out, reader, event);
		break;
	case GT_KIND_LOG:
		put_log(out, reader, event);
		break;
	case GT_KIND_TRANSITION:
		put_transition(out, reader, event);
		break;
	case GT_KIND_EXPERIMENTAL:
		put_experimental(out, event);
		break;
	case GT_KIND_SYNC:
		put_sync(out, reader, event, offset);
		break;
	case GT_KIND_STACK_SAMPLE:
	case GT_KIND_BAD:
		break;
	}
}

void print_event_go(struct out *out, const struct gt_reader *reader, const struct gt_event *event,
		    utc_offset_fn offset)
{
	uint64_t stack = gt_event_stack(event);

	put_field(out, "M=", event->m);
	put_field(out, " P=", event->p);
	put_field(out, " G=", event->g);
	out_char(out, ' ');
	out_str(out, gt_kind_name(gt_event_kind(event)));
	put_field(out, " Time=", (uint64_t)event->time);
	put_details(out, reader, event, offset);
	/* Of a sample Go prints a stack even if it has none. */
	if (stack || event->type == GT_EV_CPU_SAMPLE)
		put_stack(out, reader, "Stack=\n", stack);
	out_char(out, '\n');
}
