/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records as text: each row is a line and what printing it again gives, or
 * what the parser says is wrong with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "rectext.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct row {
	const char *name;
	const char *line;
	const char *printed; /* NULL: refused */
	const char *error;   /* a part of what is said */
};

static const struct row rows[] = {
	{ "blank", "  ", "", NULL },
	{ "comment", " # 1000 cpu0 switch", "", NULL },
	{ "numbers are given", "1000 cpu0 switch prev=100 next=7/200",
	  "1000 cpu0#0 switch prev=100#1 next=7/200#1", NULL },
	{ "numbers go on", "1001 cpu0 switch prev=7/200 next=100 # back",
	  "1001 cpu0#1 switch prev=7/200#2 next=100#2", NULL },
	{ "each CPU counts for itself", "1002 cpu63 switch prev=idle next=7/200",
	  "1002 cpu63#0 switch prev=idle next=7/200#3", NULL },
	{ "numbers skipped", "1003 cpu0+3 exit task=100", "1003 cpu0#5 exit task=100", NULL },
	{ "numbers set", "1004 cpu0#4294967295 switch prev=100#4294967295 next=idle",
	  "1004 cpu0#4294967295 switch prev=100#4294967295 next=idle", NULL },
	{ "numbers wrap", "1005 cpu0 switch prev=idle next=100",
	  "1005 cpu0#0 switch prev=idle next=100#1", NULL },
	{ "switch, all keys",
	  "1 cpu1 switch scope=prev left=1 fd=unix nextsys=compat:4 sys=0 "
	  "state=iowait,dead,preempt,asleep,0x8001 next=2#3 prev=0/1#0",
	  "1 cpu1#0 switch prev=0/1#0 next=2#3 state=asleep,preempt,dead,iowait,0x8001 sys=0 "
	  "nextsys=compat:4 fd=unix scope=prev left=1",
	  NULL },
	{ "switch, state only", "1 cpu1 switch prev=1#1 next=idle state=S scope=none",
	  "1 cpu1#1 switch prev=1#1 next=idle state=S scope=none", NULL },
	{ "syscall forms", "1 cpu1 switch prev=1#2 next=2#4 sys=other nextsys=unknown",
	  "1 cpu1#2 switch prev=1#2 next=2#4 sys=other nextsys=unknown", NULL },
	{ "syscall forms that mean nothing", "1 cpu1 sys_enter task=1 sys=raw:32769",
	  "1 cpu1#3 sys_enter task=1 sys=raw:32769", NULL },
	{ "wakeup, defaults", "1 cpu2 wakeup wakee=1 waker=9/2 target=2 wakercpu=2 flight=0",
	  "1 cpu2#0 wakeup wakee=1#3 waker=9/2", NULL },
	{ "wakeup, all keys",
	  "1 cpu2 wakeup wakee=1 target=3 wakercpu=4 ctx=hardirq flight=5 wakersys=1 "
	  "wakerscope=0 waker=2",
	  "1 cpu2#1 wakeup wakee=1#4 waker=2 target=3 wakercpu=4 ctx=hardirq flight=5 "
	  "wakersys=1 wakerscope=0",
	  NULL },
	{ "wakeup by idle", "1 cpu2 wakeup wakee=1 ctx=softirq",
	  "1 cpu2#2 wakeup wakee=1#5 waker=idle ctx=softirq", NULL },
	{ "fork",
	  "1 cpu2 fork child=18446744073709551615/5 parent=1 sys=56 flags=none parentscope=0",
	  "1 cpu2#3 fork child=18446744073709551615/5#1 parent=1 sys=56 flags=none parentscope=0",
	  NULL },
	{ "syscalls", "1 cpu2 sys_exit task=5/6 ret=-4", "1 cpu2#4 sys_exit task=5/6 ret=-4",
	  NULL },
	{ "thread, defaults", "1 cpu2 thread task=1 comm=\"a b\" tgid=1 old=1 leader=\"a b\"",
	  "1 cpu2#5 thread task=1 comm=\"a b\"", NULL },
	{ "thread, all keys",
	  "1 cpu2 exec task=1 leader=\"\" old=3 tgid=4 start=5 flags=kernel,worker,tracer "
	  "comm=\"\\\"\\\\#\\x0a\\xff\"",
	  "1 cpu2#6 exec task=1 start=5 tgid=4 old=3 flags=kernel,worker,tracer "
	  "comm=\"\\\"\\\\#\\x0a\\xff\" leader=\"\"",
	  NULL },
	{ "thread, longest comm", "1 cpu2 rename task=1 comm=\"1234567890123456\"",
	  "1 cpu2#7 rename task=1 comm=\"1234567890123456\"", NULL },
	{ "snapshot", "snapshot task=9/8#7 state=asleep cpu=3 sys=none start=1 tgid=2 comm=\"x\"",
	  "snapshot task=9/8#7 state=asleep cpu=3 sys=none start=1 tgid=2 comm=\"x\"", NULL },
	{ "snapshot, defaults", "snapshot task=88", "snapshot task=88", NULL },
	{ "numbers go on from the snapshot", "1 cpu3 switch prev=9/8 next=88",
	  "1 cpu3#0 switch prev=9/8#8 next=88#1", NULL },
	{ "a switch that says more",
	  "1 cpu4 switch prev=1#9 next=2#9 stolen=6 by=77 cause=bandwidth how=estimate,begin "
	  "throttled=5",
	  "1 cpu4#0 switch prev=1#9 next=2#9 cause=bandwidth throttled=5 by=77 "
	  "how=begin,estimate stolen=6",
	  NULL },
	{ "a switch whose cause is known to be none", "1 cpu4 switch prev=1#9 next=2#9 cause=none",
	  "1 cpu4#1 switch prev=1#9 next=2#9 cause=none", NULL },
	{ "a throttled share of 0 is said", "1 cpu4 switch prev=1#9 next=2#9 throttled=0",
	  "1 cpu4#2 switch prev=1#9 next=2#9 throttled=0", NULL },
	{ "fork, its queue", "1 cpu4 fork child=66 parent=1 queue=3",
	  "1 cpu4#3 fork child=66#1 parent=1 queue=3", NULL },
	{ "a move has the last number", "1 cpu4 migrate task=66 to=9",
	  "1 cpu4#4 migrate task=66#1 to=9", NULL },
	{ "migrate", "1 cpu4 migrate task=1#9 from=2 to=4", "1 cpu4#5 migrate task=1#9 from=2",
	  NULL },
	{ "oom", "1 cpu4 oom task=3/300", "1 cpu4#6 oom task=3/300", NULL },
	{ "snapshot, where it is", "snapshot task=5 where=known,fault taskstate=2",
	  "snapshot task=5 taskstate=2 where=known,fault", NULL },
	{ "no time", "x cpu0 exit task=1", NULL, "'x' is no number" },
	{ "no CPU", "1 pu0 exit task=1", NULL, "'pu0' is no CPU" },
	{ "CPU too large", "1 cpu1024 exit task=1", NULL, "'1024'" },
	{ "no type", "1 cpu0 swatch prev=1 next=2", NULL, "no type 'swatch'" },
	{ "too short", "1 cpu0", NULL, "a record is" },
	{ "thread missing", "1 cpu0 switch prev=1", NULL, "next= is missing" },
	{ "key of another type", "1 cpu0 switch prev=1 next=2 child=3", NULL, "'child=3'" },
	{ "key twice", "1 cpu0 switch prev=1 next=2 prev=1", NULL, "'prev=1'" },
	{ "no such word", "1 cpu0 switch prev=1 next=2 state=asleap,S", NULL, "'asleap'" },
	{ "syscall too large", "1 cpu0 sys_enter task=1 sys=70000", NULL, "'70000'" },
	{ "comm too long", "1 cpu0 rename task=1 comm=\"12345678901234567\"", NULL, "longer" },
	{ "comm without quotes", "1 cpu0 rename task=1 comm=x", NULL, "quotes" },
	{ "comm without an end", "1 cpu0 rename task=1 comm=\"x y", NULL, "quotes" },
	{ "comm that ends in its escape", "1 cpu0 rename task=1 comm=\"x\\\"", NULL, "quotes" },
};

