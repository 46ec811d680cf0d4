// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Parts of a trace: each stands alone, and says what the whole one knew. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gotrace.h"
#include "gotrace/cut.h"
#include "minitrace.h"
#include "tracetext.h"

struct part {
	char bytes[1 << 16];
	size_t size;
};

static int write_part(void *ctx, const void *data, size_t size)
{
	struct part *part = ctx;

	if (size > sizeof(part->bytes) - part->size)
		return -ENOSPC;
	memcpy(part->bytes + part->size, data, size);
	part->size += size;
	return 0;
}

static int open_part(void *ctx, unsigned part, gt_sink_fn *sink, void **sink_ctx)
{
	struct part **parts = ctx;

	parts[part] = calloc(1, sizeof(struct part));
	assert_non_null(parts[part]);
	*sink = write_part;
	*sink_ctx = parts[part];
	return 0;
}

static int close_part(void *ctx, unsigned part)
{
	(void)ctx;
	(void)part;
	return 0;
}

/* A trace with everything open that can be. */
static const char everything[] =
	"1.23\nstring 3 why\nstack 2 4096 3 3 10\n"
	"5 2 ProcStatus 0 1\n5 3 GoStatus 7 5 2\n- 4 GoStatus 8 - 4\n- 5 GoStatus 9 - 1\n"
	"- 6 ProcStatus 1 2\n- 7 GoStatus 10 6 3\n"
	"5 10 GCBegin 4 2\n5 11 GCSweepBegin 0\n5 12 GCMarkAssistBegin 0\n5 13 STWBegin 3 0\n"
	"5 14 UserRegionBegin 0 3 0\n5 15 UserTaskBegin 1 0 3 0\n5 16 GoCreate 20 2 2\n"
	"5 17 STWEnd\n5 18 GoSyscallBegin 1 0\n7 19 ProcStart 1 1\n7 20 GoStart 9 1\n"
	"7 21 ProcSteal 0 2 5\n7 22 GoUnblock 8 1 0\n"
	"--\nstring 4 why\n5 30 GoStatus 7 5 3\n7 31 ProcStatus 1 1\n7 32 GoStatus 9 7 2\n"
	"7 33 GCMarkAssistActive 7\n7 34 GCActive 5\n- 35 GCSweepActive 0\n- 36 ProcStatus 0 2\n"
	"- 37 GoStatus 10 6 3\n5 40 GoSyscallEndBlocked\n5 41 ProcStart 0 1\n5 42 GoStart 7 1\n"
	"5 43 GCSweepEnd 1 1\n5 44 GCMarkAssistEnd\n5 45 GCEnd 6\n5 46 UserRegionEnd 0 4 0\n"
	"5 47 UserTaskEnd 1 0\n7 48 GoDestroy\n- 49 GoStatus 8 - 1\n- 50 GoStatus 20 - 1\n"
	"7 51 GoStart 8 1\n7 60 GoSwitch 10 1\n";

/* The events of a trace alone: those that the source has as well. */
static unsigned count(const void *data, size_t size, int64_t from, unsigned *states)
{
	const struct gt_event *event;
	struct gt_reader *reader;
	unsigned events = 0;
	int err;

	*states = 0;
	assert_int_equal(gt_reader_new_memory(&reader, data, size, NULL), 0);
	while (!(err = gt_reader_next(reader, &event)) && event) {
		if (event->type != GT_EV_SYNC_POINT && event->time >= from)
			events++;
		else if (event->type != GT_EV_SYNC_POINT)
			(*states)++;
	}
	if (err)
		print_error("%s\n", gt_reader_error(reader)->text);
	assert_int_equal(err, 0);
	gt_reader_free(reader);
	return events;
}

/* Cut before any event, both sides stand alone, and nothing is lost but the stop's end. */
static void cuts_anywhere(void **state)
{
	struct minitrace *trace = malloc(sizeof(*trace));
	unsigned states;

	(void)state;
	minitrace_make(trace, everything);
	/* The last event is one that no trace allows: all before it is cut all the same. */
	for (uint64_t each = 1; each < 50; each++) {
		struct part *parts[64] = { 0 };
		const struct gt_cut_options options = {
			.to_ns = INT64_MAX,
			.events_per_part = each,
			.open = open_part,
			.close = close_part,
			.ctx = parts,
		};
		struct gt_reader *reader;

		assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
		assert_int_equal(gt_cut(reader, &options), -EBADMSG);
		gt_reader_free(reader);
		for (unsigned i = 1; i < 64 && parts[i]; i++) {
			count(parts[i]->bytes, parts[i]->size, 0, &states);
			free(parts[i]);
		}
	}
	free(trace);
}

