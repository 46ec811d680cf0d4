// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What events mean, by every function of typed access on every event of a trace
 * that has one of each kind; and options that a library does not know.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gotrace.h"
#include "minitrace.h"
#include "trace/wire/options.h"

static const char trace_text[] =
	"1.23\nstring 1 why\nstring 2 type\nstring 3 message\nstack 4 4096 2 3 10\n"
	"sample 16 5 0 7 4\n"
	"5 2 ProcStatus 0 1\n5 3 GoStatus 7 5 2\n5 4 ProcsChange 8 4\n5 5 HeapAlloc 100\n"
	"5 6 HeapGoal 200\n5 7 GoLabel 2\n5 8 GCBegin 1 0\n5 9 GCSweepBegin 4\n"
	"5 10 GCSweepEnd 30 20\n5 11 GCMarkAssistBegin 0\n5 12 GCMarkAssistEnd\n5 13 GCEnd 2\n"
	"5 14 STWBegin 1 0\n5 15 STWEnd\n5 17 UserTaskBegin 9 0 2 4\n5 18 UserRegionBegin 9 2 0\n"
	"5 19 UserLog 9 2 3 4\n5 20 UserRegionEnd 9 2 0\n5 21 UserTaskEnd 9 0\n"
	"5 22 UserTaskEnd 10 0\n5 23 Span 1 2 3\n5 24 GoBlock 1 4\n"
	"--\nstring 1 label\n5 32 GoStatus 7 - 4\n";

static const char expected[] = "Sync sync 1 |\n"
			       "StateTransition ProcStatus proc 0 Undetermined>Running |\n"
			       "StateTransition GoStatus go 7 Undetermined>Running |\n"
			       "Metric ProcsChange @type /sched/gomaxprocs:threads=8 |\n"
			       "Metric HeapAlloc /memory/classes/heap/objects:bytes=100 |\n"
			       "Metric HeapGoal /gc/heap/goal:bytes=200 |\n"
			       "Label GoLabel label type of 1:7 |\n"
			       "RangeBegin GCBegin GC concurrent mark phase () on 0:-1 |\n"
			       "RangeBegin GCSweepBegin @type GC incremental sweep () on 2:0 |\n"
			       "RangeEnd GCSweepEnd GC incremental sweep () on 2:0 30 20 |\n"
			       "RangeBegin GCMarkAssistBegin GC mark assist () on 1:7 |\n"
			       "RangeEnd GCMarkAssistEnd GC mark assist () on 1:7 |\n"
			       "RangeEnd GCEnd GC concurrent mark phase () on 0:-1 |\n"
			       "RangeBegin STWBegin stop-the-world (why) on 1:7 |\n"
			       "RangeEnd STWEnd stop-the-world (why) on 1:7 |\n"
			       "StackSample CPUSample @type |\n"
			       "TaskBegin UserTaskBegin @type task 9<-1 type |\n"
			       "RegionBegin UserRegionBegin region 9 type |\n"
			       "Log UserLog @type log 9 type: message |\n"
			       "RegionEnd UserRegionEnd region 9 type |\n"
			       "TaskEnd UserTaskEnd task 9<-1 type |\n"
			       "TaskEnd UserTaskEnd task 10<-1  |\n"
			       "Experimental Span |\n"
			       "StateTransition GoBlock @type go 7 Running>Waiting why in type |\n"
			       "Sync sync 2 |\n"
			       "StateTransition GoStatus go 7 Waiting>Waiting |\n"
			       "Sync sync 3 |\n";

struct lines {
	char text[4096];
	size_t used;
};

static void __attribute__((format(printf, 2, 3))) say(struct lines *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	lines->used += (size_t)vsnprintf(lines->text + lines->used,
					 sizeof(lines->text) - lines->used, format, args);
	va_end(args);
	assert_true(lines->used < sizeof(lines->text));
}

#define TEXT(t) (int)(t).size, (t).data

static void say_transition(struct lines *lines, const struct gt_reader *reader,
			   const struct gt_event *event)
{
	struct gt_transition t;

	if (!gt_event_transition(event, &t))
		return;
	say(lines, "%s %" PRIu64 " %s>%s ", t.of_proc ? "proc" : "go", t.id, gt_state_name(t.from),
	    gt_state_name(t.to));
	if (t.reason)
		say(lines, "%.*s ", TEXT(gt_reader_string(reader, t.reason)));
	if (t.stack)
		say(lines, "in %.*s ", TEXT(gt_reader_stack_frame(reader, t.stack, 0).func));
}

static void say_range(struct lines *lines, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	struct gt_range range;

	if (!gt_event_range(reader, event, &range))
		return;
	say(lines, "%s (%.*s) on %d:%" PRId64 " ", range.name, TEXT(range.reason),
	    (int)range.scope.kind, (int64_t)range.scope.id);
	if (range.has_bytes)
		say(lines, "%" PRIu64 " %" PRIu64 " ", range.swept, range.reclaimed);
}

