// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Traces before Go 1.22: what is refused and why, what their events become, and
 * the order when clocks are broken. That Go says the same of real ones is the
 * suite judge-v1's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/out.h"
#include "gotrace.h"
#include "trace/text/print.h"
#include "trace/read/v1.h"
#include "v1skew.h"
#include "v1text.h"

/* ---- what is refused ---- */

/* A goroutine 1 that runs on P 0 of thread 9; the start is over. */
#define START "Batch 0 100\nGoCreate 1 1 1 0\nProcStart 1 9\nGoStart 1 1 1\nGomaxprocs 1 2 0\n"
#define END "\nFrequency 1000000000"

static const struct refusal {
	const char *name, *text;
	unsigned version;
	int code;
	const char *error;
} refusals[] = {
	{ "empty", "", 21, -ENODATA, "the trace has no Frequency: its end is missing" },
	{ "no end", START, 21, -ENODATA, "the trace has no Frequency: its end is missing" },
	{ "no clock", START "Frequency 0", 21, -EBADMSG,
	  "time stamps out of order: 0 ticks a second" },
	{ "an event before the first batch", "Frequency 1", 21, -EBADMSG,
	  "Frequency stands before the first batch" },
	{ "an unknown event", START "raw 62", 21, -EBADMSG,
	  "event type 62 is not known in Go 1.21" },
	{ "an event of a newer Go", START "CPUSample 1 2 0 1 0", 11, -EBADMSG,
	  "event type 49 is not known in Go 1.11" },
	{ "a value too few", START "GoEnd 1 2" END, 21, -EBADMSG, "GoEnd has 2 values, not 1" },
	{ "cut off", START "raw 79 128", 21, -EBADMSG,
	  "GoEnd is cut off, or has a number too large" },
	{ "a P too large", "Batch 2147483648 1" END, 21, -EBADMSG,
	  "P 2147483648 is larger than any can be" },
	{ "a string twice", START "String 1 a\nString 1 b" END, 21, -EBADMSG,
	  "String id 1 is there twice" },
	{ "an empty string", START "String 1" END, 21, -EBADMSG, "String 1 has 0 bytes" },
	{ "a stack that is short", START "Stack 1 1 2 3 4" END, 21, -EBADMSG,
	  "a Stack has not the values that it should" },
	{ "runs without being there", START "GoSched 1 0\nGoStart 1 2 1" END, 21, -EBADMSG,
	  "no consistent ordering of events possible: on P 0 GoStart of G 2 waits for it to be "
	  "runnable, but it is unknown or ended (seq 0)" },
	{ "a number is missing", START "GoSched 1 0\nGoStart 1 1 3" END, 21, -EBADMSG,
	  "no consistent ordering of events possible: on P 0 GoStart of G 1 waits for it to be "
	  "runnable, but it is runnable (seq 2)" },
	{ "two Ps, one goroutine",
	  START "GoCreate 1 2 0 0\nBatch 1 200\nGoStart 1 2 1\nBatch 2 200\nGoStart 1 2 1" END, 21,
	  -EBADMSG, "GoStart: two Ps have events of G 2 that exclude each other" },
	{ "clocks contradict the order",
	  START "GoCreate 50 2 0 0\nBatch 1 100\nProcStart 1 8\nGoStart 1 2 1" END, 21, -EBADMSG,
	  "time stamps out of order: GoStart has to come after a later event" },
	{ "the end of no syscall",
	  "Batch 0 100\nGoCreate 1 1 1 0\nGoWaiting 1 1\nProcStart 1 9\nGomaxprocs 1 2 0\n"
	  "GoSysExit 1 1 2 101" END,
	  21, -EBADMSG, "stray syscall exit of G 1" },
	{ "the end of a syscall before its begin",
	  START "GoSysCall 1 0\nGoSysBlock 1\nProcStop 1\nBatch 1 120\nGoSysExit 1 1 2 104" END, 21,
	  -EBADMSG, "time stamps out of order: GoSysExit was before its syscall blocked" },
	{ "starts twice", START "ProcStart 1 9" END, 21, -EBADMSG,
	  "ProcStart: p 0 is running already (time 4)" },
	{ "stops under a goroutine", START "ProcStop 1" END, 21, -EBADMSG,
	  "ProcStop: p 0 is running g 1 (time 4)" },
	{ "a GC in a GC", START "GCStart 1 0 0\nGCStart 1 1 0" END, 21, -EBADMSG,
	  "GCStart: the one before has not ended (time 5)" },
	{ "the end of no GC", START "GCDone 1" END, 21, -EBADMSG,
	  "GCDone: it has not begun (time 4)" },
	{ "the wrong region", START "UserRegion 1 1 0 1 0\nUserRegion 1 1 1 2 0" END, 21, -EBADMSG,
	  "UserRegion: another region of g 1 is the innermost (time 5)" },
	{ "half a region", START "UserRegion 1 1 2 1 0" END, 21, -EBADMSG,
	  "UserRegion: it neither begins nor ends (time 4)" },
	{ "a task twice", START "UserTaskCreate 1 1 0 1 0\nUserTaskCreate 1 1 0 1 0" END, 21,
	  -EBADMSG, "UserTaskCreate: task 1 already exists (time 5)" },
	{ "a wakeup of the awake", START "GoCreate 1 2 0 0\nGoUnblockLocal 1 2 0" END, 21, -EBADMSG,
	  "no consistent ordering of events possible: on P 0 GoUnblockLocal of G 2 waits for it "
	  "to be waiting, but it is runnable (seq 1)" },
	{ "a futile wakeup", START "FutileWakeup 1" END, 21, -EBADMSG,
	  "FutileWakeup has no meaning in Go 1.22 and later" },
};

