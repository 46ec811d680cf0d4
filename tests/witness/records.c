// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "raw/raw.h"
#include "records/frame.h"
#include "records/words.h"
#include "rectext.h"
#include "rectids.h"
#include "base/grow.h"

struct found {
	uint32_t tid; /* 0: any */
	uint64_t from_ns, to_ns;
	union rectext_any *records;
	size_t count, room;
};

static bool names(const struct rec_head *head, uint32_t tid)
{
	const union rectext_any *any = (const union rectext_any *)head;

	switch (head->type) {
	case REC_SWITCH:
		return any->sw.prev.tid == tid || any->sw.next.tid == tid;
	case REC_WAKEUP:
		return any->wakeup.wakee.tid == tid || any->wakeup.waker_tid == tid;
	case REC_FORK:
		return any->fork.child.tid == tid || any->fork.parent_tid == tid;
	case REC_SYS_ENTER:
		return any->sys_enter.tid == tid;
	case REC_SYS_EXIT:
		return any->sys_exit.tid == tid;
	default:
		return any->thread.task.tid == tid;
	}
}

typedef int (*record_fn)(void *ctx, const struct rec_head *record);

/* What a file is read with, twice: the first time for the threads' tids. */
struct walk {
	struct words_cpu *cpus;
	uint32_t count;
	struct rectids tids;
	bool naming;
	record_fn fn;
	void *ctx;
};

static int walk_frames(struct walk *walk, const struct raw_chunk *chunk)
{
	const struct rec_head *record;
	size_t pos = 0;
	int err = 0;

	while (!err && (record = frame_next(chunk->data, chunk->size, &pos, walk->count)))
		err = walk->naming ? 0 : walk->fn(walk->ctx, record);
	return err;
}

static int walk_words(struct walk *walk, const struct raw_chunk *chunk)
{
	struct words_cpu *cpu = &walk->cpus[chunk->cpu];
	uint64_t room[REC_MOST_BYTES / 8];
	struct rec_head *record = (struct rec_head *)room;
	struct words words;
	int err = 0;

	words_begin(cpu, &words, chunk->data, chunk->size / 8, chunk->position);
	while (!err && words_next(cpu, &words, room)) {
		if (walk->naming) {
			err = rectids_note(&walk->tids, record);
			continue;
		}
		rectids_fill(&walk->tids, record);
		err = walk->fn(walk->ctx, record);
	}
	return err;
}

static int walk_chunk(struct walk *walk, const struct raw_chunk *chunk, bool words)
{
	int err = 0;

	if (chunk->type == RAW_CHUNK_SNAPSHOT)
		for (size_t i = 0; i < chunk->thread_count && !err; i++)
			err = rectids_note_entry(&walk->tids, &chunk->threads[i]);
	if (chunk->type != RAW_CHUNK_RING || (words && chunk->cpu >= walk->count))
		return err;
	return words ? walk_words(walk, chunk) : walk_frames(walk, chunk);
}

static int walk_once(struct walk *walk, const struct file *file)
{
	struct raw_reader *reader;
	struct raw_chunk chunk;
	struct diag diag = { "" };
	int err = raw_reader_new(&reader, file->data, file->size, &diag), more = 0;

	if (err)
		return err;
	walk->count = raw_reader_info(reader)->cpus;
	walk->cpus = calloc(walk->count, sizeof(*walk->cpus));
	for (uint32_t cpu = 0; walk->cpus && cpu < walk->count; cpu++)
		words_init(&walk->cpus[cpu], (uint16_t)cpu);
	err = walk->cpus ? 0 : -ENOMEM;
	while (!err && (more = raw_read_chunk(reader, &chunk, &diag)) == 1)
		err = walk_chunk(walk, &chunk, raw_reader_info(reader)->encoding == STREAM_WORDS);
	free(walk->cpus);
	raw_reader_free(reader);
	return err ? err : more;
}

int records_walk(const char *path, int (*fn)(void *ctx, const struct rec_head *record), void *ctx)
{
	struct walk walk = { .naming = true, .fn = fn, .ctx = ctx };
	struct file file;
	int err = file_map(&file, path);

	if (err)
		return err;
	err = walk_once(&walk, &file);
	walk.naming = false;
	if (!err)
		err = walk_once(&walk, &file);
	rectids_fini(&walk.tids);
	file_unmap(&file);
	return err;
}

static int find(void *ctx, const struct rec_head *record)
{
	struct found *found = ctx;
	void *grown;

	if (record->ts_ns < found->from_ns || record->ts_ns > found->to_ns ||
	    (found->tid && !names(record, found->tid)))
		return 0;
	grown = grow_array(found->records, &found->room, found->count + 1, sizeof(*found->records));
	if (!grown)
		return -ENOMEM;
	found->records = grown;
	memcpy(&found->records[found->count++], record,
	       rec_bytes(record) < sizeof(*found->records) ? rec_bytes(record)
							   : sizeof(*found->records));
	return 0;
}

static int by_time(const void *a, const void *b)
{
	uint64_t one = ((const struct rec_head *)a)->ts_ns;
	uint64_t other = ((const struct rec_head *)b)->ts_ns;

	return (one > other) - (one < other);
}

static void print(FILE *out, const struct found *found, size_t count)
{
	char line[RECTEXT_LINE];

	for (size_t i = 0; i < found->count; i++) {
		if (i == count / 2 && found->count > count) {
			fprintf(out, "#   ...\n");
			i = found->count - count / 2;
		}
		rectext_print(line, sizeof(line), &found->records[i].head);
		fprintf(out, "#   %s\n", line);
	}
}

int records_print(FILE *out, const char *path, uint32_t tid, uint64_t from_ns, uint64_t to_ns,
		  size_t count)
{
	struct found found = { .tid = tid, .from_ns = from_ns, .to_ns = to_ns };
	int err = records_walk(path, find, &found);

	if (!err) {
		qsort(found.records, found.count, sizeof(*found.records), by_time);
		print(out, &found, count);
	}
	free(found.records);
	return err;
}