static void cuts_a_window(void **state)
{
	struct minitrace *trace = malloc(sizeof(*trace));
	struct part *parts[3] = { 0 };
	const struct gt_cut_options options = {
		.from_ns = 13, /* since the sync point at 1: inside the stop of the world */
		.to_ns = 45,
		.open = open_part,
		.close = close_part,
		.ctx = parts,
	};
	struct gt_reader *reader;
	unsigned states;
	int err;

	(void)state;
	minitrace_make(trace, everything);
	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	err = gt_cut(reader, &options);
	assert_string_equal(gt_reader_error(reader)->text, "");
	assert_int_equal(err, 0);
	gt_reader_free(reader);
	assert_null(parts[2]);
	assert_int_equal(count(parts[1]->bytes, parts[1]->size, 14, &states), 23);
	/* two Ps, four Gs, the GC, a sweep, an assist; and at the end a P once more */
	assert_int_equal(states, 9);
	free(parts[1]);
	free(trace);
}

/*
 * What is in a part of a time in which little or nothing happens. The trace
 * begins at 1, so from and to are one less than the times.
 */
static const char quiet[] =
	"1.23\nstring 1 reads\nstring 2 main\nstring 3 old\nstring 4 waker\n"
	"stack 1 64 3 3 1\nstack 2 65 1 1 1 66 2 2 9\nstack 3 67 4 4 1 68 2 2 7\n"
	"5 2 ProcStatus 0 1\n5 3 GoStatusStack 7 5 2 1\n- 4 ProcStatus 1 2\n- 5 GoStatus 8 - 4\n"
	"5 10 GoBlock 3 2\n5 11 ProcStop\n"
	"--\nstring 9 else\nstack 2 70 9 9 1 71 9 9 1\n"
	"- 100 GoStatus 7 - 4\n- 101 GoStatus 8 - 4\n- 102 ProcStatus 0 2\n- 110 GoUnblock 7 1 0\n"
	"5 120 ProcStart 0 1\n5 121 GoStart 7 2\n5 130 GoStop 9 2\n5 131 GoStart 7 3\n"
	"5 132 GoBlock 0 0\n";

#define STATED(a, b, c, d, of_7)                                                                   \
#a " M=- ProcStatus p=0 pstatus=Idle\n" #b " M=- ProcStatus p=1 pstatus=Idle\n" #c         \
	   " M=- GoStatusStack g=7 m=- gstatus=" of_7 "\n" #d                                      \
	   " M=- GoStatus g=8 m=- gstatus=Waiting\n"
#define SLEEPS                                                                                     \
	"Waiting stack=reads{reads:1}<old (old:1)" /* the name is that of the first stack          \
						    */

