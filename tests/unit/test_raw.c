/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The raw file, read back as text: a line a chunk, then what the end is. Rows
 * are files with something done to them; every place of a file is cut and
 * every bit of one is turned.
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
#include <zlib.h>

#include "captext.h"
#include "raw/format.h"
#include "raw/raw.h"
#include "records/frame.h"
#include "rectext.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CPUS 2
#define DUMP 4096

/* ---- a file as text ---- */

__attribute__((format(printf, 2, 3))) static void say(char *dump, const char *format, ...)
{
	size_t length = strlen(dump);
	va_list args;

	va_start(args, format);
	vsnprintf(dump + length, DUMP - length, format, args);
	va_end(args);
}

static void dump_ring(char *dump, const struct raw_chunk *chunk)
{
	const struct rec_head *record;
	size_t pos = 0;

	say(dump, "ring cpu%u\n", chunk->cpu);
	while ((record = frame_next(chunk->data, chunk->size, &pos, CPUS))) {
		char line[RECTEXT_LINE];

		rectext_print(line, sizeof(line), record);
		say(dump, "  %s\n", line);
	}
	assert_int_equal(pos, chunk->size);
}

static void dump_snapshot(char *dump, const struct raw_chunk *chunk)
{
	say(dump, "snapshot at=%lu\n", chunk->snapshot_end_ns);
	for (size_t i = 0; i < chunk->thread_count; i++) {
		char line[RECTEXT_LINE];

		rectext_print_snapshot(line, sizeof(line), &chunk->threads[i]);
		say(dump, "  %s\n", line);
	}
}

static void dump_counters(char *dump, const struct raw_chunk *chunk)
{
	const struct stream_counters *counters = &chunk->counters;

	say(dump, "%s at=%lu missed=%lu", chunk->type == RAW_CHUNK_END ? "end" : "round",
	    counters->ts_ns, counters->missed);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		say(dump, " cpu%u=%lu-%lu", cpu, counters->cpu[cpu].seq,
		    counters->cpu[cpu].dropped);
	say(dump, "\n");
}

static void dump_chunk(char *dump, const struct raw_chunk *chunk)
{
	switch (chunk->type) {
	case RAW_CHUNK_SYMBOLS:
		say(dump, "symbols %zu\n", chunk->symbols.count);
		break;
	case RAW_CHUNK_SNAPSHOT:
		dump_snapshot(dump, chunk);
		break;
	case RAW_CHUNK_RING:
		dump_ring(dump, chunk);
		break;
	case RAW_CHUNK_ROUND:
	case RAW_CHUNK_END:
		dump_counters(dump, chunk);
		break;
	case RAW_CHUNK_TEXTS: /* test_raw_texts.c */
		break;
	}
}

struct result {
	int err; /* the last one */
	unsigned chunks, damages;
	uint64_t offset; /* of the first error, if there is a reader */
	char dump[DUMP];
};

static void note_error(struct result *out, int err, const struct diag *diag)
{
	assert_true(diag_is_set(diag));
	out->damages += err == -EBADMSG;
	say(out->dump, "%s: %s\n", strerrorname_np(-err), diag->text);
}

/* The file's chunks. Returns how it ended, with words in *last. */
static int read_chunks(struct raw_reader *reader, struct result *out, struct diag *last)
{
	struct raw_chunk chunk;
	struct diag again = { "" };
	int more;

	do {
		*last = (struct diag){ "" };
		more = raw_read_chunk(reader, &chunk, last);
		if (more < 0 && !out->offset)
			out->offset = raw_reader_at(reader);
		if (more == 1)
			dump_chunk(out->dump, &chunk);
		if (more == 1)
			assert_int_equal(raw_reader_at(reader), chunk.offset);
		if (more == -EBADMSG)
			note_error(out, more, last);
		out->chunks += more == 1;
	} while (more == 1 || more == -EBADMSG);
	assert_int_equal(raw_read_chunk(reader, &chunk, &again), more);
	assert_string_equal(last->text, again.text);
	return more;
}

/* Reads all of it. Errors are lines of the dump. */
static void read_file(const void *data, size_t size, struct result *out)
{
	struct raw_reader *reader = NULL;
	struct diag diag = { "" };

	memset(out, 0, sizeof(*out));
	out->err = raw_reader_new(&reader, data, size, &diag);
	if (!out->err) {
		say(out->dump, "info cpus=%u release=%s\n", raw_reader_info(reader)->cpus,
		    raw_reader_info(reader)->release);
		out->err = read_chunks(reader, out, &diag);
	}
	raw_reader_free(reader);
	if (out->err)
		note_error(out, out->err, &diag);
}

