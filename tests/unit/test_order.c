/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Order: each row is a small input as text and the items it must give.
 *
 * Input lines are records (rectext.h), and
 *   round                     the end of a round; items are taken
 *   close                     the end of a round; none are taken
 *   next, drain               one item is taken, all are
 *   end [cpuN=SEQ]... [at=NS] the end, with the CPUs' counters
 *
 * Output: a record is TIME cpuN#SEQ, a loss TIME cpuN lost COUNT FROM..TO; a
 * "--" stands for the end of a round at which something came out since the last
 * one; the counters that are not 0 stand on the last line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order/order.h"
#include "rectext.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CPUS 4

struct row {
	const char *name;
	const char *input;
	const char *output;
};

/* clang-format off */
static const struct row rows[] = {
{ "nothing at all", "end\n", "" },
{ "CPUs are merged by time",
	"10 cpu0 sys_exit task=1\n"
	"30 cpu0 sys_exit task=1\n"
	"20 cpu1 sys_exit task=2\n"
	"40 cpu1 sys_exit task=2\n"
	"end\n",
	"10 cpu0#0\n20 cpu1#0\n30 cpu0#1\n40 cpu1#1\n" },
{ "equal times by CPU number",
	"10 cpu2 sys_exit task=1\n"
	"10 cpu1 sys_exit task=1\n"
	"10 cpu0 sys_exit task=1\n"
	"end\n",
	"10 cpu0#0\n10 cpu1#0\n10 cpu2#0\n" },
{ "a thread's numbers win over a CPU whose clock is ahead",
	"100 cpu1 wakeup wakee=1#1\n"
	"10 cpu0 switch prev=idle next=1#2\n"
	"20 cpu0 switch prev=1#3 next=idle state=asleep,S\n"
	"end\n",
	"100 cpu1#0\n100 cpu0#0\n100 cpu0#1\nmoved=2\n" },
{ "a waiting CPU waits as a whole, others go on",
	"100 cpu1 wakeup wakee=1#1\n"
	"10 cpu0 switch prev=idle next=1#2\n"
	"20 cpu0 sys_exit task=1\n"
	"30 cpu2 sys_exit task=2\n"
	"110 cpu1 sys_exit task=3\n"
	"end\n",
	"30 cpu2#0\n100 cpu1#0\n100 cpu0#0\n100 cpu0#1\n110 cpu1#1\nmoved=2\n" },
{ "a chain of waits over three CPUs",
	"300 cpu2 fork child=1#1 parent=9\n"
	"200 cpu1 switch prev=idle next=1#2\n"
	"210 cpu1 switch prev=1#3 next=2#1\n"
	"100 cpu0 switch prev=2#2 next=1#4\n"
	"end\n",
	"300 cpu2#0\n300 cpu1#0\n300 cpu1#1\n300 cpu0#0\nmoved=3\n" },
{ "both threads of a switch are waited for",
	"50 cpu1 wakeup wakee=1#1\n"
	"60 cpu2 switch prev=2#1 next=idle\n"
	"10 cpu0 switch prev=2#2 next=1#2\n"
	"end\n",
	"50 cpu1#0\n60 cpu2#0\n60 cpu0#0\nmoved=1\n" },
{ "a move stands behind the transition whose number it has, and holds up none",
	"50 cpu1 wakeup wakee=1#1\n"
	"10 cpu0 migrate task=1#1 to=2\n"
	"60 cpu2 switch prev=idle next=1#2\n"
	"70 cpu3 migrate task=1#1 to=3\n"
	"end\n",
	"50 cpu1#0\n50 cpu0#0\n60 cpu2#0\n70 cpu3#0\nmoved=1\n" },
{ "number 0 waits for nothing",
	"100 cpu1 wakeup wakee=1#1\n"
	"10 cpu0 switch prev=5/50#0 next=1#0\n"
	"end\n",
	"10 cpu0#0\n100 cpu1#0\n" },
{ "interrupts leave the ring out of order",
	"40 cpu0#3 sys_exit task=1\n"
	"30 cpu0#2 sys_exit task=1\n"
	"10 cpu0#0 sys_exit task=1\n"
	"20 cpu0#1 sys_exit task=1\n"
	"50 cpu0#4 sys_exit task=1\n"
	"end\n",
	"10 cpu0#0\n20 cpu0#1\n30 cpu0#2\n40 cpu0#3\n50 cpu0#4\n" },
{ "a nested record that comes a round later is no loss",
	"10 cpu0#0 sys_exit task=1\n"
	"30 cpu0#2 sys_exit task=1\n"
	"round\n"
	"20 cpu0#1 sys_exit task=1\n"
	"round\n"
	"end\n",
	"10 cpu0#0\n20 cpu0#1\n30 cpu0#2\n" },
{ "a gap is lost where it begins",
	"10 cpu0 sys_exit task=1\n"
	"50 cpu0+3 sys_exit task=1\n"
	"20 cpu1 sys_exit task=2\n"
	"end cpu0=5 cpu1=1 at=90\n",
	"10 cpu0#0\n10 cpu0 lost 3 10..50\n20 cpu1#0\n50 cpu0#4\nlost=3\n" },
{ "a gap at the start",
	"15 cpu1 sys_exit task=2\n"
	"20 cpu0+2 sys_exit task=1\n"
	"end\n",
	"15 cpu0 lost 2 0..20\n15 cpu1#0\n20 cpu0#2\nlost=2\n" },
{ "a gap at the end",
	"15 cpu1 sys_exit task=2\n"
	"20 cpu0 sys_exit task=1\n"
	"end cpu0=4 cpu1=1 at=90\n",
	"15 cpu1#0\n20 cpu0#0\n20 cpu0 lost 3 20..90\nlost=3\n" },
{ "everything of a CPU lost",
	"15 cpu1 sys_exit task=2\n"
	"end cpu0=4 cpu1=1 at=90\n",
	"15 cpu0 lost 4 0..90\n15 cpu1#0\nlost=4\n" },
{ "everything lost", "end cpu3=4 at=90\n", "90 cpu3 lost 4 0..90\nlost=4\n" },
{ "the end's counter is compared by its low 32 bits",
	"20 cpu0#4294967295 sys_exit task=1\n"
	"20 cpu0#0 sys_exit task=1\n"
	"end cpu0=4294967298\n",
	"20 cpu0#0\n20 cpu0 lost 1 20..20\nlate=1\nlost=1\n" },
{ "a missing predecessor is lost",
	"10 cpu0 wakeup wakee=1#1\n"
	"20 cpu0 switch prev=idle next=1#4\n"
	"15 cpu1 wakeup wakee=1#9\n"
	"end\n",
	"10 cpu0#0\n20 cpu0#1\n20 cpu1#0\nmoved=1\n" },
{ "any earlier transition is waited for, not only the one before",
	"10 cpu0 switch prev=idle next=1#7\n"
	"15 cpu1 wakeup wakee=1#3\n"
	"12 cpu2 wakeup wakee=1#5\n"
	"end\n",
	"15 cpu1#0\n15 cpu2#0\n15 cpu0#0\nmoved=2\n" },
{ "a number taken twice waits for nothing twice",
	"10 cpu0 wakeup wakee=1#1\n"
	"20 cpu1 wakeup wakee=1#1\n"
	"30 cpu0 wakeup wakee=1#2\n"
	"end\n",
	"10 cpu0#0\n20 cpu1#0\n30 cpu0#1\n" },
{ "a record is returned two rounds after it was read",
	"10 cpu0 sys_exit task=1\nround\n"
	"20 cpu0 sys_exit task=1\nround\n"
	"30 cpu0 sys_exit task=1\nround\n"
	"40 cpu0 sys_exit task=1\nround\n"
	"end\n",
	"10 cpu0#0\n--\n20 cpu0#1\n--\n30 cpu0#2\n40 cpu0#3\n" },
{ "what was read later with a lower time comes out before",
	"20 cpu0 sys_exit task=1\nround\n"
	"10 cpu1 sys_exit task=2\n"
	"30 cpu1 sys_exit task=2\nround\n"
	"5 cpu2 sys_exit task=3\nround\n"
	"end\n",
	"5 cpu2#0\n10 cpu1#0\n20 cpu0#0\n--\n30 cpu1#1\n" },
{ "a gap found late is in place, before what others did",
	"10 cpu0 sys_exit task=1\n"
	"20 cpu1 sys_exit task=2\nround\n"
	"40 cpu0+5 sys_exit task=1\n"
	"30 cpu1 sys_exit task=2\nround\n"
	"round\nround\nend\n",
	"10 cpu0#0\n10 cpu0 lost 5 10..40\n20 cpu1#0\n--\n30 cpu1#1\n40 cpu0#6\n--\nlost=5\n" },
{ "a reader that breaks the rule: what is due does not wait for what comes too late",
	"10 cpu0 switch prev=idle next=1#2\nround\n"
	"round\n"
	"100 cpu1+3 wakeup wakee=1#1\n"
	"101 cpu1+3 wakeup wakee=2#1\nround\n"
	"end\n",
	"10 cpu0#0\n--\n"
	"10 cpu1 lost 3 0..100\n100 cpu1#3\n100 cpu1 lost 3 100..101\n101 cpu1#7\n"
	"lost=6\nforced=1\n" },
{ "a reader that breaks the rule: a gap that a due record waits behind",
	"10 cpu0 switch prev=idle next=1#2\nround\n"
	"100 cpu1+3 wakeup wakee=1#1\n"
	"101 cpu1+3 wakeup wakee=2#1\nround\n"
	"round\n"
	"end\n",
	"10 cpu1 lost 3 0..100\n100 cpu1#3\n100 cpu0#0\n--\n"
	"100 cpu1 lost 3 100..101\n101 cpu1#7\nlost=6\nmoved=1\n" },
{ "an open round is not read from",
	"50 cpu0 sys_exit task=1\nclose\nclose\nclose\n"
	"10 cpu1 sys_exit task=2\ndrain\n"
	"end\n",
	"50 cpu0#0\n50 cpu1#0\nmoved=1\n" },
{ "but a place before one of a complete round is",
	"10 cpu0#0 sys_exit task=1\n"
	"40 cpu1 sys_exit task=2\nclose\n"
	"30 cpu0#2 sys_exit task=1\nclose\nclose\nnext\n"
	"20 cpu0#1 sys_exit task=1\ndrain\n"
	"end\n",
	"10 cpu0#0\n20 cpu0#1\n30 cpu0#2\n40 cpu1#0\n" },
{ "a CPU behind its clock with a gap each round holds nobody up",
	"1 cpu0+1 sys_exit task=1\n1001 cpu1 sys_exit task=2\nround\n"
	"2 cpu0+1 sys_exit task=1\n1002 cpu1 sys_exit task=2\nround\n"
	"3 cpu0+1 sys_exit task=1\n1003 cpu1 sys_exit task=2\nround\n"
	"4 cpu0+1 sys_exit task=1\n1004 cpu1 sys_exit task=2\nround\n"
	"5 cpu0+1 sys_exit task=1\n1005 cpu1 sys_exit task=2\nround\n"
	"end\n",
	"1 cpu0 lost 1 0..1\n1 cpu0#1\n1 cpu0 lost 1 1..2\n2 cpu0#3\n1001 cpu1#0\n--\n"
	"1001 cpu0 lost 1 2..3\n1001 cpu0#5\n1002 cpu1#1\n--\n"
	"1002 cpu0 lost 1 3..4\n1002 cpu0#7\n1003 cpu1#2\n--\n"
	"1003 cpu0 lost 1 4..5\n1003 cpu0#9\n1004 cpu1#3\n1005 cpu1#4\nlost=5\nmoved=3\n" },
{ "a predecessor not read yet is waited for",
	"9 cpu1 sys_exit task=7\n"
	"8 cpu0 sys_exit task=8\nround\nround\n"
	"7 cpu0 switch prev=idle next=1#2\nround\n"
	"11 cpu1 wakeup wakee=1#1\nround\nround\n"
	"end\n",
	"8 cpu0#0\n9 cpu1#0\n--\n11 cpu1#1\n11 cpu0#1\n--\nmoved=1\n" },
{ "late: its place was passed",
	"10 cpu0 sys_exit task=1\n"
	"30 cpu0+1 sys_exit task=1\nround\nround\nround\n"
	"20 cpu0#1 sys_exit task=1\nround\n"
	"40 cpu0#3 sys_exit task=1\n"
	"end\n",
	"10 cpu0#0\n10 cpu0 lost 1 10..30\n30 cpu0#2\n--\n40 cpu0#3\nlate=1\nlost=1\n" },
{ "late: its place is taken",
	"10 cpu0#0 sys_exit task=1\n"
	"20 cpu0#1 sys_exit task=1\n"
	"11 cpu0#0 sys_exit task=1\n"
	"end\n",
	"10 cpu0#0\n20 cpu0#1\nlate=1\n" },
{ "transition numbers wrap",
	"10 cpu0 switch prev=idle next=1#4294967294\n"
	"30 cpu1 switch prev=1#4294967295 next=idle\n"
	"20 cpu0 wakeup wakee=1#1\n"
	"end\n",
	"10 cpu0#0\n30 cpu1#0\n30 cpu0#1\nmoved=1\n" },
{ "transition numbers wrap in the index",
	"10 cpu0 switch prev=idle next=1#4294967290\n"
	"40 cpu1 switch prev=1#4294967294 next=idle\n"
	"30 cpu2 wakeup wakee=1#2\n"
	"20 cpu3 wakeup wakee=1#5\n"
	"end\n",
	"10 cpu0#0\n40 cpu1#0\n40 cpu2#0\n40 cpu3#0\nmoved=2\n" },
{ "a thread that begins in the middle",
	"10 cpu0 switch prev=1#4000000000 next=idle\n"
	"20 cpu0 switch prev=idle next=1#4000000002\n"
	"30 cpu1 wakeup wakee=1#4000000001\n"
	"end\n",
	"10 cpu0#0\n30 cpu1#0\n30 cpu0#1\nmoved=1\n" },
{ "a dead thread's id is forgotten, its name is not waited for",
	"10 cpu0 fork child=1#1 parent=9\n"
	"20 cpu0 switch prev=1#2 next=idle state=asleep,dead,X\n"
	"30 cpu1 wakeup wakee=2#1 waker=1\n"
	"25 cpu2 switch prev=1#3 next=idle\n"
	"end\n",
	"10 cpu0#0\n20 cpu0#1\n25 cpu2#0\n30 cpu1#0\n" },
{ "forced: a thread's numbers against a CPU's",
	"10 cpu0 switch prev=idle next=1#2\n"
	"20 cpu0 wakeup wakee=1#1\n"
	"15 cpu1 switch prev=1#3 next=idle\n"
	"end\n",
	"10 cpu0#0\n15 cpu1#0\n20 cpu0#1\nforced=1\n" },
{ "forced: a circle over two CPUs",
	"10 cpu0 switch prev=idle next=1#2\n"
	"20 cpu0 wakeup wakee=2#1\n"
	"12 cpu1 switch prev=idle next=2#2\n"
	"25 cpu1 wakeup wakee=1#1\n"
	"end\n",
	"12 cpu1#0\n25 cpu1#1\n25 cpu0#0\n25 cpu0#1\nmoved=2\nforced=1\n" },
};
/* clang-format on */

