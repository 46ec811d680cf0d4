/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kept bytes: rings' pieces and rounds in the order in which they came, in
 * segments. A segment begins with where each CPU's decoder stands, and has the
 * list of all threads as it was a round later: as a capture, which records first
 * and lists then. A record may come after its cause by a round, so that without
 * this round the list would know what the records cannot explain. Whole segments
 * fall off at the old end, and what is left is complete.
 *
 * It knows no time but what it is told, and does not look into the bytes.
 * Memory: blocks, which are used again; at most what the options say.
 */
#ifndef GOTRACE_FLIGHT_STORE_H
#define GOTRACE_FLIGHT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "records/words.h"
#include "stream/stream.h"

struct store;

struct store_options {
	uint64_t keep_ns;
	uint64_t keep_bytes;
	uint32_t cpus;
};

/* 0 or -ENOMEM. */
int store_new(struct store **out, const struct store_options *options);
void store_free(struct store *store);

/* Is the segment under way long enough? ts_ns: of the last record. */
bool store_is_due(const struct store *store, uint64_t ts_ns);
/*
 * Begins a segment: where the CPUs' decoders stand ([options.cpus], copied). A
 * list is to follow, a round later. 0, or -ENOMEM: the one under way goes on.
 */
int store_begin(struct store *store, const struct words_cpu *cpus);
/*
 * The list of all threads at ts_ns; the store has it then. What is older than
 * what is to be kept is dropped.
 */
void store_list(struct store *store, struct rec_snapshot *threads, size_t count, uint64_t ts_ns);

/* Both: 0 or -ENOMEM; the store is to be begun first. */
int store_ring(struct store *store, const struct stream_ring *ring);
int store_round(struct store *store, uint64_t ts_ns, uint64_t missed);

/* One of the two, by its order. */
struct store_entry {
	bool is_round;
	struct stream_ring ring; /* stable */
	uint64_t ts_ns, missed;	 /* of a round */
};

/* What is so where the oldest segment begins: valid until the next list. */
struct store_begin {
	uint64_t ts_ns;
	const struct rec_snapshot *threads;
	size_t thread_count;
	const struct words_cpu *cpus; /* [options.cpus] */
};
/* false: there is none. */
bool store_oldest(const struct store *store, struct store_begin *out);

/* A walk over all that is kept. Nothing may be added meanwhile. */
struct store_walk {
	const struct store_segment *segment;
	const struct store_block *block;
	size_t at;
};
void store_walk_init(const struct store *store, struct store_walk *walk);
bool store_walk_next(struct store_walk *walk, struct store_entry *out);

uint64_t store_bytes(const struct store *store);

#endif
