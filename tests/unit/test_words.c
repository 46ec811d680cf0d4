// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Words to records: what a stream implies, what it does not say, what is
 * damaged; and back again by the encoder, as the strict checker sees it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capsim.h"
#include "rectext.h"
#include "records/encode.h"
#include "ring.h"
#include "strict.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MOST_WORDS (4 * RING_BLOCK_WORDS)

/* ---- words in, records as text out ---- */

struct chunk {
	uint32_t position;
	size_t count;
	uint64_t words[24];
};

struct row {
	const char *name;
	struct chunk chunks[3];
	const char *records; /* a line each, then the chunk's state if it is damaged */
};

#define WORD(ts, argument, type) ((uint64_t)(ts) << 32 | (uint64_t)(argument) << 5 | (type))
#define PAIR(high, low) ((uint64_t)(high) << 32 | (low))
/* At time ts, the next number, nobody told; 100/7 in scope and in sys 3, told. */
#define SYNC(ts, number) WORD(ts, 0, RING_SYNC), ts, PAIR(0, number), 0, 0
#define SYNC_100(ts, number)                                                                       \
	WORD(ts, 0, RING_SYNC), ts, PAIR(100, number), PAIR(7, 1),                                 \
		5 | RING_SYNC_TOLD | RING_SYNC_SCOPE

