// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The reader: every rule of the order, broken once; what is between the
 * events; damage. That its verdicts and its order are Go's is judged by
 * tests/judge/golden on larger traces.
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

/* G 7 runs on P 0, M 5; G 8 waits; G 9 is runnable; P 1 is idle. */
#define START                                                                                      \
	"1.23\n"                                                                                   \
	"5 2 ProcStatus 0 1\n5 3 GoStatus 7 5 2\n"                                                 \
	"- 4 GoStatus 8 - 4\n- 5 GoStatus 9 - 1\n- 6 ProcStatus 1 2\n"
#define STARTED "Sync@1 ProcStatus@2 GoStatus@3 GoStatus@4 GoStatus@5 ProcStatus@6"

static const struct row {
	const char *name;
	const char *trace;
	const char *result;  /* events as NAME@TIME, then the error's text after "! " */
	const char *like_go; /* if that differs */
} rows[] = {
	{ "a start", START, STARTED " Sync@7" },
	{ "a generation without events", "1.26", "Sync@1 Sync@2" },
	{ "no frequency", "1.23\n5 2 ProcStatus 0 1\nno frequency\n",
	  "Sync@1 ! generation 1 has no Frequency" },
	{ "two frequencies", "1.23\n5 2 ProcStatus 0 1\nraw 1 1 0 1 2 8 100\n",
	  "Sync@1 ! a second Frequency in one generation" },
	{ "a hole in the generations", "1.23\n5 2 ProcStatus 0 1\n--\nraw 1 4 0 1 0\n",
	  "Sync@1 ! a batch of generation 4 follows generation 1" },
	{ "a generation of number 0", "1.23\nraw 1 0 0 1 0\n", "Sync@1 ! a batch of generation 0" },
	{ "no batch", "1.23\nraw 9 9 9\n", "Sync@1 ! event type 9 where a batch should begin" },
	{ "a batch cut off", "1.23\n5 2 ProcStatus 0 1\nno frequency\nraw 1 1 0 1 9 8\n",
	  "Sync@1 ! the trace ends inside a batch: 1 bytes of 9 are there" },
	{ "a batch too large", "1.23\nraw 1 1 0 1 129 128 4\n",
	  "Sync@1 ! a batch of 65537 bytes, at most 65536 are legal" },
	{ "an event cut off", "1.23\nraw 1 1 5 1 2 13 0\n",
	  "! ProcStatus is cut off by the batch's end, or has a number too large" },
	{ "no event type", "1.23\nraw 1 1 5 1 2 99 0\n", "! event type 99 among an M's events" },
	{ "a clock among events", "1.26\n5 2 ClockSnapshot 1 1 1\n",
	  "Sync@1 ! ClockSnapshot: may not stand in a batch of events" },
	{ "an experiment's batch", START "raw 49 1 1 5 2 3 9 9 9\n", STARTED " Sync@7" },
	{ "the end inside an experiment's batch", START "--\nraw 49\nno frequency\n",
	  STARTED " Sync@7 ! the trace ends inside a batch's header", STARTED " Sync@7" },
	{ "equal times", START "5 7 GoBlock 0 0\n- 7 GoUnblock 8 1 0\n",
	  STARTED " GoUnblock@7 GoBlock@8 Sync@9" },
	{ "a sample before what is later", START "sample 7 5 0 7 0\n5 8 GoBlock 0 0\n",
	  STARTED " CPUSample@7 GoBlock@8 Sync@9" },
	{ "a sample after what is at the same time", START "sample 8 5 0 7 0\n5 8 GoBlock 0 0\n",
	  STARTED " GoBlock@8 CPUSample@9 Sync@10" },
	{ "a sample with an unknown stack", START "sample 8 5 0 7 3\n",
	  STARTED " ! CPUSample: there is no stack 3", STARTED " CPUSample@8 Sync@9" },
	{ "an unknown stack", START "5 8 GoBlock 0 3\n",
	  STARTED " ! GoBlock: there is no stack 3" },
	{ "an unknown string", START "5 8 GoBlock 3 0\n",
	  STARTED " ! GoBlock: there is no string 3" },
	{ "known ones", START "string 3 sync\nstack 2 4096 3 3 10\n5 8 GoBlock 3 2\n",
	  STARTED " GoBlock@8 Sync@9" },
	{ "a string twice", START "string 3 a\nstring 3 b\n",
	  "Sync@1 ! String id 3 is there twice" },
	{ "string 0", START "string 0 a\n", "Sync@1 ! String id 0 is there twice" },
	{ "a frame without its string", START "stack 2 4096 9 3 10\n",
	  "Sync@1 ! the frame of PC 0x1000 has func 9, which is no string" },

	/* The head of the frontier waits, and is the second after the sort. */
	{ "the head is tried again",
	  START "1 10 GoUnblock 8 2 0\n2 10 GoUnblock 8 2 0\n3 10 GoUnblock 8 1 0\n",
	  STARTED " GoUnblock@10 ! no event can come next" },

	/* Ps */
	{ "start and stop",
	  START "5 7 GoBlock 0 0\n5 8 ProcStop\n6 9 ProcStart 0 1\n6 10 GoStart 9 1\n",
	  STARTED " GoBlock@7 ProcStop@8 ProcStart@9 GoStart@10 Sync@11" },
	{ "a P with a status beyond all", "1.23\n5 2 ProcStatus 0 5\n",
	  "Sync@1 ! ProcStatus: P 0 has status 5" },
	{ "a P with another status", START "5 8 ProcStatus 1 1\n",
	  STARTED " ! ProcStatus: P 1 is Idle, not Running" },
	{ "a start out of sequence", START "6 8 ProcStart 1 2\n",
	  STARTED " ! no event can come next: M 6 ProcStart p=1 p_seq=2 (P 1 is Idle, seq 0)" },
	{ "a start of nothing", START "6 8 ProcStart 4 1\n",
	  STARTED " ! no event can come next: M 6 ProcStart p=4 p_seq=1 (P 4 is unknown)" },
	{ "a start on no M", START "- 8 ProcStart 1 1\n", STARTED " ! ProcStart: stands on no M" },
	{ "a stop without a P", START "6 8 ProcStop\n", STARTED " ! ProcStop: its M holds no P" },
	{ "a stop of a P that is idle", START "5 8 ProcStatus 0 1\n5 9 ProcStop\n5 10 ProcStop\n",
	  STARTED " ProcStatus@8 ProcStop@9 ! ProcStop: its M holds no P" },
	{ "a steal", START "5 7 GoSyscallBegin 1 0\n6 8 ProcSteal 0 2 5\n5 9 GoSyscallEndBlocked\n",
	  STARTED " GoSyscallBegin@7 ProcSteal@8 GoSyscallEndBlocked@9 Sync@10" },
	{ "a steal from oneself", START "5 7 GoSyscallBegin 1 0\n5 8 ProcSteal 0 2 5\n",
	  STARTED " GoSyscallBegin@7 ProcSteal@8 Sync@9" },
	{ "a steal from an unknown M", START "5 7 GoSyscallBegin 1 0\n6 8 ProcSteal 0 2 4\n",
	  STARTED " GoSyscallBegin@7 ! ProcSteal: P 0 from M 4, which is unknown" },
	{ "a steal from another M",
	  START "6 7 ProcStart 1 1\n5 8 GoSyscallBegin 1 0\n4 9 ProcSteal 0 2 6\n",
	  STARTED " ProcStart@7 GoSyscallBegin@8 ! ProcSteal: P 0 from M 6, which holds P 1" },
	{ "a P left behind",
	  START "5 7 GoSyscallBegin 1 0\n5 8 GoDestroySyscall\n6 9 ProcSteal 0 2 5\n",
	  STARTED " GoSyscallBegin@7 ProcSteal@8 GoDestroySyscall@9 ProcSteal@10 Sync@11" },
	{ "an abandoned P whose M is known",
	  START "5 7 GoSyscallBegin 1 0\n--\n6 9 ProcStatus 0 4\n6 10 ProcSteal 0 1 5\n",
	  STARTED " GoSyscallBegin@7 Sync@8 ProcStatus@9 ProcSteal@10 Sync@11" },

	/* Gs */
	{ "a G with a status beyond all", START "5 8 GoStatus 6 5 5\n",
	  STARTED " ! GoStatus: G 6 has status 5" },
	{ "a G with another status", START "5 8 GoStatus 8 5 2\n",
	  STARTED " ! GoStatus: G 8 is Waiting, not Running" },
	{ "a new G in the second generation", START "--\n5 8 GoStatus 6 - 4\n",
	  STARTED " Sync@7 ! GoStatus: G 6 is new after the first generation" },
	{ "a syscall on no M", START "- 8 GoStatus 6 - 3\n",
	  STARTED " ! GoStatus: G 6 is Syscall on no M" },
	{ "a syscall on the M of another", START "4 8 GoStatus 6 5 3\n",
	  STARTED " ! GoStatus: G 6 is Syscall on M 5, which runs G 7" },
	{ "a creation", START "5 8 GoCreate 20 0 0\n5 9 GoBlock 0 0\n5 10 GoStart 20 1\n",
	  STARTED " GoCreate@8 GoBlock@9 GoStart@10 Sync@11" },
	{ "a creation of one that exists", START "5 8 GoCreate 8 0 0\n",
	  STARTED " ! GoCreate: G 8 exists" },
	{ "a creation without a P", START "6 8 GoCreate 20 0 0\n",
	  STARTED " ! GoCreate: its M holds no P (P -1, G -1)" },
	{ "a creation inside a syscall", START "5 8 GoSyscallBegin 1 0\n5 9 GoCreate 20 0 0\n",
	  STARTED " GoSyscallBegin@8 ! GoCreate: the creator, G 7, is Syscall, not Running" },
	{ "a callback", START "4 8 GoCreateSyscall 20\n4 9 GoSyscallEndBlocked\n",
	  STARTED " GoCreateSyscall@8 GoSyscallEndBlocked@9 Sync@10" },
	{ "a callback on an M that runs one", START "5 8 GoCreateSyscall 20\n",
	  STARTED " ! GoCreateSyscall: its M runs a G" },
	{ "a start of one that waits", START "5 8 GoBlock 0 0\n5 9 GoStart 8 1\n",
	  STARTED
	  " GoBlock@8 ! no event can come next: M 5 GoStart g=8 g_seq=1 (G 8 is Waiting, seq 0)" },
	{ "a start on an M that runs one", START "5 8 GoStart 9 1\n",
	  STARTED " ! GoStart: its M runs a G" },
	{ "a start by an older number",
	  START "--\n6 8 ProcStatus 1 2\n6 9 ProcStart 1 1\n6 10 GoStart 9 1\n",
	  STARTED
	  " Sync@7 ProcStatus@8 ProcStart@9 ! no event can come next: M 6 GoStart g=9 g_seq=1 "
	  "(G 9 is Runnable, seq 0 of an older generation)" },
	{ "a block without a G", START "6 7 ProcStart 1 1\n6 8 GoBlock 0 0\n",
	  STARTED " ProcStart@7 ! GoBlock: its M runs no G" },
	{ "a block inside a syscall", START "5 8 GoSyscallBegin 1 0\n5 9 GoBlock 0 0\n",
	  STARTED " GoSyscallBegin@8 ! GoBlock: G 7 is Syscall, not Running" },
	{ "an end of one that is gone", START "5 8 GoDestroy\n5 9 GoDestroy\n",
	  STARTED " GoDestroy@8 ! GoDestroy: its M runs no G" },
	{ "the other of two Ms that run one",
	  START "6 7 ProcStart 1 1\n6 8 GoStatus 7 6 2\n5 9 GoDestroy\n6 10 GoDestroy\n",
	  STARTED " ProcStart@7 GoStatus@8 GoDestroy@9 ! GoDestroy: G 7 does not exist" },
	{ "an id that is used again",
	  START "5 8 GoDestroy\n5 9 GoCreate 7 0 0\n5 10 GoStart 7 1\n5 11 GoStop 0 0\n",
	  STARTED " GoDestroy@8 GoCreate@9 GoStart@10 GoStop@11 Sync@12" },
	{ "an unblock of one that is ready", START "5 8 GoUnblock 9 1 0\n",
	  STARTED " ! no event can come next: M 5 GoUnblock g=9 g_seq=1 (G 9 is Runnable, seq 0)" },
	{ "a switch", START "5 8 GoSwitch 8 1\n5 20 GoSwitchDestroy 7 1\n",
	  STARTED
	  " GoSwitch@8 GoBlock@9 GoStart@10 GoSwitchDestroy@20 GoDestroy@21 GoStart@22 Sync@23" },
	{ "a switch to one that is ready", START "5 8 GoSwitch 9 1\n",
	  STARTED " ! no event can come next: M 5 GoSwitch g=9 g_seq=1 (G 9 is Runnable, seq 0)" },
	{ "a syscall", START "5 8 GoSyscallBegin 1 0\n5 9 GoSyscallEnd\n",
	  STARTED " GoSyscallBegin@8 GoSyscallEnd@9 Sync@10" },
	{ "a syscall out of sequence", START "5 8 GoSyscallBegin 2 0\n",
	  STARTED " ! GoSyscallBegin: p_seq 2 does not follow 0 of P 0" },
	{ "a syscall in a syscall", START "5 8 GoSyscallBegin 1 0\n5 9 GoSyscallBegin 2 0\n",
	  STARTED " GoSyscallBegin@8 ! GoSyscallBegin: G 7 is Syscall, not Running" },
	{ "a stray end", START "5 8 GoSyscallEnd\n",
	  STARTED " ! GoSyscallEnd: G 7 is Running, not Syscall" },
	{ "an end that waits for its steal",
	  START "5 8 GoSyscallBegin 1 0\n5 9 GoSyscallEndBlocked\n",
	  STARTED " GoSyscallBegin@8 ! no event can come next: M 5 GoSyscallEndBlocked (P 0 is "
		  "Syscall, seq 1)" },

	/* Ranges, GC, annotations */
	{ "stop the world", START "string 3 why\n5 8 STWBegin 3 0\n5 9 STWEnd\n",
	  STARTED " STWBegin@8 STWEnd@9 Sync@10" },
	{ "a stop in a stop", START "string 3 why\n5 8 STWBegin 3 0\n5 9 STWBegin 3 0\n",
	  STARTED " STWBegin@8 ! STWBegin: it is open already on G 7" },
	{ "an end without its begin", START "5 8 STWEnd\n",
	  STARTED " ! STWEnd: it is not open on G 7" },
	{ "a mark assist across generations",
	  START "5 8 GCMarkAssistBegin 0\n--\n5 9 GCMarkAssistActive 7\n5 10 GCMarkAssistEnd\n",
	  STARTED " GCMarkAssistBegin@8 Sync@9 GCMarkAssistActive@10 GCMarkAssistEnd@11 Sync@12" },
	{ "an active assist that is none", START "--\n5 9 GCMarkAssistActive 7\n",
	  STARTED " Sync@7 ! GCMarkAssistActive: it is not open on G 7" },
	{ "a sweep", START "5 8 GCSweepBegin 0\n5 9 GCSweepEnd 1 2\n",
	  STARTED " GCSweepBegin@8 GCSweepEnd@9 Sync@10" },
	{ "a sweep in a sweep", START "5 8 GCSweepActive 0\n5 9 GCSweepBegin 0\n",
	  STARTED " GCSweepActive@8 ! GCSweepBegin: P 0 is sweeping already" },
	{ "a sweep's end alone", START "5 8 GCSweepEnd 1 2\n",
	  STARTED " ! GCSweepEnd: P 0 is not sweeping" },
	{ "a sweep of an unknown P", START "5 8 GCSweepActive 9\n",
	  STARTED " ! GCSweepActive: P 9 is unknown" },
	{ "a GC", START "5 8 GCBegin 4 0\n5 9 GCEnd 5\n5 10 GCBegin 6 0\n--\n5 11 GCActive 7\n",
	  STARTED " GCBegin@8 GCEnd@9 GCBegin@10 Sync@11 GCActive@12 Sync@13" },
	{ "a GC in a GC", START "5 8 GCBegin 4 0\n5 9 GCBegin 5 0\n",
	  STARTED " GCBegin@8 ! GCBegin: the GC is on" },
	{ "a GC's end out of sequence", START "5 8 GCBegin 4 0\n5 9 GCEnd 6\n",
	  STARTED " GCBegin@8 ! no event can come next: M 5 GCEnd gc_seq=6 (the GC is on, seq 4)" },
	{ "a task twice",
	  START "string 3 t\n5 8 UserTaskBegin 1 0 3 0\n5 9 UserTaskBegin 1 0 3 0\n",
	  STARTED " UserTaskBegin@8 ! UserTaskBegin: task 1 is open already" },
	{ "a task without its name", START "5 8 UserTaskBegin 1 0 3 0\n",
	  STARTED " ! UserTaskBegin: there is no string 3" },
	{ "a task that began before", START "5 8 UserTaskEnd 9 0\n",
	  STARTED " UserTaskEnd@8 Sync@9" },
	{ "regions",
	  START "string 3 a\nstring 4 b\n5 8 UserRegionBegin 0 3 0\n5 9 UserRegionBegin 0 4 0\n"
		"5 10 UserRegionEnd 0 4 0\n--\nstring 9 a\n5 11 UserRegionEnd 0 9 0\n",
	  STARTED " UserRegionBegin@8 UserRegionBegin@9 UserRegionEnd@10 Sync@11 UserRegionEnd@12 "
		  "Sync@13" },
	{ "a region's end that is another's",
	  START "string 3 a\nstring 4 b\n5 8 UserRegionBegin 0 3 0\n5 9 UserRegionEnd 0 4 0\n",
	  STARTED " UserRegionBegin@8 ! UserRegionEnd: the innermost region of G 7 is another" },
	{ "a label without a G", START "string 3 a\n6 8 GoLabel 3\n",
	  STARTED " ! GoLabel: its M holds no P" },
	{ "a metric without a G", START "6 8 ProcStart 1 1\n6 9 HeapAlloc 5\n",
	  STARTED " ProcStart@8 HeapAlloc@9 Sync@10" },
	{ "an experiment's event on no M", START "- 8 SpanFree 1\n",
	  STARTED " ! SpanFree: stands on no M" },
	{ "a frequency of half a GHz", "1.23\nfrequency 500000000\n5 2 ProcStatus 0 1\n",
	  "Sync@2 ProcStatus@4 Sync@5" },
	{ "a frequency of nothing", "1.23\n5 2 ProcStatus 0 1\nraw 1 1 0 1 2 8 0\nno frequency\n",
	  "Sync@1 ProcStatus@2 Sync@3" },
};