static void refuses(void **state)
{
	const struct refusal *row = *state;
	struct v1_trace trace;
	struct gt_error error;

	v1_trace_make(&trace, row->version, row->text);
	assert_int_equal(gt_validate(trace.data, trace.size, NULL, &error), row->code);
	assert_string_equal(error.text, row->error);
}

/* ---- what events become ---- */

struct printed {
	char text[8192];
	size_t size;
};

static int to_text(void *ctx, const void *data, size_t size)
{
	struct printed *printed = ctx;

	if (size >= sizeof(printed->text) - printed->size)
		return -ENOSPC;
	memcpy(printed->text + printed->size, data, size);
	printed->size += size;
	printed->text[printed->size] = '\0';
	return 0;
}

static void print_trace(struct printed *printed, const char *text, bool as_v2)
{
	const struct gt_reader_options options = { .as_v2 = as_v2 };
	const struct gt_event *event;
	struct gt_reader *reader;
	struct v1_trace trace;
	struct out out;

	v1_trace_make(&trace, 21, text);
	printed->size = 0;
	out_init(&out, to_text, printed);
	assert_int_equal(gt_reader_new_memory(&reader, trace.data, trace.size, &options), 0);
	while (!gt_reader_next(reader, &event) && event)
		print_event_go(&out, reader, event, NULL);
	out_str(&out, gt_reader_error(reader)->text);
	assert_int_equal(out_flush(&out), 0);
	gt_reader_free(reader);
}

