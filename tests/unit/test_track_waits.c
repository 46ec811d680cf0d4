// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Why and for which CPU threads wait, as changes tell it: records as text in
 * (rectext.h), a line for each change of a thread that waits out:
 *
 *   TID out CAUSE queue CPU       it left its CPU and could go on
 *   TID ready queue CPU           woken, born, or so at the start
 *   TID move FROM-TO              moved while it waits
 *   TID in CPU [NS BITS of GROUP] it is on a CPU; BITS: enum change_share
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changecheck.h"
#include "rectext.h"
#include "track/track.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SHARES TOLD_MOVES | TOLD_SHARES

struct row {
	const char *name;
	unsigned told;
	const char *input; /* snapshot lines come first; it ends at 1000 */
	const char *output;
};

/* clang-format off */
static const struct row rows[] = {
{ "preempted, moved, on", SHARES,
	"snapshot task=1#1 state=running cpu=0\n"
	"1000 cpu0 switch prev=1 next=2 state=preempt,R\n"
	"1100 cpu1 migrate task=1 from=0 to=1\n"
	"1200 cpu1 switch prev=idle next=1\n",
	"1 in 0\n" "1 out preempted queue 0\n" "2 in 0 0 1 of 0\n" "1 move 0-1\n" "1 in 1 0 1 of 0\n" },
{ "woken onto another CPU's queue", SHARES,
	"snapshot task=1#1 state=asleep cpu=0\n"
	"1000 cpu0 wakeup wakee=1 target=1\n",
	"1 ready queue 1\n" },
{ "born onto a queue, and an old record that does not say it", 0,
	"1000 cpu0 fork child=1 parent=9 queue=1\n"
	"1100 cpu0 fork child=2 parent=9\n",
	"9 in 0\n" "1 ready queue 1\n" "2 ready queue ?\n" },
{ "runnable at the start", 0,
	"snapshot task=1#1 state=runnable cpu=1\n"
	"1000 cpu0 exit task=9\n",
	"1 ready queue 1\n" },
{ "records before the start know better than its entry", 0,
	"snapshot task=1#2 state=asleep cpu=1\n"
	"snapshot task=2#2 state=runnable cpu=1\n"
	"snapshot task=3#2 state=runnable cpu=1\n"
	"900 cpu0 wakeup wakee=1#3 target=0\n"
	"910 cpu0 migrate task=1#3 from=0 to=1\n"
	"920 cpu0 migrate task=2#2 from=1 to=0\n"
	"930 cpu0 migrate task=3#1 from=1 to=0\n"
	"1000 cpu0 exit task=9\n",
	"1 ready queue 1\n" "2 ready queue 0\n" "3 ready queue 1\n" },
{ "a move that names another wait, a thread on its CPU, a CPU that is none", 0,
	"snapshot task=1#4 state=runnable cpu=0\n"
	"snapshot task=2#4 state=running cpu=0\n"
	"1000 cpu0 migrate task=1#3 to=1\n"
	"1010 cpu0 migrate task=1#5 to=1\n"
	"1020 cpu0 migrate task=2#4 to=1\n"
	"1030 cpu0 migrate task=1#4 to=70\n",
	"2 in 0\n" "1 ready queue 0\n" },
{ "limits that are told", SHARES,
	"snapshot task=1#1 state=running cpu=0\n"
	"1000 cpu0 switch prev=1 next=idle state=R cause=bandwidth\n"
	"1100 cpu0 switch prev=idle next=1 throttled=90 how=begin by=77\n"
	"1200 cpu0 switch prev=1 next=idle state=R cause=deadline\n"
	"1300 cpu0 switch prev=idle next=1 throttled=0 how=unknown\n"
	"1400 cpu0 switch prev=1 next=idle state=R cause=realtime\n"
	"1500 cpu0 switch prev=idle next=1 throttled=10 how=estimate by=78\n"
	"1600 cpu0 switch prev=1 next=idle state=R\n",
	"1 in 0\n" "1 out throttled queue 0\n" "1 in 0 90 5 of 77\n" "1 out deadline queue 0\n"
	"1 in 0\n" "1 out realtime queue 0\n" "1 in 0 10 3 of 78\n" "1 out preempted queue 0\n" },
{ "limits that are not told: a guess from the idle CPU, no share", TOLD_MOVES,
	"snapshot task=1#1 state=running cpu=0\n"
	"1000 cpu0 switch prev=1 next=idle state=R\n"
	"1100 cpu0 switch prev=idle next=1\n",
	"1 in 0\n" "1 out limit queue 0\n" "1 in 0\n" },
};
/* clang-format on */

