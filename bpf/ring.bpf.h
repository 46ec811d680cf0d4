/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The ring: how a record leaves the kernel. The handlers see
 * ring_reserve(), ring_stamp() or ring_drop(), and ring_submit() only, so that
 * another transport can stand behind them.
 *
 * One BPF ring buffer per CPU, found by CPU number in an array of maps, never
 * waking its reader. Every record takes a number of its CPU, also when there
 * is no room for it: a gap in the numbers says how many are missing, and
 * where.
 *
 * Number and time are one pair. An interrupt may come between reading the
 * clock and taking the number and write records of its own; so the number is
 * taken by compare-and-swap and both are read again when it fails. The slot
 * is reserved before: the reader may find slots out of number order by a few
 * places, and puts them right.
 */
#ifndef GOTRACE_BPF_RING_BPF_H
#define GOTRACE_BPF_RING_BPF_H

#include "compat.bpf.h"
#include "cpu.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* possible CPUs, set by the loader */
	__type(key, u32);
	__type(value, struct cpu_slot);
} cpus SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* possible CPUs, set by the loader */
	__type(key, u32);
	__array(values, struct ring);
} rings SEC(".maps");

static __always_inline struct cpu_slot *cpu_here(u32 *number)
{
	*number = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&cpus, number);
}

#define RING_NUMBER_TRIES 8

/* The next number of this CPU and its time. */
static __always_inline void ring_number(struct cpu_slot *cpu, u32 *seq, u64 *ts_ns)
{
	for (int i = 0; i < RING_NUMBER_TRIES; i++) {
		u64 number = *(volatile u64 *)&cpu->counters.seq;

		*ts_ns = bpf_ktime_get_ns();
		if (__sync_val_compare_and_swap(&cpu->counters.seq, number, number + 1) == number) {
			*seq = number;
			return;
		}
		__sync_fetch_and_add(&cpu->counters.retries, 1);
	}
	/* Interrupted that often in a row: a number whose time may be out of order. */
	*seq = __sync_fetch_and_add(&cpu->counters.seq, 1);
}

/*
 * Room for a record of size bytes (a constant), or NULL. Either way the caller
 * goes on to ring_stamp() or ring_drop(): both take a number. Test the result
 * once only: 6.1's verifier does not know that it stays what it was.
 */
static __always_inline void *ring_reserve(u64 size)
{
	u32 number = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&rings, &number);

	return ring ? bpf_ringbuf_reserve(ring, size, 0) : NULL;
}

/* Fills the head of a reserved record. */
static __always_inline void ring_stamp(struct rec_head *head, u8 type, u8 size)
{
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);
	u32 seq = 0;
	u64 ts_ns = 0;

	if (cpu)
		ring_number(cpu, &seq, &ts_ns);
	head->ts_ns = ts_ns;
	head->seq = seq;
	head->cpu = number;
	head->type = type;
	head->size = size;
}

/* Counts a record for which there was no room. */
static __always_inline void ring_drop(void)
{
	u32 number, seq;
	struct cpu_slot *cpu = cpu_here(&number);
	u64 ts_ns;

	if (!cpu)
		return;
	ring_number(cpu, &seq, &ts_ns);
	__sync_fetch_and_add(&cpu->counters.dropped, 1);
}

static __always_inline void ring_submit(void *record)
{
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

#endif
