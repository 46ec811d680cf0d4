/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Writing raw files: chunks are cut between frames, and the first error stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "captext.h"
#include "raw/format.h"
#include "raw/raw.h"

#define CPUS 2

/* Frames of one CPU, so many that they need several chunks. */
static void test_long_ring(void **state)
{
	enum {
		FRAMES = 50000
	};
	struct frame {
		uint32_t length, nothing;
		struct rec_sys_exit record;
	} *frames = calloc(FRAMES, sizeof(*frames));
	struct captext_buffer file = { 0 };
	struct raw_info info = captext_info(CPUS);
	struct raw_writer *writer;
	struct raw_reader *reader;
	struct raw_chunk chunk;
	struct raw_diag diag;
	uint32_t seq = 0;
	unsigned rings = 0;

	(void)state;
	for (uint32_t i = 0; i < FRAMES; i++)
		frames[i] = (struct frame){
			.length = sizeof(struct rec_sys_exit),
			.record.head = { .seq = i, .type = REC_SYS_EXIT, .size = 40 },
		};
	assert_int_equal(raw_writer_new(&writer, &info, captext_append, &file), 0);
	assert_int_equal(raw_write_snapshot(writer, NULL, 0, 0), 0);
	assert_int_equal(raw_write_ring(writer, 0, frames, FRAMES * sizeof(*frames)), 0);
	assert_int_equal(raw_write_ring(writer, CPUS + 1, frames, sizeof(*frames)), -EINVAL);
	assert_int_equal(raw_write_ring(writer, 0, frames, 12), -EINVAL);
	assert_int_equal(raw_write_ring(writer, 0, frames, 0), 0);
	assert_int_equal(raw_writer_bytes(writer), file.size);
	raw_writer_free(writer);

	assert_int_equal(raw_reader_new(&reader, file.data, file.size, &diag), 0);
	assert_int_equal(raw_read_chunk(reader, &chunk, &diag), 1);
	assert_int_equal(chunk.thread_count, 0);
	while (raw_read_chunk(reader, &chunk, &diag) == 1) {
		const struct rec_head *record;
		size_t pos = 0;

		rings++;
		assert_in_range(chunk.size, 1, RAW_RING_MAX);
		while ((record = raw_frame_next(chunk.data, chunk.size, &pos, CPUS)))
			assert_int_equal(record->seq, seq++);
		assert_int_equal(pos, chunk.size);
	}
	assert_int_equal(seq, FRAMES);
	assert_int_equal(rings, 3);
	raw_reader_free(reader);
	free(file.data);
	free(frames);
}

struct short_sink {
	size_t left;
	int err;
	unsigned after; /* calls after the error */
};

static int write_short(void *ctx, const void *data, size_t size)
{
	struct short_sink *sink = ctx;

	(void)data;
	sink->after += sink->err != 0;
	if (size > sink->left)
		sink->err = -ENOSPC;
	sink->left -= sink->err ? 0 : size;
	return sink->err;
}

static void test_sink_fails(void **state)
{
	struct rec_counters cpu[CPUS] = { 0 };
	struct raw_counters counters = { .cpu = cpu };
	struct raw_info info = captext_info(CPUS);

	(void)state;
	for (size_t left = 0; left < 700; left += 20) {
		struct short_sink sink = { .left = left };
		struct raw_writer *writer = NULL;
		int err = raw_writer_new(&writer, &info, write_short, &sink);

		assert_int_equal(err, left < 488 ? -ENOSPC : 0);
		if (err) {
			assert_null(writer);
			continue;
		}
		raw_write_snapshot(writer, NULL, 0, 0);
		raw_write_round(writer, &counters);
		raw_write_round(writer, &counters);
		assert_int_equal(raw_write_end(writer, &counters), -ENOSPC);
		assert_int_equal(sink.after, 0);
		assert_int_equal(raw_writer_bytes(writer), left - sink.left);
		raw_writer_free(writer);
	}
}

static void test_cpus_out_of_range(void **state)
{
	struct captext_buffer file = { 0 };
	struct raw_writer *writer = NULL;
	struct raw_info info = captext_info(0);

	(void)state;
	assert_int_equal(raw_writer_new(&writer, &info, captext_append, &file), -EINVAL);
	info.cpus = RAW_MAX_CPUS + 1;
	assert_int_equal(raw_writer_new(&writer, &info, captext_append, &file), -EINVAL);
	assert_int_equal(file.size, 0);
	raw_writer_free(writer);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_ring),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_cpus_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
