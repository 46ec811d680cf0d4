/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Rings: user space's end of the transport (bpf/ring.bpf.h is the other). One
 * ring per possible CPU, mapped here and read where it lies, without a system
 * call.
 */
#ifndef GOTRACE_RINGS_H
#define GOTRACE_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

/* Where a CPU's ring lies among the blocks of all: before the kernel side is loaded. */
struct ring_place {
	uint32_t base;	/* its first block */
	uint32_t words; /* a power of two */
};

/*
 * Divides bytes among the CPUs that are online, each rounded down to a power of
 * two of blocks; the others get the least there is. Returns all blocks.
 */
uint32_t rings_plan(struct ring_place *out, uint32_t cpus, const bool *online, size_t bytes);

struct rings;

/* The maps of the kernel side; the slots are mapped by their owner, for longer. */
struct rings_maps {
	int rings_fd;
	int tails_fd;
	const struct cpu_slot *slots; /* [cpus] */
};

/* Maps the rings. -errno of the kernel. */
int rings_new(struct rings **out, const struct rings_maps *maps, const struct ring_place *places,
	      uint32_t cpus);
void rings_free(struct rings *rings);

/* All rings together, bytes. */
size_t rings_bytes(const struct rings *rings);

/* A piece of a CPU's ring: whole records, of which the first word has position. */
struct rings_piece {
	uint32_t cpu;
	uint32_t position;
	const void *data; /* borrowed for the call */
	size_t size;
};

/* 0 or -errno. */
typedef int (*rings_fn)(void *ctx, const struct rings_piece *piece);

/*
 * Reads every ring up to where its writer stood when the round began. 1: every
 * ring reached it, the round is complete. 0: a record was being written each
 * time one was looked at; call again, the round goes on. Or -errno of fn, and
 * what fn did not take stays in the ring.
 */
int rings_read(struct rings *rings, rings_fn fn, void *ctx);

/* The highest share of a ring found used so far, 0 to 1. */
double rings_fullest(const struct rings *rings);

#endif