/* ---- the file that things are done to ---- */

static const char text[] = "snapshot task=1/100#7 state=running cpu=1 comm=\"worker\"\n"
			   "snapshot task=2/200 state=asleep\n"
			   "start at=1000\n"
			   "1100 cpu1 switch prev=1/100#8 next=idle state=asleep,S\n"
			   "1200 cpu0 wakeup wakee=1/100#9 waker=2/200\n"
			   "round at=2000\n"
			   "2100 cpu1+2 sys_enter task=1/100 sys=0\n"
			   "end at=3000 missed=3 cpu0=1 cpu1=4-2\n";

#define INFO "info cpus=2 release=6.1.0-test\n"
#define SNAPSHOT                                                                                   \
	"snapshot at=1000\n"                                                                       \
	"  snapshot task=1/100#7 state=running cpu=1 comm=\"worker\"\n"                            \
	"  snapshot task=2/200 state=asleep\n"
#define RING0 "ring cpu0\n  1200 cpu0#0 wakeup wakee=1/100#9 waker=2/200\n"
#define RING1 "ring cpu1\n  1100 cpu1#0 switch prev=1/100#8 next=idle state=asleep,S\n"
#define ROUND_END "round at=2000 missed=0 cpu0=1-0 cpu1=1-0\n"
#define ROUND RING0 RING1 ROUND_END
#define LAST                                                                                       \
	"ring cpu1\n"                                                                              \
	"  2100 cpu1#3 sys_enter task=1/100 sys=0\n"                                               \
	"end at=3000 missed=3 cpu0=1-0 cpu1=4-2\n"

/* Where its chunks begin, from the description on; the last is its end. */
#define CHUNKS 7
static void find_chunks(const struct captext_buffer *file, size_t at[CHUNKS + 1])
{
	unsigned count = 0;

	for (size_t pos = sizeof(struct raw_file_head); pos < file->size; count++) {
		const struct raw_chunk_head *head = (const void *)(file->data + pos);

		assert_in_range(count, 0, CHUNKS - 1);
		at[count] = pos;
		pos += sizeof(*head) + head->size;
	}
	at[count] = file->size;
	assert_int_equal(count, CHUNKS);
}

static void make_file(struct captext_buffer *file)
{
	*file = (struct captext_buffer){ 0 };
	assert_int_equal(captext_raw(text, CPUS, file), 0);
}

static void sign(struct raw_chunk_head *head)
{
	head->payload_crc = crc32_z(0, (const uint8_t *)(head + 1), head->size);
	head->crc = crc32_z(0, (const void *)head, offsetof(struct raw_chunk_head, crc));
}

/* The chunk at pos gets a payload of this size: longer by zeros at its place, or shorter. */
static void resize(struct captext_buffer *file, size_t pos, size_t place, long by)
{
	static const uint8_t zeros[1024];
	size_t at = pos + sizeof(struct raw_chunk_head) + place;

	if (by > 0) {
		assert_int_equal(captext_append(file, zeros, by), 0);
		memmove(file->data + at + by, file->data + at, file->size - by - at);
		memset(file->data + at, 0x77, by);
	} else {
		memmove(file->data + at, file->data + at - by, file->size - at + by);
		file->size += by;
	}
	((struct raw_chunk_head *)(file->data + pos))->size += by;
}

/* ---- what is done ---- */

enum deed {
	NOTHING,
	MAJOR,
	MINOR,
	TYPE,
	FLAGS,
	SEQUENCE,
	SIZE,
	GROW_PAYLOAD, /* by zeros at a place of the payload */
	GROW_ENTRIES,
	FIELD, /* a u32 of the payload, at a place */
	CUT,
	APPEND,
};

struct row {
	const char *name;
	enum deed deed;
	unsigned chunk; /* 0 the description, 1 the snapshot, 2 and 3 rings, 4 the round */
	size_t place;
	uint64_t value;
	const char *dump;
};

