/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Words to records: what a CPU's ring of ABI 2 says (docs/records.md), one
 * record at a time. What the stream implies is filled in here: the thread
 * that leaves a CPU and its number, the thread of a syscall, a local waker.
 *
 * It holds state per CPU, nothing per thread, allocates nothing and trusts
 * nothing. It does not say what is lost: a record's number does, where it is
 * not the one before it plus 1.
 */
#ifndef GOTRACE_RECORDS_WORDS_H
#define GOTRACE_RECORDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records/records.h"

/* The thread that runs on the CPU, as far as its stream has told. */
struct words_current {
	uint32_t id;
	uint32_t num;
	uint32_t tid; /* 0 with an id: not told */
	uint16_t sys; /* unknown: not told in this slice */
	bool scope;
};

/* A decoder's state of a CPU, from chunk to chunk. A copy of it is one, too. */
struct words_cpu {
	uint64_t high_ns; /* of the times, the low half 0 */
	uint32_t number;  /* of the next record */
	uint32_t position;
	uint16_t cpu;
	bool placed; /* time and number are known */
	bool told;   /* current is */
	struct words_current current;
};

/* A chunk that is being read. */
struct words {
	const uint64_t *at, *end;
	uint32_t end_position;
};

/* The start of a capture: position 0, nothing known. */
void words_init(struct words_cpu *cpu, uint16_t number);

/*
 * Begins with the next chunk: count words, of which the first has position.
 * If that does not join what was read before, all up to the next block is
 * passed over.
 */
void words_begin(struct words_cpu *cpu, struct words *chunk, const uint64_t *words, size_t count,
		 uint32_t position);

/*
 * The next record, made in room: REC_MOST_BYTES, 8-aligned. Returns how many
 * bytes of it are used. 0: the chunk is at its end (chunk->at == chunk->end),
 * or damaged where chunk->at points; then the next chunk will not join.
 */
size_t words_next(struct words_cpu *cpu, struct words *chunk, void *room);

/*
 * Whole records of a ring, of which the first word has position: the numbers
 * that they tell are less by so many from now on. What is damaged ends it.
 */
void words_renumber(uint64_t *words, size_t count, uint32_t position, uint32_t less);

#endif
