/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulator: random schedules whose truth is known.
 *
 * It runs threads on CPUs, writes exactly the records that the kernel side
 * would write (record.h, bpf/), keeps what really happened, and then spoils
 * the records as reality does: clocks that disagree, records lost, rings out
 * of number order by nested interrupts, rounds that split the rings anywhere
 * a reader may. A simulation is a function of seed and options.
 *
 * Three steps, three files behind this one: world.c is the machine and its
 * kernel side, schedule.c chooses what happens, distort.c spoils.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_SIM_H
#define GOTRACE_TESTS_SIMULATOR_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/rectext.h"
#include "record.h"

#define SIM_RECORD_NS 20 /* records are further apart than this, in truth */

enum sim_scope {
	SIM_SYSTEM,  /* everybody */
	SIM_PROCESS, /* half of the processes, and their children */
	SIM_CGROUP,  /* as of a random moment, and changing */
};

enum sim_loss {
	SIM_LOSE_SINGLES = 1 << 0, /* each record once in loss_rate */
	SIM_LOSE_BURSTS = 1 << 1,  /* runs of one CPU's records */
	SIM_LOSE_SPANS = 1 << 2,   /* everything of a CPU from a time to a time */
	SIM_LOSE_STARTS = 1 << 3,  /* the first records of CPUs */
	SIM_LOSE_ENDS = 1 << 4,	   /* the last records of CPUs */
	SIM_LOSE_ONE = 1 << 5,	   /* exactly the record number lose_at */
};

struct sim_options {
	uint32_t cpus;	  /* 1 to 64 */
	uint32_t threads; /* alive at a time, at most; 1 to 1000 */
	uint32_t steps;	  /* things that happen: about as many records */
	enum sim_scope scope;
	uint32_t warm_up;	   /* steps before recording is switched on */
	uint32_t snapshot_steps;   /* steps while the snapshot is taken */
	uint32_t snapshot_missing; /* an entry is missing once in so many; 0: none */
	bool fresh_tids;	   /* no tid is given to a second thread */
	/* clocks: 0 = right */
	uint32_t skew_record_ns;  /* each record is late by up to this */
	uint32_t skew_cpu_ns;	  /* each CPU is off by up to this, constantly */
	uint32_t skew_episode_ns; /* a CPU is off by up to this for a while */
	/* records: 0 = all there */
	unsigned loss; /* enum sim_loss */
	uint32_t loss_rate;
	uint32_t lose_at;
	/* rings and rounds */
	bool words;		/* rings of ABI 2: in the order of numbers, who is named is known */
	bool nested;		/* interrupts leave rings out of order; not of words */
	uint32_t round_records; /* about so many in a round; 0: all in one */
	bool ragged;		/* positions are sampled as far apart as may be */
};

/* Options of a random kind and size: at most these CPUs, threads and steps. */
void sim_options_random(struct sim_options *out, uint64_t seed, uint32_t cpus, uint32_t threads,
			uint32_t steps);

struct sim;

int sim_new(struct sim **out, uint64_t seed, const struct sim_options *options);
void sim_free(struct sim *sim);
uint64_t sim_seed(const struct sim *sim);
const struct sim_options *sim_options(const struct sim *sim);

/* ---- what a capture holds ---- */

/* Calls push for every record of a round that is not lost, in the rings' order. */
typedef int (*sim_push_fn)(void *ctx, const struct rec_head *record);
int sim_round(const struct sim *sim, uint32_t round, sim_push_fn push, void *ctx);
uint32_t sim_round_count(const struct sim *sim);

const struct rec_snapshot *sim_snapshot(const struct sim *sim, size_t *count, uint64_t *end_ns);
/* When entry i was taken. */
uint64_t sim_snapshot_ns(const struct sim *sim, size_t i);
const uint64_t *sim_seq_end(const struct sim *sim); /* per CPU */
uint64_t sim_on_ns(const struct sim *sim);	    /* recording was switched on */
uint64_t sim_end_ns(const struct sim *sim);

/* ---- the truth ---- */

/* A record in the order in which things happened. */
struct sim_record {
	union rectext_any any; /* spoilt: any.head.ts_ns may be off */
	uint64_t true_ns;
	uint64_t slot_ns; /* when its slot was reserved */
	uint32_t round;	  /* in which it is read */
	bool lost;
};

size_t sim_record_count(const struct sim *sim); /* lost ones too */
const struct sim_record *sim_record(const struct sim *sim, size_t i);
/* The number of a record that sim_round() has handed out. */
size_t sim_record_number(const struct sim *sim, const struct rec_head *record);

/* Records of one CPU in a row that are lost; a CPU's in their order. */
struct sim_gap {
	uint32_t cpu;
	uint32_t seq; /* the first one missing */
	uint32_t count;
	uint64_t from_ns;		    /* as written: the record before; 0 if there is none */
	uint64_t to_ns;			    /* the record after; the end if there is none */
	uint32_t round_before, round_after; /* 0, UINT32_MAX if there is none */
};

const struct sim_gap *sim_gaps(const struct sim *sim, size_t *count);

struct sim_thread {
	uint64_t id;
	uint32_t tid; /* the first one: an exec may change it */
	bool kernel;
};

/* A thread was in one state; true times, from when recording was on. */
struct sim_interval {
	uint32_t thread;
	uint32_t tid; /* that it had when it was born, listed or last execed */
	uint32_t tid_now;
	uint32_t life; /* execs so far */
	uint8_t state; /* enum rec_state: running, runnable, asleep */
	bool scope;    /* the kernel side held it in scope */
	bool known;    /* the records say whether it was in a syscall */
	uint16_t cpu;  /* running: where */
	uint16_t sys;  /* REC_SYS_* form: none or what it is inside */
	uint64_t from_ns, to_ns;
};

const struct sim_thread *sim_threads(const struct sim *sim, size_t *count);
/* Per thread without holes; in the order of their ends. */
const struct sim_interval *sim_intervals(const struct sim *sim, size_t *count);
/* For qsort(): by thread, then time. */
int sim_compare_intervals(const void *a, const void *b);

/* ---- for a failed test ---- */

/* The seed and the options, one line. */
void sim_print_options(FILE *out, const struct sim *sim);
/* The records around number i as text, with true times, rounds and losses. */
void sim_print_around(FILE *out, const struct sim *sim, size_t i, size_t around);

#endif
