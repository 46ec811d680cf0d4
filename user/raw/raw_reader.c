// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Reading a raw file from memory. Nothing in it is trusted: every size is
 * compared with what is left before it is used, and no memory is taken beyond
 * what the file itself has.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "raw/format.h"
#include "raw/pack.h"
#include "raw/raw.h"

struct raw_reader {
	const uint8_t *data;
	size_t size;
	size_t pos;
	uint32_t sequence;
	bool begun; /* the list of threads was read, or can not come any more */
	bool ended;
	struct stream_info info;
	uint8_t *entries;  /* of the last chunk, if another version made them */
	struct pack *pack; /* of the last chunk, if it is compressed */
	size_t at;	   /* where what was read last begins */
	int err;	   /* that it stops, and why */
	struct diag why;
};

/* A chunk as it lies in the file. */
struct span {
	struct raw_chunk_head head; /* its size is the payload's once that is restored */
	size_t offset;		    /* of its head */
	const uint8_t *payload;
};

static int damaged(const struct span *span, struct diag *diag, const char *what)
{
	return diag_set(diag, -EBADMSG, "damaged at byte %zu: %s", span->offset, what);
}

/* ---- chunks ---- */

static int cut_off(const struct raw_reader *reader, struct diag *diag)
{
	if (reader->pos == reader->size)
		return diag_set(
			diag, -ENODATA,
			"ends at byte %zu without saying so: the capture was killed, or the "
			"file is not all of it",
			reader->pos);
	return diag_set(diag, -ENODATA,
			"cut off at byte %zu, within the chunk that begins at byte %zu",
			reader->size, reader->pos);
}

static bool is_head(const struct raw_chunk_head *head)
{
	return head->crc == crc32_z(0, (const void *)head, offsetof(struct raw_chunk_head, crc)) &&
	       head->size % 8 == 0;
}

/*
 * Moves pos on to what may be the next chunk, or to the file's end. Damage has
 * no length: any eight bytes may be the first of a chunk. A head that looks
 * whole is believed, its payload included, so that no byte is summed up twice.
 */
static void seek_head(struct raw_reader *reader)
{
	struct raw_chunk_head head;

	for (reader->pos += 8; reader->size - reader->pos >= sizeof(head); reader->pos += 8) {
		memcpy(&head, reader->data + reader->pos, sizeof(head));
		if (!is_head(&head))
			continue;
		if ((int32_t)(head.sequence - reader->sequence) > 0)
			reader->sequence = head.sequence; /* the damage was those between */
		return;
	}
	reader->pos = reader->size;
}

/* Puts what was compressed in the payload's place. */
static int restore(struct raw_reader *reader, struct span *span, struct diag *diag)
{
	const void *payload;
	size_t size;
	int err;

	if (!(span->head.flags & RAW_PACKED))
		return 0;
	err = pack_restore(&reader->pack, span->payload, span->head.size, &payload, &size);
	if (err == -EBADMSG)
		return damaged(span, diag, "the chunk's content cannot be decompressed");
	if (err)
		return diag_set(diag, err, "not enough memory");
	span->payload = payload;
	span->head.size = size;
	return 0;
}

/*
 * The chunk at pos, checksums and sequence checked; moves pos behind it. After
 * -EBADMSG pos is where to go on.
 */
static int next_span(struct raw_reader *reader, struct span *out, struct diag *diag)
{
	struct span span = { .offset = reader->pos };
	size_t left = reader->size - reader->pos;
	int32_t ahead;

	reader->at = reader->pos;
	if (left < sizeof(span.head))
		return cut_off(reader, diag);
	memcpy(&span.head, reader->data + reader->pos, sizeof(span.head));
	if (!is_head(&span.head)) {
		seek_head(reader);
		return damaged(&span, diag, "the chunk's head is not what was written");
	}
	left -= sizeof(span.head);
	if (span.head.size > left)
		return cut_off(reader, diag);
	ahead = (int32_t)(span.head.sequence - reader->sequence);
	if (ahead > 0) {
		reader->sequence = span.head.sequence;
		return damaged(&span, diag, "chunks are missing before it");
	}
	reader->pos += sizeof(span.head) + span.head.size;
	if (ahead < 0)
		return damaged(&span, diag, "the chunk stands there a second time");
	reader->sequence++;
	span.payload = reader->data + span.offset + sizeof(span.head);
	if (span.head.payload_crc != crc32_z(0, span.payload, span.head.size))
		return damaged(&span, diag, "the chunk's content is not what was written");
	*out = span;
	return 0;
}

/* What a payload with entries looks like: bytes of its head and of an entry. */
struct form {
	size_t head;
	size_t least; /* of an entry in a file */
	size_t ours;  /* of an entry in this program */
};

