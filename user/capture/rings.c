// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * How far may a ring be read? The kernel side raises its CPU's busy before it
 * reserves words, and lowers it when they are written; head moves when they
 * are reserved. So: head, then busy, each with acquire. If busy is 0, whoever
 * had reserved below that head is done, and what it wrote can be seen: it was
 * written before busy was lowered, and that was before it was read here. In
 * the other order a record could be reserved between the two and be taken for
 * written.
 *
 * Such an end is always a record's end, and a block's start is one, too. So a
 * piece is cut at either without looking into the words.
 */
#include "capture/rings.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK_BYTES (RING_BLOCK_WORDS * sizeof(uint64_t))
#define LEAST_BLOCKS 2
#define MOST_WORDS (1U << 27) /* 1 GiB */
/* What is handed on at once: large enough to be cheap, small enough to free room early. */
#define PIECE_WORDS (8 * RING_BLOCK_WORDS)
/* A record is written in 20 ns, so that one of these looks finds none. */
#define LOOKS 500

struct ring {
	const struct cpu_slot *slot;
	uint32_t *tail;	      /* written here */
	const uint64_t *data; /* mapped twice in a row: what wraps around is contiguous */
	uint32_t mask;	      /* words - 1 */
	uint32_t position;    /* of the next word to be read */
	uint32_t target;      /* of the round under way */
};

struct rings {
	uint32_t count;
	bool in_round;
	struct ring_tail *tails;
	size_t tails_bytes;
	double fullest;
	struct ring ring[];
};

/* ---- making them ---- */

static uint32_t count_online(const bool *online, uint32_t cpus)
{
	uint32_t count = 0;

	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		count += online[cpu];
	return count;
}

static uint32_t words_for(size_t bytes)
{
	uint32_t words = LEAST_BLOCKS * RING_BLOCK_WORDS;

	while (words < MOST_WORDS && (size_t)words * 2 * sizeof(uint64_t) <= bytes)
		words *= 2;
	return words;
}

uint32_t rings_plan(struct ring_place *out, uint32_t cpus, const bool *online, size_t bytes)
{
	uint32_t count = count_online(online, cpus);
	uint32_t words = words_for(bytes / (count ? count : 1));
	uint32_t blocks = 0;

	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		out[cpu].base = blocks;
		out[cpu].words = online[cpu] ? words : LEAST_BLOCKS * RING_BLOCK_WORDS;
		blocks += out[cpu].words / RING_BLOCK_WORDS;
	}
	return blocks;
}

static int ring_map(struct ring *ring, int fd, const struct ring_place *place)
{
	size_t size = (size_t)place->words * sizeof(uint64_t);
	uint8_t *room = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return -errno;
	ring->data = (const uint64_t *)room;
	ring->mask = place->words - 1;
	for (int i = 0; i < 2; i++) {
		if (mmap(room + i * size, size, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
			 (off_t)place->base * (off_t)BLOCK_BYTES) == MAP_FAILED)
			return -errno;
	}
	return 0;
}

static int rings_map(struct rings *rings, const struct rings_maps *maps,
		     const struct ring_place *places)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *tails;
	int err = 0;

	rings->tails_bytes = (rings->count * sizeof(*rings->tails) + page - 1) / page * page;
	tails = mmap(NULL, rings->tails_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, maps->tails_fd,
		     0);
	if (tails == MAP_FAILED)
		return -errno;
	rings->tails = tails;
	for (uint32_t cpu = 0; cpu < rings->count && !err; cpu++) {
		rings->ring[cpu].slot = &maps->slots[cpu];
		rings->ring[cpu].tail = &rings->tails[cpu].position;
		err = ring_map(&rings->ring[cpu], maps->rings_fd, &places[cpu]);
	}
	return err;
}