static const struct meaning {
	const char *name;
	bool as_v2;
	const char *text, *events;
} meanings[] = {
	{ "the start", false,
	  "Batch 0 100\nGoCreate 1 1 0 0\nGoCreate 1 2 0 0\nGoCreate 1 3 0 0\nGoWaiting 1 3\n"
	  "GoCreate 1 4 0 0\nGoInSyscall 1 4\nProcStart 1 9\nGoStart 1 1 1\nGomaxprocs 1 2 0" END,
	  "M=-1 P=-1 G=-1 Sync Time=-1 N=1\n"
	  "M=-1 P=0 G=3 StateTransition Time=3 GoID=3 Undetermined->Waiting Reason=\"\"\n"
	  "M=-1 P=0 G=4 StateTransition Time=5 GoID=4 Undetermined->Syscall Reason=\"\"\n"
	  "M=9 P=0 G=-1 StateTransition Time=6 ProcID=0 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=7 GoID=1 Undetermined->Running Reason=\"\"\n"
	  "M=-1 P=-1 G=-1 StateTransition Time=8 GoID=2 Undetermined->Runnable Reason=\"\"\n"
	  "M=-1 P=-1 G=-1 Sync Time=9 N=2\n" },
	{ "a syscall that blocks, in Go's words", false,
	  START "GoSysCall 1 0\nGoSysBlock 1\nProcStop 1\n"
		"Batch 1 115\nProcStart 5 9\nGoSysExit 1 1 2 110\nGoStart 1 1 3" END,
	  "M=-1 P=-1 G=-1 Sync Time=-1 N=1\n"
	  "M=9 P=0 G=-1 StateTransition Time=1 ProcID=0 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=2 GoID=1 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=4 GoID=1 Running->Syscall Reason=\"\"\n"
	  "M=9 P=0 G=-1 StateTransition Time=6 ProcID=0 Running->Idle Reason=\"\"\n"
	  "M=-1 P=1000003 G=1 StateTransition Time=9 GoID=1 Syscall->Runnable Reason=\"\"\n"
	  "M=9 P=1 G=-1 StateTransition Time=19 ProcID=1 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=1 G=1 StateTransition Time=21 GoID=1 Runnable->Running Reason=\"\"\n"
	  "M=-1 P=-1 G=-1 Sync Time=22 N=2\n" },
	{ "a syscall that blocks, as it can be written", true,
	  START "GoSysCall 1 0\nGoSysBlock 1\nProcStop 1\n"
		"Batch 1 115\nProcStart 5 9\nGoSysExit 1 1 2 110\nGoStart 1 1 3" END,
	  "M=-1 P=-1 G=-1 Sync Time=1 N=1\n"
	  "M=9 P=-1 G=-1 StateTransition Time=3 ProcID=0 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=-1 StateTransition Time=4 GoID=1 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=6 GoID=1 Running->Syscall Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=7 ProcID=0 Running->Idle Reason=\"\"\n"
	  "M=9 P=-1 G=1 StateTransition Time=11 GoID=1 Syscall->Runnable Reason=\"\"\n"
	  "M=9 P=-1 G=-1 StateTransition Time=21 ProcID=1 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=1 G=-1 StateTransition Time=23 GoID=1 Runnable->Running Reason=\"\"\n"
	  "M=-1 P=-1 G=-1 Sync Time=24 N=2\n" },
	{ "wakeups by timers and by the network", false,
	  START "TimerGoroutine 0\nGoCreate 1 2 0 0\nGoBlockNet 1 0\nGoStartLocal 1 2\n"
		"GoUnblock 1 1 2 0\nGoSleep 1 0\nGoUnblock 1 2 2 0" END,
	  "M=-1 P=-1 G=-1 Sync Time=-1 N=1\n"
	  "M=9 P=0 G=-1 StateTransition Time=1 ProcID=0 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=2 GoID=1 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=4 GoID=2 NotExist->Runnable Reason=\"\"\n"
	  "TransitionStack=\n\n"
	  "M=9 P=0 G=1 StateTransition Time=5 GoID=1 Running->Waiting Reason=\"network\"\n"
	  "M=9 P=0 G=2 StateTransition Time=6 GoID=2 Runnable->Running Reason=\"\"\n"
	  "M=-1 P=1000002 G=2 StateTransition Time=7 GoID=1 Waiting->Runnable Reason=\"\"\n"
	  "M=9 P=0 G=2 StateTransition Time=8 GoID=2 Running->Waiting Reason=\"sleep\"\n"
	  "M=-1 P=1000001 G=-1 StateTransition Time=9 GoID=2 Waiting->Runnable Reason=\"\"\n"
	  "M=-1 P=-1 G=-1 Sync Time=10 N=2\n" },
	{ "annotations", false,
	  START "UserTaskCreate 1 5 0 1 0\nUserRegion 1 5 0 2 0\nUserLog 1 5 3 0 said\n"
		"UserRegion 1 5 1 2 0\nUserTaskEnd 1 5 0\nString 1 task\nString 2 region\n"
		"String 3 key" END,
	  "M=-1 P=-1 G=-1 Sync Time=-1 N=1\n"
	  "M=9 P=0 G=-1 StateTransition Time=1 ProcID=0 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 StateTransition Time=2 GoID=1 Undetermined->Running Reason=\"\"\n"
	  "M=9 P=0 G=1 TaskBegin Time=4 ID=5 Parent=18446744073709551615 Type=\"task\"\n"
	  "M=9 P=0 G=1 RegionBegin Time=5 Task=5 Type=\"region\"\n"
	  "M=9 P=0 G=1 Log Time=6 Task=5 Category=\"key\" Message=\"said\"\n"
	  "M=9 P=0 G=1 RegionEnd Time=7 Task=5 Type=\"region\"\n"
	  "M=9 P=0 G=1 TaskEnd Time=8 ID=5 Parent=0 Type=\"task\"\n"
	  "M=-1 P=-1 G=-1 Sync Time=9 N=2\n" },
	{ "what only the order needs a number for", false,
	  START "GoCreate 1 2 0 0\nBatch 1 90\nProcStart 1 8\nGoStart 10 2 1\nGoEnd 1" END,
	  "M=-1 P=-1 G=-1 Sync Time=-1 N=1\ntime stamps out of order: GoStart has to come after a "
	  "later event" },
};