/* A source that gives one byte at a time. */
struct slow {
	const uint8_t *data;
	size_t size, at;
};

static long slow_read(void *ctx, void *buf, size_t size)
{
	struct slow *slow = ctx;

	if (slow->at == slow->size || !size)
		return 0;
	*(uint8_t *)buf = slow->data[slow->at++];
	return 1;
}

static void describe(struct gt_reader *reader, char *text, size_t size)
{
	const struct gt_event *event;
	size_t used = 0;
	int err;

	text[0] = '\0';
	while (!(err = gt_reader_next(reader, &event)) && event) {
		const char *name =
			event->type == GT_EV_SYNC_POINT ? "Sync" : gt_spec(event->type)->name;

		used += (size_t)snprintf(text + used, size - used, "%s%s@%" PRId64, used ? " " : "",
					 name, event->time);
	}
	if (err) {
		assert_int_equal(err, gt_reader_error(reader)->code);
		assert_int_equal(gt_reader_next(reader, &event), err);
		snprintf(text + used, size - used, "%s! %s", used ? " " : "",
			 gt_reader_error(reader)->text);
	}
	gt_reader_free(reader);
}

/* The events in full, the error as far as the row has it. */
static void compare(const char *got, const char *want)
{
	char start[4096];

	snprintf(start, sizeof(start), "%.*s", strchr(want, '!') ? (int)strlen(want) : 4095, got);
	assert_string_equal(start, want);
}