struct run {
	struct order *order;
	char output[8192];
	size_t length;
	size_t marked; /* length when the last round ended */
};

__attribute__((format(printf, 2, 3))) static void say(struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	run->length += (size_t)vsnprintf(run->output + run->length,
					 sizeof(run->output) - run->length, format, args);
	va_end(args);
	assert_true(run->length < sizeof(run->output));
}

static void take(struct run *run, unsigned most)
{
	struct order_item item;

	for (; most > 0 && order_next(run->order, &item); most--) {
		if (item.kind == ORDER_RECORD)
			say(run, "%llu cpu%u#%u\n", (unsigned long long)item.ts_ns, item.cpu,
			    item.record->seq);
		else
			say(run, "%llu cpu%u lost %llu %llu..%llu\n",
			    (unsigned long long)item.ts_ns, item.cpu, (unsigned long long)item.lost,
			    (unsigned long long)item.lost_from_ns,
			    (unsigned long long)item.lost_to_ns);
	}
}

static void end_round(struct run *run)
{
	order_round(run->order);
	take(run, UINT32_MAX);
	if (run->length > run->marked)
		say(run, "--\n");
	run->marked = run->length;
}

static void end(struct run *run, const char *line)
{
	uint64_t seq_end[CPUS] = { 0 }, at = 0;
	unsigned cpu;

	for (const char *c = line; (c = strstr(c, " cpu")); c++) {
		assert_int_equal(sscanf(c, " cpu%u=", &cpu), 1);
		seq_end[cpu] = strtoull(strchr(c, '=') + 1, NULL, 10);
	}
	if (strstr(line, "at="))
		at = strtoull(strstr(line, "at=") + 3, NULL, 10);
	order_end(run->order, strstr(line, "=") ? seq_end : NULL, at);
	take(run, UINT32_MAX);
}

