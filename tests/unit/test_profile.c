// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Time by stack: what is booked where, and both forms in which it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "minitrace.h"
#include "profile/events.h"
#include "profile/folded.h"
#include "profile/pprof.h"
#include "profile/pprof.pb-c.h"

/*
 * Stacks: 1 to 3 are threads' own of ours, one, two and three; 4 is one in
 * futex, 5 preempted by two in futex; 6 and 7 wakeups, of two in write and from
 * an interrupt. 8 to 10 are of a program.
 */
#define TEXTS                                                                                      \
	"1.23\nstring 1 one\nstring 2 two\nstring 3 three\nstring 4 futex\nstring 5 write\n"       \
	"string 6 preempted by two\nstring 7 hardirq\nstring 8 on CPU 0\nstring 9 work\n"          \
	"string 10 one [pid]\nstring 11 two [pid]\nstring 12 three [pid]\nstring 13 [syscall]\n"   \
	"string 14 two [preempted by tid]\nstring 15 [hardirq]\nstring 16 [CPU]\n"                 \
	"string 17 main.c\nstring 18 main.run\nstring 19 main.go\n"                                \
	"string 20 runtime.goexit\nstring 21 on CPU 1\n"                                           \
	"stack 1 1 1 10 7\nstack 2 2 2 11 7\nstack 3 3 3 12 7\n"                                   \
	"stack 4 4 4 13 0 1 1 10 7\nstack 5 5 6 14 12 4 4 13 0 1 1 10 7\n"                         \
	"stack 6 6 5 13 0 7 8 16 0 2 2 11 7\nstack 7 8 7 15 0 17 21 16 1 3 3 12 7\n"               \
	"stack 8 9 9 17 20 1 1 10 7\nstack 9 10 18 19 5\n"                                         \
	"stack 10 11 9 19 6 12 18 19 7 13 20 19 8\n"
#define START                                                                                      \
	TEXTS "11 98 ProcStatus 0 1\n11 99 GoStatusStack 11 11 2 1\n"                              \
	      "- 100 GoStatusStack 12 - 4 4\n"

static const struct row {
	const char *name, *trace, *expected;
} rows[] = {
	{ "states at the start, up to the end", START "11 200 ProcsChange 1 0\n",
	  "offcpu: one;futex 100\ncpu: one 101\n" },
	/* A wait stands where the thread was, under what began it. */
	{ "woken by a thread, preempted",
	  START "11 200 GoUnblock 12 1 6\n11 210 GoStop 1 5\n11 220 GoStart 12 2\n",
	  "offcpu: one;futex 100\nwait: one;futex;preempted by two 10\n"
	  "wait: one;futex;woken by two 20\ncpu: one 111\n" },
	{ "woken from interrupts: which CPU's queue makes no difference",
	  START "- 200 GoUnblock 12 1 7\n11 210 GoStop 1 1\n11 230 GoStart 12 2\n",
	  "offcpu: one;futex 100\nwait: one 20\nwait: one;futex;woken by hardirq 30\n"
	  "cpu: one 111\n" },
	{ "a thread of ours is on its CPU in a syscall",
	  START "11 110 GoSyscallBegin 1 4\n11 150 GoSyscallEnd\n11 160 ProcsChange 1 0\n",
	  "offcpu: one;futex 60\ncpu: one 21\ncpu: one;futex 40\n" },
	{ "unless it may have been blocked in one",
	  START "11 110 GoSyscallBegin 1 4\n12 140 ProcSteal 0 2 11\n11 150 "
		"GoSyscallEndBlocked\n- 160 GoUnblock 12 1 7\n",
	  "offcpu: one;futex 60\nwait: one;futex 10\ncpu: one 11\nsyscall: one;futex 40\n" },
	/* Running is booked on samples, or on the root. */
	{ "samples",
	  START "sample 150 11 0 11 8\nsample 151 11 0 12 8\n11 200 GoStop 1 1\n"
		"11 210 GoStart 11 1\nsample 220 11 0 11 8\n11 250 GoBlock 1 4\n",
	  "offcpu: one;futex 150\nwait: one 10\ncpu: one 30\ncpu: one;work 111\n" },
	{ "a goroutine of Go's",
	  TEXTS "11 98 ProcStatus 0 1\n11 99 GoStatusStack 11 11 2 9\nsample 120 11 0 11 10\n"
		"11 130 GoSyscallBegin 1 9\n11 150 GoSyscallEnd\n11 160 GoDestroy\n",
	  "cpu: main.run 20\ncpu: main.run;work 21\nsyscall: main.run 20\n" },
	{ "nothing is known of it",
	  TEXTS "11 98 ProcStatus 0 1\n11 99 GoStatus 11 11 2\n11 130 GoStop 1 0\n",
	  "cpu: [unknown] 31\n" },
};