static void reads(void **state)
{
	const struct row *row = *state;
	struct gt_reader_options like_go = { .like_go = true };
	struct minitrace *trace = malloc(sizeof(*trace));
	struct gt_reader *reader;
	struct slow slow;
	char text[4096];

	minitrace_make(trace, row->trace);
	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	describe(reader, text, sizeof(text));
	compare(text, row->result);
	slow = (struct slow){ trace->data, trace->size, 0 };
	assert_int_equal(gt_reader_new_source(&reader, slow_read, &slow, NULL), 0);
	describe(reader, text, sizeof(text));
	compare(text, row->result);
	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, &like_go), 0);
	describe(reader, text, sizeof(text));
	compare(text, row->like_go ? row->like_go : row->result);
	free(trace);
}

/* Cut off anywhere, a trace is an error, and none that crashes. */
static void cut_off_anywhere(void **state)
{
	struct minitrace *trace = malloc(sizeof(*trace));

	(void)state;
	minitrace_make(trace, START "string 3 a\nstack 2 4096 3 3 10\n5 8 GoBlock 3 2\n"
				    "--\n5 9 GoUnblock 8 1 0\n5 20 ProcStop\n");
	assert_int_not_equal(gt_validate(trace->data, trace->size, NULL, NULL), 0);
	minitrace_make(trace, START "string 3 a\nstack 2 4096 3 3 10\n5 8 GoBlock 3 2\n");
	assert_int_equal(gt_validate(trace->data, trace->size, NULL, NULL), 0);
	for (size_t size = 0; size < trace->size; size++) {
		/* A copy of its own, so that a sanitizer sees a read beyond it. */
		uint8_t *copy = malloc(size + !size);
		struct gt_error error;

		memcpy(copy, trace->data, size);
		assert_int_not_equal(gt_validate(copy, size, NULL, &error), 0);
		assert_true(error.code < 0 && error.text[0]);
		free(copy);
	}
	free(trace);
}

