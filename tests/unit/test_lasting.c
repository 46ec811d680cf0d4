// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Strings and stacks that last: how many there are at most, who goes, and what a trace holds. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/write/lasting.h"
#include "trace/write/recent.h"
#include "wiretext.h"

static uint64_t add(struct recent *recent, const char *text)
{
	struct recent_entry *entry = recent_find(recent, text, strlen(text));

	if (!entry) {
		if (recent_is_full(recent))
			recent_forget(recent, recent_oldest(recent));
		assert_int_equal(recent_add(recent, text, strlen(text), &entry), 0);
	}
	return recent_id(recent, entry);
}

static void the_oldest_goes(void **state)
{
	struct recent recent;
	uint64_t a, b, c, d;

	(void)state;
	recent_init(&recent, 3);
	a = add(&recent, "a");
	b = add(&recent, "b");
	c = add(&recent, "");
	assert_int_equal(add(&recent, "a"), a);
	d = add(&recent, "d"); /* b goes: a was used since */
	assert_null(recent_get(&recent, b));
	assert_true(recent_was(&recent, b));
	assert_memory_equal(recent_get(&recent, a)->bytes, "a", 1);
	assert_int_equal(recent_get(&recent, c)->size, 0);
	assert_memory_equal(recent_get(&recent, d)->bytes, "d", 1);
	assert_int_not_equal(add(&recent, "b"), b);
	assert_null(recent_get(&recent, a));
	assert_null(recent_find(&recent, "a", 1));
	/* Other numbers are no ids of it. */
	assert_false(recent_is_id(GT_NO_ID));
	assert_false(recent_is_id(1));
	assert_null(recent_get(&recent, RECENT_BIT | 3));
	assert_false(recent_was(&recent, RECENT_BIT | 3));
	recent_fini(&recent);
}

static void what_is_held_stays(void **state)
{
	struct recent recent;
	uint64_t a, b;

	(void)state;
	recent_init(&recent, 2);
	a = add(&recent, "a");
	b = add(&recent, "b");
	recent_hold(&recent, recent_get(&recent, a));
	recent_hold(&recent, recent_get(&recent, a));
	add(&recent, "c");
	assert_non_null(recent_get(&recent, a));
	assert_null(recent_get(&recent, b));
	recent_hold(&recent, recent_find(&recent, "c", 1));
	assert_null(recent_oldest(&recent));
	recent_drop(&recent, recent_get(&recent, a));
	assert_null(recent_oldest(&recent));
	recent_drop(&recent, recent_get(&recent, a));
	assert_ptr_equal(recent_oldest(&recent), recent_find(&recent, "a", 1));
	recent_fini(&recent);
}

#define TEXTS 300
#define ROUNDS 20000

/* Against a plain list of texts in the order of their last use. */
static void as_a_list_would_have_it(void **state)
{
	static uint64_t ids[TEXTS]; /* the last one of each text */
	static int order[TEXTS];
	struct recent recent;
	size_t count = 0, max = 50;
	uint32_t random = 1;

	(void)state;
	recent_init(&recent, max);
	for (int round = 0; round < ROUNDS; round++) {
		int pick, at = -1;
		char text[16];
		uint64_t id;

		random = random * 1664525 + 1013904223;
		pick = (int)((random >> 16) % (random >> 31 ? TEXTS : 60));
		snprintf(text, sizeof(text), "text %d", pick);
		for (size_t i = 0; i < count; i++)
			if (order[i] == pick)
				at = (int)i;
		id = add(&recent, text);
		if (at >= 0)
			assert_int_equal(id, ids[pick]);
		else
			assert_int_not_equal(id, ids[pick]);
		if (at < 0 && count == max) {
			assert_null(recent_get(&recent, ids[order[0]]));
			at = 0;
		}
		if (at >= 0)
			memmove(order + at, order + at + 1,
				(--count - (size_t)at) * sizeof(*order));
		order[count++] = pick;
		ids[pick] = id;
		assert_int_equal(recent.count, count);
		assert_true(recent.slots <= max && recent.index.count <= 2 * max + 1);
	}
	recent_fini(&recent);
}

