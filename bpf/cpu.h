/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A CPU's slot in the `cpus` map, and where its ring lies: the loader fills in
 * base and mask before anything is attached, the kernel side writes all else,
 * the reader looks at head, busy and the counters. Shared by bpf/ and
 * user/capture/ only.
 *
 * Two cache lines: what every record needs, and the rest.
 */
#ifndef GOTRACE_CPU_H
#define GOTRACE_CPU_H

#include "record.h"
#include "ring.h"

/* head: number of the next record, CPU_DROPPED, position (31 bits). */
#define CPU_NUMBER_SHIFT 32
#define CPU_NUMBER_ONE (1ULL << CPU_NUMBER_SHIFT)
#define CPU_DROPPED (1ULL << 31)

/* Does the stream know current? */
enum cpu_told {
	CPU_TOLD_NO = 0,
	CPU_TOLD_SOON = 1, /* a CURRENT is being written; a SYNC may say it, too */
	CPU_TOLD_YES = 2,
};

/* What `who` says of current, above its id. */
enum cpu_who {
	CPU_WHO_SCOPE = 1, /* in scope */
	CPU_WHO_CALLS = 2, /* and its syscalls are recorded */
};
#define CPU_WHO_SHIFT 32

struct cpu_slot {
	u64 head;
	u64 ts_end; /* from here on a SYNC is needed */
	u32 limit;  /* position up to which may be written without a look at tail */
	u32 mask;   /* words of the ring - 1 */
	u32 base;   /* its first block */
	u32 busy;   /* handlers that have reserved and not yet written */
	/* Current, as on_switch left it. Read and written singly: a wider load over
	 * narrower stores waits for them. */
	u64 task; /* its address; 0: not known */
	u64 who;  /* its id | enum cpu_who << CPU_WHO_SHIFT */
	u32 num;  /* its last transition */
	u16 sys;  /* REC_SYS_* form */
	u8 told;  /* enum cpu_told */
	u8 pad;
	u32 waiting; /* threads in scope on this CPU's queue; 0 if all are in scope */
	u32 pad2;

	u64 dropped;
	u64 no_storage;
	u64 retries;
	u64 unnumbered;
	u64 visits;
	u64 currents;
	s32 hardirq_depth;
	s32 softirq_depth;
	u64 irq_ns;
};
REC_ASSERT_SIZE(cpu_slot, 128);

struct ring_block {
	u64 words[RING_BLOCK_WORDS];
};

/* What user space has read; a cache line of its own. */
struct ring_tail {
	u32 position;
	u32 pad[15];
};
REC_ASSERT_SIZE(ring_tail, 64);

#endif
