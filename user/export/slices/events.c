// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/slices/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "export/slices/said.h"
#include "trace/write/strtab.h"

/* No two events of a trace have one time: so many ns are steps of its clock, no wait. */
#define GRAIN_NS 16
/* A goroutine of ours is a thread: its number is the tid, and this more for each life before. */
#define LIFE_STEP 10000000

/* A text of the table; 0: none. */
typedef uint32_t text_id;

struct person {
	uint64_t id;
	uint64_t tid, pid;
	text_id name;
};

struct lane {
	bool open;
	bool named, ours;
	uint8_t state;	 /* enum slice_state */
	uint8_t context; /* enum slice_context */
	int64_t start;
	uint64_t cpu;
	struct person who, waker, by;
	text_id container, reason, syscall;
};

struct slice_events {
	slice_fn tell;
	void *ctx;
	struct strtab texts;
	struct idmap map; /* goroutines by id */
	struct lane *lanes;
	size_t cap;
	/* Who was on an M last: a waker may have left its CPU. */
	struct idmap m_map;
	uint64_t *m_last; /* a goroutine's id */
	size_t m_cap;
	/* Who is in a syscall on a P: it may be taken from there. */
	struct idmap p_map;
	uint64_t *p_holder; /* a goroutine's id; GT_NO_ID */
	size_t p_cap;
	bool has_clock;
	int64_t mono_offset, wall_offset; /* what trace times are less by */
	bool started;
	int64_t start, end;
};

int slice_events_new(struct slice_events **out, slice_fn tell, void *ctx)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->tell = tell;
	(*out)->ctx = ctx;
	return 0;
}

void slice_events_free(struct slice_events *events)
{
	if (!events)
		return;
	strtab_fini(&events->texts);
	idmap_fini(&events->map);
	idmap_fini(&events->m_map);
	idmap_fini(&events->p_map);
	free(events->lanes);
	free(events->m_last);
	free(events->p_holder);
	free(events);
}

/* ---- texts, times ---- */

static int keep_text(struct slice_events *events, struct gt_text text, text_id *id)
{
	uint64_t added;

	if (!text.size) {
		*id = 0;
		return 0;
	}
	if (strtab_add(&events->texts, text.data, text.size, &added))
		return -ENOMEM;
	*id = (text_id)added;
	return 0;
}

static struct gt_text text_of(const struct slice_events *events, text_id id)
{
	struct gt_text text = { "", 0 };

	if (id)
		text.data = strtab_text(&events->texts, id, &text.size);
	return text;
}

/* The first pair of clocks is for all: a slice has one length. */
static void take_clock(struct slice_events *events, const struct gt_reader *reader,
		       const struct gt_event *event)
{
	struct gt_sync sync;

	if (events->has_clock || !gt_event_sync(reader, event, &sync) || !sync.has_clock)
		return;
	events->has_clock = true;
	events->mono_offset = (int64_t)((uint64_t)sync.clock.mono_ns - (uint64_t)sync.clock.trace);
	events->wall_offset = (int64_t)((uint64_t)sync.clock.wall_sec * 1000000000u +
					sync.clock.wall_nsec - (uint64_t)sync.clock.trace);
}

static uint64_t mono_of(const struct slice_events *events, int64_t time)
{
	return (uint64_t)time + (uint64_t)events->mono_offset;
}

static int64_t wall_of(const struct slice_events *events, int64_t time)
{
	return events->has_clock ? (int64_t)((uint64_t)time + (uint64_t)events->wall_offset)
				 : SLICE_NO_WALL;
}

/* ---- ids to slots ---- */

/* The slot of an id in one of the maps; a new one's array has `fill` there. */
static int slot_of(struct idmap *map, uint64_t **values, size_t *cap, uint64_t id, uint32_t *slot)
{
	uint64_t *grown;

	*slot = idmap_find(map, id);
	if (*slot != IDMAP_NONE)
		return 0;
	if (idmap_add(map, id, slot))
		return -ENOMEM;
	grown = grow_array(*values, cap, (size_t)*slot + 1, sizeof(*grown));
	if (!grown) {
		idmap_del(map, id);
		return -ENOMEM;
	}
	*values = grown;
	grown[*slot] = GT_NO_ID;
	return 0;
}

