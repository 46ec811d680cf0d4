// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Command lines and paths of cgroups: through a raw file, damaged or not, and
 * to the threads they are about, when it is their time.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "captext.h"
#include "pipeline/pipeline.h"
#include "raw/format.h"
#include "raw/raw.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the file ---- */

static const struct stream_text two[] = { { 12, "cat\0-n\0", 7 }, { 1, "", 0 } };

static void write_file(struct captext_buffer *file)
{
	const struct stream_info info = captext_info(1);
	const struct stream_texts texts[] = {
		{ STREAM_COMMANDS, 500, two, 2 },
		{ STREAM_CGROUPS, 600, (const struct stream_text[]){ { 77, "/a/b", 4 } }, 1 },
		{ STREAM_COMMANDS, 700, NULL, 0 },
	};
	struct raw_writer *writer;
	struct stream to;

	assert_int_equal(raw_writer_new(&writer, captext_append, file), 0);
	to = raw_writer_stream(writer);
	assert_int_equal(stream_begin(&to, &info), 0);
	assert_int_equal(stream_snapshot(&to, NULL, 0, 500), 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(stream_texts(&to, &texts[i]), 0);
	raw_writer_free(writer);
}

/* The chunks of texts as text; damage as "!". */
static void read_file(const struct captext_buffer *file, char *dump, size_t size)
{
	struct raw_reader *reader;
	struct raw_chunk chunk;
	struct diag diag = { "" };
	int more;

	*dump = 0;
	assert_int_equal(raw_reader_new(&reader, file->data, file->size, &diag), 0);
	while ((more = raw_read_chunk(reader, &chunk, &diag)) == 1 || more == -EBADMSG) {
		size_t used = strlen(dump);

		diag = (struct diag){ "" };
		if (more != 1)
			snprintf(dump + used, size - used, "!");
		if (more != 1 || chunk.type != RAW_CHUNK_TEXTS)
			continue;
		snprintf(dump + used, size - used, "%u at %lu:", chunk.texts.kind,
			 chunk.texts.ts_ns);
		for (size_t i = 0; i < chunk.texts.count; i++) {
			const struct stream_text *text = &chunk.texts.texts[i];

			used = strlen(dump);
			snprintf(dump + used, size - used, " %lu=%.*s(%zu)", text->id,
				 (int)text->size, text->text, text->size);
		}
		strcat(dump, "\n");
	}
	raw_reader_free(reader);
}

static void test_file(void **state)
{
	struct captext_buffer file = { 0 };
	char dump[512];

	(void)state;
	write_file(&file);
	read_file(&file, dump, sizeof(dump));
	assert_string_equal(dump,
			    "11 at 500: 12=cat(7) 1=(0)\n10 at 600: 77=/a/b(4)\n11 at 700:\n");
	free(file.data);
}

/* The n-th chunk, from the description on. */
static struct raw_chunk_head *chunk_at(const struct captext_buffer *file, unsigned n)
{
	size_t pos = sizeof(struct raw_file_head);

	for (; n; n--)
		pos += sizeof(struct raw_chunk_head) +
		       ((struct raw_chunk_head *)(file->data + pos))->size;
	return (struct raw_chunk_head *)(file->data + pos);
}

static void sign(struct raw_chunk_head *head)
{
	head->payload_crc = crc32_z(0, (const uint8_t *)(head + 1), head->size);
	head->crc = crc32_z(0, (const void *)head, offsetof(struct raw_chunk_head, crc));
}

/* Numbers that lead out of the chunk, signed: the chunk is lost, and no other one. */
static void test_damage(void **state)
{
	static const struct damage {
		size_t place; /* in the payload */
		uint32_t value;
	} damages[] = {
		{ offsetof(struct raw_texts_head, count), 4 },
		{ offsetof(struct raw_texts_head, count), UINT32_MAX },
		{ offsetof(struct raw_texts_head, bytes), 1000 },
		{ offsetof(struct raw_texts_head, bytes), UINT32_MAX - 7 },
		{ offsetof(struct raw_texts_head, bytes), 33 },
		{ sizeof(struct raw_texts_head) + offsetof(struct raw_text, size), 100 },
		{ sizeof(struct raw_texts_head) + offsetof(struct raw_text, size), UINT32_MAX },
		{ sizeof(struct raw_texts_head) + offsetof(struct raw_text, size),
		  STREAM_TEXT_MAX + 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct captext_buffer file = { 0 };
		struct raw_chunk_head *head;
		char dump[512];

		write_file(&file);
		head = chunk_at(&file, 2);
		memcpy((uint8_t *)(head + 1) + damages[i].place, &damages[i].value, 4);
		sign(head);
		read_file(&file, dump, sizeof(dump));
		assert_string_equal(dump, "!10 at 600: 77=/a/b(4)\n11 at 700:\n");
		free(file.data);
	}
}

static void test_too_much(void **state)
{
	static const struct stream_text text = { 1, "", STREAM_TEXT_MAX + 1 };
	const struct stream_texts texts = { STREAM_COMMANDS, 1, &text, 1 };
	const struct stream_info info = captext_info(1);
	struct captext_buffer file = { 0 };
	struct raw_writer *writer;
	struct stream to;

	(void)state;
	assert_int_equal(raw_writer_new(&writer, captext_append, &file), 0);
	to = raw_writer_stream(writer);
	assert_int_equal(stream_begin(&to, &info), 0);
	assert_int_equal(stream_texts(&to, &texts), -EBADMSG);
	raw_writer_free(writer);
	free(file.data);
}

/* ---- to the threads ---- */

/* What was known at each change of a thread, in a few letters. */
struct log {
	char text[2048];
};

static int on_change(void *ctx, const struct change *change)
{
	struct log *log = ctx;
	const struct thread *thread = change->thread;
	size_t used = strlen(log->text);
	char *at = log->text + used;
	size_t room = sizeof(log->text) - used;

	if (change->kind == CHANGE_CGROUP)
		snprintf(at, room, "%lu cgroup %lu %s\n", change->ts_ns, change->cgroup->id,
			 change->cgroup->path);
	else if (thread && thread->process)
		snprintf(at, room, "%lu kind %u tid %u %s '%.*s' %s\n", change->ts_ns, change->kind,
			 thread->tid, thread->comm, thread->process->command_size,
			 thread->process->command,
			 thread->cgroup && thread->cgroup->path ? thread->cgroup->path : "-");
	return 0;
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	(void)ctx;
	(void)end_ns;
	return 0;
}

static void send_text(const struct stream *to, enum stream_text_kind kind, uint64_t ts_ns,
		      uint64_t id, const char *text, size_t size)
{
	const struct stream_text one = { id, text, size };
	const struct stream_texts texts = { kind, ts_ns, &one, 1 };

	assert_int_equal(stream_texts(to, &texts), 0);
}

/*
 * Before the start, and one that was read while records of an earlier time were
 * still to come: it is not so before them.
 */
static void test_threads(void **state)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };
	const struct rec_snapshot threads[] = {
		{ .id = 5,
		  .num = 1,
		  .tid = 12,
		  .tgid = 12,
		  .state = REC_STATE_ASLEEP,
		  .comm = "cat",
		  .leader_comm = "cat",
		  .more = { .known = REC_KNOWN_CGROUP, .cgroup_id = 77 } },
		{ .id = 6,
		  .num = 1,
		  .tid = 13,
		  .tgid = 12,
		  .state = REC_STATE_ASLEEP,
		  .comm = "cat2",
		  .leader_comm = "cat" },
	};
	struct {
		uint32_t head[2];
		struct rec_wakeup wakeup;
	} record = {
		{ sizeof(struct rec_wakeup), 0 },
		{ .head = { .ts_ns = 1500, .type = REC_WAKEUP, .size = sizeof(struct rec_wakeup) },
		  .wakee = { .id = 6, .num = 2, .tid = 13 } }
	};
	const struct stream_ring ring = { .data = &record, .size = sizeof(record) };
	struct rec_counters cpu = { .seq = 1 };
	const struct stream_counters counters = { .ts_ns = 9000, .cpu = &cpu };
	struct stream_info info = captext_info(1);
	struct log log = { "" };
	const struct exporter exporter = { &ops, &log };
	const struct pipeline_options options = { .exporter = &exporter };
	struct pipeline *pipeline;
	struct stream to;

	(void)state;
	info.scope = REC_SCOPE_SYSTEM;
	assert_int_equal(pipeline_new(&pipeline, &options, NULL, NULL), 0);
	to = pipeline_stream(pipeline);
	assert_int_equal(stream_begin(&to, &info), 0);
	assert_int_equal(stream_snapshot(&to, threads, 2, 1000), 0);
	send_text(&to, STREAM_COMMANDS, 1000, 12, "cat\0-n\0", 7);
	send_text(&to, STREAM_COMMANDS, 1000, 99, "nobody", 6);
	send_text(&to, STREAM_CGROUPS, 1000, 77, "/a/b", 4);
	send_text(&to, STREAM_NAMES, 1000, (uint64_t)12 << 32 | 14, "agent", 5);
	send_text(&to, STREAM_COMMANDS, 2000, 12, "late title\0", 11);
	assert_int_equal(stream_ring(&to, &ring), 0);
	record.wakeup.head = (struct rec_head){
		.ts_ns = 2500, .seq = 1, .type = REC_WAKEUP, .size = sizeof(struct rec_wakeup)
	};
	record.wakeup.wakee = (struct rec_task){ .id = 5, .num = 2, .tid = 12 };
	assert_int_equal(stream_ring(&to, &ring), 0);
	record.wakeup.head.seq = 2;
	record.wakeup.head.ts_ns = 2600;
	record.wakeup.wakee = (struct rec_task){ .tid = 14 };
	assert_int_equal(stream_ring(&to, &ring), 0);
	cpu.seq = 3;
	assert_int_equal(stream_end(&to, &counters), 0);
	pipeline_free(pipeline);
	assert_non_null(strstr(log.text, "1000 cgroup 77 /a/b\n"));
	assert_non_null(strstr(log.text, "tid 12 cat 'cat -n' /a/b\n"));
	assert_non_null(strstr(log.text, "tid 13 cat2 'cat -n' -\n"));
	assert_non_null(strstr(log.text, "1500 kind 4 tid 13 cat2 'cat -n' -\n"));
	assert_non_null(strstr(log.text, "tid 12 cat 'late title' /a/b\n"));
	assert_non_null(strstr(log.text, "2600 kind 4 tid 14 agent 'late title' -\n"));
	assert_non_null(strstr(log.text, "2500 kind 4 tid 12 cat 'late title' /a/b\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("raw_texts", tests, NULL, NULL);
}
