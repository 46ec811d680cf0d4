/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a reader is made of, for the files that make it up (reader*.c) and for cut.c. */
#ifndef GOTRACE_TRACE_READ_READER_H
#define GOTRACE_TRACE_READ_READER_H

#include "gotrace/reader.h"
#include "trace/read/generation.h"
#include "trace/read/gosort.h"
#include "trace/wire/input.h"
#include "trace/read/mend.h"
#include "trace/read/rules.h"
#include "trace/read/v1.h"

#define NOT_TIMED 0xff

struct cursor {
	const uint8_t *at, *end; /* what is left of the batch after the event */
	const uint8_t *start;	 /* of the event */
	uint64_t m;
	int64_t time; /* of the event; 0 before the first of a batch */
	uint64_t args[GT_MAX_ARGS - 1];
	uint32_t batch;	 /* in the generation */
	uint32_t m_slot; /* among the rules' Ms */
	bool m_known;	 /* m_slot is set */
	uint8_t type;
};

/* What the hot path needs of struct gt_spec, by any type byte; positions after dt, from 1. */
struct shape {
	uint8_t args; /* after dt, or NOT_TIMED */
	uint8_t stacks[2], strings[2];
};

struct gt_reader {
	struct input in;
	struct gt_reader_options options;
	unsigned version; /* 0: the header is still unread */
	struct shape shapes[256];
	struct v1 *v1; /* of a trace before Go 1.22, else NULL */

	struct generation gen;
	bool open; /* gen is being read */
	uint64_t generations;
	size_t next_sample;
	struct cursor *cursors;
	size_t cursors_cap;
	struct keyed *frontier; /* a heap; index: in cursors */
	size_t frontier_count, frontier_cap;

	struct texts texts;
	struct rules rules;
	unsigned queued;       /* how many of rules.events were given out */
	struct gt_event point; /* a sync point or sample */
	uint64_t points;
	int64_t last_time;

	const struct mender *mender; /* borrowed, the generation's too; NULL: no fault is small */
	bool left_out;		     /* what was tried last */

	struct gt_error pending; /* to be said after a sync point */
	struct gt_error error;
	bool done;
};

#endif
