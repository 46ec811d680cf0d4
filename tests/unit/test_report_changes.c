// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The waits of a capture: records as text (rectext.h) go through the tracker
 * into a report, and every row of its waits is compared: NAME NS TIMES: WHO.
 * The capture begins at 1000 and ends at 9000.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rectext.h"
#include "report/changes.h"
#include "track/track.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define END_NS 3000000

struct row {
	const char *name;
	unsigned told; /* TOLD_ALL: of the whole machine */
	const char *input;
	const char *expected; /* by name, then sum */
};

#define HOG "snapshot task=1#1 state=running cpu=0 comm=\"hog\"\n"
#define OURS "snapshot task=1#1 state=asleep cpu=0 comm=\"ours\"\n"

/* clang-format off */
static const struct row rows[] = {
{ "moved: behind each on whose CPU it waited", TOLD_ALL | TOLD_MOVES,
	HOG "snapshot task=2#1 state=running cpu=1 comm=\"other\"\n"
	"snapshot task=3#1 state=runnable cpu=0 comm=\"victim\"\n"
	"301000 cpu1 migrate task=3 from=0 to=1\n"
	"401000 cpu1 switch prev=2 next=3 state=asleep,S\n",
	"victim 300000 1: hog\n" "victim 100000 1: other\n" },
{ "moved, and the capture does not tell moves", TOLD_ALL,
	HOG "snapshot task=2#1 state=running cpu=1 comm=\"other\"\n"
	"snapshot task=3#1 state=runnable cpu=0 comm=\"victim\"\n"
	"401000 cpu1 switch prev=2 next=3 state=asleep,S\n",
	"victim 400000 1: (moved meanwhile, it is not known when)\n" },
{ "it waits on: behind whoever is there, if moves are told", TOLD_ALL | TOLD_MOVES,
	HOG "snapshot task=3#1 state=runnable cpu=0 comm=\"victim\"\n"
	"2001000 cpu1 exit task=9\n",
	"victim 3000000 1: hog\n" },
{ "it waits on, and may have been moved", TOLD_ALL,
	HOG "snapshot task=3#1 state=runnable cpu=0 comm=\"victim\"\n"
	"2001000 cpu1 exit task=9\n",
	"victim 3000000 1: (it waits still)\n" },
{ "throttled first, then behind another", TOLD_ALL | TOLD_SHARES,
	HOG "snapshot task=3#1 state=runnable cpu=0 comm=\"next\"\n"
	"101000 cpu0 switch prev=1 next=3 state=R cause=bandwidth throttled=0\n"
	"301000 cpu0 switch prev=3 next=1 state=asleep,S throttled=150000 how=begin by=77\n",
	"hog 150000 1: throttled by the CPU limit of cgroup 77\n" "hog 50000 1: next\n"
	"next 100000 1: hog\n" },
{ "throttled while another of the group was stopped by it, on an idle CPU", TOLD_ALL | TOLD_SHARES,
	HOG "snapshot task=3#1 state=runnable cpu=0 comm=\"queued\"\n"
	"101000 cpu0 switch prev=1 next=idle state=R cause=bandwidth\n"
	"301000 cpu0 switch prev=idle next=3 throttled=190000 by=77\n",
	"hog 2900000 1: (it waits still)\n"
	"queued 190000 1: throttled by the CPU limit of cgroup 77\n" "queued 100000 1: hog\n"
	"queued 10000 1: (CPU idle, it is not known why)\n" },
{ "a deadline budget explains all of it", TOLD_ALL | TOLD_SHARES,
	HOG "snapshot task=3#1 state=runnable cpu=0 comm=\"next\"\n"
	"101000 cpu0 switch prev=1 next=3 state=R cause=deadline\n"
	"301000 cpu0 switch prev=3 next=1 state=asleep,S\n",
	"hog 200000 1: throttled by its deadline budget\n" "next 100000 1: hog\n" },
{ "an idle CPU, of a whole machine", TOLD_ALL,
	OURS "101000 cpu1 wakeup wakee=1 target=0\n" "151000 cpu0 switch prev=idle next=1\n",
	"ours 50000 1: (CPU idle: the wakeup's latency)\n" },
{ "an idle CPU, of some processes", TOLD_STRANGERS,
	OURS "101000 cpu1 wakeup wakee=1 target=0\n"
	"151000 cpu0 switch prev=idle next=1 scope=next\n",
	"ours 50000 1: (CPU idle: the wakeup's latency)\n" },
{ "strangers, one of them seen to go only, and the CPU idle at last", TOLD_STRANGERS,
	OURS "101000 cpu1 wakeup wakee=1 target=0\n"
	"201000 cpu0 switch prev=7#0 next=8#0 state=R scope=none\n"
	"251000 cpu0 switch prev=8#0 next=idle state=asleep,S scope=none\n"
	"281000 cpu0 switch prev=idle next=1 scope=next\n",
	"ours 100000 1: (not traced) seven\n" "ours 50000 1: (not traced) eight\n"
	"ours 30000 1: (CPU idle: the wakeup's latency)\n" },
{ "who came while nobody waited may have gone", TOLD_STRANGERS | TOLD_MOVES,
	"snapshot task=1#1 state=running cpu=0 comm=\"ours\"\n"
	"101000 cpu0 switch prev=1 next=7#0 state=asleep,S scope=prev\n"
	"201000 cpu1 wakeup wakee=1 target=0\n"
	"301000 cpu1 migrate task=1 from=0 to=1\n"
	"351000 cpu1 switch prev=idle next=1 scope=next\n",
	"ours 100000 1: (not traced, it is not known who)\n"
	"ours 50000 1: (CPU idle, it is not known why)\n" },
{ "preempted by a stranger, who stays", TOLD_STRANGERS,
	"snapshot task=1#1 state=running cpu=0 comm=\"ours\"\n"
	"101000 cpu0 switch prev=1 next=7#0 state=preempt,R scope=prev\n"
	"301000 cpu0 switch prev=7#0 next=1 state=R scope=next\n",
	"ours 200000 1: (not traced) seven\n" },
{ "the same, and the capture does not follow strangers", 0,
	"snapshot task=1#1 state=running cpu=0 comm=\"ours\"\n"
	"101000 cpu0 switch prev=1 next=7#0 state=preempt,R scope=prev\n"
	"301000 cpu0 switch prev=7#0 next=1 state=R scope=next\n",
	"ours 200000 1: (nobody in the trace; preempted by seven)\n" },
{ "records are missing of its CPU", TOLD_ALL,
	OURS "51000 cpu0 exit task=9\n" "101000 cpu1 wakeup wakee=1 target=0\n"
	"301000 cpu0+3 switch prev=idle next=1\n",
	"ours 200000 1: (records lost)\n" },
};
/* clang-format on */