static void print_stats(struct run *run)
{
	const struct order_stats *stats = order_stats(run->order);

	if (stats->late)
		say(run, "late=%llu\n", (unsigned long long)stats->late);
	if (stats->lost)
		say(run, "lost=%llu\n", (unsigned long long)stats->lost);
	if (stats->moved)
		say(run, "moved=%llu\n", (unsigned long long)stats->moved);
	if (stats->forced)
		say(run, "forced=%llu\n", (unsigned long long)stats->forced);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	static union rectext_any records[64];
	struct run run = { 0 };
	struct rectext *text;
	size_t count = 0;
	char error[128];

	assert_int_equal(rectext_new(&text), 0);
	assert_int_equal(order_new(&run.order, CPUS), 0);
	for (const char *line = row->input; *line; line = strchr(line, '\n') + 1) {
		if (!strncmp(line, "round", 5)) {
			end_round(&run);
		} else if (!strncmp(line, "close", 5)) {
			order_round(run.order);
		} else if (!strncmp(line, "next", 4)) {
			take(&run, 1);
		} else if (!strncmp(line, "drain", 5)) {
			take(&run, UINT32_MAX);
		} else if (!strncmp(line, "end", 3)) {
			end(&run, line);
		} else {
			assert_true(count < ARRAY_SIZE(records));
			assert_int_equal(
				rectext_parse(text, line, &records[count], error, sizeof(error)),
				RECTEXT_RECORD);
			assert_int_equal(order_push(run.order, &records[count++].head), 0);
		}
	}
	assert_int_equal(order_queued(run.order), 0);
	print_stats(&run);
	assert_string_equal(run.output, row->output);
	order_free(run.order);
	rectext_free(text);
}