static uint64_t string(struct lasting *lasting, const char *format, unsigned number)
{
	char text[32];
	uint64_t id = 0;

	snprintf(text, sizeof(text), format, number);
	assert_int_equal(lasting_string(lasting, text, strlen(text), &id), 0);
	return id;
}

/* 64 frames of 128 strings of their own. */
static uint64_t large_stack(struct lasting *lasting, unsigned number)
{
	struct gt_frame frames[LASTING_MAX_FRAMES];
	uint64_t id;

	for (unsigned i = 0; i < LASTING_MAX_FRAMES; i++)
		frames[i] = (struct gt_frame){ string(lasting, "func %u", number * 64 + i),
					       string(lasting, "file %u", number * 64 + i), i };
	assert_int_equal(lasting_stack(lasting, frames, LASTING_MAX_FRAMES, &id), 0);
	assert_int_not_equal(id, 0);
	return id;
}

/* The least that is allowed: two such stacks hold all strings, a third needs one of them gone. */
static void stacks_hold_their_strings(void **state)
{
	struct lasting l;
	uint64_t stacks[3], late;

	(void)state;
	lasting_init(&l, 1, 0);
	assert_int_equal(l.strings.max, LASTING_MIN_STRINGS);
	late = string(&l, "late %u", 0);
	for (unsigned i = 0; i < 2; i++)
		stacks[i] = large_stack(&l, i);
	assert_null(lasting_get(&l, &l.strings, late));
	assert_int_equal(l.forgotten, 1);
	assert_int_equal(large_stack(&l, 0), stacks[0]); /* the same, used again */
	stacks[2] = large_stack(&l, 2);
	assert_null(lasting_get(&l, &l.stacks, stacks[1]));
	for (int i = 0; i < 3; i += 2) {
		const struct recent_entry *entry = lasting_get(&l, &l.stacks, stacks[i]);
		const struct gt_frame *frames = (const void *)entry->bytes;

		for (unsigned k = 0; k < LASTING_MAX_FRAMES; k++) {
			assert_non_null(lasting_get(&l, &l.strings, frames[k].func));
			assert_non_null(lasting_get(&l, &l.strings, frames[k].file));
		}
	}
	lasting_fini(&l);
}

static void a_stack_needs_strings_that_last(void **state)
{
	struct gt_frame frame = { 0, 0, 9 };
	struct lasting l;
	uint64_t id, last;

	(void)state;
	lasting_init(&l, 0, 2);
	assert_int_equal(lasting_stack(&l, &frame, 1, &last), 0);
	assert_int_not_equal(last, 0);
	frame.func = 1; /* of an open generation */
	assert_int_equal(lasting_stack(&l, &frame, 1, &id), 0);
	assert_int_equal(id, 0);
	frame.func = RECENT_BIT | 77;
	assert_int_equal(lasting_stack(&l, &frame, 1, &id), 0);
	assert_int_equal(id, 0);
	for (unsigned i = 0; i < 2; i++) {
		frame.func = string(&l, "f%u", i);
		assert_int_equal(lasting_stack(&l, &frame, 1, &id), 0);
	}
	assert_null(lasting_get(&l, &l.stacks, last));
	assert_int_equal(l.stacks.count, 2);
	lasting_fini(&l);
}

/* ---- in a trace ---- */

static struct gt_writer *new_writer(uint32_t max_strings, struct wiretext_file *file)
{
	const struct gt_writer_options options = {
		.size = sizeof(options),
		.version = 23,
		.max_lasting_strings = max_strings,
	};
	struct gt_writer *w;

	assert_int_equal(gt_writer_new(&w, &options, wiretext_sink, file), 0);
	return w;
}

static uint64_t name(struct gt_writer *w, const char *text)
{
	return gt_writer_lasting_string(w, text, strlen(text));
}

static void end(struct gt_writer *w, struct wiretext_file *file, const char *expected)
{
	char *text;

	assert_int_equal(gt_writer_finish(w), 0);
	text = wiretext_dump(file);
	assert_string_equal(text, expected);
	free(text);
	free(file->data);
	gt_writer_free(w);
}

