// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "why/walk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/grow.h"

/* Whom we follow, back to where, and below which node of the tree. */
struct place {
	uint32_t thread;
	uint32_t node;
	uint64_t floor;
};

struct walk {
	const struct why_store *store;
	struct why_tree *tree;
	uint64_t t; /* all behind it is put down */
	struct place at;
	struct place *left; /* those whose sleeps we have entered */
	size_t depth, cap;
};

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct why_key key_of(const struct walk *walk, enum why_kind kind)
{
	return (struct why_key){ .parent = walk->at.node,
				 .thread = walk->at.thread,
				 .other = WHY_NONE,
				 .cpu = WHY_NONE,
				 .kind = kind };
}

/* From there up to where we are; then we are there. */
static int put(struct walk *walk, const struct why_key *key, uint64_t from)
{
	int err = from < walk->t ? why_tree_add(walk->tree, key, from, walk->t) : 0;

	walk->t = from;
	return err;
}

static int put_plain(struct walk *walk, enum why_kind kind, uint64_t from)
{
	const struct why_key key = key_of(walk, kind);

	return put(walk, &key, from);
}

/* ---- waiting for a CPU ---- */

static bool has_cpu(const struct why_state *state)
{
	return state->state == SLICE_RUNNING || state->state == SLICE_SYSCALL;
}

/* From there up to where we are nobody was on the CPU. */
static int put_nobody(struct walk *walk, const struct why_state *wait, uint64_t from)
{
	struct why_key key =
		key_of(walk, why_store_knows_idle(walk->store) ? WHY_LATENCY : WHY_UNTRACED);

	key.cpu = wait->cpu;
	return put(walk, &key, from);
}

static int put_behind(struct walk *walk, const struct why_state *wait,
		      const struct why_state *there, uint64_t from)
{
	struct why_key key = key_of(walk, WHY_BEHIND);

	key.cpu = wait->cpu;
	key.other = there->thread;
	return put(walk, &key, from);
}

/* Who ran there, one after the other, backwards. */
static int split_wait(struct walk *walk, const struct why_state *wait, uint64_t from)
{
	size_t place;
	const struct why_state *there = why_store_on_cpu(walk->store, wait->cpu, walk->t, &place);
	int err = 0;

	for (; there && walk->t > from && !err;
	     there = why_store_earlier(walk->store, wait->cpu, &place)) {
		uint64_t begin = later(there->start, from);

		if (there->end <= from)
			break;
		if (there->thread == walk->at.thread || begin >= walk->t)
			continue;
		if (there->end < walk->t)
			err = put_nobody(walk, wait, there->end);
		if (!err)
			err = put_behind(walk, wait, there, begin);
	}
	return err || walk->t == from ? err : put_nobody(walk, wait, from);
}

static int walk_wait(struct walk *walk, const struct why_state *state, uint64_t from)
{
	struct why_key key = key_of(walk, WHY_LIMITED);

	key.in = state->limit;
	if (state->limited)
		return put(walk, &key, from);
	if (state->cpu == WHY_NONE)
		return put_plain(walk, WHY_WAITS, from);
	return split_wait(walk, state, from);
}

/* ---- going over to another thread ---- */

/*
 * The thread that did something at t: it was on a CPU then, or has left it
 * since, while what it did was on its way. Its state there; NULL: it is not
 * known, back to the floor.
 */
static const struct why_state *maker_at(const struct walk *walk, uint32_t thread, uint64_t t,
					uint64_t floor)
{
	const struct why_state *state = why_store_before(walk->store, thread, t);

	while (state && !has_cpu(state) && state->end > floor)
		state = why_store_previous(walk->store, state);
	return state && has_cpu(state) && state->end > floor ? state : NULL;
}

/* We follow that one now, from when it did it. flight_ns: so long it was at least on its way. */
static int go_over(struct walk *walk, uint32_t thread, uint32_t node, uint64_t flight_ns,
		   bool *done)
{
	uint64_t floor = walk->at.floor;
	uint64_t did = flight_ns < walk->t - floor ? walk->t - flight_ns : floor;
	const struct why_state *state =
		thread == WHY_NONE ? NULL : maker_at(walk, thread, did, floor);
	struct why_key key;

	*done = state;
	if (!state)
		return 0;
	walk->at.node = node;
	key = key_of(walk, WHY_FLIGHT);
	key.other = thread;
	walk->at.thread = thread;
	return put(walk, &key, earlier(did, state->end));
}