/* clang-format off */
static const struct row rows[] = {
{ "prev, its number, its syscall and scope are current's",
	{ { 0, 7, { SYNC_100(10, 0), WORD(20, 2 | 1 << 3 | 1 << 11, RING_SWITCH), PAIR(3, 2) } } },
	"20 cpu0 switch prev=1/100#8 next=2/0#3 state=asleep,S sys=3 nextsys=unknown\n" },
{ "a switch makes next current",
	{ { 0, 9, { SYNC_100(10, 4), WORD(20, 1 << 3, RING_SWITCH), PAIR(3, 2),
		    WORD(30, 0, RING_SWITCH), 0 } } },
	"20 cpu0#4 switch prev=1/100#8 next=2/0#3 sys=3 nextsys=unknown\n"
	"30 cpu0#5 switch prev=2/0#4 next=idle sys=unknown\n" },
{ "a long switch tells next's tid and syscall",
	{ { 0, 9, { SYNC_100(10, 0), WORD(20, 1 << 3, RING_SWITCH_LONG), PAIR(3, 2), PAIR(200, 9),
		    WORD(30, 0, RING_SYS_EXIT) } } },
	"20 cpu0 switch prev=1/100#8 next=2/200#3 sys=3 nextsys=7\n"
	"30 cpu0 sys_exit task=2/200\n" },
{ "a dead state is prev's end",
	{ { 0, 7, { SYNC_100(10, 0), WORD(20, 0x80 << 11, RING_SWITCH), 0 } } },
	"20 cpu0 switch prev=1/100#8 next=idle state=dead,0x80 sys=3\n" },
{ "a stranger has no number",
	{ { 0, 10, { SYNC(10, 0), WORD(20, 0, RING_CURRENT), PAIR(0, 5), 500,
		     WORD(30, 1 << 3, RING_SWITCH), PAIR(9, 2) } } },
	"30 cpu0 switch prev=5/500#0 next=2/0#9 sys=unknown nextsys=unknown scope=next\n" },
{ "of whom nothing is stored there is the tid",
	{ { 0, 9, { SYNC_100(10, 0), WORD(20, 0, RING_SWITCH), PAIR(900, 0),
		    WORD(30, 1 << 3, RING_WAKEUP), PAIR(901, 0) } } },
	"20 cpu0 switch prev=1/100#8 next=0/900#0 sys=3 nextsys=unknown scope=prev\n"
	"30 cpu0 wakeup wakee=0/901#0 waker=idle target=1 ctx=unknown\n" },
{ "a local waker is current",
	{ { 0, 7, { SYNC_100(10, 0), WORD(20, 1 | 3 << 3, RING_WAKEUP), PAIR(9, 2) } } },
	"20 cpu0 wakeup wakee=2/0#9 waker=1/100 target=3 wakersys=3\n" },
{ "a remote one is named, in units of 16 ns",
	{ { 0, 8, { SYNC(10, 0), WORD(20, 3 | 1 << 2 | 1 << 3 | 9 << 16, RING_WAKEUP_REMOTE),
		    PAIR(9, 2), 6 | 1ULL << 32 | 3ULL << 45 } } },
	"20 cpu0 wakeup wakee=2/0#9 waker=6/0 target=1 wakercpu=1 ctx=hardirq flight=48 wakersys=7\n" },
{ "syscalls are current's, a negative return value is one",
	{ { 0, 9, { SYNC_100(10, 0), WORD(20, 0x7fffff6, RING_SYS_EXIT), WORD(21, 2, RING_SYS_ENTER),
		    WORD(22, 0, RING_SYS_EXIT_LONG), 0xffff800012345678 } } },
	"20 cpu0 sys_exit task=1/100 ret=-10\n"
	"21 cpu0 sys_enter task=1/100 sys=0\n"
	"22 cpu0 sys_exit task=1/100 ret=-140737182935432\n" },
{ "a fork",
	{ { 0, 8, { SYNC_100(10, 0), WORD(20, 58 | 4 << 16 | 1 << 20, RING_FORK), PAIR(1, 8),
		    1 | 2ULL << 32 } } },
	"20 cpu0 fork child=8/0#1 parent=1/0 sys=56 queue=2\n" },
{ "the high half of the time is the last SYNC's",
	{ { 0, 12, { SYNC_100(0xfffffff0, 0), WORD(0xfffffff8, 1, RING_SYS_EXIT),
		     SYNC_100(0x100000005, 1), WORD(0x10, 1, RING_SYS_EXIT) } } },
	"4294967288 cpu0 sys_exit task=1/100 ret=1\n"
	"4294967312 cpu0 sys_exit task=1/100 ret=1\n" },
{ "numbers that a SYNC skips are lost",
	{ { 0, 12, { SYNC_100(10, 0), WORD(20, 1, RING_SYS_EXIT), SYNC_100(30, 4),
		     WORD(40, 1, RING_SYS_EXIT) } } },
	"20 cpu0 sys_exit task=1/100 ret=1\n"
	"40 cpu0+3 sys_exit task=1/100 ret=1\n" },
{ "a type of a newer program is passed over, and counted",
	{ { 0, 9, { SYNC_100(10, 0), WORD(20, 2, 31), 99, WORD(30, 1 | 1 << 8, 30),
		    WORD(40, 1, RING_SYS_EXIT) } } },
	"40 cpu0#1 sys_exit task=1/100 ret=1\n" },
{ "a newer program's longer record",
	{ { 0, 9, { SYNC_100(10, 0), WORD(20, 3, RING_OOM), PAIR(300, 3), 77,
		    WORD(40, 1, RING_SYS_EXIT) } } },
	"20 cpu0 oom task=3/300\n40 cpu0 sys_exit task=1/100 ret=1\n" },
{ "chunks that join go on",
	{ { 0, 5, { SYNC_100(10, 0) } }, { 5, 1, { WORD(20, 1, RING_SYS_EXIT) } },
	  { 6, 1, { WORD(30, 2, RING_SYS_ENTER) } } },
	"20 cpu0 sys_exit task=1/100 ret=1\n30 cpu0 sys_enter task=1/100 sys=0\n" },
{ "chunks that do not join begin at the next block",
	{ { 0, 6, { SYNC_100(10, 0), WORD(20, 1, RING_SYS_EXIT) } },
	  { 8190, 8, { 0xabc, 0xdef, SYNC_100(50, 9), WORD(60, 1, RING_SYS_EXIT) } } },
	"20 cpu0 sys_exit task=1/100 ret=1\n60 cpu0#9 sys_exit task=1/100 ret=1\n" },
{ "one that does not come to a block is left out",
	{ { 0, 6, { SYNC_100(10, 0), WORD(20, 1, RING_SYS_EXIT) } },
	  { 9, 1, { WORD(30, 1, RING_SYS_EXIT) } }, { 10, 1, { WORD(40, 1, RING_SYS_EXIT) } } },
	"20 cpu0 sys_exit task=1/100 ret=1\n" },
{ "the position wraps",
	{ { 0x7fffe000, 6, { SYNC_100(10, 0), WORD(20, 1, RING_SYS_EXIT) } },
	  { 0x7ffffffe, 9, { 1, 2, SYNC_100(30, 5), WORD(40, 1, RING_SYS_EXIT),
			     WORD(50, 2, RING_SYS_ENTER) } },
	  { 7, 1, { WORD(60, 1, RING_SYS_EXIT) } } },
	"20 cpu0 sys_exit task=1/100 ret=1\n40 cpu0#5 sys_exit task=1/100 ret=1\n"
	"50 cpu0 sys_enter task=1/100 sys=0\n60 cpu0 sys_exit task=1/100 ret=1\n" },
{ "no SYNC at the start", { { 0, 1, { WORD(20, 1, RING_SYS_EXIT) } } }, "damaged at 0\n" },
{ "of current, but nobody is told", { { 0, 6, { SYNC(10, 0), WORD(20, 1, RING_SYS_EXIT) } } },
	"damaged at 5\n" },
{ "no such type", { { 0, 6, { SYNC_100(10, 0), WORD(20, 0, 13) } } }, "damaged at 5\n" },
{ "a record that is cut off", { { 0, 6, { SYNC_100(10, 0), WORD(20, 0, RING_SWITCH) } } },
	"damaged at 5\n" },
{ "a size of nothing", { { 0, 6, { SYNC_100(10, 0), WORD(20, 0, 31) } } }, "damaged at 5\n" },
{ "a size that is too small", { { 0, 8, { SYNC_100(10, 0), WORD(20, 3, RING_THREAD), 1, 2 } } },
	"damaged at 5\n" },
{ "what follows damage does not join",
	{ { 0, 6, { SYNC_100(10, 0), WORD(20, 0, 13) } }, { 6, 1, { WORD(30, 1, RING_SYS_EXIT) } } },
	"damaged at 5\n" },
};
/* clang-format on */

