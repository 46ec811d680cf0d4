// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "collect.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rectids.h"

#define POLL_US 5000
#define BLOCK_BYTES (1UL << 20)

struct collection_block {
	struct collection_block *next;
	size_t used;
	uint64_t data[BLOCK_BYTES / sizeof(uint64_t)];
};

static int take_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	struct collection *out = ctx;

	out->snapshot_end_ns = end_ns;
	out->threads = calloc(count + 1, sizeof(*threads));
	if (!out->threads)
		return -ENOMEM;
	memcpy(out->threads, threads, count * sizeof(*threads));
	out->thread_count = count;
	return 0;
}

/* Room for one record that stays where it is. */
static void *room(struct collection *out)
{
	struct collection_block *block = out->blocks;

	if (!block || BLOCK_BYTES - block->used < REC_MOST_BYTES) {
		block = malloc(sizeof(*block));
		if (!block)
			return NULL;
		block->next = out->blocks;
		block->used = 0;
		out->blocks = block;
	}
	return (uint8_t *)block->data + block->used;
}

static int keep(struct collection *out, const struct rec_head *record, size_t size)
{
	if (out->count == out->room) {
		size_t more = out->room ? out->room * 2 : 1 << 16;
		const struct rec_head **grown =
			reallocarray(out->records, more, sizeof(*out->records));

		if (!grown)
			return -ENOMEM;
		out->records = grown;
		out->room = more;
	}
	out->records[out->count++] = record;
	out->blocks->used += size;
	return 0;
}

static int take_ring(void *ctx, const struct stream_ring *ring)
{
	struct collection *out = ctx;
	struct words_cpu *cpu = &out->words[ring->cpu];
	struct words chunk;
	int err = 0;

	words_begin(cpu, &chunk, ring->data, ring->size / sizeof(uint64_t), ring->position);
	while (!err) {
		void *record = room(out);
		size_t size = record ? words_next(cpu, &chunk, record) : 0;

		if (!record)
			return -ENOMEM;
		if (!size)
			break;
		err = keep(out, record, size);
	}
	out->damaged += chunk.at != chunk.end;
	return err;
}

static int take_end(void *ctx, const struct stream_counters *counters)
{
	struct collection *out = ctx;

	memcpy(out->counters, counters->cpu, out->cpus * sizeof(*out->counters));
	out->missed = counters->missed;
	return 0;
}

/* ---- after the end ---- */

static int by_number(const void *left, const void *right)
{
	const struct rec_head *a = *(const struct rec_head *const *)left;
	const struct rec_head *b = *(const struct rec_head *const *)right;

	if (a->cpu != b->cpu)
		return a->cpu < b->cpu ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int by_id(const void *left, const void *right)
{
	const struct rec_snapshot *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int name_threads(struct collection *out)
{
	struct rectids tids = { 0 };
	int err = 0;

	for (size_t i = 0; i < out->thread_count && !err; i++)
		err = rectids_note_entry(&tids, &out->threads[i]);
	for (size_t i = 0; i < out->count && !err; i++)
		err = rectids_note(&tids, out->records[i]);
	for (size_t i = 0; i < out->count && !err; i++)
		rectids_fill(&tids, (struct rec_head *)out->records[i]);
	rectids_fini(&tids);
	return err;
}

static int put_in_order(struct collection *out)
{
	if (out->count)
		qsort(out->records, out->count, sizeof(*out->records), by_number);
	if (out->thread_count)
		qsort(out->threads, out->thread_count, sizeof(*out->threads), by_id);
	return name_threads(out);
}

struct reading {
	struct capture *capture;
	const struct stream *to;
	int stop;
	int err;
};

static void *read_on(void *arg)
{
	struct reading *reading = arg;

	while (!__atomic_load_n(&reading->stop, __ATOMIC_ACQUIRE) && !reading->err) {
		reading->err = capture_poll(reading->capture, reading->to);
		usleep(POLL_US);
	}
	return NULL;
}

static int collect_while(struct capture *capture, const struct stream *to, void (*run)(void *arg),
			 void *arg)
{
	struct reading reading = { capture, to, 0, 0 };
	pthread_t thread;
	int err = -pthread_create(&thread, NULL, read_on, &reading);

	if (err)
		return err;
	run(arg);
	__atomic_store_n(&reading.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	return reading.err ? reading.err : capture_stop(capture, to);
}

int collect(struct collection *out, const struct capture_options *options, void (*run)(void *arg),
	    void *arg, struct diag *diag)
{
	static const struct stream_ops ops = {
		.snapshot = take_snapshot,
		.ring = take_ring,
		.end = take_end,
	};
	const struct stream to = { &ops, out };
	struct capture *capture;
	int err;

	memset(out, 0, sizeof(*out));
	err = capture_open(&capture, options, diag);
	if (err)
		return err;
	out->cpus = capture_info(capture)->cpus;
	out->counters = calloc(out->cpus, sizeof(*out->counters));
	out->words = calloc(out->cpus, sizeof(*out->words));
	for (uint32_t cpu = 0; out->words && cpu < out->cpus; cpu++)
		words_init(&out->words[cpu], cpu);
	err = out->counters && out->words ? capture_start(capture, diag) : -ENOMEM;
	if (!err)
		err = capture_begin(capture, &to);
	if (!err)
		err = collect_while(capture, &to, run, arg);
	capture_close(capture);
	return err ? err : put_in_order(out);
}

void collection_fini(struct collection *collection)
{
	for (struct collection_block *block = collection->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(collection->records);
	free(collection->threads);
	free(collection->counters);
	free(collection->words);
	memset(collection, 0, sizeof(*collection));
}