static int push(struct walk *walk)
{
	struct place *grown = grow_array(walk->left, &walk->cap, walk->depth + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	walk->left = grown;
	grown[walk->depth++] = walk->at;
	return 0;
}

/* The sum has its end as its place; deep ones are hung beside the one above. */
static uint32_t parent_for(const struct walk *walk)
{
	const struct why_node *node = &walk->tree->nodes[walk->at.node];

	return node->depth >= WHY_DEPTH_MAX ? node->key.parent : walk->at.node;
}

/* ---- sleeps, and what is not known ---- */

/* Its waker ends the sleep here: that one is followed, if what it did is known. */
static int walk_waker(struct walk *walk, const struct why_state *state, uint64_t from)
{
	struct why_key key = key_of(walk, WHY_SLEEPS);
	bool entered = false;
	uint32_t node;
	int err;

	key.in = state->in;
	key.context = state->context;
	key.other = state->waker;
	key.parent = parent_for(walk);
	err = why_tree_node(walk->tree, &key, &node);
	if (!err)
		err = push(walk);
	if (err)
		return err;
	walk->at.floor = from;
	if (state->context == SLICE_BY_THREAD)
		err = go_over(walk, state->waker, node, state->flight_ns, &entered);
	if (err || entered)
		return err;
	walk->at = walk->left[--walk->depth];
	err = why_tree_add_own(walk->tree, node, from, walk->t);
	walk->t = from;
	return err;
}

static int walk_sleep(struct walk *walk, const struct why_state *state, uint64_t from)
{
	struct why_key key = key_of(walk, state->state == SLICE_LOST ? WHY_LOST : WHY_STILL);

	if (state->state == SLICE_ASLEEP && state->end == walk->t && !state->goes_on)
		return walk_waker(walk, state, from);
	key.in = state->in;
	return put(walk, &key, from);
}

/* It was born then: before that its maker is to be followed, if that is known. */
static int walk_birth(struct walk *walk, const struct why_state *state)
{
	struct why_key key = key_of(walk, WHY_MADE);
	bool done = false;
	uint32_t node;
	int err;

	if (state->waker == WHY_NONE || state->waker == walk->at.thread)
		return 0;
	key.other = state->waker;
	key.parent = parent_for(walk);
	err = why_tree_node(walk->tree, &key, &node);
	return err ? err : go_over(walk, state->waker, node, 0, &done);
}

/* We are at its first moment, and there is something to know before. */
static bool is_birth(const struct walk *walk, const struct why_state *state)
{
	return state->context == SLICE_BY_BIRTH && walk->t == state->start &&
	       walk->t > walk->at.floor && !why_store_previous(walk->store, state);
}

/* Nothing is known of it up to here, back to its state before. */
static int walk_gap(struct walk *walk, const struct why_state *state)
{
	uint64_t from = state ? later(state->end, walk->at.floor) : walk->at.floor;

	return put_plain(walk, WHY_UNSEEN, from);
}

static int walk_state(struct walk *walk, const struct why_state *state)
{
	uint64_t from = later(state->start, walk->at.floor);
	struct why_key key = key_of(walk, WHY_RUNS);
	int err;

	switch (state->state) {
	case SLICE_SYSCALL:
		key.in = state->in;
		return put(walk, &key, from);
	case SLICE_RUNNING:
		return put(walk, &key, from);
	case SLICE_WAITING:
		err = walk_wait(walk, state, from);
		if (!err && is_birth(walk, state))
			err = walk_birth(walk, state);
		return err;
	default:
		return walk_sleep(walk, state, from);
	}
}

static int walk_back(struct walk *walk)
{
	while (walk->t > walk->at.floor || walk->depth) {
		const struct why_state *state;
		int err;

		if (walk->t == walk->at.floor) {
			walk->at = walk->left[--walk->depth];
			continue;
		}
		state = why_store_before(walk->store, walk->at.thread, walk->t);
		err = state && state->end >= walk->t ? walk_state(walk, state)
						     : walk_gap(walk, state);
		if (err)
			return err;
	}
	return 0;
}

int why_walk(const struct why_store *store, uint32_t thread, uint64_t from, uint64_t to,
	     struct why_tree *tree)
{
	struct walk walk = {
		.store = store,
		.tree = tree,
		.t = to,
		.at = { .thread = thread, .node = WHY_TREE, .floor = from },
	};
	int err = walk_back(&walk);

	free(walk.left);
	return err;
}
