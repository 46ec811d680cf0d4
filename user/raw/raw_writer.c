// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Writing a raw file: chunks out, one after another, nothing kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "raw/format.h"
#include "raw/pack.h"
#include "raw/raw.h"
#include "records/frame.h"
#include "ring.h"

struct raw_writer {
	raw_sink_fn sink;
	void *ctx;
	int err; /* the first one */
	uint32_t cpus;
	bool words; /* rings hold words, not frames */
	uint32_t sequence;
	uint64_t bytes;
	struct pack *pack; /* NULL: nothing is compressed */
};

static int put(struct raw_writer *writer, const void *data, size_t size)
{
	if (!writer->err && size)
		writer->err = writer->sink(writer->ctx, data, size);
	if (!writer->err)
		writer->bytes += size;
	return writer->err;
}

/* A chunk whose payload is a head and a body. Both sizes are multiples of 8. */
static int put_flagged(struct raw_writer *writer, enum raw_file_type type, uint32_t flags,
		       const void *head, size_t head_size, const void *body, size_t body_size)
{
	uint32_t crc = crc32_z(0, head, head_size);
	struct raw_chunk_head chunk = {
		.type = type,
		.flags = flags,
		.size = head_size + body_size,
		.sequence = writer->sequence++,
		.payload_crc = body_size ? crc32_z(crc, body, body_size) : crc,
	};

	chunk.crc = crc32_z(0, (const void *)&chunk, offsetof(struct raw_chunk_head, crc));
	put(writer, &chunk, sizeof(chunk));
	put(writer, head, head_size);
	return put(writer, body, body_size);
}

static int put_chunk(struct raw_writer *writer, enum raw_file_type type, const void *head,
		     size_t head_size, const void *body, size_t body_size)
{
	return put_flagged(writer, type, 0, head, head_size, body, body_size);
}

/* A ring's chunk, compressed if that is wanted and makes it smaller. */
static int put_ring(struct raw_writer *writer, const struct raw_ring_head *head, const void *data,
		    size_t size)
{
	const void *packed;
	size_t packed_size = 0;

	if (writer->pack)
		packed_size = pack_payload(writer->pack, head, sizeof(*head), data, size, &packed);
	if (!packed_size)
		return put_chunk(writer, RAW_TYPE_RING, head, sizeof(*head), data, size);
	return put_flagged(writer, RAW_TYPE_RING, RAW_PACKED, packed, packed_size, NULL, 0);
}

/*
 * A chunk with entries at its end, each cut to the size that the file's version
 * has: what is behind it was not known then.
 */
static int put_entries(struct raw_writer *writer, enum raw_file_type type, const void *head,
		       size_t head_size, const void *entries, size_t count, size_t ours,
		       size_t theirs)
{
	uint8_t *cut = NULL;
	int err;

	if (theirs != ours) {
		cut = malloc(count * theirs + 1);
		if (!cut)
			return writer->err = writer->err ? writer->err : -ENOMEM;
		for (size_t i = 0; i < count; i++)
			memcpy(cut + i * theirs, (const uint8_t *)entries + i * ours, theirs);
		entries = cut;
	}
	err = put_chunk(writer, type, head, head_size, entries, count * theirs);
	free(cut);
	return err;
}

static void put_file_head(struct raw_writer *writer)
{
	struct raw_file_head head = { .major = writer->words ? RAW_MAJOR : 1, .minor = RAW_MINOR };

	memcpy(head.magic, RAW_MAGIC, sizeof(head.magic));
	head.crc = crc32_z(0, (const void *)&head, offsetof(struct raw_file_head, crc));
	put(writer, &head, sizeof(head));
}

static struct raw_info info_to_file(const struct stream_info *info)
{
	struct raw_info out = {
		.abi = info->abi,
		.arch = info->arch,
		.cpus = info->cpus,
		.cpus_online = info->cpus_online,
		.scope = info->scope,
		.tracer_tgid = info->tracer_tgid,
		.mono_ns = info->mono_ns,
		.wall_ns = info->wall_ns,
		.on_ns = info->on_ns,
		.ring_bytes = info->ring_bytes,
		.encoding = info->encoding,
		.page_size = info->page_size,
		.on = info->on,
	};

	memcpy(out.release, info->release, sizeof(out.release));
	memcpy(out.hostname, info->hostname, sizeof(out.hostname));
	memcpy(out.options, info->options, sizeof(out.options));
	return out;
}

static int write_begin(void *ctx, const struct stream_info *info)
{
	struct raw_info head = info_to_file(info);
	struct raw_writer *writer = ctx;

	if (!info->cpus || info->cpus > STREAM_MAX_CPUS ||
	    (info->encoding != STREAM_BPF_RING && info->encoding != STREAM_WORDS))
		return -EINVAL;
	writer->cpus = info->cpus;
	writer->words = info->encoding == STREAM_WORDS;
	put_file_head(writer);
	return put_chunk(writer, RAW_TYPE_HEADER, &head,
			 writer->words ? sizeof(head) : RAW_INFO_SIZE, NULL, 0);
}

static int write_symbols(void *ctx, const struct stream_symbols *symbols)
{
	struct raw_writer *writer = ctx;
	size_t strings = (symbols->strings_size + 7) & ~(size_t)7;
	struct raw_symbols_head head = {
		.count = (uint32_t)symbols->count,
		.entry_size = sizeof(*symbols->entries),
		.strings_size = symbols->strings_size,
	};
	size_t size = sizeof(head) + strings;
	uint8_t *payload;
	int err;

	if (symbols->count > UINT32_MAX)
		return -EBADMSG;
	payload = calloc(1, size);
	if (!payload)
		return writer->err = writer->err ? writer->err : -ENOMEM;
	memcpy(payload, &head, sizeof(head));
	if (symbols->strings_size)
		memcpy(payload + sizeof(head), symbols->strings, symbols->strings_size);
	err = put_chunk(writer, RAW_TYPE_SYMBOLS, payload, size, symbols->entries,
			symbols->count * sizeof(*symbols->entries));
	free(payload);
	return err;
}