static const struct window {
	const char *name, *trace;
	int64_t from, to;
	const char *text; /* NULL: the trace has nothing there */
} windows[] = {
	{ "nothing happens", quiet, 19, 49,
	  STATED(20, 21, 22, 23, SLEEPS) "50 M=- ProcStatus p=0 pstatus=Idle\n" },
	{ "a generation begins in the meantime, its ids mean others", quiet, 98, 105,
	  STATED(96, 97, 98, 99, SLEEPS) "106 M=- ProcStatus p=0 pstatus=Idle\n" },
	{ "too short for its states", quiet, 29, 31,
	  STATED(28, 29, 30, 31, SLEEPS) "32 M=- ProcStatus p=0 pstatus=Idle\n" },
	{ "something happens at once", quiet, 109, 112,
	  STATED(106, 107, 108, 109, SLEEPS) "110 M=- GoUnblock g=7 stack=-\n"
					     "113 M=- ProcStatus p=0 pstatus=Idle\n" },
	{ "woken, and waiting for a CPU", quiet, 112, 117,
	  STATED(113, 114, 115, 116,
		 "Runnable stack=reads{reads:1}<old (old:1)") "118 M=- ProcStatus p=0 "
							      "pstatus=Idle\n" },
	{ "what runs is named only", quiet, 124, 128,
	  "125 M=5 ProcStatus p=0 pstatus=Running\n126 M=5 GoStatusStack g=7 m=5 gstatus=Running "
	  "stack=old (old:1)\n127 M=- ProcStatus p=1 pstatus=Idle\n128 M=- GoStatus g=8 m=- "
	  "gstatus=Waiting\n129 M=5 ProcStatus p=0 pstatus=Running\n" },
	{ "from the beginning", quiet, 0, 5,
	  "2 M=5 ProcStatus p=0 pstatus=Running\n3 M=5 GoStatusStack g=7 m=5 gstatus=Running "
	  "stack=old (old:1)\n4 M=- ProcStatus p=1 pstatus=Idle\n5 M=- GoStatus g=8 m=- "
	  "gstatus=Waiting\n"
	  "6 M=5 ProcStatus p=0 pstatus=Running\n" },
	{ "no P to state again", "1.23\n- 4 GoStatus 8 - 4\n- 50 GoStatus 8 - 4\n", 9, 19,
	  "10 M=- GoStatus g=8 m=- gstatus=Waiting\n20 M=- GoStatus g=8 m=- gstatus=Waiting\n" },
	{ "a version without a stack in its states",
	  "1.22\nstring 1 a\nstack 1 64 1 1 1\n5 4 ProcStatus 0 1\n5 5 GoStatus 7 5 2\n"
	  "5 6 GoBlock 1 1\n5 50 ProcStop\n",
	  9, 19,
	  "10 M=5 ProcStatus p=0 pstatus=Running\n11 M=- GoStatus g=7 m=- gstatus=Waiting\n"
	  "20 M=5 ProcStatus p=0 pstatus=Running\n" },
	{ "a stack from before it ran is not why it sleeps",
	  "1.23\nstring 1 reads\nstring 2 main\nstack 2 65 1 1 1 66 2 2 9\n5 2 ProcStatus 0 1\n"
	  "5 3 GoStatusStack 7 5 2 2\n5 4 GoStop 2 2\n5 5 GoStart 7 1\n5 6 GoBlock 0 0\n"
	  "5 50 ProcStop\n",
	  9, 19,
	  "10 M=5 ProcStatus p=0 pstatus=Running\n11 M=- GoStatusStack g=7 m=- gstatus=Waiting "
	  "stack=main (main:9)\n20 M=5 ProcStatus p=0 pstatus=Running\n" },
	{ "behind the end", quiet, 132, 200, NULL },
	{ "before anything", "1.23\n5 10 ProcStatus 0 1\n5 20 ProcStop\n", 0, 0, NULL },
};

static void cuts_what_is_quiet(void **state)
{
	const struct window *row = *state;
	struct minitrace *trace = malloc(sizeof(*trace));
	struct part *parts[3] = { 0 };
	const struct gt_cut_options options = {
		.from_ns = row->from,
		.to_ns = row->to,
		.open = open_part,
		.close = close_part,
		.ctx = parts,
	};
	struct gt_reader *reader;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	minitrace_make(trace, row->trace);
	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(gt_cut(reader, &options), row->text ? 0 : -ENODATA);
	gt_reader_free(reader);
	if (row->text) {
		assert_int_equal(gt_validate(parts[1]->bytes, parts[1]->size, NULL, NULL), 0);
		assert_int_equal(tracetext_print(out, parts[1]->bytes, parts[1]->size), 0);
	}
	fclose(out);
	assert_string_equal(text, row->text ? row->text : "");
	assert_null(parts[2]);
	free(parts[1]);
	free(text);
	free(trace);
}

int main(void)
{
	enum {
		WINDOWS = sizeof(windows) / sizeof(windows[0])
	};
	struct CMUnitTest tests[WINDOWS + 2];
	size_t n = 0;

	tests[n++] = (struct CMUnitTest)cmocka_unit_test(cuts_anywhere);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(cuts_a_window);
	for (size_t i = 0; i < WINDOWS; i++)
		tests[n++] = (struct CMUnitTest){ windows[i].name, cuts_what_is_quiet, NULL, NULL,
						  (void *)&windows[i] };
	return _cmocka_run_group_tests("cut", tests, n, NULL, NULL);
}
