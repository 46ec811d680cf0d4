/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The flight recorder: the last seconds of a capture in memory, and the state
 * that they begin with. It is a stream that a live capture plays into, and at
 * any moment it plays what it holds into another one: a whole capture of its
 * own, which begins some seconds ago with a list of all threads. So a dump goes
 * through the same pipeline, or into the same raw file, as any capture.
 *
 * Every record is decoded once, when it comes, and rolls the state forward
 * (state.h). The bytes stay as they are, in segments (store.h); each begins with
 * a copy of the state, so nothing has to be decoded when the oldest falls off.
 *
 * It does no I/O, reads no clock and starts no thread. Rings of words (ABI 2)
 * only: what a capture of today gives.
 *
 * Memory: what is to be kept, the threads' state, and that of each segment.
 */
#ifndef GOTRACE_FLIGHT_FLIGHT_H
#define GOTRACE_FLIGHT_FLIGHT_H

#include <stdint.h>

#include "flight/state.h"
#include "stream/stream.h"

struct flight;

struct flight_options {
	uint64_t keep_ns;		     /* at least so long, unless it is more than */
	uint64_t keep_bytes;		     /* so much */
	const struct state_watcher *watcher; /* borrowed; NULL: nobody watches */
};

/* 0 or -ENOMEM. */
int flight_new(struct flight **out, const struct flight_options *options);
void flight_free(struct flight *flight);

/*
 * What is sent there is kept, the latest of it. -EINVAL: out of order, or not
 * of words. -ENOMEM. Damaged words are passed over: their records are lost.
 */
struct stream flight_stream(struct flight *flight);

/* NULL before the stream has begun. */
const struct state *flight_state(const struct flight *flight);
uint64_t flight_bytes(const struct flight *flight);
uint64_t flight_rounds(const struct flight *flight);

/* Where what is played would begin, CLOCK_MONOTONIC; 0: nothing is kept yet. */
uint64_t flight_begin_ns(const struct flight *flight);

struct flight_moment {
	uint64_t mono_ns, wall_ns; /* two clocks at one moment */
	uint64_t end_ns;	   /* up to here every record has been taken */
};

/*
 * Plays all that is kept, begin to end. The recorder is as before, and may go
 * on. 0, -EINVAL: nothing is kept yet; -ENOMEM, or the stream's.
 */
int flight_play(const struct flight *flight, const struct flight_moment *now,
		const struct stream *to);

#endif
