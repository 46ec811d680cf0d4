// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "collect.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_HEAD 8
#define FRAME_DISCARD (1U << 30)
#define POLL_US 5000

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

/* Keeps the bytes; they are looked at when all are there and no longer move. */
static int take_ring(void *ctx, const struct stream_ring *ring)
{
	struct collection *out = ctx;

	while (out->room - out->used < ring->size) {
		size_t room = out->room ? out->room * 2 : 4 << 20;
		uint8_t *grown = realloc(out->data, room);

		if (!grown)
			return -ENOMEM;
		out->data = grown;
		out->room = room;
	}
	memcpy(out->data + out->used, ring->data, ring->size);
	out->used += ring->size;
	return 0;
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

static int find_records(struct collection *out)
{
	size_t most = out->used / (FRAME_HEAD + sizeof(struct rec_head)) + 1;
	size_t at = 0;

	out->records = calloc(most, sizeof(*out->records));
	if (!out->records)
		return -ENOMEM;
	while (at < out->used) {
		uint32_t length = *(const uint32_t *)(out->data + at);
		const struct rec_head *head = (const void *)(out->data + at + FRAME_HEAD);
		uint32_t size = length & ~FRAME_DISCARD;

		if (head->cpu >= out->cpus || head->size != size)
			out->damaged++;
		else if (!(length & FRAME_DISCARD))
			out->records[out->count++] = head;
		at += (size + FRAME_HEAD + 7) & ~7UL;
	}
	qsort(out->records, out->count, sizeof(*out->records), by_number);
	qsort(out->threads, out->thread_count, sizeof(*out->threads), by_id);
	return 0;
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
	err = out->counters ? capture_start(capture, diag) : -ENOMEM;
	if (!err)
		err = capture_begin(capture, &to);
	if (!err)
		err = collect_while(capture, &to, run, arg);
	capture_close(capture);
	return err ? err : find_records(out);
}

void collection_fini(struct collection *collection)
{
	free(collection->records);
	free(collection->threads);
	free(collection->counters);
	free(collection->data);
	memset(collection, 0, sizeof(*collection));
}