static void means(void **state)
{
	static struct printed printed;
	const struct meaning *row = *state;

	print_trace(&printed, row->text, row->as_v2);
	if (strstr(row->events, "out of order")) /* a trace that is refused gives nothing */
		assert_string_equal(printed.text, strchr(row->events, '\n') + 1);
	else
		assert_string_equal(printed.text, row->events);
}

/* ---- broken clocks ---- */

struct file {
	uint8_t *data;
	size_t size;
};

static struct file read_file(const char *name)
{
	struct file file = { malloc(1 << 20), 0 };
	FILE *in = fopen(name, "r");

	assert_non_null(in);
	file.size = fread(file.data, 1, 1 << 20, in);
	fclose(in);
	return file;
}

struct chain {
	uint64_t g, hash;
};

struct chains {
	struct chain of[512];
	size_t count;
};

/* What happens to a goroutine, in its order. */
static void add_to(struct chains *chains, uint64_t g, const struct v1_event *event)
{
	const uint64_t parts[] = { event->type, event->g, event->args[0], event->args[1] };
	size_t i = 0;

	while (i < chains->count && chains->of[i].g != g)
		i++;
	if (i == chains->count) {
		assert_true(i < 512);
		chains->of[chains->count++] = (struct chain){ g, 1 };
	}
	for (size_t k = 0; k < 4; k++)
		chains->of[i].hash = (chains->of[i].hash ^ parts[k]) * UINT64_C(0x100000001b3);
}

/* The whole order; it must not fail, whatever the clocks say. */
static uint64_t order_of(const uint8_t *data, size_t size, size_t *count)
{
	static struct chains chains;
	struct tables tables = { 0 };
	struct v1_file file = {
		.in = { data, size, 0 },
		.start = GT_HEADER_SIZE,
		.version = 21,
		.tables = &tables,
	};
	struct v1_order order = { 0 };
	struct gt_error error = { 0 };
	uint64_t sum = 0;
	bool end = false;

	chains.count = 0;
	*count = 0;
	assert_int_equal(v1_file_read(&file, &error), 0);
	assert_int_equal(v1_order_init(&order, &file), 0);
	for (;;) {
		struct v1_event event;

		if (v1_order_next(&order, &event, &end, &error))
			fail_msg("%s", error.text);
		if (end)
			break;
		(*count)++;
		if (event.type == V1_CPU_SAMPLE)
			continue;
		if (event.g)
			add_to(&chains, event.g, &event);
		if (event.type == V1_GO_CREATE || event.type == V1_GO_UNBLOCK)
			add_to(&chains, event.args[0], &event);
	}
	for (size_t i = 0; i < chains.count; i++)
		sum += chains.of[i].hash ^ chains.of[i].g;
	v1_order_fini(&order);
	v1_file_fini(&file);
	tables_fini(&tables);
	return sum;
}

