/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Watches a recorder's state for the conditions of a dump. What has happened is
 * seen when its record comes, what still goes on by a look at all threads.
 *
 * It tells the first hit and counts the others until that has been taken. When
 * a dump is made, and what becomes of it, is not its business. A span of whose
 * beginning it cannot be sure, because records are lost, is no hit.
 */
#ifndef GOTRACE_FLIGHT_WATCH_H
#define GOTRACE_FLIGHT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flight/condition.h"
#include "flight/state.h"

struct watch;

struct watch_options {
	const struct condition *conditions; /* borrowed */
	size_t count;
	bool count_waits; /* for watch_stats.waits */
};

/* 0 or -ENOMEM. */
int watch_new(struct watch **out, const struct watch_options *options);
void watch_free(struct watch *watch);

/* For the recorder; valid as long as the watch. */
const struct state_watcher *watch_watcher(const struct watch *watch);
/* Whose state it is; before the first record. */
void watch_attach(struct watch *watch, const struct state *state);

#define WATCH_NO_CONDITION SIZE_MAX
#define WATCH_TEXT_MAX 96

/* A condition was met. */
struct watch_hit {
	size_t condition;
	uint64_t ts_ns;
	uint64_t id;  /* of the thread; 0: it is about none, or it has ended */
	uint32_t tid; /* 0: of none */
	char comm[REC_COMM_LEN];
	char text[WATCH_TEXT_MAX]; /* "waited 23.4 ms behind backup" */
};

/* Looks for what goes on, at a time up to which every record has been taken. */
void watch_look(struct watch *watch, uint64_t now_ns);

/* The first hit since the last one was taken. false: there was none. */
bool watch_take(struct watch *watch, struct watch_hit *out);

#define WATCH_BUCKETS 20 /* powers of two, from 1 us up; the last has the rest */

struct watch_stats {
	uint64_t waits[WATCH_BUCKETS]; /* for a CPU, shorter than 1 us << i */
	uint64_t wait_count, wait_ns;
};
const struct watch_stats *watch_stats(const struct watch *watch);
/* How often a condition was met. */
uint64_t watch_hits(const struct watch *watch, size_t condition);

#endif
