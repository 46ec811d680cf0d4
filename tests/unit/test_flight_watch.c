// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What the flight recorder watches for: each condition is met by a made capture,
 * and not by its twin just below the threshold. Records of CPUs come in the order
 * of CPUs, so that a cause on a higher one comes after what follows from it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "captext.h"
#include "flight/flight.h"
#include "flight/watch.h"
#include "records/encode.h"
#include "records/frame.h"

/* ---- a capture of frames as one of words ---- */

struct recode {
	struct stream to;
	struct encode_cpu cpus[CAPTEXT_CPUS];
	uint32_t count;
};

static int recode_begin(void *ctx, const struct stream_info *info)
{
	struct recode *recode = ctx;
	struct stream_info words = *info;

	words.encoding = STREAM_WORDS;
	words.abi = REC_ABI_VERSION;
	recode->count = info->cpus;
	for (uint32_t cpu = 0; cpu < info->cpus; cpu++)
		encode_init(&recode->cpus[cpu], (uint16_t)cpu);
	return stream_begin(&recode->to, &words);
}

static int recode_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			   uint64_t end_ns)
{
	return stream_snapshot(&((struct recode *)ctx)->to, threads, count, end_ns);
}

static int recode_record(struct recode *recode, const struct rec_head *record)
{
	struct encode_cpu *cpu = &recode->cpus[record->cpu];
	const struct rec_switch *change = (const struct rec_switch *)record;
	struct encode_known known = { .tell_sys = true };
	struct encode_out out;
	struct stream_ring ring = { .cpu = record->cpu, .data = out.words };

	if (record->type == REC_SWITCH)
		known.num = change->prev.num - 1;
	else
		known.num = 1;
	ring.position = cpu->position;
	encode_record(cpu, record, &known, &out);
	ring.size = out.count * sizeof(out.words[0]);
	return out.pad ? -EINVAL : stream_ring(&recode->to, &ring);
}

static int recode_ring(void *ctx, const struct stream_ring *ring)
{
	struct recode *recode = ctx;
	const struct rec_head *record;
	size_t pos = 0;
	int err = 0;

	while (!err && (record = frame_next(ring->data, ring->size, &pos, recode->count)))
		err = recode_record(recode, record);
	return err;
}

static int recode_round(void *ctx, const struct stream_counters *counters)
{
	return stream_round(&((struct recode *)ctx)->to, counters);
}

static const struct stream_ops recode_ops = {
	.begin = recode_begin,
	.snapshot = recode_snapshot,
	.ring = recode_ring,
	.round = recode_round,
};

/* The watch needs the state as soon as there is one. */
struct attach {
	struct watch *watch;
	struct flight *flight;
};

static int attach_begin(void *ctx, const struct stream_info *info)
{
	struct attach *attach = ctx;

	(void)info;
	watch_attach(attach->watch, flight_state(attach->flight));
	return 0;
}

static const struct stream_ops attach_ops = { .begin = attach_begin };

/* ---- hits ---- */

#define START                                                                                      \
	"snapshot task=100#1 state=running cpu=0 comm=\"hog\" sys=none\n"                          \
	"snapshot task=101#1 state=asleep cpu=1 comm=\"web\" sys=0\n"                              \
	"snapshot task=102#1 state=running cpu=1 comm=\"backup\" sys=none\n"                       \
	"start at=1000000\n"

