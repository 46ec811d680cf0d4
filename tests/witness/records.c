// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "raw/raw.h"
#include "rectext.h"
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

static int walk(struct raw_reader *reader, int (*fn)(void *, const struct rec_head *), void *ctx)
{
	uint32_t cpus = raw_reader_info(reader)->cpus;
	const struct rec_head *record;
	struct raw_chunk chunk;
	struct diag diag = { "" };
	int err = 0, more;

	while (!err && (more = raw_read_chunk(reader, &chunk, &diag)) == 1) {
		size_t pos = 0;

		if (chunk.type != RAW_CHUNK_RING)
			continue;
		while (!err && (record = raw_frame_next(chunk.data, chunk.size, &pos, cpus)))
			err = fn(ctx, record);
	}
	return err ? err : more;
}

int records_walk(const char *path, int (*fn)(void *ctx, const struct rec_head *record), void *ctx)
{
	struct raw_reader *reader;
	struct diag diag = { "" };
	struct file file;
	int err = file_map(&file, path);

	if (err)
		return err;
	err = raw_reader_new(&reader, file.data, file.size, &diag);
	if (!err) {
		err = walk(reader, fn, ctx);
		raw_reader_free(reader);
	}
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
	memcpy(&found->records[found->count++], record, record->size);
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