#define MANY 5000

/* A damaged file: a ring backwards, each number twice, over two rounds. */
static void test_backwards(void **state)
{
	struct rec_head *records = calloc(2 * MANY, sizeof(*records));
	struct order *order;
	struct order_item item;

	(void)state;
	assert_non_null(records);
	assert_int_equal(order_new(&order, 1), 0);
	for (uint32_t i = 0; i < 2 * MANY; i++) {
		records[i].seq = MANY - 1 - i / 2;
		records[i].ts_ns = 1000 + records[i].seq;
		assert_int_equal(order_push(order, &records[i]), 0);
		if (i == MANY)
			order_round(order);
	}
	order_end(order, NULL, 0);
	for (uint32_t i = 0; i < MANY; i++) {
		assert_true(order_next(order, &item));
		assert_int_equal(item.kind, ORDER_RECORD);
		assert_int_equal(item.record->seq, i);
	}
	assert_false(order_next(order, &item));
	assert_int_equal(order_stats(order)->late, MANY);
	assert_int_equal(order_queued(order), 0);
	order_free(order);
	free(records);
}

#define ROUNDS 400
#define ROUND_RECORDS 100

/* A small random record: a few CPUs, threads and numbers, so that all of it collides. */
static void make_any(struct rec_switch *record, uint64_t *seed, uint32_t round)
{
	uint32_t r[8];

	for (unsigned i = 0; i < ARRAY_SIZE(r); i++) {
		*seed = *seed * 6364136223846793005 + 1442695040888963407;
		r[i] = (uint32_t)(*seed >> 40);
	}
	record->head.ts_ns = 1000 * round + r[0] % 5000;
	record->head.seq = 20 * round + r[1] % 60;
	record->head.cpu = r[2] % CPUS;
	record->head.type = r[3] % 8 ? REC_SWITCH : REC_SYS_EXIT;
	record->prev = (struct rec_task){ .id = r[4] % 6, .num = 10 * round + r[5] % 40 };
	record->next = (struct rec_task){ .id = r[6] % 6, .num = 10 * round + r[7] % 40 };
}