static void say_record(FILE *out, const struct rec_head *record)
{
	char line[RECTEXT_LINE];

	rectext_print(line, sizeof(line), record);
	fprintf(out, "%s\n", line);
}

/* Numbers as rectext prints them are all told; here, as it reads them: only where one is skipped.
 */
static void say_chunk(FILE *out, struct words_cpu *cpu, const struct chunk *chunk)
{
	uint64_t room[REC_MOST_BYTES / 8];
	struct words words;

	words_begin(cpu, &words, chunk->words, chunk->count, chunk->position);
	while (words_next(cpu, &words, room))
		say_record(out, (const struct rec_head *)room);
	if (words.at != words.end)
		fprintf(out, "damaged at %td\n", words.at - chunk->words);
}

/* The lines' records, printed: what is left to defaults is filled in. */
static char *normal(const char *text)
{
	union rectext_any any;
	struct rectext *parser;
	char line[RECTEXT_LINE], *out;
	char error[128];
	size_t size;
	FILE *file = open_memstream(&out, &size);

	assert_int_equal(rectext_new(&parser), 0);
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (!strncmp(text, "damaged", 7)) {
			fprintf(file, "%.*s\n", (int)length, text);
		} else {
			snprintf(line, sizeof(line), "%.*s", (int)length, text);
			if (rectext_parse(parser, line, &any, error, sizeof(error)) !=
			    RECTEXT_RECORD)
				fail_msg("%s: %s", line, error);
			if (any.head.type == REC_SWITCH) /* as all that stand in words */
				any.sw.flags |= REC_SWITCH_CAUSE_KNOWN;
			rectext_print(line, sizeof(line), &any.head);
			fprintf(file, "%s\n", line);
		}
		text += length + (text[length] == '\n');
	}
	fclose(file);
	rectext_free(parser);
	return out;
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct words_cpu cpu;
	char *got, *wanted = normal(row->records);
	size_t size;
	FILE *out = open_memstream(&got, &size);

	words_init(&cpu, 0);
	for (size_t i = 0; i < COUNT_OF(row->chunks) && row->chunks[i].count; i++)
		say_chunk(out, &cpu, &row->chunks[i]);
	fclose(out);
	assert_string_equal(got, wanted);
	free(got);
	free(wanted);
}

