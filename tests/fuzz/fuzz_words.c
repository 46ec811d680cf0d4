// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The words of a ring: any bytes, in chunks that join or do not. Whatever is
 * made of them must be whole records, in the memory that was given for them,
 * with numbers as counted; and words made of such a record again must say the
 * same of its type, its time and its threads.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "records/encode.h"
#include "ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so)
{
	if (!so)
		abort();
}

/* Alone in a stream of its own. */
static void check_again(const struct rec_head *record)
{
	const struct encode_known known = { .tell_sys = true };
	uint64_t room[REC_MOST_BYTES / 8];
	struct encode_cpu encoder;
	struct encode_out out;
	struct words_cpu cpu;
	struct words chunk;
	const struct rec_head *again = (const void *)room;

	encode_init(&encoder, record->cpu);
	encode_record(&encoder, record, &known, &out);
	expect(!out.pad && out.count <= ENCODE_MOST_WORDS);
	words_init(&cpu, record->cpu);
	words_begin(&cpu, &chunk, out.words, out.count, 0);
	expect(words_next(&cpu, &chunk, room) && chunk.at == chunk.end);
	expect(again->type == record->type && again->ts_ns == record->ts_ns &&
	       again->seq == record->seq);
	if (record->type == REC_SWITCH)
		expect(((const struct rec_switch *)again)->next.id ==
		       ((const struct rec_switch *)record)->next.id);
	if (record->type == REC_WAKEUP)
		expect(((const struct rec_wakeup *)again)->waker_id ==
		       ((const struct rec_wakeup *)record)->waker_id);
}

static void read_chunk(struct words_cpu *cpu, const uint64_t *words, size_t count,
		       uint32_t position)
{
	uint64_t *room = malloc(REC_MOST_BYTES);
	const struct rec_head *record = (const void *)room;
	struct words chunk;
	size_t size;

	words_begin(cpu, &chunk, words, count, position);
	while ((size = words_next(cpu, &chunk, room))) {
		expect(size <= REC_MOST_BYTES && size % 8 == 0 && size == rec_bytes(record));
		expect(record->cpu == 3 && cpu->placed && chunk.at <= chunk.end);
		expect(record->seq + 1 == cpu->number);
		check_again(record);
	}
	expect(chunk.at == chunk.end || !cpu->placed);
	free(room);
}

/* Each chunk: a byte for its length in words, one for where it lies. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t position = 0;
	struct words_cpu cpu;

	words_init(&cpu, 3);
	while (size >= 2) {
		size_t count = data[0], left = (size - 2) / 8;
		/* Most join; others lie in front of a block. */
		uint32_t at = data[1] < 0xc0 ? position : data[1] * RING_BLOCK_WORDS - data[1] % 4;
		uint64_t *words;

		count = count < left ? count : left;
		words = malloc(count * 8 + 1);
		memcpy(words, data + 2, count * 8);
		read_chunk(&cpu, words, count, at);
		free(words);
		position = (at + (uint32_t)count) & RING_POSITION_MASK;
		data += 2 + count * 8;
		size -= 2 + count * 8;
	}
	return 0;
}
