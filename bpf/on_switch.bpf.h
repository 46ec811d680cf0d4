/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Handler: a CPU goes from one thread to another.
 */
#ifndef GOTRACE_BPF_ON_SWITCH_BPF_H
#define GOTRACE_BPF_ON_SWITCH_BPF_H

#include "stacks.bpf.h"
#include "state.bpf.h"
#include "switch.bpf.h"
#include "traits.bpf.h"

/*
 * OFF. share: what wait_end() gave of next; stack: of prev, STACK_NONE for
 * none. False: dropped.
 */
static __always_inline bool write_switch(struct cpu_slot *cpu, u32 argument, u64 next,
					 struct task_struct *task, const struct thread *to,
					 u32 share, u64 stack)
{
	bool is_long = to && to->untold;
	u32 words = is_long ? RING_SWITCH_LONG_WORDS : RING_SWITCH_WORDS;
	struct ring_block *block;
	u64 ts_ns = bpf_ktime_get_ns();
	u64 head;
	u32 at;

	if (share)
		words += RING_THROTTLED_WORDS;
	if (stack != STACK_NONE)
		words += RING_STACK_IDS_WORDS;
	if (!ring_open(cpu, words, ts_ns, &head))
		return false;
	block = ring_block(cpu, head);
	if (block) {
		at = head;
		if (stack != STACK_NONE)
			at += stack_put_ids(block, at, ts_ns, stack, STACK_NONE);
		to = thread_again((struct thread *)to);
		if (share && to)
			at += switch_put_share(block, at, ts_ns, share, to);
		ring_put(block, at,
			 ring_word(ts_ns, argument, is_long ? RING_SWITCH_LONG : RING_SWITCH));
		ring_put(block, at + 1, next);
		to = thread_again((struct thread *)to);
		if (is_long && to)
			ring_put(block, at + 2, ring_pair(task->pid, to->sys));
	}
	ring_close(cpu, head, words);
	return true;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	u32 number, flags, to_num = 0, argument, share = 0;
	struct thread *from = NULL, *to;
	bool to_in, left, known;
	struct cpu_slot *cpu;
	u64 who, named, stack = STACK_NONE;

	cpu = cpu_here(&number);
	if (!recording || !cpu)
		return 0;
	if (cpu->task != (u64)prev)
		current_settle();
	to = thread_of(next);
	left = scope_refresh(to, next);
	who = current_who(next, to);
	to_in = who >> CPU_WHO_SHIFT & CPU_WHO_SCOPE;
	if (prev_state & TASK_DEAD || current_in_scope(cpu))
		from = thread_of(prev);
	if (!current_in_scope(cpu) && !to_in && !left && !strangers_are_wanted(cpu)) {
		switch_current(cpu, next, to, who, 0, CPU_TOLD_NO);
		goto out;
	}
	flags = switch_flags(prev, preempt, prev_state);
	argument = flags | (to_in ? RING_SWITCH_SCOPE : 0) | (left ? RING_SWITCH_LEFT : 0) |
		   prev_state << RING_SWITCH_STATE_SHIFT;
	if (from && current_in_scope(cpu))
		argument |= switch_details(cpu, from, prev, flags, prev_state);
	if (to && to_in)
		traits_check(to, next);
	known = current_known(cpu, prev);
	if (!thread_describe(to))
		known = false;
	if (settings.stacks & SETTINGS_STACKS_KERNEL && known && flags & RING_SWITCH_ASLEEP &&
	    current_in_scope(cpu))
		stack = stack_take_kernel();
	from = thread_again(from);
	if (from && current_in_scope(cpu)) {
		thread_move(from, switch_state(flags, prev_state), number);
		from->sys = cpu->sys;
	}
	to = thread_again(to);
	if (to && (to_in || left)) {
		to_num = thread_move(to, REC_STATE_RUNNING, number);
		share = wait_end(to, next);
	}
	named = to ? ring_pair(to_num, to->id) : ring_pair(next->pid, 0);
	if (!known)
		ring_drop();
	else if (settings.stacks) /* written out twice: without stacks nothing is tested */
		known = write_switch(cpu, argument, named, next, to, share, stack);
	else
		known = write_switch(cpu, argument, named, next, to, share, STACK_NONE);
	from = thread_again(from);
	if (!known && from)
		from->untold = 1;
	to = thread_again(to);
	if (known && to)
		to->untold = 0;
	/* If it was dropped, the SYNC that must follow says who is current. */
	switch_current(cpu, next, to, who, to_num,
		       !to || to->described ? CPU_TOLD_YES : CPU_TOLD_NO);
out:
	from = thread_again(from);
	if (from && prev_state & TASK_DEAD)
		thread_free(from);
	return 0;
}

#endif