/* ---- what ABI 1 has no place for ---- */

static const struct rec_head *decode(const uint64_t *words, size_t count)
{
	static uint64_t room[REC_MOST_BYTES / 8];
	struct words_cpu cpu;
	struct words chunk;

	words_init(&cpu, 0);
	words_begin(&cpu, &chunk, words, count, 0);
	assert_true(words_next(&cpu, &chunk, room) == rec_bytes((struct rec_head *)room));
	assert_ptr_equal(chunk.at, chunk.end);
	return (const struct rec_head *)room;
}

static void test_prefixes(void **state)
{
	const uint64_t words[] = {
		SYNC_100(10, 0),
		WORD(20, 3 | RING_UNNUMBERED, RING_STACK_IDS),
		0x1111,
		0x2222,
		WORD(20, 3 | RING_UNNUMBERED | RING_THROTTLED_BEGIN, RING_THROTTLED),
		5000,
		77,
		WORD(20, 3 | RING_UNNUMBERED, RING_SLICE),
		300,
		PAIR(40, 50),
		WORD(20, 1 << 5, RING_SWITCH),
		0,
	};
	const struct rec_switch *record = (const void *)decode(words, COUNT_OF(words));
	const struct rec_more *more = rec_switch_more(record);

	(void)state;
	assert_int_equal(record->head.seq, 0);
	assert_non_null(more);
	assert_int_equal(more->known,
			 REC_MORE_STACKS | REC_MORE_THROTTLED | REC_MORE_SLICE | REC_MORE_CAUSE);
	assert_int_equal(more->kernel_stack, 0x1111);
	assert_int_equal(more->user_stack, 0x2222);
	assert_int_equal(more->throttled_ns, 5000);
	assert_int_equal(more->throttled_by, 77);
	assert_int_equal(more->throttled_flags, REC_THROTTLED_BEGIN);
	assert_int_equal(more->stolen_ns, 300);
	assert_int_equal(more->hardirq_ns, 40);
	assert_int_equal(more->softirq_ns, 50);
	assert_int_equal(rec_switch_cause(record), REC_CAUSE_BANDWIDTH);
}

static void test_shares(void **state)
{
	const struct rec_more prefixes[] = {
		{ .known = REC_MORE_CAUSE },
		{ .known = REC_MORE_THROTTLED, .throttled_ns = 7, .throttled_by = 9 },
		{ .known = REC_MORE_THROTTLED, .throttled_flags = REC_THROTTLED_UNKNOWN },
		{ .known = REC_MORE_SLICE, .stolen_ns = 5 },
	};
	struct rec_throttled share;
	u64 stolen;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		struct {
			struct rec_switch record;
			struct rec_more more;
		} said = { .record.head.size = sizeof(said), .more = prefixes[i] };

		assert_int_equal(rec_switch_throttled(&said.record, true, &share), i != 2);
		assert_int_equal(share.ns, i == 1 ? 7 : 0);
		assert_int_equal(share.by, i == 1 ? 9 : 0);
		assert_int_equal(rec_switch_throttled(&said.record, false, &share), i == 1);
		assert_true(rec_switch_stolen(&said.record, true, &stolen));
		assert_int_equal(stolen, i == 3 ? 5 : 0);
		assert_false(rec_switch_stolen(&said.record, false, &stolen));
	}
}

static void test_snapshot(void **state)
{
	const struct rec_snapshot old = { .task_state = 1 };
	const struct rec_snapshot entry = { .task_state = 0x8000,
					    .where = REC_WHERE_KNOWN | REC_WHERE_FROZEN };

	(void)state;
	assert_int_equal(rec_snapshot_where(&old, REC_WHERE_FROZEN), -1);
	assert_int_equal(rec_snapshot_task_state(&old), -1);
	assert_int_equal(rec_snapshot_where(&entry, REC_WHERE_FROZEN), 1);
	assert_int_equal(rec_snapshot_where(&entry, REC_WHERE_FAULT), 0);
	assert_int_equal(rec_snapshot_task_state(&entry), 0x8000);
}

