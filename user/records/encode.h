/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records to words: the other direction of words.h, for tests and simulations
 * that have to make what a kernel side writes. It writes the stream that one
 * CPU would: PAD at the end of a block, SYNC where one is due, CURRENT where
 * the stream does not know who runs, prefixes.
 *
 * It knows no ring and no reader, so it drops nothing; a gap in the records'
 * numbers is a loss that has happened.
 */
#ifndef GOTRACE_RECORDS_ENCODE_H
#define GOTRACE_RECORDS_ENCODE_H

#include "records/words.h"

/* One record with all that may stand before it, but for a PAD's rest. */
#define ENCODE_MOST_WORDS 128

struct encode_cpu {
	uint64_t ts_end; /* a SYNC is due from here on */
	uint32_t number; /* of the next record */
	uint32_t position;
	uint16_t cpu;
	bool told;
	struct words_current current;
};

void encode_init(struct encode_cpu *cpu, uint16_t number);

struct encode_out {
	uint64_t words[ENCODE_MOST_WORDS];
	size_t count;
	size_t pad; /* so many words up to the end of the block stand before them: a PAD */
};

/* What a kernel side knows beyond the record. */
struct encode_known {
	bool tell_sys; /* SWITCH: say next's tid and syscall, too */
	/* Should current have to be told: its last transition, and its syscall then. */
	uint32_t num;
	uint16_t sys;
};

/* The record in words. Records of one CPU, by number. */
void encode_record(struct encode_cpu *cpu, const struct rec_head *record,
		   const struct encode_known *known, struct encode_out *out);

#endif
