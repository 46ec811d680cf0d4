// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two lists of parcels: those that wait, and spare ones. The thread is woken by
 * rounds, which come a hundred times a second, and by a lack of room: not by
 * every ring, for each time it would itself make records.
 */
#include "stream/relay.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_PARCEL (64UL << 10)

/* A call that waits, with what it was given. */
struct parcel {
	struct parcel *next;
	size_t size, room; /* of data */
	enum { PARCEL_RING, PARCEL_ROUND, PARCEL_TEXTS } kind;
	union {
		struct stream_ring ring;
		struct stream_counters round;
		struct stream_texts texts;
	};
	/* The ring's bytes; the round's counters; the texts, and behind them their bytes. */
	uint64_t data[];
};

struct relay {
	struct stream to;
	size_t room;
	uint32_t cpus;
	pthread_t thread;
	bool runs; /* the thread */
	/* The rest is guarded by lock. */
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct parcel *first, **last; /* that wait */
	struct parcel *spare;
	size_t waiting; /* their bytes, and those of the one that is being handed on */
	bool stop;	/* nothing more will come */
	int err;	/* the first of the other stream */
};

int relay_new(struct relay **out, struct stream to, size_t room)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay)
		return -ENOMEM;
	relay->to = to;
	relay->room = room;
	relay->last = &relay->first;
	pthread_mutex_init(&relay->lock, NULL);
	pthread_cond_init(&relay->filled, NULL);
	pthread_cond_init(&relay->emptied, NULL);
	*out = relay;
	return 0;
}

static void free_parcels(struct parcel *parcel)
{
	while (parcel) {
		struct parcel *next = parcel->next;

		free(parcel);
		parcel = next;
	}
}

/* ---- the thread ---- */

static int hand_on(const struct relay *relay, const struct parcel *parcel)
{
	switch (parcel->kind) {
	case PARCEL_RING:
		return stream_ring(&relay->to, &parcel->ring);
	case PARCEL_ROUND:
		return stream_round(&relay->to, &parcel->round);
	default:
		return stream_texts(&relay->to, &parcel->texts);
	}
}

/* The next one, if need be waited for; NULL: there will be none. */
static struct parcel *take(struct relay *relay)
{
	struct parcel *parcel;

	while (!relay->first && !relay->stop)
		pthread_cond_wait(&relay->filled, &relay->lock);
	parcel = relay->first;
	if (!parcel)
		return NULL;
	relay->first = parcel->next;
	if (!relay->first)
		relay->last = &relay->first;
	return parcel;
}

static void give_back(struct relay *relay, struct parcel *parcel, int err)
{
	if (!relay->err)
		relay->err = err;
	relay->waiting -= parcel->size;
	parcel->next = relay->spare;
	relay->spare = parcel;
	pthread_cond_signal(&relay->emptied);
}

static void *run(void *ctx)
{
	struct relay *relay = ctx;
	struct parcel *parcel;

	pthread_mutex_lock(&relay->lock);
	while (!relay->err && (parcel = take(relay))) {
		int err;

		pthread_mutex_unlock(&relay->lock);
		err = hand_on(relay, parcel);
		pthread_mutex_lock(&relay->lock);
		give_back(relay, parcel, err);
	}
	pthread_mutex_unlock(&relay->lock);
	return NULL;
}

/* Lets the thread come to an end: of what waits, or at once. */
static void finish(struct relay *relay, int err)
{
	pthread_mutex_lock(&relay->lock);
	relay->stop = true;
	if (!relay->err)
		relay->err = err;
	pthread_cond_signal(&relay->filled);
	pthread_mutex_unlock(&relay->lock);
	if (relay->runs)
		pthread_join(relay->thread, NULL);
	relay->runs = false;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	finish(relay, -ECANCELED);
	free_parcels(relay->first);
	free_parcels(relay->spare);
	pthread_cond_destroy(&relay->emptied);
	pthread_cond_destroy(&relay->filled);
	pthread_mutex_destroy(&relay->lock);
	free(relay);
}

/* ---- the caller ---- */

static int start(struct relay *relay)
{
	int err;

	if (relay->runs)
		return 0;
	if (relay->stop)
		return -EINVAL;
	err = -pthread_create(&relay->thread, NULL, run, relay);
	relay->runs = !err;
	return err;
}

/* Waits until there is room for so many bytes. A spare parcel of any room, or NULL. */
static struct parcel *find_room(struct relay *relay, size_t size)
{
	struct parcel *parcel;

