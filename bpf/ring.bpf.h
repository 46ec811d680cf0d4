/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The ring: how a record leaves the kernel (docs/records.md, section 3). One
 * ring per CPU, in blocks of one mmapable array, read by user space where it
 * lies. Every record takes a number of its CPU, also when there is no room for
 * it: a gap in the numbers says how many are missing, and where.
 *
 * One word, head, holds number, position and whether something was dropped
 * since the last SYNC. So number, time and place are taken in one step.
 *
 * Interrupts come between any two instructions of a handler that runs with
 * interrupts on, and their handlers write to the same ring. Hence two ways to
 * write:
 *
 *   ON   busy + 1; head, clock, room; compare-and-swap of head; write the
 *        words; busy - 1. The swap fails if anything was written or dropped
 *        since head was read, so a number never has an earlier time than the
 *        one before. Words are written behind the swap: before it, an
 *        interrupt would reserve the same place and be overwritten.
 *   OFF  head, clock, room; write the words; store head. Only where interrupts
 *        are off from the first to the last of these.
 *
 * The reader takes all below head when it then sees busy at 0: whoever had
 * reserved below that head had raised busy before.
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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* all CPUs' blocks, set by the loader */
	__type(key, u32);
	__type(value, struct ring_block);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* possible CPUs, set by the loader */
	__type(key, u32);
	__type(value, struct ring_tail);
} tails SEC(".maps");

static __always_inline struct cpu_slot *cpu_here(u32 *number)
{
	*number = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&cpus, number);
}

/*
 * Stores that another CPU's reader must see after all that was stored before.
 * x86-64 keeps the order of stores. arm64 does not: an exchange is a full
 * barrier there (a store that releases exists in BPF since 6.15 only). Without
 * it the reader could find head moved, or busy at 0, and old words below.
 */
static __always_inline void store_last64(u64 *to, u64 value)
{
	barrier();
#if defined(__TARGET_ARCH_arm64)
	__sync_lock_test_and_set(to, value);
#else
	*(volatile u64 *)to = value;
#endif
}

static __always_inline void store_last32(u32 *to, u32 value)
{
	barrier();
#if defined(__TARGET_ARCH_arm64)
	__sync_lock_test_and_set(to, value);
#else
	*(volatile u32 *)to = value;
#endif
}

static __always_inline u64 ring_head(const struct cpu_slot *cpu)
{
	return *(const volatile u64 *)&cpu->head;
}

static __always_inline bool ring_swap(struct cpu_slot *cpu, u64 old, u64 new)
{
	return __sync_val_compare_and_swap(&cpu->head, old, new) == old;
}

/*
 * Raising busy needs no barrier: the swap that reserves is one, and what is
 * not reserved yet is no business of the reader's.
 */
static __always_inline u32 ring_enter(struct cpu_slot *cpu)
{
	u32 busy = *(volatile u32 *)&cpu->busy;

	*(volatile u32 *)&cpu->busy = busy + 1;
	barrier();
	return busy;
}

static __always_inline void ring_leave(struct cpu_slot *cpu, u32 busy)
{
	store_last32(&cpu->busy, busy);
}

static __always_inline struct ring_block *ring_block(const struct cpu_slot *cpu, u32 position)
{
	u32 block = cpu->base + ((position & cpu->mask) / RING_BLOCK_WORDS);

	return bpf_map_lookup_elem(&rings, &block);
}

/* No record crosses the end of its block, so the mask only tells the verifier. */
static __always_inline void ring_put(struct ring_block *block, u32 position, u64 word)
{
	block->words[position & (RING_BLOCK_WORDS - 1)] = word;
}

/*
 * One comparison for room, block and drop: past the limit the difference wraps
 * upward, and a dropped bit adds 2^31. As a signed comparison it would be
 * wrong: with the bit set and the ring full the sum turns positive.
 */
