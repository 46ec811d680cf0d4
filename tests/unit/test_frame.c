/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames: what of a ring's bytes is taken for a record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "raw/raw.h"
#include "records/frame.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CPUS 2

#define HEAD(type, size, cpu)                                                                      \
	((uint64_t)(type) << 48 | (uint64_t)(size) << 56 | (uint64_t)(cpu) << 32)
#define BUSY (1U << 31)
#define DISCARDED (1U << 30)

struct frames_row {
	const char *name;
	unsigned words; /* of 8 bytes */
	uint64_t word[20];
	int records;   /* found */
	unsigned stop; /* in words */
};

/* A frame: length; ts_ns; seq, cpu, type, size; the rest. */
/* clang-format off */
static const struct frames_row frames_rows[] = {
{ "no frame", 0, { 0 }, 0, 0 },
{ "one record", 5, { 32, 1, HEAD(REC_EXIT, 32, 0) }, 1, 5 },
{ "two records", 10, { 32, 1, HEAD(REC_EXIT, 32, 0), 0, 0, 32, 2, HEAD(REC_EXIT, 32, 1) }, 2, 10 },
{ "the second word means nothing", 5, { 0xffffffff00000020, 1, HEAD(REC_EXIT, 32, 0) }, 1, 5 },
{ "discarded frames are passed over", 9,
	{ 8 | DISCARDED, BUSY, 32, 1, HEAD(REC_EXIT, 32, 0), 0, 0, DISCARDED, DISCARDED }, 1, 9 },
{ "a frame being written", 5, { 32 | BUSY, 1, HEAD(REC_EXIT, 32, 0) }, 0, 0 },
{ "busy after a whole one", 10,
	{ 32, 1, HEAD(REC_EXIT, 32, 0), 0, 0, 32 | BUSY, 2, HEAD(REC_EXIT, 32, 1) }, 1, 5 },
{ "a frame longer than what is left", 5, { 40, 1, HEAD(REC_EXIT, 32, 0) }, 0, 0 },
{ "the longest frame", 5, { 0x3fffffff, 1, HEAD(REC_EXIT, 32, 0) }, 0, 0 },
{ "a discarded frame longer than what is left", 2, { 16 | DISCARDED, 1 }, 0, 0 },
{ "a frame longer than its record", 6, { 40, 1, HEAD(REC_EXIT, 32, 0) }, 1, 6 },
{ "a frame shorter than its record", 4, { 24, 1, HEAD(REC_EXIT, 32, 0) }, 0, 0 },
{ "a frame shorter than a head", 2, { 8, 1 }, 0, 0 },
{ "a frame of no length", 5, { 0, 32 }, 0, 0 },
{ "a length is rounded up", 5, { 25, 1, HEAD(77, 24, 0) }, 1, 5 },
{ "not the type's size", 6, { 40, 1, HEAD(REC_EXIT, 40, 0) }, 0, 0 },
{ "no type", 5, { 32, 1, HEAD(REC_NONE, 32, 0) }, 0, 0 },
{ "a type of a newer program", 5, { 32, 1, HEAD(REC_TYPE_COUNT, 24, 0) }, 1, 5 },
{ "a newer type of an odd size", 5, { 32, 1, HEAD(77, 20, 0) }, 0, 0 },
{ "a newer type smaller than a head", 5, { 32, 1, HEAD(77, 8, 0) }, 0, 0 },
{ "the last CPU", 5, { 32, 1, HEAD(REC_EXIT, 32, CPUS - 1) }, 1, 5 },
{ "a CPU that is not there", 5, { 32, 1, HEAD(REC_EXIT, 32, CPUS) }, 0, 0 },
};
/* clang-format on */

static void test_frames(void **state)
{
	const struct frames_row *row = *state;
	uint64_t *copy = malloc(row->words * 8 + 1); /* so that a sanitizer sees its end */
	int records = 0;
	size_t pos = 0;

	memcpy(copy, row->word, row->words * 8);
	while (frame_next(copy, row->words * 8, &pos, CPUS))
		records++;
	free(copy);
	assert_int_equal(records, row->records);
	assert_int_equal(pos, row->stop * 8);
}

static void test_bytes_that_are_no_frame(void **state)
{
	uint64_t word[2] = { 0 };
	size_t pos = 0;

	(void)state;
	assert_null(frame_next(word, 7, &pos, CPUS));
	assert_int_equal(pos, 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(frames_rows) + 1] = {
		cmocka_unit_test(test_bytes_that_are_no_frame),
	};

	for (size_t i = 0; i < ARRAY_SIZE(frames_rows); i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = frames_rows[i].name,
			.test_func = test_frames,
			.initial_state = (void *)&frames_rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
