/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Stacks: where in the kernel a thread falls asleep. A stack has an id, a hash
 * of its frames; the frames travel once, in a STACK record, before the record
 * that names the id. What a CPU has sent it remembers in a table that any other
 * stack may overwrite: then the frames are sent once more. A stack is never
 * lost for want of a place. User space begins a new epoch each second, and what
 * was sent before counts no more: so a reader need not keep what is old.
 *
 * All of it is behind settings.stacks, which the verifier knows: where no
 * stacks are wanted none of this is in the program.
 */
#ifndef GOTRACE_BPF_STACKS_BPF_H
#define GOTRACE_BPF_STACKS_BPF_H

#include "scope.bpf.h"

/* In place of an id: there is none. */
#define STACK_NONE 0

struct stack_frames {
	u64 address[RING_STACK_FRAMES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct stack_frames);
} stack_room SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* STACK_SENT for each possible CPU, set by the loader */
	__type(key, u32);
	__type(value, u64);
} stacks_sent SEC(".maps");

/* Raised by user space. */
volatile u32 stack_epoch;

/*
 * The seed is random and of this capture: nobody can make two stacks with one
 * id. Never STACK_NONE.
 */
static __always_inline u64 stack_hash(const struct stack_frames *frames, u32 count, u32 stop)
{
	u64 hash = settings.stack_seed ^ ((u64)count << 8 | stop);

	for (u32 i = 0; i < RING_STACK_FRAMES; i++) {
		if (i >= count)
			break;
		hash = (hash ^ frames->address[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}

/* OFF. False: dropped. */
static __always_inline bool stack_write(struct cpu_slot *cpu, const struct stack_frames *frames,
					u32 count, u32 stop, u64 id)
{
	u32 words = RING_STACK_WORDS - RING_STACK_FRAMES + count;
	u64 ts_ns = bpf_ktime_get_ns();
	struct ring_block *block;
	u64 head;

	if (!ring_open(cpu, words, ts_ns, &head))
		return false;
	block = ring_block(cpu, head);
	if (block) {
		ring_put(block, head,
			 ring_word(ts_ns, words | stop << RING_STACK_STOP_SHIFT, RING_STACK));
		ring_put(block, head + 1, id);
		for (u32 i = 0; i < RING_STACK_FRAMES; i++) {
			if (i >= count)
				break;
			ring_put(block, head + 2 + i, frames->address[i]);
		}
	}
	ring_close(cpu, head, words);
	return true;
}

/*
 * OFF. The id of current's kernel stack, whose frames stand in this CPU's ring
 * now; STACK_NONE if there is none. A frame that did not fit is not missed: the
 * bottom of such a stack is.
 */
__noinline u64 stack_take_kernel(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 number, zero = 0, place, count, stop;
	struct stack_frames *frames;
	struct cpu_slot *cpu;
	u64 id, mark, *sent;
	long bytes;

	cpu = cpu_here(&number);
	frames = bpf_map_lookup_elem(&stack_room, &zero);
	if (!cpu || !frames)
		return STACK_NONE;
	bytes = bpf_get_task_stack(task, frames, sizeof(*frames), 0);
	if (bytes < (long)sizeof(u64) || bytes > (long)sizeof(*frames))
		return STACK_NONE;
	count = (u32)bytes / sizeof(u64);
	stop = count == RING_STACK_FRAMES ? RING_STOP_FULL : RING_STOP_ROOT;
	id = stack_hash(frames, count, stop);
	mark = id + stack_epoch;
	place = number * STACK_SENT + (id & (STACK_SENT - 1));
	sent = bpf_map_lookup_elem(&stacks_sent, &place);
	if (!sent || *sent == mark)
		return id;
	if (stack_write(cpu, frames, count, stop, id))
		*sent = mark;
	return id;
}

/* A prefix of a record that names stacks; the number of its words. */
static __always_inline u32 stack_put_ids(struct ring_block *block, u32 position, u64 ts_ns,
					 u64 kernel, u64 user)
{
	ring_put(block, position,
		 ring_word(ts_ns, RING_STACK_IDS_WORDS | RING_UNNUMBERED, RING_STACK_IDS));
	ring_put(block, position + 1, kernel);
	ring_put(block, position + 2, user);
	return RING_STACK_IDS_WORDS;
}

#endif