static const char *const causes[] = {
	[CAUSE_PREEMPTED] = "preempted", [CAUSE_YIELDED] = "yielded",
	[CAUSE_THROTTLED] = "throttled", [CAUSE_DEADLINE] = "deadline",
	[CAUSE_REALTIME] = "realtime",	 [CAUSE_LIMIT] = "limit",
};

struct tale {
	struct changecheck check;
	char text[2048];
	size_t size;
};

static __attribute__((format(printf, 2, 3))) void say(struct tale *tale, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tale->size += (size_t)vsnprintf(tale->text + tale->size, sizeof(tale->text) - tale->size,
					format, args);
	va_end(args);
}

static void say_queue(struct tale *tale, const struct thread *thread)
{
	if (thread->queue == CHANGE_NO_CPU)
		say(tale, " queue ?\n");
	else
		say(tale, " queue %u\n", thread->queue);
}

static void say_on_cpu(struct tale *tale, const struct change *change)
{
	say(tale, "%u in %u", change->thread->tid, change->cpu);
	if (change->kind == CHANGE_IN && change->share)
		say(tale, " %" PRIu64 " %u of %" PRIu64, change->in.throttled_ns, change->share,
		    change->in.group);
	say(tale, "\n");
}

static int on_change(void *ctx, const struct change *change)
{
	struct tale *tale = ctx;

	changecheck_take(&tale->check, change);
	if (change->kind == CHANGE_MOVE)
		say(tale, "%u move %u-%u\n", change->thread->tid, change->move.from, change->cpu);
	if (change->kind >= CHANGE_INPUTS && change->kind != CHANGE_IS)
		return 0;
	if (change->to == THREAD_ON_CPU) {
		say_on_cpu(tale, change);
	} else if (change->to == THREAD_RUNNABLE) {
		say(tale, "%u ", change->thread->tid);
		if (change->kind == CHANGE_OUT_RUNNABLE)
			say(tale, "out %s", causes[change->cause]);
		else
			say(tale, "ready");
		say_queue(tale, change->thread);
	}
	return 0;
}

/* Reads the rows' lines, of which records go into the tracker. */
static void step(struct track *track, const char *input)
{
	struct rec_snapshot snapshot[8];
	union rectext_any any;
	struct rectext *text;
	size_t count = 0;
	char error[128];
	bool begun = false;

	assert_int_equal(rectext_new(&text), 0);
	for (const char *line = input; *line; line = strchr(line, '\n') + 1) {
		struct order_item item = { .kind = ORDER_RECORD, .record = &any.head };

		if (rectext_parse(text, line, &any, error, sizeof(error)) == RECTEXT_SNAPSHOT) {
			snapshot[count++] = any.snapshot;
			continue;
		}
		if (!begun)
			assert_int_equal(track_snapshot(track, snapshot, count, 1000), 0);
		begun = true;
		item.cpu = any.head.cpu;
		item.ts_ns = any.head.ts_ns;
		assert_int_equal(track_step(track, &item), 0);
	}
	rectext_free(text);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct track_options options = { .cpus = 2,
					       .cpus_online = 2,
					       .system_wide = 1,
					       .arch = REC_ARCH_X86_64,
					       .told = row->told };
	struct tale tale = { 0 };
	struct track *track;

	assert_int_equal(track_new(&track, &options, on_change, &tale), 0);
	step(track, row->input);
	assert_int_equal(track_end(track), 0);
	assert_string_equal(tale.text, row->output);
	assert_string_equal(tale.check.breach, "");
	changecheck_fini(&tale.check);
	track_free(track);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_row,
						.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests_name("track_waits", tests, NULL, NULL);
}