static const struct row {
	const char *condition;
	const char *capture;
	uint64_t look_ns; /* 0: nobody looks at what goes on */
	const char *hit;  /* "": there is none */
} rows[] = {
	/* woken on a CPU that is read later */
	{ "waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\n"
		"4000001 cpu0 switch prev=100#2 next=101#3 state=preempt,R\n",
	  0, "web 101 waited 2.00 ms" },
	{ "waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\n"
		"4000000 cpu0 switch prev=100#2 next=101#3 state=preempt,R\n",
	  0, "" },
	/* a round earlier: then it is known behind whom */
	{ "waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n"
		"4000001 cpu0 switch prev=100#2 next=101#3 state=preempt,R\n",
	  0, "web 101 waited 2.00 ms behind hog" },
	/* preempted, and on another CPU, and from there back again, all in one round */
	{ "waiting > 2ms",
	  START "2000000 cpu1 switch prev=102#2 next=idle state=preempt,R\n"
		"3000000 cpu0 switch prev=100#2 next=102#3 state=preempt,R\n"
		"3500000 cpu0 switch prev=102#4 next=100#3 state=preempt,R\n"
		"5500002 cpu1 switch prev=idle next=102#5 state=R\n",
	  0, "backup 102 waited 2.00 ms" },
	{ "waiting > 2ms",
	  START "2000000 cpu1 switch prev=102#2 next=idle state=preempt,R\n"
		"3000000 cpu0 switch prev=100#2 next=102#3 state=preempt,R\n"
		"3500000 cpu0 switch prev=102#4 next=100#3 state=preempt,R\n"
		"5500000 cpu1 switch prev=idle next=102#5 state=R\n",
	  0, "" },
	/* it still waits */
	{ "waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n", 4000001,
	  "web 101 waited 2.00 ms behind hog" },
	{ "waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n", 4000000,
	  "" },
	{ "comm~w* waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n", 4000001,
	  "web 101 waited 2.00 ms behind hog" },
	{ "comm~x* waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n", 4000001,
	  "" },
	{ "tid=101 waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n", 4000001,
	  "web 101 waited 2.00 ms behind hog" },
	{ "tid=100 waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\nround at=3000000\n", 4000001,
	  "" },
	/* asleep since before the start at least */
	{ "blocked > 1ms", START "2000002 cpu1 wakeup wakee=101#2 waker=102\n", 0,
	  "web 101 was blocked for 1.00 ms in read" },
	{ "blocked > 1ms", START "2000000 cpu1 wakeup wakee=101#2 waker=102\n", 0, "" },
	{ "blocked in read > 1ms", START "2000002 cpu1 wakeup wakee=101#2 waker=102\n", 0,
	  "web 101 was blocked for 1.00 ms in read" },
	{ "blocked in write > 1ms", START "2000002 cpu1 wakeup wakee=101#2 waker=102\n", 0, "" },
	{ "syscall fsync > 1ms",
	  START "2000000 cpu0 sys_enter task=100 sys=74\n3000001 cpu0 sys_exit task=100\n", 0,
	  "hog 100 was in fsync for 1.00 ms" },
	{ "syscall fsync > 1ms",
	  START "2000000 cpu0 sys_enter task=100 sys=74\n3000000 cpu0 sys_exit task=100\n", 0, "" },
	{ "syscall fsync > 1ms",
	  START "2000000 cpu0 sys_enter task=100 sys=73\n3000001 cpu0 sys_exit task=100\n", 0, "" },
	{ "syscall fsync > 1ms", START "2000000 cpu0 sys_enter task=100 sys=74\nround at=2500000\n",
	  3000001, "hog 100 was in fsync for 1.00 ms" },
	{ "running > 2ms", START "3000002 cpu0 switch prev=100#2 next=idle state=R\n", 0,
	  "hog 100 ran for 2.00 ms without a switch" },
	{ "running > 2ms", START "3000000 cpu0 switch prev=100#2 next=idle state=R\n", 0, "" },
	{ "comm~hog running > 2ms", START "round at=2500000\n", 3000002,
	  "hog 100 ran for 2.00 ms without a switch" },
	{ "wakeups > 1/s",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102\n"
		"2000010 cpu0 switch prev=100#2 next=101#3 state=preempt,R\n"
		"2000020 cpu0 switch prev=101#4 next=100#3 state=asleep,S\n"
		"5000000 cpu1 wakeup wakee=101#5 waker=102\n",
	  0, "web 101 was woken 2 times in 3 ms" },
	{ "wakeups > 2/s",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102\n"
		"2000010 cpu0 switch prev=100#2 next=101#3 state=preempt,R\n"
		"2000020 cpu0 switch prev=101#4 next=100#3 state=asleep,S\n"
		"5000000 cpu1 wakeup wakee=101#5 waker=102\n",
	  0, "" },
	{ "lost > 2",
	  START "2000000 cpu0 sys_enter task=100 sys=74\n2100000 cpu0#4 sys_exit task=100\n", 0,
	  " 0 3 records were lost" },
	{ "lost > 3",
	  START "2000000 cpu0 sys_enter task=100 sys=74\n2100000 cpu0#4 sys_exit task=100\n", 0,
	  "" },
	/* Nobody knows whether it still waits. */
	{ "waiting > 2ms",
	  START "2000000 cpu1 wakeup wakee=101#2 waker=102 target=0\n"
		"2100000 cpu0 sys_enter task=100 sys=74\n2200000 cpu0#4 sys_exit task=100\n"
		"round at=3000000\n",
	  9000000, "" },
};

static void run_row(const struct row *row, char *text, size_t size)
{
	struct condition condition;
	struct diag diag = { "" };
	struct watch_options watch_options = { .conditions = &condition, .count = 1 };
	struct flight_options options = { .keep_ns = 1000000000, .keep_bytes = 1 << 20 };
	struct stream_info info = captext_info(2);
	struct recode recode;
	struct stream_tee tee;
	struct attach attach;
	struct watch_hit hit;

	if (condition_parse(&condition, row->condition, REC_ARCH_X86_64, &diag))
		fail_msg("%s", diag.text);
	assert_int_equal(watch_new(&attach.watch, &watch_options), 0);
	options.watcher = watch_watcher(attach.watch);
	assert_int_equal(flight_new(&attach.flight, &options), 0);
	recode.to = stream_tee(&tee, flight_stream(attach.flight),
			       (struct stream){ &attach_ops, &attach });
	assert_int_equal(
		captext_feed(row->capture, &info, &(struct stream){ &recode_ops, &recode }), 0);
	if (row->look_ns)
		watch_look(attach.watch, row->look_ns);
	text[0] = '\0';
	if (watch_take(attach.watch, &hit))
		snprintf(text, size, "%s %u %s", hit.comm, hit.tid, hit.text);
	flight_free(attach.flight);
	watch_free(attach.watch);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row row = rows[i];
		char text[256], capture[2048];

		/* A text ends within a round, whose rings are to be handed on. */
		snprintf(capture, sizeof(capture), "%sring\n", row.capture);
		row.capture = capture;
		run_row(&row, text, sizeof(text));
		if (strcmp(text, row.hit) != 0)
			fail_msg("%s\n%s'%s', not '%s'", row.condition, capture, text, row.hit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "met, and not just below", test_rows, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("flight watch", tests, NULL, NULL);
}