/* clang-format off */
static const struct row rows[] = {
{ "a whole file", NOTHING, 0, 0, 0, INFO SNAPSHOT ROUND LAST },
{ "a newer major version", MAJOR, 0, 0, 3,
	"EOPNOTSUPP: made by a newer gotrace-bpf (format 3.0, this one reads 2.x): use that one\n" },
{ "a newer minor version", MINOR, 0, 0, 9, INFO SNAPSHOT ROUND LAST },
{ "no major version", MAJOR, 0, 0, 0, "EBADMSG: damaged at byte 0: the file's head\n" },
{ "newer records", FIELD, 0, offsetof(struct raw_info, abi), 3,
	"EOPNOTSUPP: made by a newer gotrace-bpf (records of form 3, this one reads 2): use that one\n" },
{ "records of no form", FIELD, 0, offsetof(struct raw_info, abi), 0,
	"EBADMSG: damaged at byte 16: records of a form that never was\n" },
{ "an unknown architecture", FIELD, 0, offsetof(struct raw_info, arch), 9,
	"EOPNOTSUPP: made on an architecture (number 9) that this gotrace-bpf does not know: use a newer one\n" },
{ "no CPU", FIELD, 0, offsetof(struct raw_info, cpus), 0,
	"EBADMSG: damaged at byte 16: an impossible number of CPUs\n" },
{ "too many CPUs", FIELD, 0, offsetof(struct raw_info, cpus), STREAM_MAX_CPUS + 1,
	"EBADMSG: damaged at byte 16: an impossible number of CPUs\n" },
{ "more CPUs online than there are", FIELD, 0, offsetof(struct raw_info, cpus_online), 3,
	"EBADMSG: damaged at byte 16: an impossible number of CPUs\n" },
{ "a release without an end", FIELD, 0, offsetof(struct raw_info, release) + 60, 0x41414141,
	INFO SNAPSHOT ROUND LAST },
{ "a longer description", GROW_PAYLOAD, 0, RAW_INFO_SIZE, 16,
	INFO SNAPSHOT ROUND LAST },
{ "a shorter description", GROW_PAYLOAD, 0, 0, -8,
	"EBADMSG: damaged at byte 16: the capture's description is missing\n" },
{ "something else first", TYPE, 0, 0, RAW_TYPE_RING,
	"EBADMSG: damaged at byte 16: the capture's description is missing\n" },
{ "an unknown chunk is passed over", TYPE, 2, 0, 77,
	INFO SNAPSHOT RING1 ROUND_END LAST },
{ "other flags mean nothing yet", FLAGS, 1, 0, 0xfffe, INFO SNAPSHOT ROUND LAST },
{ "a payload that only says that it is compressed", FLAGS, 2, 0, 1,
	INFO SNAPSHOT "EBADMSG: damaged at byte 680: the chunk's content cannot be decompressed\n" RING1
	ROUND_END LAST },
{ "a chunk is missing", SEQUENCE, 2, 0, 3,
	INFO SNAPSHOT "EBADMSG: damaged at byte 680: chunks are missing before it\n" RING0
	"EBADMSG: damaged at byte 784: the chunk stands there a second time\n" ROUND_END LAST },
{ "a second description", TYPE, 2, 0, RAW_TYPE_HEADER,
	INFO SNAPSHOT "EBADMSG: damaged at byte 680: the capture is described twice\n" RING1
	ROUND_END LAST },
{ "a second snapshot", TYPE, 4, 0, RAW_TYPE_SNAPSHOT,
	INFO SNAPSHOT RING0 RING1 "EBADMSG: damaged at byte 888: a list of threads where none belongs\n" LAST },
{ "no snapshot", TYPE, 1, 0, 77,
	INFO ROUND LAST },
{ "more head than a snapshot had", GROW_PAYLOAD, 1, sizeof(struct raw_snapshot_head), 24,
	INFO SNAPSHOT ROUND LAST },
{ "larger threads", GROW_ENTRIES, 1, sizeof(struct raw_snapshot_head), 8,
	INFO SNAPSHOT ROUND LAST },
{ "threads smaller than they ever were", FIELD, 1, offsetof(struct raw_snapshot_head, entry_size), 64,
	INFO "EBADMSG: damaged at byte 488: its entries do not fit into the chunk\n" ROUND LAST },
{ "threads of no size", FIELD, 1, offsetof(struct raw_snapshot_head, entry_size), 0,
	INFO "EBADMSG: damaged at byte 488: its entries do not fit into the chunk\n" ROUND LAST },
{ "threads of an odd size", FIELD, 1, offsetof(struct raw_snapshot_head, entry_size), 75,
	INFO "EBADMSG: damaged at byte 488: its entries do not fit into the chunk\n" ROUND LAST },
{ "huge threads", FIELD, 1, offsetof(struct raw_snapshot_head, entry_size), 0xfffffff8,
	INFO "EBADMSG: damaged at byte 488: its entries do not fit into the chunk\n" ROUND LAST },
{ "too many threads", FIELD, 1, offsetof(struct raw_snapshot_head, count), 0xffffffff,
	INFO "EBADMSG: damaged at byte 488: its entries do not fit into the chunk\n" ROUND LAST },
{ "fewer threads than there is room for", FIELD, 1, offsetof(struct raw_snapshot_head, count), 1,
	INFO "snapshot at=1000\n  snapshot task=2/200 state=asleep\n" ROUND LAST },
{ "a snapshot without a head", SIZE, 1, 0, 8,
	INFO "EBADMSG: damaged at byte 488: the list of threads is too short\n"
	"EBADMSG: damaged at byte 528: the chunk's head is not what was written\n" ROUND LAST },
{ "a ring of CPUs that were offline", FIELD, 2, 0, CPUS,
	INFO SNAPSHOT
	"ring cpu2\n  1200 cpu0#0 wakeup wakee=1/100#9 waker=2/200\n" RING1 ROUND_END LAST },
{ "a ring of no CPU", FIELD, 2, 0, CPUS + 1,
	INFO SNAPSHOT "EBADMSG: damaged at byte 680: records of a CPU that is not there\n" RING1
	ROUND_END LAST },
{ "a ring without a head", SIZE, 2, 0, 0,
	INFO SNAPSHOT "EBADMSG: damaged at byte 680: records of a CPU that is not there\n"
	"EBADMSG: damaged at byte 712: the chunk's head is not what was written\n" RING1
	ROUND_END LAST },
{ "more head than a round had", GROW_PAYLOAD, 4, sizeof(struct raw_round_head), 8,
	INFO SNAPSHOT ROUND LAST },
{ "larger counters", GROW_ENTRIES, 4, sizeof(struct raw_round_head), 16,
	INFO SNAPSHOT ROUND LAST },
{ "counters of fewer CPUs", FIELD, 4, offsetof(struct raw_round_head, count), 1,
	INFO SNAPSHOT RING0 RING1
	"EBADMSG: damaged at byte 888: counters of another number of CPUs\n" LAST },
{ "a size that is not of eights", SIZE, 1, 0, 100,
	INFO "EBADMSG: damaged at byte 488: the chunk's head is not what was written\n" ROUND LAST },
{ "the largest size", SIZE, 1, 0, -8,
	INFO "ENODATA: cut off at byte 1208, within the chunk that begins at byte 488\n" },
{ "nothing", CUT, 0, 0, 0, "ENODATA: cut off at byte 0: no raw capture is so short\n" },
{ "a part of the magic", CUT, 0, 0, 5, "ENODATA: cut off at byte 5: no raw capture is so short\n" },
{ "the file's head alone", CUT, 0, 0, 16,
	"ENODATA: ends at byte 16 without saying so: the capture was killed, or the file is not all of it\n" },
{ "cut between chunks", CUT, 0, 0, 680,
	INFO SNAPSHOT
	"ENODATA: ends at byte 680 without saying so: the capture was killed, or the file is not all of it\n" },
{ "cut within a chunk's head", CUT, 0, 0, 690,
	INFO SNAPSHOT "ENODATA: cut off at byte 690, within the chunk that begins at byte 680\n" },
{ "cut within a chunk", CUT, 0, 0, 720,
	INFO SNAPSHOT "ENODATA: cut off at byte 720, within the chunk that begins at byte 680\n" },
{ "something after the end", APPEND, 0, 0, 0, INFO SNAPSHOT ROUND LAST },
};
/* clang-format on */