static const struct form snapshot_form = {
	sizeof(struct raw_snapshot_head),
	RAW_SNAPSHOT_SIZE,
	sizeof(struct rec_snapshot),
};

static const struct form counters_form = {
	sizeof(struct raw_round_head),
	RAW_COUNTERS_SIZE,
	sizeof(struct rec_counters),
};

static const struct form symbols_form = {
	sizeof(struct raw_symbols_head),
	RAW_SYMBOL_SIZE,
	sizeof(struct stream_symbol),
};

/* Entries of another version: cut, or filled up with zeros. */
static int convert_entries(struct raw_reader *reader, const uint8_t *from, uint32_t count,
			   uint32_t entry_size, size_t ours)
{
	size_t common = entry_size < ours ? entry_size : ours;

	free(reader->entries);
	reader->entries = calloc(count + 1, ours); /* calloc(0) may be NULL */
	if (!reader->entries)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		memcpy(reader->entries + i * ours, from + i * entry_size, common);
	return 0;
}

/* The entries at the payload's end, in the size this program knows. */
static int get_entries(struct raw_reader *reader, const struct span *span, const struct form *form,
		       uint32_t count, uint32_t entry_size, const void **out, struct diag *diag)
{
	size_t room = span->head.size - form->head;
	const uint8_t *from;
	int err;

	if (entry_size < form->least || entry_size % 8 || count > room / entry_size)
		return damaged(span, diag, "its entries do not fit into the chunk");
	from = span->payload + span->head.size - (size_t)count * entry_size;
	if (entry_size == form->ours) {
		*out = from;
		return 0;
	}
	err = convert_entries(reader, from, count, entry_size, form->ours);
	if (err)
		return diag_set(diag, err, "not enough memory");
	*out = reader->entries;
	return 0;
}

static int read_symbols(struct raw_reader *reader, const struct span *span, struct raw_chunk *out,
			struct diag *diag)
{
	const struct raw_symbols_head *head = (const void *)span->payload;
	const void *entries;
	size_t room;
	int err;

	if (span->head.size < sizeof(*head))
		return damaged(span, diag, "the list of functions is too short");
	err = get_entries(reader, span, &symbols_form, head->count, head->entry_size, &entries,
			  diag);
	if (err)
		return err;
	room = span->head.size - sizeof(*head) - (size_t)head->count * head->entry_size;
	if (head->strings_size > room)
		return damaged(span, diag, "its texts do not fit into the chunk");
	*out = (struct raw_chunk){
		.type = RAW_CHUNK_SYMBOLS,
		.offset = span->offset,
		.symbols = { .entries = entries,
			     .count = head->count,
			     .strings = (const char *)(head + 1),
			     .strings_size = head->strings_size },
	};
	return 0;
}

static int read_snapshot(struct raw_reader *reader, const struct span *span, struct raw_chunk *out,
			 struct diag *diag)
{
	const struct raw_snapshot_head *head = (const void *)span->payload;
	const void *entries;
	int err;

	if (span->head.size < sizeof(*head))
		return damaged(span, diag, "the list of threads is too short");
	err = get_entries(reader, span, &snapshot_form, head->count, head->entry_size, &entries,
			  diag);
	if (err)
		return err;
	*out = (struct raw_chunk){
		.type = RAW_CHUNK_SNAPSHOT,
		.offset = span->offset,
		.threads = entries,
		.thread_count = head->count,
		.snapshot_end_ns = head->end_ns,
	};
	return 0;
}

static int read_ring(const struct raw_reader *reader, const struct span *span,
		     struct raw_chunk *out, struct diag *diag)
{
	const struct raw_ring_head *head = (const void *)span->payload;

	if (span->head.size < sizeof(*head) || head->cpu > reader->info.cpus || span->head.size % 8)
		return damaged(span, diag, "records of a CPU that is not there");
	*out = (struct raw_chunk){
		.type = RAW_CHUNK_RING,
		.offset = span->offset,
		.cpu = head->cpu,
		.position = head->position,
		.data = span->payload + sizeof(*head),
		.size = span->head.size - sizeof(*head),
		.stable = !(span->head.flags & RAW_PACKED),
	};
	return 0;
}

static int read_counters(struct raw_reader *reader, const struct span *span, struct raw_chunk *out,
			 struct diag *diag)
{
	const struct raw_round_head *head = (const void *)span->payload;
	const void *entries;
	int err;

