/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How lengths of time are spread: counts in fixed buckets, so that memory does
 * not grow with what is counted. Eight buckets between a power of two and the
 * next one: a percentile read from them is at most SPREAD_ERROR_PERCENT off, or
 * 32 ns if it is below 64 ns. The largest one is exact, and so are the decades,
 * which are there to be shown.
 */
#ifndef GOTRACE_BASE_SPREAD_H
#define GOTRACE_BASE_SPREAD_H

#include <stdint.h>

#define SPREAD_ERROR_PERCENT 7
#define SPREAD_BUCKETS (1 + 32 * 8)

/* Below 1 us, from there to 10 us, ..., from 10 s on. */
#define SPREAD_DECADES 9

struct spread_decade {
	uint64_t count, ns;
};

/* Zeroed is an empty one. */
struct spread {
	uint64_t count;
	uint64_t most_ns;
	struct spread_decade decades[SPREAD_DECADES];
	uint32_t buckets[SPREAD_BUCKETS];
};

void spread_add(struct spread *spread, uint64_t ns);
void spread_merge(struct spread *spread, const struct spread *other);

/* So many of a hundred are not longer than this. 0 of an empty one. */
uint64_t spread_percentile(const struct spread *spread, unsigned percent);

/* Where the decade begins. */
uint64_t spread_decade_ns(unsigned decade);

#endif