static void sign_file(struct captext_buffer *file)
{
	struct raw_file_head *head = (void *)file->data;

	head->crc = crc32_z(0, file->data, offsetof(struct raw_file_head, crc));
}

static void grow_entries(struct captext_buffer *file, size_t pos, size_t head_size, size_t by)
{
	struct raw_chunk_head *chunk = (void *)(file->data + pos);
	/* count and entry_size are the last two members of either head */
	uint32_t *count = (void *)((uint8_t *)(chunk + 1) + head_size - 8);
	uint32_t entries = count[0], size = count[1];

	count[1] += by;
	for (uint32_t i = entries; i > 0; i--)
		resize(file, pos, head_size + (size_t)i * size, by);
}

static void do_deed(struct captext_buffer *file, const struct row *row)
{
	size_t at[CHUNKS + 1];
	struct raw_file_head *start = (void *)file->data;
	struct raw_chunk_head *head;
	uint32_t value = (uint32_t)row->value;

	find_chunks(file, at);
	head = (void *)(file->data + at[row->chunk]);
	switch (row->deed) {
	case NOTHING:
		break;
	case MAJOR:
		start->major = (uint16_t)value;
		sign_file(file);
		break;
	case MINOR:
		start->minor = (uint16_t)value;
		sign_file(file);
		break;
	case TYPE:
		head->type = value;
		break;
	case FLAGS:
		head->flags = value;
		break;
	case SEQUENCE:
		head->sequence = value;
		break;
	case SIZE:
		head->size = row->value;
		if (row->value < 1000)
			head->payload_crc = crc32_z(0, (const uint8_t *)(head + 1), row->value);
		head->crc = crc32_z(0, (const void *)head, offsetof(struct raw_chunk_head, crc));
		return;
	case GROW_PAYLOAD:
		resize(file, at[row->chunk], row->place, (long)row->value);
		break;
	case GROW_ENTRIES:
		grow_entries(file, at[row->chunk], row->place, row->value);
		break;
	case FIELD:
		memcpy((uint8_t *)(head + 1) + row->place, &value, sizeof(value));
		break;
	case CUT:
		file->size = row->value;
		return;
	case APPEND:
		assert_int_equal(captext_append(file, "and more", 8), 0);
		break;
	}
	sign((void *)(file->data + at[row->chunk]));
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct captext_buffer file;
	struct result result;

	make_file(&file);
	do_deed(&file, row);
	read_file(file.data, file.size, &result);
	free(file.data);
	assert_string_equal(result.dump, row->dump);
}

