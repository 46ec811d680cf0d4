/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Streams: verbs that are left out are passed over, and a tee's two streams
 * get the same calls in the same order, the second one only what the first one
 * has taken.
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
#include "stream/stream.h"

/* Writes down what it is told; fails at one call. */
struct listener {
	const char *name;
	char *log; /* shared by both */
	const char *fails_at;
	int err;
};

static int hear(const struct listener *listener, const char *what)
{
	strcat(strcat(listener->log, listener->name), what);
	return listener->fails_at && !strcmp(listener->fails_at, what) ? listener->err : 0;
}

static int hear_begin(void *ctx, const struct stream_info *info)
{
	return hear(ctx, info->cpus == 2 ? " begin\n" : " begin?\n");
}

static int hear_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	return hear(ctx, count == 1 && threads->tid == 100 && end_ns == 1000 ? " snapshot\n"
									     : " snapshot?\n");
}

static int hear_ring(void *ctx, const struct stream_ring *ring)
{
	return hear(ctx, ring->cpu == 1 && ring->size && !ring->stable ? " ring\n" : " ring?\n");
}

static int hear_round(void *ctx, const struct stream_counters *counters)
{
	return hear(ctx, counters->ts_ns == 2000 && counters->cpu[1].seq == 1 ? " round\n"
									      : " round?\n");
}

static int hear_end(void *ctx, const struct stream_counters *counters)
{
	return hear(ctx, counters->missed == 3 ? " end\n" : " end?\n");
}

static const struct stream_ops all = {
	.begin = hear_begin,
	.snapshot = hear_snapshot,
	.ring = hear_ring,
	.round = hear_round,
	.end = hear_end,
};
static const struct stream_ops rounds_only = { .round = hear_round };
static const struct stream_ops none = { 0 };

static const char capture[] = "snapshot task=1/100#7 state=running cpu=1\n"
			      "start at=1000\n"
			      "1100 cpu1 switch prev=1/100#8 next=idle state=asleep,S\n"
			      "round at=2000\n"
			      "end at=3000 missed=3\n";

#define BOTH_BEGIN "a begin\nb begin\n"
#define BOTH_SNAPSHOT "a snapshot\nb snapshot\n"
#define BOTH_RING "a ring\nb ring\n"
#define BOTH_ROUND "a round\nb round\n"
#define BOTH_END "a end\nb end\n"

static const struct row {
	const char *name;
	const struct stream_ops *first, *second;
	const char *first_fails_at, *second_fails_at;
	int err;
	const char *log;
} rows[] = {
	{ "both hear all", &all, &all, NULL, NULL, 0,
	  BOTH_BEGIN BOTH_SNAPSHOT BOTH_RING BOTH_ROUND BOTH_END },
	{ "the second one only cares for rounds", &all, &rounds_only, NULL, NULL, 0,
	  "a begin\na snapshot\na ring\n" BOTH_ROUND "a end\n" },
	{ "the first one does", &rounds_only, &all, NULL, NULL, 0,
	  "b begin\nb snapshot\nb ring\n" BOTH_ROUND "b end\n" },
	{ "nobody cares", &none, &none, NULL, NULL, 0, "" },
	{ "the first one fails at once", &all, &all, " begin\n", NULL, -ENOSPC, "a begin\n" },
	{ "the first one fails", &all, &all, " ring\n", NULL, -ENOSPC,
	  BOTH_BEGIN BOTH_SNAPSHOT "a ring\n" },
	{ "the second one fails", &all, &all, NULL, " snapshot\n", -ENOSPC,
	  BOTH_BEGIN BOTH_SNAPSHOT },
	{ "the second one fails in a round", &all, &all, NULL, " round\n", -EBADMSG,
	  BOTH_BEGIN BOTH_SNAPSHOT BOTH_RING BOTH_ROUND },
	{ "the first one fails in a round", &all, &all, " round\n", NULL, -EBADMSG,
	  BOTH_BEGIN BOTH_SNAPSHOT BOTH_RING "a round\n" },
	{ "the first one fails at the end", &all, &all, " end\n", NULL, -EIO,
	  BOTH_BEGIN BOTH_SNAPSHOT BOTH_RING BOTH_ROUND "a end\n" },
};

static void test_tee(void **state)
{
	const struct row *row = *state;
	struct stream_info info = captext_info(2);
	char log[512] = "";
	struct listener a = { "a", log, row->first_fails_at, row->err };
	struct listener b = { "b", log, row->second_fails_at, row->err };
	struct stream_tee tee;
	struct stream both = stream_tee(&tee, (struct stream){ row->first, &a },
					(struct stream){ row->second, &b });

	assert_int_equal(captext_feed(capture, &info, &both), row->err);
	assert_string_equal(log, row->log);
}

#define COUNT (sizeof(rows) / sizeof(rows[0]))

int main(void)
{
	struct CMUnitTest tests[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_tee,
						.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