int rings_new(struct rings **out, const struct rings_maps *maps, const struct ring_place *places,
	      uint32_t cpus)
{
	struct rings *rings = calloc(1, sizeof(*rings) + cpus * sizeof(rings->ring[0]));
	int err;

	if (!rings)
		return -ENOMEM;
	rings->count = cpus;
	err = rings_map(rings, maps, places);
	if (err) {
		rings_free(rings);
		return err;
	}
	*out = rings;
	return 0;
}

void rings_free(struct rings *rings)
{
	if (!rings)
		return;
	for (uint32_t i = 0; i < rings->count; i++) {
		struct ring *ring = &rings->ring[i];

		if (ring->data)
			munmap((void *)ring->data, 2 * sizeof(uint64_t) * (ring->mask + 1ULL));
	}
	if (rings->tails)
		munmap(rings->tails, rings->tails_bytes);
	free(rings);
}

size_t rings_bytes(const struct rings *rings)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < rings->count; i++)
		bytes += sizeof(uint64_t) * (rings->ring[i].mask + 1ULL);
	return bytes;
}

/* ---- reading ---- */

static uint32_t distance(uint32_t from, uint32_t to)
{
	return (to - from) & RING_POSITION_MASK;
}

static uint32_t ring_head(const struct ring *ring)
{
	return __atomic_load_n(&ring->slot->head, __ATOMIC_ACQUIRE) & RING_POSITION_MASK;
}

/* The position up to which all is written; false: not found out, try later. */
static bool ring_readable(const struct ring *ring, uint32_t *end)
{
	for (int i = 0; i < LOOKS; i++) {
		uint32_t head = ring_head(ring);

		if (__atomic_load_n(&ring->slot->busy, __ATOMIC_ACQUIRE) == 0) {
			*end = head;
			return true;
		}
	}
	return false;
}

/* From the place on, words up to the end or a block's start, about a piece away. */
static uint32_t piece_words(uint32_t position, uint32_t end)
{
	uint32_t words = distance(position, end);

	if (words <= PIECE_WORDS)
		return words;
	return PIECE_WORDS - (position & (RING_BLOCK_WORDS - 1));
}

/* 1: the target is reached; 0: not yet; or -errno of fn. */
static int ring_read(struct ring *ring, uint32_t cpu, rings_fn fn, void *ctx)
{
	uint32_t target = distance(ring->position, ring->target), done = 0;
	uint32_t end;

	if (!target)
		return 1;
	if (!ring_readable(ring, &end))
		return 0;
	while (ring->position != end) {
		uint32_t words = piece_words(ring->position, end);
		const struct rings_piece piece = {
			.cpu = cpu,
			.position = ring->position,
			.data = ring->data + (ring->position & ring->mask),
			.size = words * sizeof(uint64_t),
		};
		int err = fn(ctx, &piece);

		if (err)
			return err;
		done += words;
		ring->position = (ring->position + words) & RING_POSITION_MASK;
		__atomic_store_n(ring->tail, ring->position, __ATOMIC_RELEASE);
	}
	return done >= target;
}

static void rings_begin_round(struct rings *rings)
{
	for (uint32_t i = 0; i < rings->count; i++) {
		struct ring *ring = &rings->ring[i];
		double used;

		ring->target = ring_head(ring);
		used = (double)distance(ring->position, ring->target) / (ring->mask + 1.0);
		if (used > rings->fullest)
			rings->fullest = used;
	}
	rings->in_round = true;
}

int rings_read(struct rings *rings, rings_fn fn, void *ctx)
{
	bool complete = true;

	if (!rings->in_round)
		rings_begin_round(rings);
	for (uint32_t i = 0; i < rings->count; i++) {
		struct ring *ring = &rings->ring[i];
		int done = ring_read(ring, i, fn, ctx);

		if (done < 0)
			return done;
		if (done)
			ring->target = ring->position; /* reached, should the round go on */
		complete = complete && done;
	}
	rings->in_round = !complete;
	return complete;
}

double rings_fullest(const struct rings *rings)
{
	return rings->fullest;
}
