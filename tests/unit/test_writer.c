// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The writer: what stands in the file, byte by byte, and its limits. */
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

#include "gotrace/wire.h"
#include "gotrace/writer.h"
#include "wiretext.h"

#define EVENT(w, m, ts, type, ...)                                                                 \
	gt_writer_event(w, m, ts, type, (uint64_t[]){ __VA_ARGS__ },                               \
			sizeof((uint64_t[]){ __VA_ARGS__ }) / 8)

static struct gt_writer *new_writer(int version, struct wiretext_file *file)
{
	struct gt_writer_options options = {
		.version = version,
		.clock_ts = 100,
		.clock_mono_ns = 5000,
		.clock_wall_ns = 3999999950,
	};
	struct gt_writer *w;

	assert_int_equal(gt_writer_new(&w, &options, wiretext_sink, file), 0);
	return w;
}

static uint64_t string(struct gt_writer *w, const char *text)
{
	return gt_writer_string(w, text, strlen(text));
}

/* Two generations with a bit of everything. */
static void write_small(struct gt_writer *w)
{
	struct gt_frame frames[2];
	uint64_t stack;

	frames[1] = (struct gt_frame){ gt_writer_late_string(w), string(w, "bash"), 42 };
	frames[0] = (struct gt_frame){ string(w, "read"), 0, 0 };
	stack = gt_writer_stack(w, frames, 2);
	EVENT(w, 7, 200, GT_EV_PROC_STATUS, 0, GT_PROC_RUNNING);
	EVENT(w, 7, 201, GT_EV_GO_STATUS, 7, 7, GT_GO_RUNNING);
	EVENT(w, GT_NO_ID, 250, GT_EV_GO_STATUS, 8, GT_NO_ID, GT_GO_WAITING);
	EVENT(w, 7, 500, GT_EV_GO_BLOCK, string(w, "sync"), stack);
	gt_writer_set_string(w, frames[1].func, "sh", 2);
	assert_int_equal(gt_writer_generation_number(w), 1);
	assert_int_equal(gt_writer_strings(w), 4);
	assert_int_equal(gt_writer_stacks(w), 1);
	assert_int_equal(gt_writer_generation(w), 0);

	assert_int_equal(gt_writer_generation_number(w), 2);
	assert_int_equal(gt_writer_strings(w), 0);
	frames[0] = (struct gt_frame){ string(w, "sh"), string(w, "bash"), 42 };
	stack = gt_writer_stack(w, frames, 1);
	gt_writer_event(w, 7, 1000, GT_EV_PROC_STOP, NULL, 0);
	assert_int_equal(gt_writer_finish(w), 0);
}

#define GENERATION_1                                                                               \
	"EventBatch gen=1 m=7 time=200 size=14\n"                                                  \
	"ProcStatus dt=0 p=0 pstatus=1\n"                                                          \
	"GoStatus dt=1 g=7 m=7 gstatus=2\n"                                                        \
	"GoBlock dt=299 reason_string=4 stack=1\n"                                                 \
	"EventBatch gen=1 m=- time=250 size=14\n"                                                  \
	"GoStatus dt=0 g=8 m=- gstatus=4\n"                                                        \
	"EventBatch gen=1 m=- time=199 size=27\n"                                                  \
	"Strings\n"                                                                                \
	"String id=1\n\tdata=\"sh\"\n"                                                             \
	"String id=2\n\tdata=\"bash\"\n"                                                           \
	"String id=3\n\tdata=\"read\"\n"                                                           \
	"String id=4\n\tdata=\"sync\"\n"                                                           \
	"EventBatch gen=1 m=- time=199 size=26\n"                                                  \
	"Stacks\n"                                                                                 \
	"Stack id=1 nframes=2\n"                                                                   \
	"\tpc=9d9a057a369365 func=3 file=0 line=0\n"                                               \
	"\tpc=8fd884377bfaab func=1 file=2 line=42\n"

/* The second frame of the first generation has the same PC here. */
#define GENERATION_2                                                                               \
	"EventBatch gen=2 m=7 time=1000 size=2\n"                                                  \
	"ProcStop dt=0\n"                                                                          \
	"EventBatch gen=2 m=- time=999 size=13\n"                                                  \
	"Strings\n"                                                                                \
	"String id=1\n\tdata=\"sh\"\n"                                                             \
	"String id=2\n\tdata=\"bash\"\n"                                                           \
	"EventBatch gen=2 m=- time=999 size=15\n"                                                  \
	"Stacks\n"                                                                                 \
	"Stack id=1 nframes=1\n"                                                                   \
	"\tpc=8fd884377bfaab func=1 file=2 line=42\n"

#define FREQUENCY(gen, time)                                                                       \
	"EventBatch gen=" gen " m=- time=" time " size=6\nFrequency freq=1000000000\n"

/* 99 ns and 899 ns after the snapshot of the options. */
#define SYNC_1                                                                                     \
	"EventBatch gen=1 m=- time=199 size=13\nSync\nFrequency freq=1000000000\n"                 \
	"ClockSnapshot dt=0 mono=5099 sec=4 nsec=49\n"