struct text {
	char *data;
	size_t size;
	FILE *file;
};

static int text_sink(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ((struct text *)ctx)->file) == size ? 0 : -1;
}

static struct profile *profile_of(const char *lines)
{
	static struct minitrace trace;
	const struct gt_event *event;
	struct profile_events *events;
	struct gt_reader *reader;
	struct profile *profile;

	minitrace_make(&trace, lines);
	assert_int_equal(gt_reader_new_memory(&reader, trace.data, trace.size, NULL), 0);
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_events_new(&events, profile), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(profile_events_add(events, reader, event), 0);
	assert_string_equal(gt_reader_error(reader)->text, "");
	gt_reader_free(reader);
	assert_int_equal(profile_events_end(events), 0);
	profile_events_free(events);
	return profile;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of one type, in order, each with the type's name in front. */
static void describe(const struct profile *profile, enum profile_type type, FILE *to)
{
	char *lines[64], *line, *rest;
	struct text text = { NULL };
	static struct out out;
	size_t count = 0;

	text.file = open_memstream(&text.data, &text.size);
	out_init(&out, text_sink, &text);
	assert_int_equal(folded_write(profile, type, &out), 0);
	assert_int_equal(out_flush(&out), 0);
	fclose(text.file);
	for (line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++)
		fprintf(to, "%s: %s\n", profile_type_name(type), lines[i]);
	free(text.data);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct profile *profile = profile_of(row->trace);
	struct text text = { NULL };

	text.file = open_memstream(&text.data, &text.size);
	for (enum profile_type type = 0; type < PROFILE_TYPES; type++)
		describe(profile, type, text.file);
	fclose(text.file);
	assert_string_equal(text.data, row->expected);
	free(text.data);
	profile_free(profile);
}

/* ---- as pprof reads it ---- */

static Pprof__Profile *unpack(const struct profile *profile)
{
	static uint8_t plain[1 << 16];
	struct text zipped = { NULL };
	z_stream stream = { .next_out = plain, .avail_out = sizeof(plain) };
	Pprof__Profile *read;

	zipped.file = open_memstream(&zipped.data, &zipped.size);
	assert_int_equal(pprof_write(profile, text_sink, &zipped), 0);
	fclose(zipped.file);
	stream.next_in = (uint8_t *)zipped.data;
	stream.avail_in = (uint32_t)zipped.size;
	assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	read = pprof__profile__unpack(NULL, stream.total_out, plain);
	assert_non_null(read);
	inflateEnd(&stream);
	free(zipped.data);
	return read;
}

static void print_frame(const Pprof__Profile *read, uint64_t id, FILE *to)
{
	const Pprof__Location *location = read->location[id - 1];
	const Pprof__Function *function = read->function[location->line[0]->function_id - 1];

	assert_true(location->id == id);
	assert_true(function->id == location->line[0]->function_id);
	fprintf(to, " %s", read->string_table[function->name]);
	if (location->line[0]->line)
		fprintf(to, " %s:%lld", read->string_table[function->filename],
			(long long)location->line[0]->line);
}

static void test_pprof(void **state)
{
	struct profile *profile = profile_of(
		START "sample 150 11 0 11 8\n11 200 GoUnblock 12 1 6\n11 210 GoStop 1 1\n");
	Pprof__Profile *read = unpack(profile);
	struct text text = { NULL };

	(void)state;
	text.file = open_memstream(&text.data, &text.size);
	for (size_t i = 0; i < read->n_sample_type; i++)
		fprintf(text.file, "%s %s\n", read->string_table[read->sample_type[i]->type],
			read->string_table[read->sample_type[i]->unit]);
	for (size_t i = 0; i < read->n_sample; i++) {
		const Pprof__Sample *sample = read->sample[i];

		assert_int_equal(sample->n_value, read->n_sample_type);
		for (size_t k = 0; k < sample->n_value; k++)
			fprintf(text.file, "%s%lld", k ? " " : "", (long long)sample->value[k]);
		for (size_t k = 0; k < sample->n_location_id; k++)
			print_frame(read, sample->location_id[k], text.file);
		fprintf(text.file, "\n");
	}
	fclose(text.file);
	assert_string_equal(text.data,
			    "offcpu nanoseconds\nwait nanoseconds\ncpu nanoseconds\n"
			    "0 0 60 one\n100 0 0 futex one\n"
			    "0 0 51 work main.c:20 one\n0 10 0 woken by two futex one\n");
	assert_true(read->duration_nanos == 112);
	assert_string_equal(read->string_table[read->default_sample_type], "offcpu");
	assert_string_equal(read->string_table[0], "");
	free(text.data);
	pprof__profile__free_unpacked(read, NULL);
	profile_free(profile);
}

/* A sink's error comes back. */
static int no_room(void *ctx, const void *data, size_t size)
{
	(void)ctx, (void)data, (void)size;
	return -28;
}

static void test_sink(void **state)
{
	struct profile *profile;

	(void)state;
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(pprof_write(profile, no_room, NULL), -28);
	profile_free(profile);
	profile_free(NULL);
}

/* What finds no room is its caller's, and counted. */
static void test_too_many(void **state)
{
	struct gt_stack_frame frame = { .func = { "f", 1 }, .file = { "", 0 } };
	struct profile *profile;
	uint32_t root, stack;

	(void)state;
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_call(profile, PROFILE_NOTHING, &frame, &root), 0);
	for (frame.line = 1; frame.line <= PROFILE_MAX_STACKS + 5; frame.line++)
		assert_int_equal(profile_call(profile, root, &frame, &stack), 0);
	assert_int_equal(stack, root);
	assert_int_equal(profile_stacks(profile), PROFILE_MAX_STACKS);
	assert_int_equal(profile_cut(profile), 7);
	frame.line = 3;
	assert_int_equal(profile_call(profile, root, &frame, &stack), 0);
	assert_int_not_equal(stack, root);
	assert_int_equal(profile_caller(profile, stack), root);
	profile_free(profile);
}

/* What would be another frame or another line is none. */
static void test_folded_names(void **state)
{
	struct gt_stack_frame frame = { .func = { "a;b\nc", 5 }, .file = { "", 0 } };
	struct text text = { NULL };
	struct profile *profile;
	uint32_t stack;

	(void)state;
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_call(profile, PROFILE_NOTHING, &frame, &stack), 0);
	profile_add(profile, stack, PROFILE_WAIT, 3);
	text.file = open_memstream(&text.data, &text.size);
	describe(profile, PROFILE_WAIT, text.file);
	fclose(text.file);
	assert_string_equal(text.data, "wait: a:b?c 3\n");
	free(text.data);
	profile_free(profile);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 4] = {
		{ "pprof", test_pprof, NULL, NULL, NULL },
		{ "an error of the sink", test_sink, NULL, NULL, NULL },
		{ "too many stacks", test_too_many, NULL, NULL, NULL },
		{ "names in folded stacks", test_folded_names, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[4 + i] =
			(struct CMUnitTest){ rows[i].name, test_row, NULL, NULL, (void *)&rows[i] };
	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