/* Whatever comes: each record is returned or late, and nothing is held beyond its rounds. */
static void test_anything(void **state)
{
	struct rec_switch *rounds[ROUNDS];
	struct order *order;
	struct order_item item;
	uint64_t seed = 42, returned = 0, last_ts_ns = 0;

	(void)state;
	assert_int_equal(order_new(&order, CPUS), 0);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		rounds[round] = calloc(ROUND_RECORDS, sizeof(*rounds[round]));
		for (uint32_t i = 0; i < ROUND_RECORDS; i++) {
			make_any(&rounds[round][i], &seed, round);
			assert_int_equal(order_push(order, &rounds[round][i].head), 0);
		}
		order_round(order);
		for (; order_next(order, &item); last_ts_ns = item.ts_ns) {
			assert_true(item.ts_ns >= last_ts_ns);
			returned += item.kind == ORDER_RECORD;
		}
		assert_true(order_queued(order) <= 2 * ROUND_RECORDS);
		if (round >= 2) { /* a sanitizer sees who still looks at it */
			free(rounds[round - 2]);
			rounds[round - 2] = NULL;
		}
	}
	order_end(order, NULL, last_ts_ns);
	while (order_next(order, &item))
		returned += item.kind == ORDER_RECORD;
	assert_int_equal(returned + order_stats(order)->late, ROUNDS * ROUND_RECORDS);
	assert_true(order_stats(order)->forced > 0);
	assert_int_equal(order_stats(order)->records, returned);
	order_free(order);
	free(rounds[ROUNDS - 2]);
	free(rounds[ROUNDS - 1]);
}

static void test_refused(void **state)
{
	struct rec_head record = { .cpu = 2 };
	struct order *order;

	(void)state;
	order_free(NULL);
	assert_int_equal(order_new(&order, 2), 0);
	assert_int_equal(order_push(order, &record), -EINVAL);
	assert_int_equal(order_queued(order), 0);
	order_free(order);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 3] = {
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_anything),
		cmocka_unit_test(test_refused),
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i + 3] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
