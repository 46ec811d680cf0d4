// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Threads by id and by tid: who is there, and who is not any more. All of it is rare. */
#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "flight/state_core.h"

int state_new(struct state **out, const struct state_options *options)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	state->options = *options;
	for (int kind = 0; kind < SPAN_KINDS; kind++)
		state->watcher.longer_ns[kind] = UINT64_MAX;
	if (options->watcher)
		state->watcher = *options->watcher;
	state->cpus = calloc(options->cpus, sizeof(*state->cpus));
	if (!state->cpus || sys_classes_new(&state->classes, options->arch)) {
		state_free(state);
		return -ENOMEM;
	}
	for (uint32_t cpu = 0; cpu < options->cpus; cpu++)
		state->cpus[cpu].on = state->cpus[cpu].listed = STATE_NO_THREAD;
	*out = state;
	return 0;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	sys_classes_free(state->classes);
	idmap_fini(&state->ids);
	idmap_fini(&state->tids);
	free(state->threads);
	free(state->described);
	free(state->before);
	free(state->owners);
	free(state->cpus);
	free(state->graves);
	free(state);
}

/* ---- threads ---- */

static int make_room(struct state *state, uint32_t slot)
{
	size_t need = (size_t)slot + 1;
	struct state_thread *threads =
		grow_array(state->threads, &state->thread_room, need, sizeof(*threads));
	struct rec_snapshot *described =
		grow_array(state->described, &state->described_room, need, sizeof(*described));
	struct before *before =
		grow_array(state->before, &state->before_room, need, sizeof(*before));

	state->threads = threads ? threads : state->threads;
	state->described = described ? described : state->described;
	state->before = before ? before : state->before;
	return threads && described && before ? 0 : -ENOMEM;
}

RARE uint32_t state_add(struct state *state, uint32_t id)
{
	uint32_t slot;

	if (idmap_add(&state->ids, id, &slot)) {
		state->err = -ENOMEM;
		return STATE_NO_THREAD;
	}
	if (make_room(state, slot)) {
		idmap_del(&state->ids, id);
		state->err = -ENOMEM;
		return STATE_NO_THREAD;
	}
	state->threads[slot] = (struct state_thread){ .id = id, .queue = UINT32_MAX };
	state->described[slot] = (struct rec_snapshot){ .id = id };
	return slot;
}

RARE void state_bury(struct state *state, uint32_t slot)
{
	struct grave *graves = grow_array(state->graves, &state->grave_room, state->grave_count + 1,
					  sizeof(*graves));

	state->threads[slot].state = REC_STATE_DEAD;
	if (!graves) {
		state->err = -ENOMEM;
		return;
	}
	state->graves = graves;
	graves[state->grave_count++] = (struct grave){
		.slot = slot,
		.id = state->threads[slot].id,
		.round = state->round,
	};
}

/* Whoever has the thread's tid from now on does not have it from the thread. */
static void give_up_tid(struct state *state, uint32_t slot)
{
	uint32_t tid = state->described[slot].tid;
	uint32_t at = idmap_find(&state->tids, tid);

	if (at != IDMAP_NONE && state->owners[at] == slot)
		idmap_del(&state->tids, tid);
}

/* Makes the tid the thread's. Returns who had it; STATE_NO_THREAD: nobody else. */
RARE static uint32_t take_tid(struct state *state, uint32_t slot, uint32_t tid)
{
	uint32_t at, had;

	if (state->described[slot].tid != tid)
		give_up_tid(state, slot);
	state->described[slot].tid = tid;
	at = idmap_find(&state->tids, tid);
	if (at == IDMAP_NONE) {
		uint32_t *owners;

		if (idmap_add(&state->tids, tid, &at)) {
			state->err = -ENOMEM;
			return STATE_NO_THREAD;
		}
		owners = grow_array(state->owners, &state->owner_room, (size_t)at + 1,
				    sizeof(*owners));
		if (!owners) {
			idmap_del(&state->tids, tid);
			state->err = -ENOMEM;
			return STATE_NO_THREAD;
		}
		state->owners = owners;
		owners[at] = slot;
	}
	had = state->owners[at];
	state->owners[at] = slot;
	return had == slot ? STATE_NO_THREAD : had;
}

RARE void state_own_tid(struct state *state, uint32_t slot, uint32_t tid, uint32_t old_tid)
{
	uint32_t had, dead;

	if (!tid)
		return;
	had = take_tid(state, slot, tid);
	if (had == STATE_NO_THREAD)
		return;
	if (old_tid && old_tid != tid) {
		take_tid(state, had, old_tid);
		return;
	}
	dead = state->described[had].start_ns > state->described[slot].start_ns ? slot : had;
	if (dead == slot)
		take_tid(state, had, tid);
	if (state->threads[dead].state != REC_STATE_RUNNING)
		state_bury(state, dead);
}

/* ---- ends ---- */

static void forget(struct state *state, uint32_t slot)
{
	for (uint32_t cpu = 0; cpu < state->options.cpus; cpu++) {
		if (state->cpus[cpu].on == slot)
			state->cpus[cpu].on = STATE_NO_THREAD;
		if (state->cpus[cpu].listed == slot)
			state->cpus[cpu].listed = STATE_NO_THREAD;
	}
	give_up_tid(state, slot);
	idmap_del(&state->ids, state->threads[slot].id);
	state->threads[slot].id = 0;
}

void state_round(struct state *state)
{
	size_t kept = 0;

	state->round++;
	pieces_round(&state->pieces);
	for (size_t i = 0; i < state->grave_count; i++) {
		const struct grave *grave = &state->graves[i];
		const struct state_thread *thread = &state->threads[grave->slot];

		if (state->round - grave->round < 2)
			state->graves[kept++] = *grave;
		else if (thread->id == grave->id && thread->state == REC_STATE_DEAD)
			forget(state, grave->slot);
	}
	state->grave_count = kept;
}
