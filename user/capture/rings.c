// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A BPF ring buffer's memory (kernel/bpf/ringbuf.c): a page that the consumer
 * writes its position to, a page with the producer's position, then the data,
 * mapped twice in a row so that what wraps around is contiguous. Positions
 * only grow; position modulo size is the place. Each frame is a u32 length
 * with two flag bits, a u32 of the kernel's, the record, padding to 8 bytes.
 *
 * A frame that is being written carries the busy bit; what lies behind it is
 * not read before it is done.
 */
#include "capture/rings.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAME_BUSY (1U << 31)
#define FRAME_DISCARD (1U << 30)
#define FRAME_HEAD 8
/* What is handed on at once: large enough to be cheap, small enough to free room early. */
#define SPAN_BYTES (512U << 10)

struct ring {
	int fd;
	uint32_t cpu;
	uint64_t mask;
	uint64_t *consumer; /* own page, written here */
	const uint64_t *producer;
	const uint8_t *data;
	uint64_t target; /* of the round under way */
};

struct rings {
	uint32_t count;
	bool in_round;
	size_t page;
	double fullest;
	struct ring ring[];
};

static int ring_map(struct ring *ring, size_t size, size_t page)
{
	void *own, *shared;

	ring->fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "gotrace_ring", 0, 0, size, NULL);
	if (ring->fd < 0)
		return -errno;
	own = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
	if (own == MAP_FAILED)
		return -errno;
	ring->consumer = own;
	shared = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, ring->fd, page);
	if (shared == MAP_FAILED)
		return -errno;
	ring->producer = shared;
	ring->data = (const uint8_t *)shared + page;
	ring->mask = size - 1;
	return 0;
}

static void ring_unmap(struct ring *ring, size_t page)
{
	if (ring->consumer)
		munmap(ring->consumer, page);
	if (ring->producer)
		munmap((void *)ring->producer, page + 2 * (ring->mask + 1));
	if (ring->fd >= 0)
		close(ring->fd);
}

static size_t ring_size(size_t bytes, size_t share, size_t page)
{
	size_t size = page;

	while (size * 2 <= bytes / share && size * 2 <= 1UL << 30)
		size *= 2;
	return size;
}

static uint32_t count_online(const bool *online, uint32_t cpus)
{
	uint32_t count = 0;

	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		count += online[cpu];
	return count;
}

static int rings_fill(struct rings *rings, int outer_fd, uint32_t cpus, const bool *online,
		      size_t size)
{
	struct ring *spare = &rings->ring[rings->count - 1];
	uint32_t next = 0;
	int err = 0;

	for (uint32_t i = 0; i < rings->count && !err; i++)
		err = ring_map(&rings->ring[i], size, rings->page);
	if (err)
		return err;
	spare->cpu = cpus;
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		struct ring *ring = online[cpu] ? &rings->ring[next++] : spare;

		if (online[cpu])
			ring->cpu = cpu;
		if (bpf_map_update_elem(outer_fd, &cpu, &ring->fd, BPF_ANY))
			return -errno;
	}
	return 0;
}

int rings_new(struct rings **out, int outer_fd, uint32_t cpus, const bool *online, size_t bytes)
{
	uint32_t own = count_online(online, cpus);
	uint32_t count = own + (own < cpus);
	struct rings *rings = calloc(1, sizeof(*rings) + count * sizeof(rings->ring[0]));
	int err;

	if (!rings)
		return -ENOMEM;
	rings->count = count;
	rings->page = sysconf(_SC_PAGESIZE);
	for (uint32_t i = 0; i < count; i++)
		rings->ring[i].fd = -1;
	err = rings_fill(rings, outer_fd, cpus, online, ring_size(bytes, count, rings->page));
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
	for (uint32_t i = 0; i < rings->count; i++)
		ring_unmap(&rings->ring[i], rings->page);
	free(rings);
}

size_t rings_bytes(const struct rings *rings)
{
	return rings->count * (rings->ring[0].mask + 1);
}

/* From pos, the end of the whole frames below the target, at most a span away. */
static uint64_t ring_whole_end(const struct ring *ring, uint64_t pos)
{
	uint64_t end = pos;

	while (end < ring->target && end - pos < SPAN_BYTES) {
		const uint32_t *head = (const uint32_t *)(ring->data + (end & ring->mask));
		uint32_t length = __atomic_load_n(head, __ATOMIC_ACQUIRE);

		if (length & FRAME_BUSY)
			break;
		length &= ~FRAME_DISCARD;
		end += (length + FRAME_HEAD + 7) & ~7ULL;
	}
	return end;
}

/* Hands on what is whole. 0 or -errno of fn. */
static int ring_read(struct ring *ring, rings_fn fn, void *ctx)
{
	uint64_t pos = *ring->consumer;
	uint64_t end;
	int err;

	while ((end = ring_whole_end(ring, pos)) != pos) {
		err = fn(ctx, ring->cpu, ring->data + (pos & ring->mask), end - pos);
		if (err)
			return err;
		pos = end;
		__atomic_store_n(ring->consumer, pos, __ATOMIC_RELEASE);
	}
	return 0;
}

static void rings_begin_round(struct rings *rings)
{
	for (uint32_t i = 0; i < rings->count; i++) {
		struct ring *ring = &rings->ring[i];
		double used;

		ring->target = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
		used = (double)(ring->target - *ring->consumer) / (ring->mask + 1);
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
		int err = ring_read(ring, fn, ctx);

		if (err)
			return err;
		complete = complete && *ring->consumer >= ring->target;
	}
	rings->in_round = !complete;
	return complete;
}

double rings_fullest(const struct rings *rings)
{
	return rings->fullest;
}
