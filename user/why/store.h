/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the critical path is walked over: the states of all threads within some
 * spans of time, as slices tell them, to be looked up by thread and by CPU. It
 * draws no conclusions. Memory: WHY_STATES_MAX states of 48 bytes, with two
 * indexes of 4 bytes for each; and all threads.
 */
#ifndef GOTRACE_WHY_STORE_H
#define GOTRACE_WHY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/slices/slice.h"

#define WHY_STATES_MAX (4u << 20)
#define WHY_NONE UINT32_MAX

struct why_thread {
	uint64_t id, tid, pid;
	uint32_t name; /* a text */
	bool traced;   /* has states of its own */
};

struct why_state {
	uint64_t start, end;
	uint32_t thread; /* WHY_NONE: of a stranger, nobody knows whom */
	uint32_t waker;	 /* who ended the sleep, began the wait; WHY_NONE */
	uint32_t in;	 /* a text: what it sleeps in, is inside; 0 */
	uint32_t limit;	 /* a text: of a wait, what keeps it from running; 0 */
	uint32_t flight_ns;
	uint32_t cpu;	 /* a slot; WHY_NONE */
	uint8_t state;	 /* enum slice_state */
	uint8_t context; /* enum slice_context */
	bool limited;	 /* a limit keeps it from running */
	bool goes_on;
};

struct why_store;

int why_store_new(struct why_store **out);
void why_store_free(struct why_store *store);

/* Before states are added: what lies outside of all of these is left out. 0 or -ENOMEM. */
int why_store_want(struct why_store *store, uint64_t from, uint64_t to);
/* 0, -ENOMEM, or -E2BIG: there are more than WHY_STATES_MAX. */
int why_store_add(struct why_store *store, const struct slice *slice);
/* All were added. knows_idle: a CPU on which there is nobody is idle. 0 or -ENOMEM. */
int why_store_finish(struct why_store *store, bool knows_idle);

bool why_store_knows_idle(const struct why_store *store);
/* The thread's number here; WHY_NONE: it has no state in the spans. */
uint32_t why_store_thread(const struct why_store *store, uint64_t id);
const struct why_thread *why_store_thread_at(const struct why_store *store, uint32_t thread);
/* A CPU's own number, of its slot. */
uint64_t why_store_cpu(const struct why_store *store, uint32_t slot);
struct gt_text why_store_text(const struct why_store *store, uint32_t id);

/* The thread's last state that begins before t; NULL: there is none. */
const struct why_state *why_store_before(const struct why_store *store, uint32_t thread,
					 uint64_t t);
/* The thread's state before that one; NULL: it is the first. */
const struct why_state *why_store_previous(const struct why_store *store,
					   const struct why_state *state);
/*
 * Who was on a CPU last, of those that came there before t: *place is where to
 * look for the one before (why_store_earlier). NULL: nobody.
 */
const struct why_state *why_store_on_cpu(const struct why_store *store, uint32_t cpu, uint64_t t,
					 size_t *place);
const struct why_state *why_store_earlier(const struct why_store *store, uint32_t cpu,
					  size_t *place);

#endif
