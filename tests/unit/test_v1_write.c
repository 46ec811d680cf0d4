// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What the scheduler view says in the format before Go 1.22, read back as Go's
 * reader gives it. That old viewers open it is the suite judge-old's.
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

struct bytes {
	char data[1 << 22];
	size_t size;
};

static int append(void *ctx, const void *data, size_t size)
{
	struct bytes *bytes = ctx;

	if (size >= sizeof(bytes->data) - bytes->size)
		return -ENOSPC;
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	bytes->data[bytes->size] = '\0';
	return 0;
}

struct rig {
	struct bytes trace, text;
	struct gt_writer *writer;
	struct gt_statuses *sched;
	uint64_t name; /* a stack of one frame, "comm" */
	uint64_t deep; /* "futex" in "comm" */
};

static uint64_t string(struct rig *rig, const char *text)
{
	return gt_writer_string(rig->writer, text, strlen(text));
}

static struct rig *rig_new(int version)
{
	const struct gt_writer_options options = { .version = version };
	const struct gt_statuses_options sched = { .version = version, .generation_ns = 1000 };
	struct rig *rig = calloc(1, sizeof(*rig));
	struct gt_frame frames[2];

	assert_non_null(rig);
	assert_int_equal(gt_writer_new(&rig->writer, &options, append, &rig->trace), 0);
	assert_int_equal(gt_statuses_new(&rig->sched, rig->writer, &sched), 0);
	frames[0] = (struct gt_frame){ string(rig, "futex"), string(rig, "program"), 7 };
	frames[1] = (struct gt_frame){ string(rig, "comm"), string(rig, "program"), 7 };
	rig->deep = gt_writer_stack(rig->writer, frames, 2);
	rig->name = gt_writer_stack(rig->writer, frames + 1, 1);
	return rig;
}

static void rig_free(struct rig *rig)
{
	gt_statuses_free(rig->sched);
	gt_writer_free(rig->writer);
	free(rig);
}

/* Finishes the trace. Its events as text, without stacks. */
static const char *events_of(struct rig *rig)
{
	const struct gt_reader_options options = { .like_go = true };
	const struct gt_event *event;
	struct gt_reader *reader;
	struct out *out = malloc(sizeof(*out));
	char *at, *end;

	assert_int_equal(gt_writer_finish(rig->writer), 0);
	assert_int_equal(gt_reader_new_memory(&reader, rig->trace.data, rig->trace.size, &options),
			 0);
	out_init(out, append, &rig->text);
	while (!gt_reader_next(reader, &event) && event)
		print_event_go(out, reader, event, NULL);
	out_str(out, gt_reader_error(reader)->text);
	assert_int_equal(out_flush(out), 0);
	gt_reader_free(reader);
	free(out);
	for (at = end = rig->text.data; *at; at += strcspn(at, "\n") + 1) {
		size_t size = strcspn(at, "\n") + 1;

		if (*at != 'M')
			continue;
		memmove(end, at, size);
		end += size;
	}
	*end = '\0';
	return rig->text.data;
}