#define BLOCK(w, ts, reason, stack)                                                                \
	gt_writer_event(w, 7, ts, GT_EV_GO_BLOCK, (uint64_t[]){ reason, stack }, 2)

/* An id means the same in each generation, and is written in those that use it. */
static void ids_are_good_in_all_generations(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(0, &file);
	uint64_t a = name(w, "a"), b = name(w, "b\xff"), brief, stack;
	struct gt_frame frame = { b, 0, 3 };

	(void)state;
	stack = gt_writer_lasting_stack(w, &frame, 1);
	BLOCK(w, 100, a, stack);
	BLOCK(w, 101, a, stack);
	assert_int_equal(gt_writer_generation(w), 0);
	/* Only b here, and of the open generation a second one. */
	brief = gt_writer_string(w, "c", 1);
	BLOCK(w, 100, b, 0);
	BLOCK(w, 101, brief, 0);
	assert_int_equal(gt_writer_generation(w), 0);
	/* A brief stack of both kinds, a sample with the lasting one. */
	frame.file = gt_writer_string(w, "d", 1);
	BLOCK(w, 100, 0, gt_writer_stack(w, &frame, 1));
	gt_writer_sample(w, 120, 7, 0, GT_NO_ID, stack);
	assert_int_equal(gt_writer_forgotten(w), 0);
	end(w, &file,
	    "Trace Go1.23\n"
	    "EventBatch gen=1 m=7 time=100 size=8\n"
	    "GoBlock dt=0 reason_string=1 stack=1\nGoBlock dt=1 reason_string=1 stack=1\n"
	    "EventBatch gen=1 m=- time=99 size=12\nStrings\n"
	    "String id=1\n\tdata=\"a\"\nString id=2\n\tdata=\"b\xef\xbf\xbd\"\n"
	    "EventBatch gen=1 m=- time=99 size=15\nStacks\n"
	    "Stack id=1 nframes=1\n\tpc=6d2b00b2d80a7a func=2 file=0 line=3\n"
	    "EventBatch gen=1 m=- time=99 size=6\nFrequency freq=1000000000\n"
	    "EventBatch gen=2 m=7 time=100 size=8\n"
	    "GoBlock dt=0 reason_string=2 stack=0\nGoBlock dt=1 reason_string=1 stack=0\n"
	    "EventBatch gen=2 m=- time=99 size=12\nStrings\n"
	    "String id=1\n\tdata=\"c\"\nString id=2\n\tdata=\"b\xef\xbf\xbd\"\n"
	    "EventBatch gen=2 m=- time=99 size=6\nFrequency freq=1000000000\n"
	    "EventBatch gen=3 m=7 time=100 size=4\nGoBlock dt=0 reason_string=0 stack=1\n"
	    "EventBatch gen=3 m=- time=99 size=12\nStrings\n"
	    "String id=1\n\tdata=\"d\"\nString id=2\n\tdata=\"b\xef\xbf\xbd\"\n"
	    "EventBatch gen=3 m=- time=99 size=29\nStacks\n"
	    "Stack id=1 nframes=1\n\tpc=d96cd94ca5107d func=2 file=1 line=3\n"
	    "Stack id=2 nframes=1\n\tpc=6d2b00b2d80a7a func=2 file=0 line=3\n"
	    "EventBatch gen=3 m=- time=99 size=7\nCPUSamples\n"
	    "CPUSample time=120 m=7 p=0 g=0 stack=2\n"
	    "EventBatch gen=3 m=- time=99 size=6\nFrequency freq=1000000000\n");
}