#define SYNC_2                                                                                     \
	"EventBatch gen=2 m=- time=999 size=14\nSync\nFrequency freq=1000000000\n"                 \
	"ClockSnapshot dt=0 mono=5899 sec=4 nsec=849\n"

static const struct golden_row {
	const char *name;
	int version;
	const char *text;
} goldens[] = {
	{ "1.22 in full", 22,
	  "Trace Go1.22\n" GENERATION_1 FREQUENCY("1", "199") GENERATION_2 FREQUENCY("2", "999") },
	{ "1.23 in full", 23,
	  "Trace Go1.23\n" GENERATION_1 FREQUENCY("1", "199") GENERATION_2 FREQUENCY("2", "999") },
	{ "1.25 in full", 25, "Trace Go1.25\n" GENERATION_1 SYNC_1 GENERATION_2 SYNC_2 },
	{ "1.26 in full", 26,
	  "Trace Go1.26\n" GENERATION_1 SYNC_1 "EndOfGeneration\n" GENERATION_2 SYNC_2
	  "EndOfGeneration\n" },
};

static void golden(void **state)
{
	const struct golden_row *row = *state;
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(row->version, &file);
	char *text;

	write_small(w);
	text = wiretext_dump(&file);
	assert_string_equal(text, row->text);
	assert_int_equal(gt_writer_events(w), 5);
	assert_int_equal(gt_writer_bytes(w), file.size);
	free(text);
	free(file.data);
	gt_writer_free(w);
}

static void unknown_versions_are_refused(void **state)
{
	static const int bad[] = { 0, 11, 20, 24, 27, -1, 1023 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gt_writer_options options = { .version = bad[i] };
		struct gt_writer *w = (void *)1;

		assert_int_equal(gt_writer_new(&w, &options, wiretext_sink, NULL), -EINVAL);
		assert_ptr_equal(w, (void *)1);
	}
	gt_writer_free(NULL);
}

static void no_event_no_generation(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(23, &file);
	uint64_t id = string(w, "kept");

	(void)state;
	assert_int_equal(gt_writer_generation(w), 0);
	assert_int_equal(gt_writer_generation_number(w), 1);
	assert_int_equal(string(w, "kept"), id);
	assert_int_equal(file.size, 0);
	assert_int_equal(gt_writer_finish(w), 0);
	assert_int_equal(file.size, GT_HEADER_SIZE);
	assert_memory_equal(file.data, "go 1.23 trace\0\0\0", GT_HEADER_SIZE);
	free(file.data);
	gt_writer_free(w);
}

static void first_time_of_all(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(22, &file);
	char *text;

	(void)state;
	gt_writer_event(w, 1, 1, GT_EV_PROC_STOP, NULL, 0);
	assert_int_equal(gt_writer_finish(w), 0);
	text = wiretext_dump(&file);
	/* 0 would stretch the trace */
	assert_string_equal(text, "Trace Go1.22\nEventBatch gen=1 m=1 time=1 size=2\n"
				  "ProcStop dt=0\n" FREQUENCY("1", "1"));
	free(text);
	free(file.data);
	gt_writer_free(w);
}

/* A reader's floats hold the batches' times, and its integers the rest. */
static void times_beyond_floats_are_exact(void **state)
{
	const uint64_t times[] = { (1ull << 53) - 1, (1ull << 53) + 1, (1ull << 61) + 12345 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wiretext_file file = { 0 };
		struct gt_writer *w = new_writer(26, &file);
		char *text, want[99];
		uint64_t begin;

		gt_writer_event(w, 1, times[i], GT_EV_PROC_STOP, NULL, 0);
		assert_int_equal(gt_writer_finish(w), 0);
		text = wiretext_dump(&file);
		begin = strtoull(strstr(text, "time=") + 5, NULL, 10);
		assert_true((uint64_t)(double)begin == begin && begin <= times[i]);
		snprintf(want, sizeof(want), "ProcStop dt=%" PRIu64 "\n", times[i] - begin);
		assert_non_null(strstr(text, want));
		free(text);
		free(file.data);
		gt_writer_free(w);
	}
}

/* memmem: a sanitizer's strstr reads to the text's end at every call. */
static size_t count(const char *text, const char *what)
{
	const char *end = text + strlen(text);
	size_t size = strlen(what), n = 0;

	for (; (text = memmem(text, end - text, what, size)); text += size)
		n++;
	return n;
}

/* The sizes that the dump's batches of this M have are at most 64 KiB with their header. */
static void assert_batches_fit(const char *text, size_t at_least)
{
	size_t n = 0;

	for (; (text = strstr(text, "EventBatch")); text++, n++) {
		const char *size = strstr(text, "size=");

		assert_true(strtoul(size + 5, NULL, 10) <= GT_MAX_BATCH - 64);
	}
	assert_true(n >= at_least);
}