static int note_m(struct slice_events *events, const struct gt_event *event)
{
	uint32_t slot;

	if (event->m == GT_NO_ID || event->g == GT_NO_ID)
		return 0;
	if (slot_of(&events->m_map, &events->m_last, &events->m_cap, event->m, &slot))
		return -ENOMEM;
	events->m_last[slot] = event->g;
	return 0;
}

static int lane_of(struct slice_events *events, uint64_t id, struct lane **out)
{
	uint32_t slot = idmap_find(&events->map, id);
	struct lane *grown;

	if (slot == IDMAP_NONE && idmap_add(&events->map, id, &slot))
		return -ENOMEM;
	if (slot >= events->cap || !events->lanes[slot].who.id) {
		size_t old = events->cap;

		grown = grow_array(events->lanes, &events->cap, (size_t)slot + 1, sizeof(*grown));
		if (!grown) {
			idmap_del(&events->map, id);
			return -ENOMEM;
		}
		memset(grown + old, 0, (events->cap - old) * sizeof(*grown));
		events->lanes = grown;
		grown[slot] = (struct lane){ .who = { .id = id, .tid = id } };
	}
	*out = &events->lanes[slot];
	return 0;
}

static struct lane *find_lane(const struct slice_events *events, uint64_t id)
{
	uint32_t slot = id == GT_NO_ID ? IDMAP_NONE : idmap_find(&events->map, id);

	return slot == IDMAP_NONE ? NULL : &events->lanes[slot];
}

/* ---- telling ---- */

static struct slice_who who_of(const struct slice_events *events, const struct person *person)
{
	return (struct slice_who){ .id = person->id,
				   .tid = person->tid,
				   .pid = person->pid,
				   .comm = text_of(events, person->name) };
}

static int tell_lane(struct slice_events *events, const struct lane *lane, int64_t now,
		     bool goes_on)
{
	int64_t least = lane->state == SLICE_WAITING ? GRAIN_NS : 0;
	struct slice slice;

	if (!lane->open || now - lane->start <= least)
		return 0;
	slice = (struct slice){
		.start_ns = mono_of(events, lane->start),
		.began_ns = mono_of(events, lane->start),
		.end_ns = mono_of(events, now),
		.wall_ns = wall_of(events, lane->start),
		.cpu = lane->cpu,
		.state = lane->state,
		.who = who_of(events, &lane->who),
		.cgroup = text_of(events, lane->container),
		.reason = text_of(events, lane->reason),
		.syscall = text_of(events, lane->syscall),
		.error = { "", 0 },
		.waker = who_of(events, &lane->waker),
		.context = lane->context,
		.by = who_of(events, &lane->by),
		.goes_on = goes_on,
	};
	return events->tell(events->ctx, &slice);
}

/* ---- who ---- */

static int take_name(struct slice_events *events, struct lane *lane, const struct said *said)
{
	if (lane->named || !said->name.size)
		return 0;
	lane->named = true;
	lane->ours = said->ours;
	lane->who.pid = said->pid;
	if (said->ours)
		lane->who.tid = lane->who.id % LIFE_STEP;
	if (keep_text(events, said->container, &lane->container))
		return -ENOMEM;
	return keep_text(events, said->name, &lane->who.name);
}

/* A thread calls itself otherwise from now on. Go's runtime labels its goroutines by their work. */
static int take_label(struct slice_events *events, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	struct lane *lane = find_lane(events, event->g);

	if (!lane || !lane->ours)
		return 0;
	return keep_text(events, gt_reader_string(reader, event->args[0]), &lane->who.name);
}

/* Who made the event: on its CPU, or by now off it. */
static const struct lane *maker_of(const struct slice_events *events, const struct gt_event *event)
{
	uint32_t slot;

	if (event->g != GT_NO_ID)
		return find_lane(events, event->g);
	slot = event->m == GT_NO_ID ? IDMAP_NONE : idmap_find(&events->m_map, event->m);
	return slot == IDMAP_NONE ? NULL : find_lane(events, events->m_last[slot]);
}