static const char *const names[] = { "small-1.11.13", "small-1.19.13", "small-1.21.13",
				     "busy-1.11.13",  "busy-1.19.13",  "profile-1.19.13" };

static void skewing_nothing_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];
		struct file file;
		struct v1_skewed skewed;
		size_t before, after;

		snprintf(path, sizeof(path), "tests/traces/v1/%s.trace", names[i]);
		file = read_file(path);
		skewed = v1_skew(file.data, file.size, V1_SKEW_NONE, 0, 1);
		assert_int_equal(order_of(file.data, file.size, &before),
				 order_of(skewed.data, skewed.size, &after));
		assert_int_equal(before, after);
		assert_true(before > 50);
		free(skewed.data);
		free(file.data);
	}
}

/* *wrong: how often the clocks were found to be broken. */
static void check_skewed(const struct file *file, enum v1_skew mode, uint32_t ticks, uint64_t seed,
			 unsigned *wrong)
{
	struct v1_skewed skewed = v1_skew(file->data, file->size, mode, ticks, seed);
	size_t before, after;
	struct gt_error error = { 0 };
	int err;

	assert_int_equal(order_of(file->data, file->size, &before),
			 order_of(skewed.data, skewed.size, &after));
	assert_int_equal(before, after);
	err = gt_validate(skewed.data, skewed.size, NULL, &error);
	if (err && strncmp(error.text, "time stamps out of order", 24) != 0)
		fail_msg("mode %d, %u ticks, seed %d: %s", mode, ticks, (int)seed, error.text);
	*wrong += err != 0;
	free(skewed.data);
}

/* The order is found again from the numbers; that it contradicts the clocks is said. */
static void broken_clocks(void **state)
{
	enum v1_skew mode = (enum v1_skew)(uintptr_t)*state;
	unsigned wrong = 0, times = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];
		struct file file;

		snprintf(path, sizeof(path), "tests/traces/v1/%s.trace", names[i]);
		file = read_file(path);
		for (uint64_t seed = 1; seed <= 20; seed++, times++)
			check_skewed(&file, mode, seed % 2 ? 1000 : 1000000, seed, &wrong);
		free(file.data);
	}
	assert_true(wrong > times / 3);
}

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

int main(void)
{
	struct CMUnitTest tests[ROWS(refusals) + ROWS(meanings) + 4];
	size_t count = 0;

	for (size_t i = 0; i < ROWS(refusals); i++)
		tests[count++] = (struct CMUnitTest){ refusals[i].name, refuses, NULL, NULL,
						      (void *)&refusals[i] };
	for (size_t i = 0; i < ROWS(meanings); i++)
		tests[count++] = (struct CMUnitTest){ meanings[i].name, means, NULL, NULL,
						      (void *)&meanings[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(skewing_nothing_changes_nothing);
	tests[count++] = (struct CMUnitTest){ "each event's clock broken", broken_clocks, NULL,
					      NULL, (void *)(uintptr_t)V1_SKEW_EVENTS };
	tests[count++] = (struct CMUnitTest){ "each P's clock broken", broken_clocks, NULL, NULL,
					      (void *)(uintptr_t)V1_SKEW_PROCS };
	tests[count++] = (struct CMUnitTest){ "clocks broken in episodes", broken_clocks, NULL,
					      NULL, (void *)(uintptr_t)V1_SKEW_EPISODES };
	return _cmocka_run_group_tests("v1", tests, count, NULL, NULL);
}