	pthread_mutex_lock(&relay->lock);
	while (relay->waiting && relay->waiting + size > relay->room && !relay->err) {
		pthread_cond_signal(&relay->filled);
		pthread_cond_wait(&relay->emptied, &relay->lock);
	}
	parcel = relay->spare;
	if (parcel)
		relay->spare = parcel->next;
	pthread_mutex_unlock(&relay->lock);
	return parcel;
}

/* A parcel with room for so many bytes, once they may wait. NULL: no memory. */
static struct parcel *make_parcel(struct relay *relay, size_t size)
{
	struct parcel *parcel = find_room(relay, size);
	size_t room = size > LEAST_PARCEL ? size : LEAST_PARCEL;

	if (parcel && parcel->room >= size)
		return parcel;
	free(parcel);
	parcel = malloc(sizeof(*parcel) + room);
	if (parcel)
		parcel->room = room;
	return parcel;
}

static int put(struct relay *relay, struct parcel *parcel, bool wake)
{
	int err;

	parcel->next = NULL;
	pthread_mutex_lock(&relay->lock);
	err = relay->err;
	*relay->last = parcel;
	relay->last = &parcel->next;
	relay->waiting += parcel->size;
	if (wake)
		pthread_cond_signal(&relay->filled);
	pthread_mutex_unlock(&relay->lock);
	return err;
}

static int relay_begin(void *ctx, const struct stream_info *info)
{
	struct relay *relay = ctx;

	relay->cpus = info->cpus;
	return stream_begin(&relay->to, info);
}

static int relay_symbols(void *ctx, const struct stream_symbols *symbols)
{
	struct relay *relay = ctx;

	return stream_symbols(&relay->to, symbols);
}

static int relay_snapshot(void *ctx, const struct rec_snapshot *threads, size_t count,
			  uint64_t end_ns)
{
	struct relay *relay = ctx;

	return stream_snapshot(&relay->to, threads, count, end_ns);
}

static int relay_ring(void *ctx, const struct stream_ring *ring)
{
	struct relay *relay = ctx;
	struct parcel *parcel;
	int err = start(relay);

	if (err || !ring->size)
		return err;
	parcel = make_parcel(relay, ring->size);
	if (!parcel)
		return -ENOMEM;
	parcel->kind = PARCEL_RING;
	parcel->size = ring->size;
	parcel->ring = *ring;
	parcel->ring.data = memcpy(parcel->data, ring->data, ring->size);
	parcel->ring.stable = false;
	return put(relay, parcel, false);
}

static int relay_round(void *ctx, const struct stream_counters *counters)
{
	struct relay *relay = ctx;
	size_t size = relay->cpus * sizeof(*counters->cpu);
	struct parcel *parcel;
	int err = start(relay);

	if (err)
		return err;
	parcel = make_parcel(relay, size);
	if (!parcel)
		return -ENOMEM;
	parcel->kind = PARCEL_ROUND;
	parcel->size = size;
	parcel->round = *counters;
	parcel->round.cpu = memcpy(parcel->data, counters->cpu, size);
	return put(relay, parcel, true);
}

/* The texts at data, their bytes behind them. */
static void pack_texts(struct parcel *parcel, const struct stream_texts *texts)
{
	struct stream_text *packed = (struct stream_text *)parcel->data;
	char *bytes = (char *)(packed + texts->count);

	for (size_t i = 0; i < texts->count; i++) {
		packed[i] = texts->texts[i];
		packed[i].text = memcpy(bytes, texts->texts[i].text, packed[i].size);
		bytes += packed[i].size;
	}
	parcel->texts = *texts;
	parcel->texts.texts = packed;
}

/* Those of the start come before there is a thread. */
static int relay_texts(void *ctx, const struct stream_texts *texts)
{
	struct relay *relay = ctx;
	size_t size = texts->count * sizeof(*texts->texts);
	struct parcel *parcel;

	if (!relay->runs)
		return stream_texts(&relay->to, texts);
	for (size_t i = 0; i < texts->count; i++)
		size += texts->texts[i].size;
	parcel = make_parcel(relay, size);
	if (!parcel)
		return -ENOMEM;
	parcel->kind = PARCEL_TEXTS;
	parcel->size = size;
	pack_texts(parcel, texts);
	return put(relay, parcel, false);
}

static int relay_end(void *ctx, const struct stream_counters *counters)
{
	struct relay *relay = ctx;

	finish(relay, 0);
	return relay->err ? relay->err : stream_end(&relay->to, counters);
}

struct stream relay_stream(struct relay *relay)
{
	static const struct stream_ops ops = {
		.begin = relay_begin,
		.symbols = relay_symbols,
		.snapshot = relay_snapshot,
		.ring = relay_ring,
		.round = relay_round,
		.texts = relay_texts,
		.end = relay_end,
	};

	return (struct stream){ &ops, relay };
}