	if (span->head.size < sizeof(*head) || head->count != reader->info.cpus)
		return damaged(span, diag, "counters of another number of CPUs");
	err = get_entries(reader, span, &counters_form, head->count, head->entry_size, &entries,
			  diag);
	if (err)
		return err;
	*out = (struct raw_chunk){
		.type = span->head.type == RAW_TYPE_END ? RAW_CHUNK_END : RAW_CHUNK_ROUND,
		.offset = span->offset,
		.counters = { .ts_ns = head->ts_ns, .missed = head->missed, .cpu = entries },
	};
	reader->ended = out->type == RAW_CHUNK_END;
	return 0;
}

/* The text at *at of a payload that ends at end; moves *at behind it. */
static bool next_text(const uint8_t **at, const uint8_t *end, struct stream_text *out)
{
	struct raw_text entry;

	if ((size_t)(end - *at) < sizeof(entry))
		return false;
	memcpy(&entry, *at, sizeof(entry));
	*at += sizeof(entry);
	if (entry.size > STREAM_TEXT_MAX || ((entry.size + 7u) & ~7u) > (size_t)(end - *at))
		return false;
	*out = (struct stream_text){ entry.id, (const char *)*at, entry.size };
	*at += (entry.size + 7u) & ~7u;
	return true;
}

static int read_texts(struct raw_reader *reader, const struct span *span, struct raw_chunk *out,
		      struct diag *diag)
{
	const struct raw_texts_head *head = (const void *)span->payload;
	const uint8_t *end = span->payload + span->head.size, *at;
	struct stream_text *texts;

	if (span->head.size < sizeof(*head) || head->bytes > span->head.size - sizeof(*head) ||
	    head->bytes % 8 || head->count > head->bytes / sizeof(struct raw_text) ||
	    head->count > RAW_TEXTS_MAX)
		return damaged(span, diag, "its texts do not fit into the chunk");
	free(reader->entries);
	texts = calloc(head->count + 1u, sizeof(*texts));
	reader->entries = (uint8_t *)texts;
	if (!texts)
		return diag_set(diag, -ENOMEM, "not enough memory");
	at = end - head->bytes;
	for (uint32_t i = 0; i < head->count; i++)
		if (!next_text(&at, end, &texts[i]))
			return damaged(span, diag, "a text does not fit into the chunk");
	*out = (struct raw_chunk){
		.type = RAW_CHUNK_TEXTS,
		.offset = span->offset,
		.texts = { .kind = (enum stream_text_kind)span->head.type,
			   .ts_ns = head->ts_ns,
			   .texts = texts,
			   .count = head->count },
	};
	return 0;
}

static bool is_texts(uint32_t type)
{
	return type == RAW_TYPE_CGROUPS || type == RAW_TYPE_COMMANDS || type == RAW_TYPE_NAMES;
}

static int read_span(struct raw_reader *reader, const struct span *span, struct raw_chunk *out,
		     struct diag *diag)
{
	bool is_snapshot = span->head.type == RAW_TYPE_SNAPSHOT;

	if (span->head.type == RAW_TYPE_HEADER)
		return damaged(span, diag, "the capture is described twice");
	if (is_snapshot && reader->begun)
		return damaged(span, diag, "a list of threads where none belongs");
	if (span->head.type == RAW_TYPE_SYMBOLS)
		return read_symbols(reader, span, out, diag);
	reader->begun = true;
	if (is_snapshot)
		return read_snapshot(reader, span, out, diag);
	if (span->head.type == RAW_TYPE_RING)
		return read_ring(reader, span, out, diag);
	if (is_texts(span->head.type))
		return read_texts(reader, span, out, diag);
	return read_counters(reader, span, out, diag);
}

static bool is_known(uint32_t type)
{
	return (type >= RAW_TYPE_HEADER && type <= RAW_TYPE_END) || is_texts(type) ||
	       type == RAW_TYPE_SYMBOLS;
}

/* The next chunk of a known type. 1, or -errno. */
static int next_chunk(struct raw_reader *reader, struct raw_chunk *out, struct diag *diag)
{
	struct span span = { .offset = 0 };
	int err;

	do
		err = next_span(reader, &span, diag);
	while (!err && !is_known(span.head.type));
	if (!err)
		err = restore(reader, &span, diag);
	if (!err)
		err = read_span(reader, &span, out, diag);
	return err ? err : 1;
}

int raw_read_chunk(struct raw_reader *reader, struct raw_chunk *out, struct diag *diag)
{
	struct diag why = reader->why;
	int more = reader->err;

	if (reader->ended)
		return 0;
	if (!more)
		more = next_chunk(reader, out, &why);
	if (more == 1)
		return 1;
	if (more != -EBADMSG) {
		reader->err = more;
		reader->why = why;
	}
	return diag_set(diag, more, "%s", why.text);
}

