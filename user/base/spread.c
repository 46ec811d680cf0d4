// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/spread.h"

/* 2^6 ns: what is below is one bucket. */
#define FIRST_BITS 6

/* Of the last bucket: all that is longer. */
static unsigned bucket_of(uint64_t ns)
{
	unsigned bits = 63 - (unsigned)__builtin_clzll(ns | 1);
	unsigned bucket;

	if (bits < FIRST_BITS)
		return 0;
	bucket = 1 + (bits - FIRST_BITS) * 8 + (unsigned)(ns >> (bits - 3) & 7);
	return bucket < SPREAD_BUCKETS ? bucket : SPREAD_BUCKETS - 1;
}

/* The middle of a bucket. */
static uint64_t middle_of(unsigned bucket)
{
	uint64_t width;

	if (!bucket)
		return (1 << FIRST_BITS) / 2;
	width = UINT64_C(1) << (FIRST_BITS + (bucket - 1) / 8 - 3);
	return (8 + (bucket - 1) % 8) * width + width / 2;
}

uint64_t spread_decade_ns(unsigned decade)
{
	uint64_t ns = decade ? 1000 : 0;

	for (unsigned i = 1; i < decade; i++)
		ns *= 10;
	return ns;
}

static unsigned decade_of(uint64_t ns)
{
	uint64_t border = 1000;
	unsigned decade = 0;

	for (; ns >= border && decade < SPREAD_DECADES - 1; decade++)
		border *= 10;
	return decade;
}

static void count_up(uint32_t *bucket, uint32_t more)
{
	*bucket = *bucket > UINT32_MAX - more ? UINT32_MAX : *bucket + more;
}

void spread_add(struct spread *spread, uint64_t ns)
{
	struct spread_decade *decade = &spread->decades[decade_of(ns)];

	spread->count++;
	if (ns > spread->most_ns)
		spread->most_ns = ns;
	decade->count++;
	decade->ns += ns;
	count_up(&spread->buckets[bucket_of(ns)], 1);
}

void spread_merge(struct spread *spread, const struct spread *other)
{
	spread->count += other->count;
	if (other->most_ns > spread->most_ns)
		spread->most_ns = other->most_ns;
	for (unsigned i = 0; i < SPREAD_DECADES; i++) {
		spread->decades[i].count += other->decades[i].count;
		spread->decades[i].ns += other->decades[i].ns;
	}
	for (unsigned i = 0; i < SPREAD_BUCKETS; i++)
		count_up(&spread->buckets[i], other->buckets[i]);
}

uint64_t spread_percentile(const struct spread *spread, unsigned percent)
{
	/* The rank of the one asked for, from 1. */
	uint64_t rank = (spread->count * percent + 99) / 100, seen = 0;

	for (unsigned i = 0; i < SPREAD_BUCKETS && spread->count; i++) {
		seen += spread->buckets[i];
		if (seen >= rank && seen) {
			uint64_t ns = middle_of(i);

			return ns < spread->most_ns ? ns : spread->most_ns;
		}
	}
	return spread->most_ns;
}