/* Two that run and wait at the start; the waiting one is woken by nobody, runs, sleeps again. */
static void a_little_of_everything(void **state)
{
	int version = (int)(uintptr_t)*state;
	struct rig *rig = rig_new(version);
	struct gt_statuses *s = rig->sched;
	char header[16];

	gt_statuses_at(s, 10);
	assert_int_equal(gt_statuses_proc(s, 0, GT_PROC_RUNNING, 100), 0);
	assert_int_equal(gt_statuses_go(s, 100, GT_GO_RUNNING, 100, rig->deep), 0);
	assert_int_equal(gt_statuses_proc(s, 1, GT_PROC_IDLE, GT_NO_ID), 0);
	assert_int_equal(gt_statuses_go(s, 101, GT_GO_WAITING, GT_NO_ID, rig->name), 0);
	gt_statuses_at(s, 100);
	assert_int_equal(gt_statuses_procs_change(s, 100, 2, 0), 0);
	gt_statuses_at(s, 200);
	assert_int_equal(gt_statuses_go_unblock(s, GT_NO_ID, 101, rig->name), 0);
	gt_statuses_at(s, 300);
	assert_int_equal(gt_statuses_proc_start(s, 101, 1), 0);
	assert_int_equal(gt_statuses_go_start(s, 101, 101), 0);
	assert_int_equal(gt_statuses_syscall_begin(s, 101, rig->deep), 0); /* it goes on */
	gt_statuses_at(s, 400);
	assert_int_equal(gt_statuses_syscall_end(s, 101), 0);
	assert_int_equal(gt_statuses_label(s, 101, string(rig, "renamed")), 0);
	gt_statuses_at(s, 500);
	assert_int_equal(gt_statuses_syscall_begin(s, 101, rig->deep), 0); /* a new one */
	gt_statuses_at(s, 5000); /* a generation further, were there any */
	assert_int_equal(gt_statuses_syscall_end(s, 101), 0);
	assert_int_equal(gt_statuses_go_block(s, 101, string(rig, "network"), rig->deep), 0);
	assert_int_equal(gt_statuses_proc_stop(s, 101), 0);
	gt_statuses_at(s, 5100);
	assert_int_equal(gt_statuses_go_create(s, 100, 102, rig->deep, rig->deep), 0);
	assert_int_equal(gt_statuses_go_unblock(s, 100, 101, rig->deep), 0);
	assert_int_equal(gt_statuses_log(s, 100, string(rig, "key"), string(rig, "lost"), 0), 0);
	gt_statuses_at(s, 5200);
	assert_int_equal(gt_statuses_proc_start(s, 101, 1), 0);
	assert_int_equal(gt_statuses_go_start(s, 101, 101), 0);
	assert_int_equal(gt_statuses_go_destroy(s, 101), 0);
	assert_string_equal(
		events_of(rig),
		"M=-1 P=-1 G=-1 Sync Time=-1 N=1\n"
		"M=100 P=0 G=-1 StateTransition Time=0 ProcID=0 Undetermined->Running Reason=\"\"\n"
		"M=100 P=0 G=100 StateTransition Time=1 GoID=100 Undetermined->Running "
		"Reason=\"\"\n"
		"M=-1 P=-1 G=101 StateTransition Time=3 GoID=101 Undetermined->Waiting "
		"Reason=\"\"\n"
		"M=-1 P=-1 G=-1 StateTransition Time=190 GoID=101 Waiting->Runnable Reason=\"\"\n"
		"M=101 P=1 G=-1 StateTransition Time=290 ProcID=1 Undetermined->Running "
		"Reason=\"\"\n"
		"M=101 P=1 G=101 StateTransition Time=291 GoID=101 Runnable->Running Reason=\"\"\n"
		"M=101 P=1 G=101 StateTransition Time=490 GoID=101 Running->Syscall Reason=\"\"\n"
		"M=101 P=1 G=101 StateTransition Time=491 GoID=101 Syscall->Running Reason=\"\"\n"
		"M=101 P=1 G=101 StateTransition Time=4991 GoID=101 Running->Waiting "
		"Reason=\"network\"\n"
		"M=101 P=1 G=-1 StateTransition Time=4992 ProcID=1 Running->Idle Reason=\"\"\n"
		"M=100 P=0 G=100 StateTransition Time=5090 GoID=102 NotExist->Runnable "
		"Reason=\"\"\n"
		"M=-1 P=1000002 G=100 StateTransition Time=5091 GoID=101 Waiting->Runnable "
		"Reason=\"\"\n"
		"M=100 P=0 G=100 Log Time=5092 Task=0 Category=\"key\" Message=\"lost\"\n"
		"M=101 P=1 G=-1 StateTransition Time=5190 ProcID=1 Idle->Running Reason=\"\"\n"
		"M=101 P=1 G=101 StateTransition Time=5191 GoID=101 Runnable->Running Reason=\"\"\n"
		"M=101 P=1 G=101 Label Time=5192 Label=\"renamed\" Resource=Goroutine(101)\n"
		"M=101 P=1 G=101 StateTransition Time=5193 GoID=101 Running->NotExist Reason=\"\"\n"
		"M=100 P=0 G=100 StateTransition Time=5194 GoID=100 Running->Runnable "
		"Reason=\"runtime.Gosched\"\n"
		"M=101 P=1 G=-1 StateTransition Time=5195 ProcID=1 Running->Idle Reason=\"\"\n"
		"M=100 P=0 G=-1 StateTransition Time=5196 ProcID=0 Running->Idle Reason=\"\"\n"
		"M=-1 P=-1 G=-1 Sync Time=5197 N=2\n");
	snprintf(header, sizeof(header), "go 1.%d trace", version);
	assert_string_equal(rig->trace.data, header);
	rig_free(rig);
}