static __always_inline bool ring_ready(const struct cpu_slot *cpu, u64 head, u32 words, u64 ts_ns)
{
	return *(const volatile u32 *)&cpu->limit - (u32)head - words < 1u << 30 &&
	       ts_ns < *(const volatile u64 *)&cpu->ts_end;
}

static __always_inline void ring_put_sync(const struct cpu_slot *cpu, u64 head, u32 position,
					  u64 ts_ns, u32 number)
{
	struct ring_block *block = ring_block(cpu, position);
	bool told = cpu->told != CPU_TOLD_NO && cpu->task == (u64)bpf_get_current_task();
	u32 tid = bpf_get_current_pid_tgid();
	u32 id = cpu->who;

	if (!block)
		return;
	ring_put(block, position, ring_word(ts_ns, 0, RING_SYNC));
	ring_put(block, position + 1, ts_ns);
	ring_put(block, position + 2, ring_pair(tid, head >> CPU_NUMBER_SHIFT));
	ring_put(block, position + 3, ring_pair(id ? cpu->num : tid, id));
	ring_put(block, position + 4,
		 (u64)number << RING_SYNC_CPU_SHIFT | cpu->sys | (told ? RING_SYNC_TOLD : 0) |
			 (cpu->who >> CPU_WHO_SHIFT & CPU_WHO_SCOPE ? RING_SYNC_SCOPE : 0));
}

/* Words that may still be reserved from position on. More than the size is nonsense: none. */
static __always_inline u32 ring_room(const struct cpu_slot *cpu, u32 number, u32 position)
{
	struct ring_tail *tail = bpf_map_lookup_elem(&tails, &number);
	u32 size = cpu->mask + 1, room;

	if (!tail)
		return 0;
	/* Plain: whatever is stored there depends on this comparison. */
	room = (*(volatile u32 *)&tail->position + size - position) & RING_POSITION_MASK;
	return room > size ? 0 : room;
}

/*
 * The slow path, where ring_ready() says no: PAD to the end of a block, SYNC,
 * a new limit. 1: begin again, from the head on. 0: there is no room; nothing
 * has changed. ts_ns 0: now.
 *
 * What is set before the swap an interrupt would believe: so limit and ts_end
 * are set behind it. An interrupt in between finds older ones, which only
 * cost it a visit of its own, perhaps a second SYNC.
 */
__noinline int ring_slow(u32 words, u64 ts_ns)
{
	u32 number, position, in_block, pad = 0, sync, room, end, busy;
	struct cpu_slot *cpu = cpu_here(&number);
	struct ring_block *block;
	u64 head;
	int again = 1;

	if (!cpu)
		return 0;
	busy = ring_enter(cpu);
	head = ring_head(cpu);
	if (!ts_ns)
		ts_ns = bpf_ktime_get_ns();
	position = head & RING_POSITION_MASK;
	in_block = position & (RING_BLOCK_WORDS - 1);
	sync = !in_block || head & CPU_DROPPED || ts_ns >= cpu->ts_end ? RING_SYNC_WORDS : 0;
	if (in_block + sync + words > RING_BLOCK_WORDS) {
		pad = RING_BLOCK_WORDS - in_block;
		sync = RING_SYNC_WORDS;
	}
	room = ring_room(cpu, number, position);
	if (pad + sync + words > room) {
		again = 0;
		goto leave;
	}
	end = (position + pad + sync) & RING_POSITION_MASK;
	if (!ring_swap(cpu, head, (head & ~(CPU_DROPPED | RING_POSITION_MASK)) | end))
		goto leave;
	block = ring_block(cpu, position);
	if (pad && block)
		ring_put(block, position, ring_word(ts_ns, 0, RING_PAD));
	if (sync) {
		ring_put_sync(cpu, head, position + pad, ts_ns, number);
		*(volatile u64 *)&cpu->ts_end = (ts_ns | 0xffffffff) + 1;
	}
	/* In the arithmetic of limit 2^31 comes behind 2^31 - 1. */
	in_block = end & (RING_BLOCK_WORDS - 1);
	room -= pad + sync;
	if (room > RING_BLOCK_WORDS - in_block)
		room = RING_BLOCK_WORDS - in_block;
	*(volatile u32 *)&cpu->limit = end + room;
	__sync_fetch_and_add(&cpu->visits, 1);
leave:
	ring_leave(cpu, busy);
	return again;
}