/* Made in main, kept over the rows: numbers go on as in a file. */
static struct rectext *shared;

static void test_row(void **state)
{
	const struct row *row = *state;
	char printed[RECTEXT_LINE] = "", error[128] = "";
	union rectext_any any;
	int kind = rectext_parse(shared, row->line, &any, error, sizeof(error));

	if (kind == RECTEXT_RECORD)
		rectext_print(printed, sizeof(printed), &any.head);
	else if (kind == RECTEXT_SNAPSHOT)
		rectext_print_snapshot(printed, sizeof(printed), &any.snapshot);
	if (!row->printed) {
		assert_int_equal(kind, -EINVAL);
		assert_non_null(strstr(error, row->error));
		return;
	}
	assert_string_equal(error, "");
	assert_string_equal(printed, row->printed);
}

/* Any bytes print within the line's bound, and what is printed parses to the same bytes. */
static void test_any_bytes(void **state)
{
	static const u8 sizes[] = {
		[REC_SWITCH] = sizeof(struct rec_switch),
		[REC_WAKEUP] = sizeof(struct rec_wakeup),
		[REC_FORK] = sizeof(struct rec_fork),
		[REC_SYS_ENTER] = sizeof(struct rec_sys_enter),
		[REC_SYS_EXIT] = sizeof(struct rec_sys_exit),
		[REC_THREAD] = sizeof(struct rec_thread),
		[REC_EXIT] = sizeof(struct rec_exit),
	};
	u64 seed = 0x9e3779b97f4a7c15;
	unsigned parsed = 0;
	struct rectext *text;

	(void)state;
	assert_int_equal(rectext_new(&text), 0);
	for (unsigned i = 0; i < 20000; i++) {
		union rectext_any any = { 0 }, again;
		char line[2 * RECTEXT_LINE], printed[2 * RECTEXT_LINE], error[128];
		unsigned type = i % (REC_EXIT + 1);

		for (size_t at = 0; at < sizeof(any); at++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			((u8 *)&any)[at] = (u8)((seed >> 60) ? seed >> 33 : 0);
		}
		any.head.type = (u8)type;
		any.head.size = sizes[type];
		any.head.cpu %= 1024;
		if (rectext_print(line, sizeof(line), &any.head) >= RECTEXT_LINE)
			fail_msg("too long: %s", line);
		if (!sizes[type])
			continue;
		/* A value beyond its enum's prints as a number and may be refused. */
		if (rectext_parse(text, line, &again, error, sizeof(error)) < 0)
			continue;
		parsed++;
		rectext_print(printed, sizeof(printed), &again.head);
		assert_string_equal(line, printed);
	}
	assert_true(parsed > 10000);
	rectext_free(text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 1] = { cmocka_unit_test(test_any_bytes) };
	int failed;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)&rows[i],
		};
	if (rectext_new(&shared))
		return 1;
	failed = cmocka_run_group_tests_name("rectext", tests, NULL, NULL);
	rectext_free(shared);
	return failed;
}