static void test_unknown_is_not_zero(void **state)
{
	const uint64_t words[] = { SYNC_100(10, 0), WORD(20, 0, RING_SWITCH), 0 };
	const struct rec_switch *record = (const void *)decode(words, COUNT_OF(words));
	union {
		struct rec_switch record;
		uint64_t room[REC_MOST_BYTES / 8];
	} old = { .record = *record };
	const struct rec_exit exit_of_abi_1 = { .head = { .size = sizeof(exit_of_abi_1) } };
	const struct rec_thread thread = { .head = { .size = sizeof(thread) } };
	size_t bytes;

	(void)state;
	assert_null(rec_switch_more(record));
	assert_int_equal(rec_switch_cause(record), REC_CAUSE_NONE);
	old.record.flags &= ~REC_SWITCH_CAUSE_KNOWN;
	assert_int_equal(rec_switch_cause(&old.record), REC_CAUSE_UNKNOWN);
	assert_int_equal(rec_exit_status(&exit_of_abi_1), -1);
	assert_null(rec_thread_attributes(&thread));
	assert_null(rec_exec_command(&thread, &bytes));
}

static void test_exec(void **state)
{
	const struct rec_attributes attributes = {
		.cgroup_id = 12, .ns_tid = 3, .known = REC_KNOWN_CGROUP, .nice = -5
	};
	uint64_t words[5 + RING_THREAD_WORDS + 2] = {
		SYNC_100(10, 0),
		WORD(20, (RING_THREAD_WORDS + 2) | 10 << RING_EXEC_BYTES_SHIFT, RING_EXEC),
		PAIR(100, 1),
		4000,
		PAIR(101, 100),
		REC_THREAD_SCOPE,
	};
	const struct rec_thread *record;
	const char *command;
	size_t bytes;

	(void)state;
	memcpy(&words[10], "child", 6);
	memcpy(&words[14], &attributes, sizeof(attributes));
	memcpy(&words[18], "sleep\0 5s", 10);
	record = (const void *)decode(words, COUNT_OF(words));
	assert_int_equal(record->head.type, REC_EXEC);
	assert_int_equal(record->old_tid, 101);
	assert_string_equal(record->comm, "child");
	assert_memory_equal(rec_thread_attributes(record), &attributes, sizeof(attributes));
	command = rec_exec_command(record, &bytes);
	assert_int_equal(bytes, 10);
	assert_memory_equal(command, "sleep\0 5s", 10);
}

static void test_others(void **state)
{
	const uint64_t migrate[] = { SYNC(10, 0), WORD(20, 3 | 5 << 13, RING_MIGRATE), PAIR(7, 2) };
	const uint64_t leave[] = { SYNC_100(10, 0), WORD(20, 0x8b | RING_EXIT_KNOWN, RING_EXIT) };
	const uint64_t stack[] = { SYNC(10, 0),
				   WORD(20, 4 | 1 << 9 | 3 << 11 | RING_STACK_CUT, RING_STACK),
				   0xabcd, 0x1000, 0x2000 };
	const uint64_t work[] = { SYNC_100(10, 0), WORD(20, 2, RING_WORK), 0xffffffff81000000 };
	const struct rec_migrate *moved = (const void *)decode(migrate, COUNT_OF(migrate));
	const struct rec_stack *taken;

	(void)state;
	assert_int_equal(moved->task.id, 2);
	assert_int_equal(moved->task.num, 7);
	assert_int_equal(moved->from_cpu, 3);
	assert_int_equal(moved->to_cpu, 5);
	assert_int_equal(rec_exit_status((const void *)decode(leave, COUNT_OF(leave))), 0x8b);
	taken = (const void *)decode(stack, COUNT_OF(stack));
	assert_int_equal(taken->id, 0xabcd);
	assert_int_equal(taken->count, 2);
	assert_int_equal(taken->kind, REC_STACK_USER);
	assert_int_equal(taken->stop, 3);
	assert_int_equal(taken->flags, REC_STACK_CUT);
	assert_int_equal(taken->frames[1], 0x2000);
	assert_int_equal(((const struct rec_work *)decode(work, COUNT_OF(work)))->function,
			 0xffffffff81000000);
}