static int take_waker(struct slice_events *events, struct lane *lane, const struct gt_event *event,
		      const struct said *said)
{
	const struct lane *maker = maker_of(events, event);

	lane->waker = (struct person){ 0 };
	lane->context = said->context;
	if (said->waker_tid || said->waker.size) {
		lane->waker.tid = said->waker_tid;
		return keep_text(events, said->waker, &lane->waker.name);
	}
	if (said->context != SLICE_BY_NOBODY || !maker || event->m == GT_NO_ID)
		return 0;
	lane->context = SLICE_BY_THREAD;
	lane->waker = maker->who;
	return 0;
}

/* ---- from state to state ---- */

static int take_wait(struct slice_events *events, struct lane *lane, const struct gt_reader *reader,
		     const struct gt_event *event, const struct gt_transition *to,
		     const struct said *said)
{
	struct gt_text reason = gt_reader_string(reader, to->reason);

	lane->by = (struct person){ .tid = said->by_tid };
	lane->cpu = said->queue != SLICE_NO_CPU || to->from == GT_STATE_WAITING ||
				    to->from == GT_STATE_NOT_EXIST || event->p == GT_NO_ID
			    ? said->queue
			    : event->p;
	if (to->from == GT_STATE_WAITING || to->from == GT_STATE_NOT_EXIST)
		return keep_text(
			events, slice_text(to->from == GT_STATE_WAITING ? SLICE_WOKEN : SLICE_BORN),
			&lane->reason);
	if (keep_text(events, said->syscall, &lane->syscall) ||
	    keep_text(events, said->by, &lane->by.name))
		return -ENOMEM;
	return keep_text(events, said->waits ? slice_text(said->waits) : reason, &lane->reason);
}

static int take_sleep(struct slice_events *events, struct lane *lane,
		      const struct gt_reader *reader, const struct gt_transition *to,
		      const struct said *said)
{
	struct gt_text reason = gt_reader_string(reader, to->reason);

	lane->cpu = SLICE_NO_CPU;
	if (said->asleep.size)
		reason = said->asleep;
	if (said->unknown.size) {
		lane->state = SLICE_LOST;
		reason = said->unknown;
	}
	if (keep_text(events, reason, &lane->reason))
		return -ENOMEM;
	return keep_text(events, said->syscall, &lane->syscall);
}

static int hold_p(struct slice_events *events, uint64_t p, uint64_t g)
{
	uint32_t slot;

	if (p == GT_NO_ID)
		return 0;
	if (slot_of(&events->p_map, &events->p_holder, &events->p_cap, p, &slot))
		return -ENOMEM;
	events->p_holder[slot] = g;
	return 0;
}

/* On a CPU, or in a syscall without one. */
static int take_run(struct slice_events *events, struct lane *lane, const struct gt_event *event,
		    const struct gt_transition *to, const struct said *said)
{
	lane->cpu = event->p == GT_NO_ID ? SLICE_NO_CPU : event->p;
	lane->reason = 0;
	if (to->to == GT_STATE_RUNNING) {
		lane->syscall = 0;
		return 0;
	}
	if (event->p == GT_NO_ID)
		lane->state = SLICE_ASLEEP;
	if (hold_p(events, event->p, to->id))
		return -ENOMEM;
	return keep_text(events, said->syscall, &lane->syscall);
}

static int open_lane(struct slice_events *events, struct lane *lane, const struct gt_reader *reader,
		     const struct gt_event *event, const struct gt_transition *to)
{
	static const enum slice_state states[] = {
		[GT_STATE_RUNNABLE] = SLICE_WAITING,
		[GT_STATE_RUNNING] = SLICE_RUNNING,
		[GT_STATE_WAITING] = SLICE_ASLEEP,
		[GT_STATE_SYSCALL] = SLICE_SYSCALL,
	};
	bool woken = to->to == GT_STATE_RUNNABLE &&
		     (to->from == GT_STATE_WAITING || to->from == GT_STATE_NOT_EXIST);
	struct said said;

	said_read(&said, reader, woken ? gt_event_stack(event) : to->stack);
	lane->open = true;
	lane->state = states[to->to];
	lane->start = event->time;
	if (!woken) {
		lane->waker = (struct person){ 0 };
		lane->context = SLICE_BY_NOBODY;
	}
	lane->by = (struct person){ 0 };
	switch (to->to) {
	case GT_STATE_RUNNABLE:
		return take_wait(events, lane, reader, event, to, &said);
	case GT_STATE_WAITING:
		return take_sleep(events, lane, reader, to, &said);
	default:
		return take_run(events, lane, event, to, &said);
	}
}