static int write_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			  uint64_t end_ns)
{
	struct raw_writer *writer = ctx;
	struct raw_snapshot_head head = {
		.end_ns = end_ns,
		.count = (uint32_t)count,
		.entry_size = writer->words ? sizeof(*threads) : RAW_SNAPSHOT_SIZE,
	};

	if (count > UINT32_MAX)
		return -EBADMSG;
	return put_entries(writer, RAW_TYPE_SNAPSHOT, &head, sizeof(head), threads, count,
			   sizeof(*threads), head.entry_size);
}

/* Words up to the end of the last whole block that fits: there begins a record. */
static size_t whole_blocks(uint32_t position, size_t size)
{
	size_t in_block = position % RING_BLOCK_WORDS * 8;

	return size <= RAW_RING_MAX ? size : RAW_RING_MAX - in_block;
}

/* The size of the frames that fit into one chunk; 0 if they are damaged. */
static size_t whole_frames(const struct raw_writer *writer, const void *data, size_t size)
{
	size_t pos = 0, end = 0;

	if (size <= RAW_RING_MAX)
		return size;
	while (frame_next(data, size, &pos, writer->cpus) && pos <= RAW_RING_MAX)
		end = pos;
	return end;
}

static int write_ring(void *ctx, const struct stream_ring *ring)
{
	struct raw_ring_head head = { .cpu = ring->cpu, .position = ring->position };
	struct raw_writer *writer = ctx;
	const uint8_t *at = ring->data;
	size_t left = ring->size;

	if (ring->cpu > writer->cpus || left % 8)
		return -EBADMSG;
	while (left && !writer->err) {
		size_t part = writer->words ? whole_blocks(head.position, left)
					    : whole_frames(writer, at, left);

		if (!part)
			return -EBADMSG;
		put_ring(writer, &head, at, part);
		head.position = writer->words ? head.position + (uint32_t)(part / 8) : 0;
		head.position &= RING_POSITION_MASK;
		at += part;
		left -= part;
	}
	return writer->err;
}

static int put_counters(struct raw_writer *writer, enum raw_file_type type,
			const struct stream_counters *counters)
{
	struct raw_round_head head = {
		.ts_ns = counters->ts_ns,
		.missed = counters->missed,
		.count = writer->cpus,
		.entry_size = writer->words ? sizeof(*counters->cpu) : RAW_COUNTERS_SIZE,
	};

	return put_entries(writer, type, &head, sizeof(head), counters->cpu, writer->cpus,
			   sizeof(*counters->cpu), head.entry_size);
}

static int write_round(void *ctx, const struct stream_counters *counters)
{
	return put_counters(ctx, RAW_TYPE_ROUND, counters);
}

static size_t padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static int write_texts(void *ctx, const struct stream_texts *texts)
{
	struct raw_texts_head head = { .ts_ns = texts->ts_ns, .count = (uint32_t)texts->count };
	struct raw_writer *writer = ctx;
	uint8_t *bytes, *at;

	for (size_t i = 0; i < texts->count; i++) {
		if (texts->texts[i].size > STREAM_TEXT_MAX || i >= RAW_TEXTS_MAX)
			return -EBADMSG;
		head.bytes += sizeof(struct raw_text) + padded(texts->texts[i].size);
	}
	bytes = at = calloc(1, head.bytes + 1u);
	if (!bytes)
		return writer->err = writer->err ? writer->err : -ENOMEM;
	for (size_t i = 0; i < texts->count; i++) {
		const struct stream_text *text = &texts->texts[i];
		const struct raw_text entry = { .id = text->id, .size = (uint32_t)text->size };

		memcpy(at, &entry, sizeof(entry));
		if (text->size)
			memcpy(at + sizeof(entry), text->text, text->size);
		at += sizeof(entry) + padded(text->size);
	}
	put_chunk(writer, (enum raw_file_type)texts->kind, &head, sizeof(head), bytes, head.bytes);
	free(bytes);
	return writer->err;
}

/* A capture that was cut off gets no end: a reader sees that it is missing. */
static int write_end(void *ctx, const struct stream_counters *counters)
{
	const struct raw_writer *writer = ctx;

	return counters ? put_counters(ctx, RAW_TYPE_END, counters) : writer->err;
}

static const struct stream_ops writer_ops = {
	.begin = write_begin,
	.symbols = write_symbols,
	.snapshot = write_snapshot,
	.ring = write_ring,
	.round = write_round,
	.texts = write_texts,
	.end = write_end,
};

struct stream raw_writer_stream(struct raw_writer *writer)
{
	return (struct stream){ &writer_ops, writer };
}

int raw_writer_new(struct raw_writer **out, raw_sink_fn sink, void *ctx)
{
	struct raw_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return -ENOMEM;
	writer->sink = sink;
	writer->ctx = ctx;
	*out = writer;
	return 0;
}

int raw_writer_compress(struct raw_writer *writer)
{
	return writer->pack ? 0 : pack_new(&writer->pack);
}

void raw_writer_free(struct raw_writer *writer)
{
	if (!writer)
		return;
	pack_free(writer->pack);
	free(writer);
}

uint64_t raw_writer_bytes(const struct raw_writer *writer)
{
	return writer->bytes;
}