static void say_annotation(struct lines *lines, const struct gt_reader *reader,
			   const struct gt_event *event)
{
	struct gt_label label;
	struct gt_task task;
	struct gt_region region;
	struct gt_log log;

	if (gt_event_label(reader, event, &label))
		say(lines, "label %.*s of %d:%" PRIu64 " ", TEXT(label.text),
		    (int)label.resource.kind, label.resource.id);
	if (gt_event_task(reader, event, &task))
		say(lines, "task %" PRIu64 "<%" PRId64 " %.*s ", task.id, (int64_t)task.parent,
		    TEXT(task.type));
	if (gt_event_region(reader, event, &region))
		say(lines, "region %" PRIu64 " %.*s ", region.task, TEXT(region.type));
	if (gt_event_log(reader, event, &log))
		say(lines, "log %" PRIu64 " %.*s: %.*s ", log.task, TEXT(log.category),
		    TEXT(log.message));
}

static void say_event(struct lines *lines, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	const char *kind = gt_kind_name(gt_event_kind(event)), *name = gt_event_name(event);
	struct gt_metric metric;
	struct gt_sync sync;

	say(lines, "%s ", kind);
	if (strcmp(kind, name))
		say(lines, "%s ", name);
	if (gt_event_stack(event))
		say(lines, "@%.*s ",
		    TEXT(gt_reader_stack_frame(reader, gt_event_stack(event), 0).func));
	if (gt_event_sync(reader, event, &sync))
		say(lines, "sync %" PRIu64 " ", sync.number);
	if (gt_event_metric(event, &metric))
		say(lines, "%s=%" PRIu64 " ", metric.name, metric.value);
	say_transition(lines, reader, event);
	say_range(lines, reader, event);
	say_annotation(lines, reader, event);
	say(lines, "|\n");
}

static void each_tells_its_own(void **state)
{
	static struct minitrace trace;
	static struct lines lines;
	const struct gt_event *event;
	struct gt_reader *reader;

	(void)state;
	minitrace_make(&trace, trace_text);
	assert_int_equal(gt_reader_new_memory(&reader, trace.data, trace.size, NULL), 0);
	while (!gt_reader_next(reader, &event) && event)
		say_event(&lines, reader, event);
	assert_string_equal(gt_reader_error(reader)->text, "");
	assert_string_equal(lines.text, expected);
	gt_reader_free(reader);
}

/* Whatever a caller asks for that is not there is empty. */
static void nothing_is_empty(void **state)
{
	static struct minitrace trace;
	const struct gt_event *event;
	struct gt_stack_frame frame;
	struct gt_reader *reader;

	(void)state;
	minitrace_make(&trace, trace_text);
	assert_int_equal(gt_reader_new_memory(&reader, trace.data, trace.size, NULL), 0);
	assert_int_equal(gt_reader_string(reader, 1).size, 0);
	assert_int_equal(gt_reader_next(reader, &event), 0);
	assert_int_equal(gt_reader_stack_size(reader, 4), 1);
	assert_int_equal(gt_reader_stack_size(reader, 5), 0);
	frame = gt_reader_stack_frame(reader, 4, 1);
	assert_int_equal(frame.func.size + frame.file.size + frame.pc + frame.line, 0);
	frame = gt_reader_stack_frame(reader, 5, 0);
	assert_int_equal(frame.func.size, 0);
	assert_string_equal(gt_kind_name((enum gt_kind)99), "Bad");
	assert_string_equal(gt_state_name((enum gt_state)99), "Undetermined");
	gt_reader_free(reader);
}

/* As a struct of options was, is, and may become. */
struct options {
	size_t size;
	uint32_t a, b;
};
struct larger {
	struct options known;
	uint64_t more;
};

static void options_grow(void **state)
{
	struct options own;
	struct larger larger = { .known = { sizeof(larger), 1, 2 } };

	(void)state;
	assert_int_equal(OPTIONS_TAKE(&own, NULL), 0);
	assert_true(own.size == sizeof(own) && !own.a && !own.b);
	assert_int_equal(OPTIONS_TAKE(&own, &larger), 0);
	assert_true(own.size == sizeof(own) && own.a == 1 && own.b == 2);
	larger.more = 3;
	own.a = 77;
	assert_int_equal(OPTIONS_TAKE(&own, &larger), -EINVAL);
	assert_int_equal(own.a, 77);
	/* From a program that was built when there was no b. */
	larger.known.size = offsetof(struct options, b);
	assert_int_equal(OPTIONS_TAKE(&own, &larger), 0);
	assert_true(own.a == 1 && !own.b);
	larger.known.size = 0;
	assert_int_equal(gt_options_take(&own, sizeof(own), offsetof(struct options, b), &larger),
			 0);
	assert_true(own.size == sizeof(own) && own.a == 1 && !own.b);
	larger.known.size = sizeof(size_t) - 1;
	assert_int_equal(OPTIONS_TAKE(&own, &larger), -EINVAL);
}

static void options_are_taken_everywhere(void **state)
{
	struct {
		size_t size;
		char rest[256];
	} unknown = { .size = sizeof(unknown), .rest[255] = 1 };
	struct gt_statuses *statuses;
	struct gt_writer *writer;
	struct gt_reader *reader;
	const void *options = &unknown;

	(void)state;
	assert_int_equal(gt_reader_new_memory(&reader, "", 0, options), -EINVAL);
	assert_int_equal(gt_writer_new(&writer, options, NULL, NULL), -EINVAL);
	assert_int_equal(gt_statuses_new(&statuses, NULL, options), -EINVAL);
	assert_int_equal(gt_cut(NULL, options), -EINVAL);
	assert_int_equal(gt_print(NULL, options, NULL, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tells_its_own),
		cmocka_unit_test(nothing_is_empty),
		cmocka_unit_test(options_grow),
		cmocka_unit_test(options_are_taken_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