/* Above the maximum: gone is empty, and asked for again it is there again. */
static void forgotten_is_empty(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(256, &file);
	uint64_t first = name(w, "first"), again;
	char text[16];

	(void)state;
	BLOCK(w, 100, first, 0);
	for (int i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "%d", i);
		name(w, text);
	}
	BLOCK(w, 101, first, 0);
	assert_int_equal(gt_writer_forgotten(w), 1);
	again = name(w, "first");
	assert_int_not_equal(again, first);
	BLOCK(w, 102, again, 0);
	BLOCK(w, 103, 0, RECENT_BIT | 5); /* no stack ever had that id */
	assert_int_equal(gt_writer_forgotten(w), 2);
	end(w, &file,
	    "Trace Go1.23\n"
	    "EventBatch gen=1 m=7 time=100 size=16\n"
	    "GoBlock dt=0 reason_string=1 stack=0\nGoBlock dt=1 reason_string=0 stack=0\n"
	    "GoBlock dt=1 reason_string=1 stack=0\nGoBlock dt=1 reason_string=0 stack=0\n"
	    "EventBatch gen=1 m=- time=99 size=9\nStrings\nString id=1\n\tdata=\"first\"\n"
	    "EventBatch gen=1 m=- time=99 size=6\nFrequency freq=1000000000\n");
}

/* The scheduler view takes both kinds, and refuses what never was an id. */
static void statuses_take_them(void **state)
{
	const struct gt_statuses_options options = { .size = sizeof(options), .version = 23 };
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(0, &file);
	struct gt_statuses *s;
	uint64_t why = name(w, "why");

	(void)state;
	assert_int_equal(gt_statuses_new(&s, w, &options), 0);
	assert_int_equal(gt_statuses_proc(s, 0, GT_PROC_RUNNING, 7), 0);
	assert_int_equal(gt_statuses_go(s, 7, GT_GO_RUNNING, 7, 0), 0);
	assert_int_equal(gt_statuses_go_block(s, 7, why + 1, 0), -EINVAL);
	assert_int_equal(gt_statuses_go_block(s, 7, 1, 0), -EINVAL);
	assert_int_equal(gt_statuses_go_block(s, 7, why, 0), 0);
	assert_int_equal(gt_statuses_refused(s), 2);
	gt_statuses_free(s);
	end(w, &file,
	    "Trace Go1.23\n"
	    "EventBatch gen=1 m=7 time=2 size=13\n"
	    "ProcStatus dt=0 p=0 pstatus=1\nGoStatus dt=1 g=7 m=7 gstatus=2\n"
	    "GoBlock dt=1 reason_string=1 stack=0\n"
	    "EventBatch gen=1 m=- time=1 size=7\nStrings\nString id=1\n\tdata=\"why\"\n"
	    "EventBatch gen=1 m=- time=1 size=6\nFrequency freq=1000000000\n");
}

static void wrong_calls_are_errors(void **state)
{
	static const struct gt_frame frames[65];
	const uint64_t args[5] = { 0 };

	(void)state;
	for (int i = 0; i < 7; i++) {
		struct wiretext_file file = { 0 };
		struct gt_writer *w = new_writer(0, &file);

		gt_writer_event(w, 7, 100, GT_EV_PROC_STOP, NULL, 0);
		if (i == 0)
			gt_writer_event(w, 7, 0, GT_EV_PROC_STOP, NULL, 0);
		else if (i == 1)
			gt_writer_event(w, 7, 99, GT_EV_PROC_STOP, NULL, 0);
		else if (i == 2)
			gt_writer_event(w, 7, 100, GT_EV_PROC_STOP, args, 5);
		else if (i == 3)
			gt_writer_stack(w, frames, 65);
		else if (i == 4)
			gt_writer_lasting_stack(w, frames, 0);
		else if (i == 5)
			gt_writer_set_string(w, 1, "x", 1);
		else
			gt_writer_experiment(w, 1, 7, 100, frames, GT_MAX_BATCH + 1);
		assert_int_equal(gt_writer_finish(w), -EINVAL);
		gt_writer_free(w);
		free(file.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_goes),
		cmocka_unit_test(what_is_held_stays),
		cmocka_unit_test(as_a_list_would_have_it),
		cmocka_unit_test(stacks_hold_their_strings),
		cmocka_unit_test(a_stack_needs_strings_that_last),
		cmocka_unit_test(ids_are_good_in_all_generations),
		cmocka_unit_test(forgotten_is_empty),
		cmocka_unit_test(statuses_take_them),
		cmocka_unit_test(wrong_calls_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