/* The lines of the row, into the tracker; a number left out is a loss. */
static void step(struct track *track, const char *input)
{
	struct rec_snapshot snapshot[8] = { 0 };
	uint32_t next[2] = { 0 };
	uint64_t last[2] = { 0 };
	union rectext_any any;
	struct rectext *text;
	size_t count = 0;
	char error[128];
	bool begun = false;

	assert_int_equal(rectext_new(&text), 0);
	for (const char *line = input; *line; line = strchr(line, '\n') + 1) {
		struct order_item item = { .kind = ORDER_RECORD, .record = &any.head };
		struct order_item lost = { .kind = ORDER_LOSS };
		int kind = rectext_parse(text, line, &any, error, sizeof(error));

		if (kind == RECTEXT_SNAPSHOT) {
			snapshot[count++] = any.snapshot;
			continue;
		}
		assert_int_equal(kind, RECTEXT_RECORD);
		if (!begun)
			assert_int_equal(track_snapshot(track, snapshot, count, 1000), 0);
		begun = true;
		item.cpu = lost.cpu = any.head.cpu;
		item.ts_ns = any.head.ts_ns;
		lost.lost = any.head.seq - next[item.cpu];
		lost.ts_ns = lost.lost_from_ns = last[item.cpu];
		lost.lost_to_ns = any.head.ts_ns;
		if (lost.lost)
			assert_int_equal(track_step(track, &lost), 0);
		next[item.cpu] = any.head.seq + 1;
		last[item.cpu] = any.head.ts_ns;
		assert_int_equal(track_step(track, &item), 0);
	}
	rectext_free(text);
}

static int by_line(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t name = strcspn(x, " ") + 1;

	if (strncmp(x, y, name) != 0)
		return strcmp(x, y);
	return strtoull(x + name, NULL, 10) < strtoull(y + name, NULL, 10) ? 1 : -1;
}

static void describe(const struct report *report, char *out, size_t size)
{
	char *lines[16];
	size_t count, used = 0;
	const struct report_pair *waits = report_waits(report, &count);

	assert_true(count <= ARRAY_SIZE(lines));
	for (size_t i = 0; i < count; i++) {
		struct gt_text who = report_text(report, waits[i].who),
			       what = report_text(report, waits[i].what);

		assert_true(asprintf(&lines[i], "%.*s %llu %llu: %.*s\n", (int)who.size, who.data,
				     (unsigned long long)waits[i].ns,
				     (unsigned long long)waits[i].times, (int)what.size,
				     what.data) > 0);
	}
	qsort(lines, count, sizeof(*lines), by_line);
	*out = 0;
	for (size_t i = 0; i < count; i++) {
		used += (size_t)snprintf(out + used, size - used, "%s", lines[i]);
		free(lines[i]);
	}
}

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct track_options options = { .cpus = 2,
					       .cpus_online = 2,
					       .system_wide = row->told & TOLD_ALL,
					       .arch = REC_ARCH_X86_64,
					       .told = row->told & ~TOLD_ALL };
	static const char names[] = "900 cpu0 thread task=7 flags=none comm=\"seven\"\n"
				    "910 cpu0 thread task=8 flags=none comm=\"eight\"\n";
	struct report_changes *changes;
	struct exporter exporter;
	struct report *report;
	struct track *track;
	char input[1024], text[1024];
	size_t snapshots = 0;
	const char *line = row->input;

	while (!strncmp(line, "snapshot", 8))
		line = strchr(line, '\n') + 1;
	snapshots = (size_t)(line - row->input);
	snprintf(input, sizeof(input), "%.*s%s%s", (int)snapshots, row->input, names, line);
	assert_int_equal(report_new(&report), 0);
	assert_int_equal(report_changes_new(&changes, report, REC_ARCH_X86_64), 0);
	exporter = report_changes_exporter(changes);
	assert_int_equal(track_new(&track, &options, exporter.ops->change, exporter.ctx), 0);
	step(track, input);
	assert_int_equal(track_end(track), 0);
	assert_int_equal(exporter.ops->finish(exporter.ctx, 1000 + END_NS), 0);
	describe(report, text, sizeof(text));
	assert_string_equal(text, row->expected);
	track_free(track);
	report_changes_free(changes);
	report_free(report);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_row,
						.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests_name("report_changes", tests, NULL, NULL);
}
