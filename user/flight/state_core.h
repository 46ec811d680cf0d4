/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The state's inside: what its files share. Nobody else includes this.
 *
 *   state.c        records, the path that all of them take
 *   state_table.c  threads by id and tid, births and ends
 *   state_list.c   the list of all threads, in and out
 */
#ifndef GOTRACE_FLIGHT_STATE_CORE_H
#define GOTRACE_FLIGHT_STATE_CORE_H

#include "base/idmap.h"
#include "flight/pieces.h"
#include "flight/state.h"
#include "syscalls/classes.h"

#define RARE __attribute__((cold, noinline))

struct cpu {
	uint32_t on;	 /* slot of who runs there by its last record; STATE_NO_THREAD */
	uint32_t listed; /* who runs there by the list; counts until there is a record */
	uint32_t number; /* of its next record */
};

/* How a thread was before its records came in disorder. */
struct before {
	uint32_t num;
	uint32_t task_state;
	uint16_t cpu, sys;
	uint8_t state, flags;
};

struct grave {
	uint32_t slot, id;
	uint32_t round;
};

struct state {
	struct state_options options;
	struct state_watcher watcher;
	struct idmap ids;
	struct state_thread *threads; /* by slot */
	struct rec_snapshot *described;
	struct before *before; /* of those whose gap_round is this round */
	size_t thread_room, described_room, before_room;
	struct idmap tids;
	uint32_t *owners; /* of a tid's slot in tids: the slot of its newest thread */
	size_t owner_room;
	struct cpu *cpus;
	struct grave *graves;
	size_t grave_count, grave_room;
	struct pieces pieces;
	struct sys_classes *classes;
	uint32_t round;
	uint64_t last_ns;
	uint64_t records, lost, lost_ns;
	int err;
};

/* A thread's slot, made if it is new. STATE_NO_THREAD: no id, or no memory. */
uint32_t state_add(struct state *state, uint32_t id);
static inline uint32_t state_slot_of(struct state *state, uint64_t id)
{
	uint32_t slot;

	if (!id)
		return STATE_NO_THREAD;
	slot = idmap_find(&state->ids, id);
	return slot != IDMAP_NONE ? slot : state_add(state, (uint32_t)id);
}
/* It has ended; forgotten after the round that comes next: others' records may still name it. */
void state_bury(struct state *state, uint32_t slot);
/*
 * The tid is the thread's. Of two who had it one after the other the one that
 * started first is dead; but an exec by another than the leader (old_tid: its tid
 * before, else 0) swaps two tids, and the leader may still have to leave its CPU.
 */
void state_own_tid(struct state *state, uint32_t slot, uint32_t tid, uint32_t old_tid);

#endif
