// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The list of all threads, as it comes from the capture and as it goes into a dump. */
#include <errno.h>
#include <stdlib.h>

#include "flight/state_core.h"

/* Bits of a task's state, as in prev_state. */
enum {
	TASK_STOPPED = 0x4,
	TASK_TRACED = 0x8,
	TASK_FROZEN = 0x8000,
};

int state_start(struct state *state, const struct rec_snapshot *threads, size_t count,
		uint64_t end_ns)
{
	for (size_t i = 0; i < count && !state->err; i++) {
		const struct rec_snapshot *entry = &threads[i];
		uint32_t slot = state_slot_of(state, entry->id);
		struct state_thread *thread;

		if (slot == STATE_NO_THREAD)
			continue;
		thread = &state->threads[slot];
		state->described[slot] = *entry;
		thread->num = entry->num;
		thread->cpu = entry->cpu;
		thread->sys = entry->sys;
		thread->state = entry->state;
		thread->flags = entry->flags;
		thread->since_ns = thread->sys_ns = end_ns;
		thread->sys_num = entry->num;
		if (entry->state == REC_STATE_RUNNING && entry->cpu < state->options.cpus)
			state->cpus[entry->cpu].listed = slot;
		state_own_tid(state, slot, entry->tid, 0);
	}
	state->last_ns = end_ns;
	state->round = 1; /* no thread has a gap */
	return state->err;
}

/* Why it is off its CPU, beyond its state. */
static uint32_t where_of(const struct rec_snapshot *entry)
{
	const uint32_t others = TASK_FROZEN | TASK_STOPPED | TASK_TRACED;
	uint32_t where = REC_WHERE_KNOWN;

	if (entry->state != REC_STATE_ASLEEP)
		return where;
	where |= entry->task_state & TASK_FROZEN ? REC_WHERE_FROZEN : 0;
	where |= entry->task_state & TASK_STOPPED ? REC_WHERE_STOPPED : 0;
	where |= entry->task_state & TASK_TRACED ? REC_WHERE_TRACED : 0;
	if (!(entry->flags & (REC_THREAD_KERNEL | REC_THREAD_WORKER)) &&
	    !(entry->task_state & others) && entry->sys == REC_SYS_NONE)
		where |= REC_WHERE_FAULT;
	return where;
}

static struct rec_snapshot entry_of(const struct state *state, uint32_t slot)
{
	const struct state_thread *thread = &state->threads[slot];
	struct rec_snapshot entry = state->described[slot];

	entry.id = thread->id;
	entry.num = thread->num;
	entry.cpu = thread->cpu;
	entry.sys = thread->sys;
	entry.state = thread->state;
	entry.flags = thread->flags;
	if (thread->gap_round == state->round) {
		const struct before *before = &state->before[slot];

		entry.num = before->num;
		entry.cpu = before->cpu;
		entry.sys = before->sys;
		entry.state = before->state;
		entry.flags = before->flags;
		entry.task_state = before->task_state;
	}
	if (entry.state != REC_STATE_ASLEEP)
		entry.task_state = 0;
	entry.where = where_of(&entry);
	return entry;
}

int state_list(const struct state *state, struct rec_snapshot **out, size_t *count)
{
	struct rec_snapshot *list = calloc(state->ids.count + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	for (uint32_t slot = 0; slot < state->ids.slots; slot++)
		if (state->threads[slot].id)
			list[n++] = entry_of(state, slot);
	*out = list;
	*count = n;
	return 0;
}

uint64_t state_end_ns(const struct state *state)
{
	return state->last_ns + 1;
}

uint64_t state_lost(const struct state *state)
{
	return state->lost;
}

uint64_t state_lost_ns(const struct state *state)
{
	return state->lost_ns;
}

uint64_t state_records(const struct state *state)
{
	return state->records;
}

uint32_t state_slots(const struct state *state)
{
	return state->ids.slots;
}

struct state_thread *state_thread(const struct state *state, uint32_t slot)
{
	return &state->threads[slot];
}

const struct rec_snapshot *state_described(const struct state *state, uint32_t slot)
{
	return &state->described[slot];
}

uint32_t state_on_cpu(const struct state *state, uint32_t cpu)
{
	if (cpu >= state->options.cpus)
		return STATE_NO_THREAD;
	return state->cpus[cpu].number ? state->cpus[cpu].on : state->cpus[cpu].listed;
}

uint32_t state_find(const struct state *state, uint64_t id)
{
	uint32_t slot = idmap_find(&state->ids, id);

	return slot == IDMAP_NONE ? STATE_NO_THREAD : slot;
}

uint32_t state_arch(const struct state *state)
{
	return state->options.arch;
}
