// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * States come in the order of their ends, and no thread's or CPU's overlap: so
 * those of one, taken in that order, are in the order of time, too. An index
 * is made by counting: where each thread's begin, then all in one pass.
 */
#include "why/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "trace/write/strtab.h"

/* A stranger is known by its tid alone: no thread has an id so large. */
#define STRANGER (UINT64_C(1) << 63)

struct window {
	uint64_t from, to;
};

/* States by whose they are: those of n are order[first[n]] up to order[first[n + 1]]. */
struct index {
	uint32_t *first, *order;
};

struct why_store {
	struct strtab texts;
	struct idmap thread_map, cpu_map;
	struct why_thread *threads;
	size_t thread_cap;
	uint64_t *cpus;
	size_t cpu_cap;
	struct why_state *states;
	size_t count, cap;
	struct window *windows;
	size_t window_count, window_cap;
	struct index by_thread, by_cpu;
	uint32_t *place; /* of a state in by_thread.order */
	bool knows_idle;
};

int why_store_new(struct why_store **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void why_store_free(struct why_store *store)
{
	if (!store)
		return;
	strtab_fini(&store->texts);
	idmap_fini(&store->thread_map);
	idmap_fini(&store->cpu_map);
	free(store->threads);
	free(store->cpus);
	free(store->states);
	free(store->windows);
	free(store->by_thread.first);
	free(store->by_thread.order);
	free(store->by_cpu.first);
	free(store->by_cpu.order);
	free(store->place);
	free(store);
}

int why_store_want(struct why_store *store, uint64_t from, uint64_t to)
{
	struct window *grown = grow_array(store->windows, &store->window_cap,
					  store->window_count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	store->windows = grown;
	grown[store->window_count++] = (struct window){ from, to };
	return 0;
}

static bool is_wanted(const struct why_store *store, const struct slice *slice)
{
	for (size_t i = 0; i < store->window_count; i++)
		if (slice->end_ns > store->windows[i].from &&
		    slice->start_ns < store->windows[i].to)
			return true;
	return false;
}

/* ---- what states name ---- */

static int keep_text(struct why_store *store, struct gt_text text, uint32_t *id)
{
	uint64_t added;

	*id = 0;
	if (!text.size)
		return 0;
	if (strtab_add(&store->texts, text.data, text.size, &added))
		return -ENOMEM;
	*id = (uint32_t)added;
	return 0;
}

/*
 * A trace names a waker that has ended, or left its CPU, by its tid alone: it is
 * the thread that was told with that tid, if there is one.
 */
static uint64_t id_of_tid(const struct why_store *store, uint32_t tid)
{
	uint32_t slot = idmap_find(&store->thread_map, tid);

	return slot != IDMAP_NONE && store->threads[slot].tid == tid ? tid : tid | STRANGER;
}

static int keep_thread(struct why_store *store, const struct slice_who *who, uint32_t *thread)
{
	uint64_t id = who->id ? who->id : id_of_tid(store, who->tid);
	struct why_thread *grown;

	*thread = WHY_NONE;
	if (!who->id && !who->tid)
		return 0;
	*thread = idmap_find(&store->thread_map, id);
	if (*thread == IDMAP_NONE) {
		if (idmap_add(&store->thread_map, id, thread))
			return -ENOMEM;
		grown = grow_array(store->threads, &store->thread_cap, (size_t)*thread + 1,
				   sizeof(*grown));
		if (!grown) {
			idmap_del(&store->thread_map, id);
			return -ENOMEM;
		}
		store->threads = grown;
		grown[*thread] = (struct why_thread){ .id = id };
	}
	store->threads[*thread].tid = who->tid;
	if (who->pid)
		store->threads[*thread].pid = who->pid;
	return keep_text(store, who->comm, &store->threads[*thread].name);
}

static int keep_cpu(struct why_store *store, uint64_t cpu, uint32_t *slot)
{
	uint64_t *grown;

	*slot = WHY_NONE;
	if (cpu == SLICE_NO_CPU)
		return 0;
	*slot = idmap_find(&store->cpu_map, cpu);
	if (*slot != IDMAP_NONE)
		return 0;
	if (idmap_add(&store->cpu_map, cpu, slot))
		return -ENOMEM;
	grown = grow_array(store->cpus, &store->cpu_cap, (size_t)*slot + 1, sizeof(*grown));
	if (!grown) {
		idmap_del(&store->cpu_map, cpu);
		return -ENOMEM;
	}
	store->cpus = grown;
	grown[*slot] = cpu;
	return 0;
}

/* "futex (sync)"; of what is lost, why. */
static int keep_in(struct why_store *store, const struct slice *slice, uint32_t *in)
{
	char text[256];
	int size;

	*in = 0;
	if (slice->state == SLICE_WAITING || slice->state == SLICE_RUNNING)
		return 0;
	if (slice->state == SLICE_LOST || !slice->syscall.size)
		return keep_text(store, slice->reason, in);
	if (!slice->reason.size)
		return keep_text(store, slice->syscall, in);
	size = snprintf(text, sizeof(text), "%.*s (%.*s)", (int)slice->syscall.size % 128,
			slice->syscall.data, (int)slice->reason.size % 100, slice->reason.data);
	return keep_text(store, (struct gt_text){ text, (size_t)size }, in);
}

static bool is_limited(const struct slice *slice)
{
	return slice->state == SLICE_WAITING && slice->reason.size == sizeof(SLICE_THROTTLED) - 1 &&
	       !memcmp(slice->reason.data, SLICE_THROTTLED, slice->reason.size);
}

int why_store_add(struct why_store *store, const struct slice *slice)
{
	struct why_state state = {
		.start = slice->start_ns,
		.end = slice->end_ns,
		.flight_ns =
			slice->flight_ns < UINT32_MAX ? (uint32_t)slice->flight_ns : UINT32_MAX,
		.state = slice->state,
		.context = slice->context,
		.limited = is_limited(slice),
		.goes_on = slice->goes_on,
	};
	struct why_state *grown;

	if (!is_wanted(store, slice))
		return 0;
	if (store->count == WHY_STATES_MAX)
		return -E2BIG;
	if (keep_thread(store, &slice->who, &state.thread) ||
	    keep_thread(store, &slice->waker, &state.waker) ||
	    keep_cpu(store, slice->cpu, &state.cpu) || keep_in(store, slice, &state.in))
		return -ENOMEM;
	if (state.limited && keep_text(store, slice->by.comm, &state.limit))
		return -ENOMEM;
	if (slice->state != SLICE_STRANGER)
		store->threads[state.thread].traced = true;
	grown = grow_array(store->states, &store->cap, store->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	store->states = grown;
	grown[store->count++] = state;
	return 0;
}

/* ---- indexes ---- */

static uint32_t thread_key(const struct why_state *state)
{
	return state->state == SLICE_STRANGER ? WHY_NONE : state->thread;
}

static bool has_cpu(const struct why_state *state)
{
	return state->state == SLICE_RUNNING || state->state == SLICE_SYSCALL ||
	       state->state == SLICE_STRANGER;
}

static uint32_t cpu_key(const struct why_state *state)
{
	return has_cpu(state) ? state->cpu : WHY_NONE;
}

static int make_index(const struct why_store *store, struct index *index, size_t keys,
		      uint32_t (*key)(const struct why_state *))
{
	index->first = calloc(keys + 2, sizeof(*index->first));
	index->order = calloc(store->count + 1, sizeof(*index->order));
	if (!index->first || !index->order)
		return -ENOMEM;
	/* One place further than it ends: so that filling in moves each to its own. */
	for (size_t i = 0; i < store->count; i++)
		if (key(&store->states[i]) != WHY_NONE)
			index->first[key(&store->states[i]) + 2]++;
	for (size_t k = 2; k < keys + 2; k++)
		index->first[k] += index->first[k - 1];
	for (size_t i = 0; i < store->count; i++)
		if (key(&store->states[i]) != WHY_NONE)
			index->order[index->first[key(&store->states[i]) + 1]++] = (uint32_t)i;
	return 0;
}

int why_store_finish(struct why_store *store, bool knows_idle)
{
	store->knows_idle = knows_idle;
	if (make_index(store, &store->by_thread, store->thread_map.slots, thread_key) ||
	    make_index(store, &store->by_cpu, store->cpu_map.slots, cpu_key))
		return -ENOMEM;
	store->place = calloc(store->count + 1, sizeof(*store->place));
	if (!store->place)
		return -ENOMEM;
	for (size_t i = 0; i < store->by_thread.first[store->thread_map.slots]; i++)
		store->place[store->by_thread.order[i]] = (uint32_t)i;
	return 0;
}

/* How many of a key's begin before t, as a place in the index: behind the last of them. */
static size_t before(const struct why_store *store, const struct index *index, uint32_t key,
		     uint64_t t)
{
	size_t low = index->first[key], high = index->first[key + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (store->states[index->order[middle]].start < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- looking up ---- */

bool why_store_knows_idle(const struct why_store *store)
{
	return store->knows_idle;
}

uint32_t why_store_thread(const struct why_store *store, uint64_t id)
{
	uint32_t thread = idmap_find(&store->thread_map, id);

	return thread != IDMAP_NONE && store->threads[thread].traced ? thread : WHY_NONE;
}

const struct why_thread *why_store_thread_at(const struct why_store *store, uint32_t thread)
{
	return &store->threads[thread];
}

uint64_t why_store_cpu(const struct why_store *store, uint32_t slot)
{
	return store->cpus[slot];
}

struct gt_text why_store_text(const struct why_store *store, uint32_t id)
{
	struct gt_text text = { "", 0 };

	if (id)
		text.data = strtab_text(&store->texts, id, &text.size);
	return text;
}

const struct why_state *why_store_before(const struct why_store *store, uint32_t thread, uint64_t t)
{
	size_t at = before(store, &store->by_thread, thread, t);

	return at > store->by_thread.first[thread] ? &store->states[store->by_thread.order[at - 1]]
						   : NULL;
}

const struct why_state *why_store_previous(const struct why_store *store,
					   const struct why_state *state)
{
	uint32_t place = store->place[state - store->states];

	return place > store->by_thread.first[state->thread]
		       ? &store->states[store->by_thread.order[place - 1]]
		       : NULL;
}

const struct why_state *why_store_earlier(const struct why_store *store, uint32_t cpu,
					  size_t *place)
{
	if (*place == store->by_cpu.first[cpu])
		return NULL;
	return &store->states[store->by_cpu.order[--*place]];
}

const struct why_state *why_store_on_cpu(const struct why_store *store, uint32_t cpu, uint64_t t,
					 size_t *place)
{
	*place = before(store, &store->by_cpu, cpu, t);
	return why_store_earlier(store, cpu, place);
}