static void full_batches_go_at_once(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(23, &file);
	char *text;

	(void)state;
	for (uint64_t i = 0; i < 50000; i++) {
		EVENT(w, 3, 10 + 2 * i, GT_EV_GO_START, UINT64_MAX >> (i % 64), 1);
		EVENT(w, 4, 11 + 2 * i, GT_EV_GO_LABEL, 0);
		if (i == 25000)
			assert_true(file.size > 25000 && file.calls > 2);
	}
	assert_int_equal(gt_writer_finish(w), 0);
	text = wiretext_dump(&file);
	assert_batches_fit(text, 6);
	assert_int_equal(count(text, "GoStart"), 50000);
	assert_int_equal(count(text, "GoLabel"), 50000);
	free(text);
	text = wiretext_events(&file);
	assert_int_equal(count(text, "\n"), 100001);
	assert_non_null(strstr(text, "\n100009 m4 GoLabel label_string=0\n"));
	free(text);
	free(file.data);
	gt_writer_free(w);
}

static void large_tables_take_many_batches(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(23, &file);
	char name[1100], *text;
	struct gt_frame frames[64];

	(void)state;
	memset(name, 'n', sizeof(name));
	for (uint64_t i = 0; i < 400; i++) {
		snprintf(name, 20, "%" PRIu64, i);
		name[strlen(name)] = 'n';
		frames[0].func = gt_writer_string(w, name, sizeof(name));
		for (unsigned k = 0; k < 64; k++)
			frames[k] = (struct gt_frame){ frames[0].func, 0, UINT64_MAX - i };
		gt_writer_stack(w, frames, 64);
	}
	assert_true(gt_writer_generation_bytes(w) > 400 * 1024);
	gt_writer_event(w, 1, 10, GT_EV_PROC_STOP, NULL, 0);
	assert_int_equal(gt_writer_finish(w), 0);
	text = wiretext_dump(&file);
	assert_batches_fit(text, 1 + 7 + 7 + 1);
	assert_int_equal(count(text, "\nString id="), 400);
	assert_int_equal(count(text, "\nStack id="), 400);
	assert_int_equal(count(text, "\n\tpc="), 400 * 64);
	free(text);
	free(file.data);
	gt_writer_free(w);
}

static void many_threads_in_many_generations(void **state)
{
	struct wiretext_file file = { 0 };
	struct gt_writer *w = new_writer(26, &file);
	char *text;

	(void)state;
	for (uint64_t gen = 0; gen < 3; gen++) {
		for (uint64_t i = 0; i < 20000; i++)
			EVENT(w, i * 65536, 1 + gen * 100000 + i, GT_EV_GO_LABEL, 0);
		assert_int_equal(gt_writer_generation(w), 0);
	}
	assert_int_equal(gt_writer_finish(w), 0);
	text = wiretext_dump(&file);
	assert_int_equal(count(text, "GoLabel"), 60000);
	assert_int_equal(count(text, "EndOfGeneration"), 3);
	free(text);
	free(file.data);
	gt_writer_free(w);
}

static void first_error_wins(void **state)
{
	struct wiretext_file file = { .fail_at = 1000 };
	struct gt_writer *w = new_writer(23, &file);
	size_t calls;

	(void)state;
	for (uint64_t i = 0; i < 40000; i++)
		EVENT(w, 3, 10 + i, GT_EV_GO_START, i, 1);
	assert_int_equal(gt_writer_generation(w), -ENOSPC);
	calls = file.calls;
	file.fail_at = 0;
	assert_int_equal(string(w, "x"), 0);
	EVENT(w, 3, 100000, GT_EV_GO_LABEL, 0);
	assert_int_equal(gt_writer_finish(w), -ENOSPC);
	assert_int_equal(file.calls, calls);
	assert_int_equal(gt_writer_bytes(w), file.size);
	free(file.data);
	gt_writer_free(w);
}

static void same_calls_same_bytes(void **state)
{
	struct wiretext_file files[2] = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct gt_writer *w = new_writer(25, &files[i]);

		write_small(w);
		gt_writer_free(w);
	}
	assert_int_equal(files[0].size, files[1].size);
	assert_memory_equal(files[0].data, files[1].data, files[0].size);
	free(files[0].data);
	free(files[1].data);
}

int main(void)
{
	struct CMUnitTest tests[] = {
		{ .name = goldens[0].name,
		  .test_func = golden,
		  .initial_state = (void *)&goldens[0] },
		{ .name = goldens[1].name,
		  .test_func = golden,
		  .initial_state = (void *)&goldens[1] },
		{ .name = goldens[2].name,
		  .test_func = golden,
		  .initial_state = (void *)&goldens[2] },
		{ .name = goldens[3].name,
		  .test_func = golden,
		  .initial_state = (void *)&goldens[3] },
		cmocka_unit_test(unknown_versions_are_refused),
		cmocka_unit_test(no_event_no_generation),
		cmocka_unit_test(first_time_of_all),
		cmocka_unit_test(times_beyond_floats_are_exact),
		cmocka_unit_test(full_batches_go_at_once),
		cmocka_unit_test(large_tables_take_many_batches),
		cmocka_unit_test(many_threads_in_many_generations),
		cmocka_unit_test(first_error_wins),
		cmocka_unit_test(same_calls_same_bytes),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
