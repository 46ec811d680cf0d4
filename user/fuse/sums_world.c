// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Stops of the world: how long they are, and whose thread made them so. */
#include "fuse/sums_core.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

static void open_world(struct sums *sums, const struct gt_event *event)
{
	struct sums_state *state = sums->state;
	struct gt_text kind = gt_reader_string(state->reader, event->args[0]);
	struct sums_world world = { .begin = (uint64_t)event->time,
				    .g = event->g,
				    .m = event->m,
				    .last_m = GT_NO_ID },
			  *grown;

	grown = grow_array(state->worlds, &state->worlds_cap, state->worlds_count + 1,
			   sizeof(*grown));
	if (grown)
		state->worlds = grown;
	if (!grown || texts_find(&sums->kernel->texts, kind.data, kind.size, &world.kind)) {
		sums_fail(sums, -ENOMEM);
		return;
	}
	grown[state->worlds_count++] = world;
}

/* How long the M's thread was off its CPU between two times. */
static uint64_t time_off(const struct sums *sums, uint64_t m, uint64_t from, uint64_t to)
{
	const struct belong_m *known = m == GT_NO_ID ? NULL : belong_find(sums->belong, m);
	const struct fuse_thread *thread = known ? known->thread : NULL;
	uint64_t off = 0, end;
	size_t hint = 0, i;

	i = thread ? fuse_thread_seek(thread, from, &hint) : SIZE_MAX;
	if (i == SIZE_MAX)
		return 0;
	for (; i < thread->count && thread->segments[i].at < to; i++) {
		end = fuse_segment_end(sums->kernel, thread, i);
		end = end < to ? end : to;
		if (fuse_is_off(&thread->segments[i]) && end > from)
			off += end -
			       (thread->segments[i].at > from ? thread->segments[i].at : from);
	}
	return off;
}

static struct sums_stop *stop_of(struct sums *sums, uint32_t kind)
{
	struct sums_state *state = sums->state;
	uint32_t slot = idmap_find(&state->stop_slots, kind);
	struct sums_stop *grown;

	if (slot != IDMAP_NONE)
		return &sums->stops[slot];
	grown = grow_array(sums->stops, &sums->stops_cap, sums->stops_count + 1, sizeof(*grown));
	if (grown)
		sums->stops = grown;
	if (!grown || idmap_add(&state->stop_slots, kind, &slot)) {
		sums_fail(sums, -ENOMEM);
		return NULL;
	}
	sums->stops_count++;
	grown[slot] = (struct sums_stop){ .kind = kind, .longest_m = GT_NO_ID };
	return &grown[slot];
}

static void count_world(struct sums *sums, const struct sums_world *world, uint64_t end)
{
	uint64_t last = world->last ? world->last : world->begin;
	uint64_t last_off = time_off(sums, world->last_m, world->begin, last);
	uint64_t stopper_off = time_off(sums, world->m, world->begin, end);
	struct sums_stop *stop = stop_of(sums, world->kind);

	if (!stop)
		return;
	stop->times++;
	stop->ns += end - world->begin;
	stop->until_last += last - world->begin;
	stop->last_off += last_off;
	stop->stopper_off += stopper_off;
	if (end - world->begin <= stop->longest)
		return;
	stop->longest = end - world->begin;
	stop->longest_at = world->begin;
	stop->longest_until = last - world->begin;
	stop->longest_last_off = last_off;
	stop->longest_stopper_off = stopper_off;
	stop->longest_m = world->last_m;
}

static void close_world(struct sums *sums, const struct gt_event *event)
{
	struct sums_state *state = sums->state;
	uint64_t end = (uint64_t)event->time;

	for (size_t i = 0; i < state->worlds_count; i++) {
		struct sums_world world = state->worlds[i];

		if (world.g != event->g)
			continue;
		state->worlds[i] = state->worlds[--state->worlds_count];
		if (world.begin >= sums->begin && end <= sums->end)
			count_world(sums, &world, end);
		return;
	}
}

void sums_take_world(struct sums *sums, const struct gt_event *event)
{
	struct sums_state *state = sums->state;

	switch (event->type) {
	case GT_EV_STW_BEGIN:
		open_world(sums, event);
		break;
	case GT_EV_STW_END:
		close_world(sums, event);
		break;
	case GT_EV_PROC_STOP:
	case GT_EV_PROC_STEAL:
		for (size_t i = 0; i < state->worlds_count; i++) {
			state->worlds[i].last = (uint64_t)event->time;
			/* A P that is taken from a syscall waited for nobody. */
			state->worlds[i].last_m =
				event->type == GT_EV_PROC_STOP ? event->m : GT_NO_ID;
		}
		break;
	}
}