static void test_short_syscalls(void **state)
{
	static const uint16_t forms[] = { REC_SYS_UNKNOWN, REC_SYS_NONE,
					  REC_SYS_BASE,	   REC_SYS_BASE + 500,
					  REC_SYS_OTHER,   REC_SYS_COMPAT | (REC_SYS_BASE + 20) };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		assert_int_equal(ring_long_sys(ring_short_sys(forms[i])), forms[i]);
	assert_int_equal(ring_long_sys(ring_short_sys(REC_SYS_BASE + 2000)), REC_SYS_OTHER);
}

/* What ABI 1 has no place for, as text, in words, and read back. */
static void test_there_and_back(void **state)
{
	static const char *const lines[] = {
		"10 cpu0#0 switch prev=1/0#3 next=2/0#5 state=preempt,R cause=bandwidth "
		"throttled=77 by=9 how=begin,estimate sys=unknown nextsys=unknown",
		"20 cpu0#1 switch prev=2/0#6 next=3/0#2 state=R cause=deadline throttled=0 "
		"how=unknown stolen=5 sys=unknown nextsys=unknown",
		"30 cpu0#2 migrate task=2/0#6 from=3 to=1",
		"40 cpu0#3 oom task=3/300",
		"50 cpu0#4 switch prev=3/0#0 next=4/0#0 state=asleep,0x8001 cause=none scope=none "
		"sys=unknown nextsys=unknown",
	};
	const struct encode_known known = { 0 };
	char printed[RECTEXT_LINE], again[RECTEXT_LINE], error[128];
	struct encode_cpu encoder;
	struct words_cpu cpu;
	struct rectext *text;

	(void)state;
	encode_init(&encoder, 0);
	words_init(&cpu, 0);
	assert_int_equal(rectext_new(&text), 0);
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		uint64_t room[REC_MOST_BYTES / 8];
		union rectext_any any;
		struct encode_out out;
		struct words chunk;

		if (rectext_parse(text, lines[i], &any, error, sizeof(error)) != RECTEXT_RECORD)
			fail_msg("%s: %s", lines[i], error);
		rectext_print(printed, sizeof(printed), &any.head);
		encode_record(&encoder, &any.head, &known, &out);
		words_begin(&cpu, &chunk, out.words, out.count,
			    encoder.position - (uint32_t)out.count);
		assert_true(words_next(&cpu, &chunk, room) != 0);
		rectext_print(again, sizeof(again), (const struct rec_head *)room);
		assert_string_equal(again, printed);
		assert_int_equal(words_next(&cpu, &chunk, room), 0);
	}
	rectext_free(text);
}

/* ---- simulations ---- */

/* Does the strict checker find nothing in what the simulator writes, losses included? */
static void test_strict(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 400; seed += 2) {
		struct sim_options options;
		struct strict_found found;
		struct strict *strict;
		struct stream to;
		struct sim *sim;

		sim_options_random(&options, seed, 4, 20, 2000);
		options.skew_record_ns = options.skew_cpu_ns = options.skew_episode_ns = 0;
		options.snapshot_missing = 0;
		assert_true(options.words);
		assert_int_equal(sim_new(&sim, seed, &options), 0);
		assert_int_equal(strict_new(&strict), 0);
		to = strict_stream(strict);
		assert_int_equal(capsim_feed(sim, &to), 0);
		if (!strict_judge(strict, &found)) {
			sim_print_options(stderr, sim);
			strict_print(stderr, &found);
			fail_msg("seed %llu", (unsigned long long)seed);
		}
		strict_free(strict);
		sim_free(sim);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(rows) + 9];
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].name,
						      .test_func = test_row,
						      .initial_state = (void *)&rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_prefixes);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_shares);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_snapshot);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_unknown_is_not_zero);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_exec);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_others);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_short_syscalls);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_there_and_back);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_strict);
	return _cmocka_run_group_tests("words", tests, count, NULL, NULL);
}
