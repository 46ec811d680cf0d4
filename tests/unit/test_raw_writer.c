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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captext.h"
#include "raw/format.h"
#include "raw/raw.h"
#include "records/frame.h"

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
	struct stream_info info = captext_info(CPUS);
	struct stream_ring ring = { .data = frames, .size = FRAMES * sizeof(*frames) };
	struct raw_writer *writer;
	struct raw_reader *reader;
	struct raw_chunk chunk;
	struct diag diag = { "" };
	struct stream to;
	uint32_t seq = 0;
	unsigned rings = 0;

	(void)state;
	for (uint32_t i = 0; i < FRAMES; i++)
		frames[i] = (struct frame){
			.length = sizeof(struct rec_sys_exit),
			.record.head = { .seq = i, .type = REC_SYS_EXIT, .size = 40 },
		};
	assert_int_equal(raw_writer_new(&writer, captext_append, &file), 0);
	to = raw_writer_stream(writer);
	assert_int_equal(stream_begin(&to, &info), 0);
	assert_int_equal(stream_snapshot(&to, NULL, 0, 0), 0);
	assert_int_equal(stream_ring(&to, &ring), 0);
	ring.size = 12;
	assert_int_equal(stream_ring(&to, &ring), -EBADMSG);
	ring.size = 0;
	assert_int_equal(stream_ring(&to, &ring), 0);
	ring = (struct stream_ring){ .cpu = CPUS + 1, .data = frames, .size = sizeof(*frames) };
	assert_int_equal(stream_ring(&to, &ring), -EBADMSG);
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
		while ((record = frame_next(chunk.data, chunk.size, &pos, CPUS)))
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
	struct stream_counters counters = { .cpu = cpu };
	struct stream_info info = captext_info(CPUS);

	(void)state;
	for (size_t left = 0; left < 700; left += 20) {
		struct short_sink sink = { .left = left };
		struct raw_writer *writer;
		struct stream to;

		assert_int_equal(raw_writer_new(&writer, write_short, &sink), 0);
		to = raw_writer_stream(writer);
		assert_int_equal(stream_begin(&to, &info), left < 488 ? -ENOSPC : 0);
		stream_snapshot(&to, NULL, 0, 0);
		stream_round(&to, &counters);
		stream_round(&to, &counters);
		assert_int_equal(stream_end(&to, &counters), -ENOSPC);
		assert_int_equal(stream_end(&to, NULL), -ENOSPC);
		assert_int_equal(sink.after, 0);
		assert_int_equal(raw_writer_bytes(writer), left - sink.left);
		raw_writer_free(writer);
	}
}

static void test_bad_info(void **state)
{
	struct captext_buffer file = { 0 };
	struct stream_info info = captext_info(0);
	struct raw_writer *writer;
	struct stream to;

	(void)state;
	assert_int_equal(raw_writer_new(&writer, captext_append, &file), 0);
	to = raw_writer_stream(writer);
	assert_int_equal(stream_begin(&to, &info), -EINVAL);
	info.cpus = STREAM_MAX_CPUS + 1;
	assert_int_equal(stream_begin(&to, &info), -EINVAL);
	info = captext_info(CPUS);
	info.encoding = 99;
	assert_int_equal(stream_begin(&to, &info), -EINVAL);
	assert_int_equal(file.size, 0);
	raw_writer_free(writer);
}

/* What is played into a writer is the same file; one that was cut off stays so. */
static void test_copy(void **state)
{
	static const char *const ends[] = { "end at=3000 cpu1=2\n", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct captext_buffer file = { 0 }, copy = { 0 };
		struct raw_writer *writer;
		struct raw_reader *reader;
		struct diag diag = { "" };
		struct raw_stop stop;
		struct stream to;
		char text[256];

		snprintf(text, sizeof(text),
			 "snapshot task=1/100#7 state=running cpu=1\nstart at=1000\n"
			 "1100 cpu1 switch prev=1/100#8 next=idle state=asleep,S\n"
			 "round at=2000\n%s",
			 ends[i]);
		assert_int_equal(captext_raw(text, CPUS, &file), 0);
		assert_int_equal(raw_reader_new(&reader, file.data, file.size, &diag), 0);
		assert_int_equal(raw_writer_new(&writer, captext_append, &copy), 0);
		to = raw_writer_stream(writer);
		assert_int_equal(raw_play(reader, &to, NULL, NULL, &stop), 0);
		assert_int_equal(stop.err, *ends[i] ? 0 : -ENODATA);
		assert_int_equal(diag_is_set(&stop.diag), !*ends[i]);
		assert_int_equal(copy.size, file.size);
		assert_memory_equal(copy.data, file.data, file.size);
		raw_writer_free(writer);
		raw_reader_free(reader);
		free(file.data);
		free(copy.data);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_ring),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_bad_info),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