/* ---- every place, every bit ---- */

static unsigned chunks_before(const size_t at[CHUNKS + 1], size_t end)
{
	unsigned count = 0;

	while (count < CHUNKS && at[count + 1] <= end)
		count++;
	return count ? count - 1 : 0; /* the description is not counted */
}

static void test_cut_anywhere(void **state)
{
	size_t at[CHUNKS + 1];
	struct captext_buffer file;
	struct result result;

	(void)state;
	make_file(&file);
	find_chunks(&file, at);
	for (size_t size = 0; size < file.size; size++) {
		void *copy = malloc(size ? size : 1); /* so that a sanitizer sees its end */

		memcpy(copy, file.data, size);
		read_file(copy, size, &result);
		free(copy);
		assert_int_equal(result.err, -ENODATA);
		assert_int_equal(result.chunks, chunks_before(at, size));
		if (size >= at[1])
			assert_int_equal(result.offset, at[result.chunks + 1]);
	}
	free(file.data);
}

/* All but the chunk it is in; nothing without the description. */
static unsigned chunks_besides(const size_t *at, size_t byte)
{
	return byte < at[1] ? 0 : CHUNKS - 2;
}

static void test_any_bit_turned(void **state)
{
	size_t at[CHUNKS + 1];
	struct captext_buffer file;
	struct result result;

	(void)state;
	make_file(&file);
	find_chunks(&file, at);
	for (size_t bit = 0; bit < file.size * 8; bit++) {
		unsigned whole = chunks_before(at, bit / 8);

		file.data[bit / 8] ^= 1 << bit % 8;
		read_file(file.data, file.size, &result);
		file.data[bit / 8] ^= 1 << bit % 8;
		if (bit / 8 < at[1]) {
			assert_int_equal(result.err, bit < 64 ? -EINVAL : -EBADMSG);
			continue;
		}
		/* The last chunk is the end, which is missing then. */
		assert_int_equal(result.err, bit / 8 >= at[CHUNKS - 1] ? -ENODATA : 0);
		assert_int_equal(result.chunks, chunks_besides(at, bit / 8));
		assert_int_equal(result.offset, at[whole + 1]);
	}
	free(file.data);
}

/* Whatever stands between two chunks, of whatever length, the second one is found. */
static void test_bytes_in_between(void **state)
{
	size_t at[CHUNKS + 1];

	(void)state;
	for (size_t size = 8; size < 200; size += 8) {
		uint8_t between[200];
		struct captext_buffer file, whole = { 0 };
		struct result result;

		make_file(&file);
		find_chunks(&file, at);
		for (size_t i = 0; i < size; i++)
			between[i] = (uint8_t)(i * size);
		assert_int_equal(captext_append(&whole, file.data, at[3]), 0);
		assert_int_equal(captext_append(&whole, between, size), 0);
		assert_int_equal(captext_append(&whole, file.data + at[3], file.size - at[3]), 0);
		read_file(whole.data, whole.size, &result);
		assert_int_equal(result.err, 0);
		assert_int_equal(result.damages, 1);
		assert_int_equal(result.chunks, CHUNKS - 1);
		assert_int_equal(result.offset, at[3]);
		free(file.data);
		free(whole.data);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_any_bit_turned),
		cmocka_unit_test(test_bytes_in_between),
	};
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].name,
						      .test_func = test_row,
						      .initial_state = (void *)&rows[i] };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