uint64_t raw_reader_at(const struct raw_reader *reader)
{
	return reader->at;
}

/* ---- the file's beginning ---- */

static int read_file_head(struct raw_reader *reader, struct diag *diag)
{
	struct raw_file_head head;
	size_t common = reader->size < sizeof(head.magic) ? reader->size : sizeof(head.magic);

	if (common && memcmp(reader->data, RAW_MAGIC, common) != 0)
		return diag_set(diag, -EINVAL, "not a raw capture of gotrace-bpf");
	if (reader->size < sizeof(head))
		return diag_set(diag, -ENODATA, "cut off at byte %zu: no raw capture is so short",
				reader->size);
	memcpy(&head, reader->data, sizeof(head));
	if (head.crc != crc32_z(0, reader->data, offsetof(struct raw_file_head, crc)) ||
	    head.major < 1)
		return diag_set(diag, -EBADMSG, "damaged at byte 0: the file's head");
	if (head.major > RAW_MAJOR)
		return diag_set(
			diag, -ENOTSUP,
			"made by a newer gotrace-bpf (format %u.%u, this one reads %u.x): use "
			"that one",
			head.major, head.minor, RAW_MAJOR);
	reader->pos = sizeof(head);
	return 0;
}

static int check_info(const struct stream_info *info, const struct span *span, struct diag *diag)
{
	if (info->abi > REC_ABI_VERSION)
		return diag_set(diag, -ENOTSUP,
				"made by a newer gotrace-bpf (records of form %" PRIu32
				", this one reads %d): use that one",
				info->abi, REC_ABI_VERSION);
	if (!info->abi || (info->abi != REC_ABI_FRAMES && info->encoding != STREAM_WORDS))
		return damaged(span, diag, "records of a form that never was");
	if (info->arch != REC_ARCH_X86_64 && info->arch != REC_ARCH_ARM64)
		return diag_set(diag, -ENOTSUP,
				"made on an architecture (number %" PRIu32
				") that this gotrace-bpf does not know: use a newer one",
				info->arch);
	if (!info->cpus || info->cpus > STREAM_MAX_CPUS || !info->cpus_online ||
	    info->cpus_online > info->cpus)
		return damaged(span, diag, "an impossible number of CPUs");
	return 0;
}

/* Text in a file has its end where it has it; the last byte is one in any case. */
static void copy_text(char *to, const char *from, size_t size)
{
	memcpy(to, from, size - 1);
	to[size - 1] = '\0';
}

static void info_from_file(struct stream_info *out, const struct raw_info *info)
{
	const bool is_frames = info->abi == REC_ABI_FRAMES;

	*out = (struct stream_info){
		.encoding = is_frames ? STREAM_BPF_RING : info->encoding,
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
		.page_size = is_frames ? 0 : info->page_size,
		.on = is_frames ? 0 : info->on,
	};
	copy_text(out->release, info->release, sizeof(out->release));
	copy_text(out->hostname, info->hostname, sizeof(out->hostname));
	copy_text(out->options, info->options, sizeof(out->options));
}

static int read_header(struct raw_reader *reader, struct diag *diag)
{
	struct span span = { .offset = 0 };
	struct raw_info info = { 0 };
	int err = next_span(reader, &span, diag);

	if (err)
		return err;
	if (span.head.type != RAW_TYPE_HEADER || span.head.size < RAW_INFO_SIZE)
		return damaged(&span, diag, "the capture's description is missing");
	memcpy(&info, span.payload, span.head.size < sizeof(info) ? span.head.size : sizeof(info));
	info_from_file(&reader->info, &info);
	return check_info(&reader->info, &span, diag);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define IS_LITTLE_ENDIAN true
#else
#define IS_LITTLE_ENDIAN false
#endif

int raw_reader_new(struct raw_reader **out, const void *data, size_t size, struct diag *diag)
{
	struct raw_reader *reader;
	int err;

	if (!IS_LITTLE_ENDIAN)
		return diag_set(diag, -ENOTSUP,
				"captures are little-endian and this machine is not: convert it on "
				"another");
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return diag_set(diag, -ENOMEM, "not enough memory");
	assert((uintptr_t)data % 8 == 0);
	reader->data = data;
	reader->size = size;
	err = read_file_head(reader, diag);
	if (!err)
		err = read_header(reader, diag);
	if (err) {
		raw_reader_free(reader);
		return err;
	}
	*out = reader;
	return 0;
}

void raw_reader_free(struct raw_reader *reader)
{
	if (!reader)
		return;
	pack_free(reader->pack);
	free(reader->entries);
	free(reader);
}

const struct stream_info *raw_reader_info(const struct raw_reader *reader)
{
	return &reader->info;
}
