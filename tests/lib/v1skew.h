/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace before Go 1.22 with its clocks broken: the same events in the same
 * batches, with other time stamps. For tests of the order, which must not
 * believe them.
 */
#ifndef GOTRACE_TESTS_LIB_V1SKEW_H
#define GOTRACE_TESTS_LIB_V1SKEW_H

#include <stddef.h>
#include <stdint.h>

enum v1_skew {
	V1_SKEW_NONE,	  /* the same trace again */
	V1_SKEW_EVENTS,	  /* each event by a random time */
	V1_SKEW_PROCS,	  /* each P by a time of its own */
	V1_SKEW_EPISODES, /* now and then a P's clock jumps, for a while */
	V1_SKEWS
};

struct v1_skewed {
	uint8_t *data; /* free() it */
	size_t size;
};

/* The trace must be one that is read. ticks: by how much a time is off at most. */
struct v1_skewed v1_skew(const void *data, size_t size, enum v1_skew mode, uint32_t ticks,
			 uint64_t seed);

#endif
