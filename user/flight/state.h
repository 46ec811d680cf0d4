/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where every thread is, rolled forward record by record: what a list of all
 * threads, taken at this moment, would say. A dump begins with such a list.
 *
 * Records come CPU by CPU, not in one order. That is enough: a thread's
 * transition numbers say which of its records is the newest, and a syscall's
 * record belongs to the slice in which its thread runs. So nothing is sorted,
 * and a record costs one look-up. Of a thread whose records came in disorder in
 * this round the list says how it was before them: whoever has the list has the
 * round, too, and what the next one adds. It is not the tracker: it tells no changes
 * and repairs nothing. What is not known is REC_STATE_UNKNOWN, and the thread
 * is introduced by its next record.
 *
 * How long a thread was in a state is told as a span (struct state_span), for
 * the states that somebody asks for.
 *
 * Memory: the threads alive, and those that ended in the last two rounds.
 */
#ifndef GOTRACE_FLIGHT_STATE_H
#define GOTRACE_FLIGHT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "records/records.h"
#include "records/words.h"

#define STATE_NO_THREAD UINT32_MAX

/* What is asked for of every record; the rest of a thread is struct rec_snapshot. */
struct state_thread {
	uint64_t since_ns; /* of its state; if it is older than the capture, its start */
	uint64_t sys_ns;   /* it is inside sys since then, likewise */
	uint32_t id;
	uint32_t num;	  /* of its last transition */
	uint32_t sys_num; /* of the slice that sys is of */
	uint32_t queue;	  /* runnable: the CPU that it waits for */
	uint16_t cpu;	  /* where it runs, or ran last */
	uint16_t sys;
	uint16_t born_sys;  /* the syscall it was born inside, until it enters one */
	uint8_t state;	    /* enum rec_state */
	uint8_t flags;	    /* enum rec_thread_flags */
	uint8_t said;	    /* the watch's: of which spans that go on it has told */
	uint32_t wakes;	    /* the watch's: since wakes_ns */
	uint32_t gap_round; /* in which a record came before one that it follows */
	uint32_t pad;
	uint64_t wakes_ns;
};
_Static_assert(sizeof(struct state_thread) <= 64, "one cache line");

enum state_span_kind {
	SPAN_WAITING, /* runnable */
	SPAN_ASLEEP,
	SPAN_RUNNING, /* on a CPU without a switch */
	SPAN_SYSCALL,
	SPAN_KINDS
};

/* A thread was in a state, from a record to a record. */
struct state_span {
	enum state_span_kind kind;
	uint32_t slot;
	uint64_t from_ns, to_ns;
	uint16_t sys;		     /* SPAN_SYSCALL, SPAN_ASLEEP: inside which */
	const struct rec_switch *by; /* SPAN_WAITING: the switch that ends it; or NULL */
};

/* What happens to a thread and is no span. */
enum state_event {
	STATE_WOKEN,
	STATE_EXITS, /* record: struct rec_exit */
	STATE_LOST,  /* records of a CPU: slot is no thread, count */
};

struct state_watcher {
	/* Spans that are longer than this are told; UINT64_MAX: none. */
	uint64_t longer_ns[SPAN_KINDS];
	uint32_t events; /* 1 << enum state_event */
	void (*span)(void *ctx, const struct state_span *span);
	void (*event)(void *ctx, enum state_event event, uint32_t slot, uint64_t ts_ns,
		      uint64_t count, const struct rec_head *record);
	void *ctx;
};

struct state_options {
	uint32_t cpus; /* possible */
	uint32_t arch; /* enum rec_arch */
	bool system_wide;
	/* Borrowed; NULL: nothing is told. */
	const struct state_watcher *watcher;
};

struct state;

/* 0 or -ENOMEM. */
int state_new(struct state **out, const struct state_options *options);
void state_free(struct state *state);

/* The list at the start. 0 or -ENOMEM. */
int state_start(struct state *state, const struct rec_snapshot *threads, size_t count,
		uint64_t end_ns);
/* The next record of a CPU; cpu: its decoder behind it. 0 or -ENOMEM. */
int state_take(struct state *state, const struct words_cpu *cpu, const struct rec_head *head);
/* A round is complete: who ended in the one before the last is forgotten. */
void state_round(struct state *state);

/* The list of all threads as of now, to go with the records of this round. The caller frees.
 * 0 or -ENOMEM. */
int state_list(const struct state *state, struct rec_snapshot **out, size_t *count);
/* Later than every record taken. */
uint64_t state_end_ns(const struct state *state);
/* Records numbered and not there, so far. */
uint64_t state_lost(const struct state *state);
/* The time of the last record of a CPU before which records are missing; 0: never. */
uint64_t state_lost_ns(const struct state *state);
uint64_t state_records(const struct state *state);

/* Slots are below state_slots(); one without a thread has id 0. Valid until the next take. */
uint32_t state_slots(const struct state *state);
/* The slot of an id, or STATE_NO_THREAD. */
uint32_t state_find(const struct state *state, uint64_t id);
uint32_t state_arch(const struct state *state);
struct state_thread *state_thread(const struct state *state, uint32_t slot);
/* Its attributes: tid, names, process; the rest of it does not count. */
const struct rec_snapshot *state_described(const struct state *state, uint32_t slot);
/* Who runs on a CPU, by its last record: a slot or STATE_NO_THREAD. */
uint32_t state_on_cpu(const struct state *state, uint32_t cpu);

#endif
