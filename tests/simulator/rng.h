/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Random numbers of the simulator: the same from the same seed, everywhere.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_RNG_H
#define GOTRACE_TESTS_SIMULATOR_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

/* A Weyl sequence, mixed: every seed is as good as any other. */
static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93;
	return x ^ x >> 32;
}

/* Below n; 0 if n is 0. */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)((rng_next(rng) >> 32) * n >> 32);
}

static inline uint32_t rng_between(struct rng *rng, uint32_t low, uint32_t high)
{
	return low + rng_below(rng, high - low + 1);
}

/* True once in n times. */
static inline bool rng_once_in(struct rng *rng, uint32_t n)
{
	return rng_below(rng, n) == 0;
}

#endif