/* Any bit turned: a verdict, and no crash. */
static void any_bit_turned(void **state)
{
	struct minitrace *trace = malloc(sizeof(*trace));
	unsigned refused = 0;

	(void)state;
	minitrace_make(trace,
		       START "string 3 a\nstack 2 4096 3 3 10\n5 8 GoBlock 3 2\n"
			     "sample 9 5 0 7 2\n--\n- 9 GoStatus 8 - 4\n- 12 GoUnblock 8 1 0\n");
	for (size_t bit = 0; bit < 8 * trace->size; bit++) {
		uint8_t *copy = malloc(trace->size);

		memcpy(copy, trace->data, trace->size);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused += !!gt_validate(copy, trace->size, NULL, NULL);
		free(copy);
	}
	assert_true(refused > 2 * trace->size);
	free(trace);
}

static const struct header_row {
	const char *name, *bytes;
	size_t size;
	int code;
	const char *text;
} headers[] = {
	{ "nothing", "", 0, -EINVAL, "it is empty" },
	{ "something else", "\177ELF-something-else", 19, -EINVAL, "not a Go execution trace" },
	{ "a header cut off", "go 1.23 trace", 13, -EINVAL, "not a Go execution trace" },
	{ "v1", "go 1.21 trace\0\0\0", 16, -ENODATA,
	  "the trace has no Frequency: its end is missing" },
	{ "very old", "go 1.5 trace\0\0\0\0", 16, -EPROTONOSUPPORT,
	  "a trace in the format of Go 1.5 is not known here (1.11, 1.19, 1.21, 1.22, 1.23, 1.25 "
	  "and 1.26 are)" },
	{ "the future", "go 1.31 trace\0\0\0", 16, -EPROTONOSUPPORT,
	  "a trace in the format of Go 1.31 is not known here (1.11, 1.19, 1.21, 1.22, 1.23, 1.25 "
	  "and 1.26 are)" },
	{ "a header alone", "go 1.26 trace\0\0\0", 16, -ENODATA, "the trace has no generation" },
	{ "an older header alone", "go 1.22 trace\0\0\0", 16, -ENODATA,
	  "the trace has no generation" },
};

static void header(void **state)
{
	const struct header_row *row = *state;
	struct gt_error error;

	assert_int_equal(gt_validate(row->bytes, row->size, NULL, &error), row->code);
	assert_string_equal(error.text, row->text);
}

int main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		HEADERS = sizeof(headers) / sizeof(headers[0])
	};
	struct CMUnitTest tests[ROWS + HEADERS + 2];
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		tests[n++] =
			(struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)&rows[i] };
	for (size_t i = 0; i < HEADERS; i++)
		tests[n++] = (struct CMUnitTest){ headers[i].name, header, NULL, NULL,
						  (void *)&headers[i] };
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(cut_off_anywhere);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(any_bit_turned);
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