/* Whoever ends the sleep that is told then, or begins the wait. */
static int take_end(struct slice_events *events, struct lane *lane, const struct gt_reader *reader,
		    const struct gt_event *event, const struct gt_transition *to)
{
	struct said said;

	if (to->to != GT_STATE_RUNNABLE)
		return 0;
	if (to->from == GT_STATE_WAITING) {
		said_read(&said, reader, gt_event_stack(event));
		return take_waker(events, lane, event, &said);
	}
	if (to->from == GT_STATE_NOT_EXIST) {
		const struct lane *maker = maker_of(events, event);

		lane->context = SLICE_BY_BIRTH;
		lane->waker = maker ? maker->who : (struct person){ 0 };
	}
	return 0;
}

static bool is_known(enum gt_state state)
{
	return state == GT_STATE_RUNNABLE || state == GT_STATE_RUNNING ||
	       state == GT_STATE_WAITING || state == GT_STATE_SYSCALL;
}

static int goroutine_goes(struct slice_events *events, const struct gt_reader *reader,
			  const struct gt_event *event, const struct gt_transition *to)
{
	struct said said;
	struct lane *lane;
	int err = lane_of(events, to->id, &lane);

	if (!err && !lane->named) {
		said_read(&said, reader, to->stack);
		err = take_name(events, lane, &said);
	}
	if (err || to->from == to->to)
		return err;
	err = take_end(events, lane, reader, event, to);
	if (!err)
		err = tell_lane(events, lane, event->time, false);
	lane->open = false;
	if (!err && is_known(to->to))
		err = open_lane(events, lane, reader, event, to);
	if (!err && to->to == GT_STATE_NOT_EXIST) {
		lane->who.id = 0;
		idmap_del(&events->map, to->id);
	}
	return err;
}

/* The P of who is in a syscall is taken: it has no CPU any more. */
static int proc_goes(struct slice_events *events, const struct gt_event *event,
		     const struct gt_transition *to)
{
	uint32_t slot = idmap_find(&events->p_map, to->id);
	struct lane *lane = slot == IDMAP_NONE ? NULL : find_lane(events, events->p_holder[slot]);
	int err;

	if (event->type != GT_EV_PROC_STEAL || !lane || !lane->open ||
	    lane->state != SLICE_SYSCALL || lane->cpu != to->id)
		return 0;
	err = tell_lane(events, lane, event->time, false);
	lane->state = SLICE_ASLEEP;
	lane->cpu = SLICE_NO_CPU;
	lane->start = event->time;
	return err;
}

int slice_events_add(struct slice_events *events, const struct gt_reader *reader,
		     const struct gt_event *event)
{
	enum gt_kind kind = gt_event_kind(event);
	struct gt_transition to;

	if (kind == GT_KIND_SYNC) {
		take_clock(events, reader, event);
		return 0;
	}
	if (!events->started)
		events->start = event->time;
	events->started = true;
	events->end = event->time;
	if (note_m(events, event))
		return -ENOMEM;
	if (kind == GT_KIND_LABEL)
		return take_label(events, reader, event);
	if (!gt_event_transition(event, &to))
		return 0;
	return to.of_proc ? proc_goes(events, event, &to)
			  : goroutine_goes(events, reader, event, &to);
}

uint64_t slice_events_start(const struct slice_events *events)
{
	return mono_of(events, events->start);
}

uint64_t slice_events_now(const struct slice_events *events)
{
	return mono_of(events, events->end);
}

int slice_events_end(struct slice_events *events)
{
	int err = 0;

	for (size_t i = 0; i < events->cap && !err; i++)
		if (events->lanes[i].who.id)
			err = tell_lane(events, &events->lanes[i], events->end, true);
	return err;
}