/* Nothing but a start: it ends all the same, and lasts as long as was said. */
static void nothing_happens(void **state)
{
	struct rig *rig = rig_new(21);

	(void)state;
	gt_statuses_at(rig->sched, 10);
	gt_statuses_proc(rig->sched, 0, GT_PROC_IDLE, GT_NO_ID);
	gt_statuses_go(rig->sched, 7, GT_GO_RUNNABLE, GT_NO_ID, 0);
	gt_statuses_at(rig->sched, 1000);
	assert_int_equal(gt_statuses_end(rig->sched), 0);
	assert_string_equal(events_of(rig), "M=-1 P=-1 G=-1 Sync Time=-1 N=1\n"
					    "M=-1 P=-1 G=-1 StateTransition Time=989 GoID=7 "
					    "Undetermined->Runnable Reason=\"\"\n"
					    "M=-1 P=-1 G=-1 Sync Time=990 N=2\n");
	rig_free(rig);
}

static void nothing_at_all(void **state)
{
	struct rig *rig = rig_new(21);

	(void)state;
	assert_string_equal(events_of(rig), "M=-1 P=-1 G=-1 Sync Time=0 N=1\n");
	rig_free(rig);
}

/* What the other mapping says has no words there. */
static void no_words(void **state)
{
	struct rig *rig = rig_new(21);

	(void)state;
	gt_statuses_at(rig->sched, 10);
	gt_statuses_proc(rig->sched, 0, GT_PROC_RUNNING, 100);
	gt_statuses_go(rig->sched, 100, GT_GO_RUNNING, 100, rig->name);
	gt_statuses_syscall_begin(rig->sched, 100, 0);
	gt_statuses_proc_steal(rig->sched, 100, 0, 100);
	assert_int_equal(gt_writer_finish(rig->writer), -ENOTSUP);
	rig_free(rig);
}

/* Batches of 64 KiB go out one by one, and every event is there. */
static void many_events(void **state)
{
	struct rig *rig = rig_new(19);
	uint64_t reason = string(rig, "sleep");
	const char *at;
	unsigned sleeps = 0;

	(void)state;
	gt_statuses_at(rig->sched, 10);
	gt_statuses_proc(rig->sched, 0, GT_PROC_RUNNING, 100);
	gt_statuses_go(rig->sched, 100, GT_GO_RUNNING, 100, rig->name);
	for (uint64_t i = 0; i < 3000; i++) {
		gt_statuses_at(rig->sched, 1000 + i * 5000000);
		assert_int_equal(gt_statuses_go_block(rig->sched, 100, reason, rig->deep), 0);
		assert_int_equal(gt_statuses_go_unblock(rig->sched, i % 2 ? 100 : GT_NO_ID, 100, 0),
				 0);
		assert_int_equal(gt_statuses_go_start(rig->sched, 100, 100), 0);
	}
	assert_true(gt_writer_events(rig->writer) > 9000);
	for (at = events_of(rig); (at = strstr(at, "\"sleep\"")); at++)
		sleeps++;
	assert_int_equal(sleeps, 3000);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a little of everything, 1.19", a_little_of_everything, NULL, NULL,
		  (void *)(uintptr_t)19 },
		{ "a little of everything, 1.21", a_little_of_everything, NULL, NULL,
		  (void *)(uintptr_t)21 },
		cmocka_unit_test(nothing_happens),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(no_words),
		cmocka_unit_test(many_events),
	};

	return cmocka_run_group_tests_name("v1_write", tests, NULL, NULL);
}
