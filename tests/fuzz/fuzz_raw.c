// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The raw reader: any bytes. What it accepts is written again and read again,
 * once compressed between: that must give the same bytes, and all of them.
 * Every frame is walked.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "captext.h"
#include "raw/raw.h"
#include "records/frame.h"
#include "rawsign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so)
{
	if (!so)
		abort();
}

static unsigned sum_frames(const struct raw_chunk *chunk, uint32_t cpus)
{
	const struct rec_head *record;
	unsigned sum = 0;
	size_t pos = 0, before = 0;

	while ((record = frame_next(chunk->data, chunk->size, &pos, cpus))) {
		expect(pos > before && pos <= chunk->size && record->cpu < cpus);
		for (unsigned i = 0; i < record->size; i++)
			sum += ((const uint8_t *)record)[i];
		before = pos;
	}
	expect(pos <= chunk->size);
	return sum;
}

static int write_chunk(const struct stream *to, const struct raw_chunk *chunk)
{
	const struct stream_ring ring = {
		.cpu = chunk->cpu, .data = chunk->data, .size = chunk->size, .stable = true
	};

	switch (chunk->type) {
	case RAW_CHUNK_SYMBOLS:
		return stream_symbols(to, &chunk->symbols);
	case RAW_CHUNK_SNAPSHOT:
		return stream_snapshot(to, chunk->threads, chunk->thread_count,
				       chunk->snapshot_end_ns);
	case RAW_CHUNK_RING:
		return stream_ring(to, &ring);
	case RAW_CHUNK_ROUND:
		return stream_round(to, &chunk->counters);
	case RAW_CHUNK_END:
		return stream_end(to, &chunk->counters);
	case RAW_CHUNK_TEXTS:
		return stream_texts(to, &chunk->texts);
	}
	return -EINVAL;
}

/* Reads all, writes it to *out (empty), and returns how reading ended. */
static int rewrite(const void *data, size_t size, struct captext_buffer *out, bool compress)
{
	struct diag diag = { "" };
	struct raw_writer *writer;
	struct raw_reader *reader;
	struct raw_chunk chunk;
	struct stream to;
	int more = raw_reader_new(&reader, data, size, &diag);

	if (more) {
		expect(diag_is_set(&diag));
		return more;
	}
	expect(!raw_writer_new(&writer, captext_append, out));
	expect(!compress || !raw_writer_compress(writer));
	to = raw_writer_stream(writer);
	expect(!stream_begin(&to, raw_reader_info(reader)));
	while ((more = raw_read_chunk(reader, &chunk, &diag)) == 1 || more == -EBADMSG) {
		expect(raw_reader_at(reader) <= size && (more == 1 || diag_is_set(&diag)));
		diag = (struct diag){ "" };
		if (more != 1)
			continue;
		if (chunk.type == RAW_CHUNK_RING)
			sum_frames(&chunk, raw_reader_info(reader)->cpus);
		expect(!write_chunk(&to, &chunk));
	}
	expect(raw_reader_at(reader) <= size && (more == 0 || diag_is_set(&diag)));
	expect(raw_writer_bytes(writer) == out->size);
	raw_writer_free(writer);
	raw_reader_free(reader);
	return more;
}

/* What is read of the file is what stands in the other one. */
static void check_same(const struct captext_buffer *file, const struct captext_buffer *plain,
		       int end)
{
	struct captext_buffer again = { 0 };

	expect(rewrite(file->data, file->size, &again, false) == (end ? -ENODATA : 0));
	expect(plain->size == again.size && !memcmp(plain->data, again.data, plain->size));
	free(again.data);
}

static void check_packed(const struct captext_buffer *plain, int end)
{
	struct captext_buffer packed = { 0 };

	expect(rewrite(plain->data, plain->size, &packed, true) == (end ? -ENODATA : 0));
	expect(packed.size <= plain->size);
	check_same(&packed, plain, end);
	free(packed.data);
}

static void check(const void *data, size_t size)
{
	struct captext_buffer once = { 0 };
	int end = rewrite(data, size, &once, false);

	if (once.size) {
		check_same(&once, &once, end);
		check_packed(&once, end);
	}
	free(once.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	check(copy, size);
	rawsign(copy, size);
	check(copy, size);
	free(copy);
	return 0;
}