/* Takes a number for a record that has no room. False: interrupted at every try. */
static __always_inline bool ring_drop_once(struct cpu_slot *cpu)
{
	u64 head = ring_head(cpu);

	return ring_swap(cpu, head, (head | CPU_DROPPED) + CPU_NUMBER_ONE);
}

/* Tries are written out: 6.1's verifier refuses loops that clang lays out unluckily. */
__noinline int ring_drop(void)
{
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);

	if (!cpu)
		return 0;
	if (ring_drop_once(cpu) || ring_drop_once(cpu) || ring_drop_once(cpu) ||
	    ring_drop_once(cpu))
		__sync_fetch_and_add(&cpu->dropped, 1);
	else
		__sync_fetch_and_add(&cpu->unnumbered, 1);
	return 0;
}

#define RING_FULL (-1)
#define RING_AGAIN (-2)

/* One try of the ON way: the position, RING_FULL or RING_AGAIN. */
static __always_inline int ring_try(struct cpu_slot *cpu, u32 words, u64 one, u64 *ts_ns)
{
	u64 head = ring_head(cpu);
	u64 now = bpf_ktime_get_ns();

	if (!ring_ready(cpu, head, words, now))
		return ring_slow(words, 0) ? RING_AGAIN : RING_FULL;
	if (!ring_swap(cpu, head, head + one + words)) {
		__sync_fetch_and_add(&cpu->retries, 1);
		return RING_AGAIN;
	}
	*ts_ns = now;
	return head & RING_POSITION_MASK;
}

/* Further tries; numbered: in the end the record is dropped. */
__noinline int ring_try_on(u32 words, u32 numbered, u64 *ts_ns)
{
	u64 one = numbered ? CPU_NUMBER_ONE : 0;
	u32 number;
	struct cpu_slot *cpu = cpu_here(&number);
	int position;

	if (!cpu || !ts_ns)
		return RING_FULL;
	position = ring_try(cpu, words, one, ts_ns);
	if (position == RING_AGAIN)
		position = ring_try(cpu, words, one, ts_ns);
	if (position == RING_AGAIN)
		position = ring_try(cpu, words, one, ts_ns);
	if (position == RING_AGAIN)
		position = ring_try(cpu, words, one, ts_ns);
	if (position < 0 && numbered)
		ring_drop();
	return position < 0 ? RING_FULL : position;
}

/*
 * ON: room for a record, between ring_enter() and ring_leave(). Its position
 * and time, or negative: dropped, if it is numbered.
 */
static __always_inline int ring_take(struct cpu_slot *cpu, u32 words, bool numbered, u64 *ts_ns)
{
	u64 head = ring_head(cpu);
	u64 now = bpf_ktime_get_ns();

	if (ring_ready(cpu, head, words, now) &&
	    ring_swap(cpu, head, head + (numbered ? CPU_NUMBER_ONE : 0) + words)) {
		*ts_ns = now;
		return head & RING_POSITION_MASK;
	}
	return ring_try_on(words, numbered, ts_ns);
}

/* OFF: true if there is room for words at *head; else the record is dropped. */
static __always_inline bool ring_open(struct cpu_slot *cpu, u32 words, u64 ts_ns, u64 *head)
{
	*head = ring_head(cpu);
	if (ring_ready(cpu, *head, words, ts_ns))
		return true;
	if (!ring_slow(words, ts_ns)) {
		ring_drop();
		return false;
	}
	*head = ring_head(cpu);
	return true;
}

/* OFF: the words at head are written. */
static __always_inline void ring_close(struct cpu_slot *cpu, u64 head, u32 words)
{
	store_last64(&cpu->head, head + CPU_NUMBER_ONE + words);
}

#endif
