/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The flight recorder as a command runs it: what a hit of the watch leads to. A
 * dump is due some time after the hit, is written by the dumper, and is said in
 * one line. Hits until then, and within --every, are in that dump or counted.
 *
 * What is recorded, and what is met, is user/flight's business.
 */
#ifndef GOTRACE_CLI_RECORDER_H
#define GOTRACE_CLI_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "cli/dumper.h"
#include "cli/dumpnames.h"
#include "flight/flight.h"
#include "flight/watch.h"
#include "options/shared.h"

/* A dump is whole (done), or lost; path is its name, text says it in a line. */
struct recorder_listener {
	void (*finished)(void *ctx, bool done, const char *path, const char *text);
	void *ctx;
};

struct recorder_options {
	uint64_t keep_ns, keep_bytes;
	uint64_t after_ns;
	uint64_t every_ns;
	uint64_t max; /* dumps; 0: any number */
	const struct condition *conditions;
	size_t condition_count;
	const struct trace_options *trace;
	bool raw;
	const char *path; /* of dumps, without their number */
	bool count_waits; /* for the watch's statistics */
	struct recorder_listener listener;
};

struct recorder {
	struct recorder_options options;
	struct flight *flight;
	struct watch *watch;
	struct dumpnames names;
	struct dumper dumper;
	/* The dump that is due, and the one that is written. */
	bool armed;
	struct watch_hit hit, written;
	uint64_t due_ns;
	uint64_t last_ns; /* of the last hit that led to a dump; 0: none yet */
	uint64_t started, done, failed;
	uint64_t asked;		      /* of these done, because somebody asked */
	uint64_t by[OPTION_LIST_MAX]; /* and by condition */
	uint64_t held_back;	      /* hits that led to no dump of their own */
	/* Up to valid_ns every record has been taken: see recorder_tick(). */
	uint64_t rounds, round_ns, valid_ns, look_ns;
};

/* 0, or -errno with diag. options are borrowed, but for the struct itself. */
int recorder_init(struct recorder *recorder, const struct recorder_options *options,
		  struct diag *diag);
void recorder_fini(struct recorder *recorder);

/*
 * Before every poll of the rings. now_ns: CLOCK_MONOTONIC. true: as many dumps
 * are written as were wanted.
 */
bool recorder_tick(struct recorder *recorder, uint64_t now_ns);
/*
 * Somebody asks for a dump; why: "SIGUSR1", who asked. The number, from 1 up, of
 * the dump that will hold this moment; 0: none will, for now.
 */
uint64_t recorder_ask(struct recorder *recorder, const char *why, uint64_t now_ns);
/* Dumps that are written or lost. */
uint64_t recorder_finished(const struct recorder *recorder);
/* The capture has ended, and all records have been taken: what is due is written, or finished. */
void recorder_end(struct recorder *recorder, uint64_t now_ns);

#endif
