// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "profile/events.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "export/go/facts.h"

struct goroutine {
	enum gt_state state; /* GT_STATE_NOT_EXIST: the place is free */
	bool thread;	     /* one of Linux, in a trace of ours */
	int64_t since;
	uint32_t root;	/* PROFILE_NOTHING: not known yet */
	uint32_t where; /* the stack of its last sleep or syscall */
	uint32_t stack; /* that its time is booked on */
	/* Not booked yet: for want of a sample, or of a root. */
	uint64_t held[PROFILE_TYPES];
};

struct profile_events {
	struct profile *profile;
	struct idmap map; /* goroutines by id */
	struct goroutine *goroutines;
	size_t cap;
	struct idmap known; /* stack ids of the open generation */
	uint32_t *stacks;   /* what they are in the profile */
	size_t stack_cap;
	int64_t start, end;
	bool started;
	bool other_syscalls; /* some that may have been off their CPU */
};

int profile_events_new(struct profile_events **out, struct profile *profile)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->profile = profile;
	return 0;
}

void profile_events_free(struct profile_events *events)
{
	if (!events)
		return;
	idmap_fini(&events->map);
	idmap_fini(&events->known);
	free(events->goroutines);
	free(events->stacks);
	free(events);
}

/* ---- stacks ---- */

/* What changes from event to event tells no stack from another. */
static bool is_detail(enum fact_kind kind)
{
	return kind == FACT_CPU || kind == FACT_SPAN;
}

/* Called by *stack, which it becomes. A fact's file and line are for programs. */
static int add_frame(struct profile_events *events, const struct gt_stack_frame *frame,
		     uint32_t *stack)
{
	struct gt_stack_frame plain = { .func = frame->func };
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	fact_read(&fact, frame, buffer);
	if (is_detail(fact.kind))
		return 0;
	return profile_call(events->profile, *stack, fact.kind == FACT_NONE ? frame : &plain,
			    stack);
}

/* Samples of Go's have what every goroutine returns to as their root, events have not. */
static bool is_goexit(struct gt_text func)
{
	return func.size == 14 && !memcmp(func.data, "runtime.goexit", 14);
}

static int add_stack(struct profile_events *events, const struct gt_reader *reader, uint64_t id,
		     uint32_t *stack)
{
	size_t size = gt_reader_stack_size(reader, id);
	int err = 0;

	*stack = PROFILE_NOTHING;
	if (size > 1 && is_goexit(gt_reader_stack_frame(reader, id, size - 1).func))
		size--;
	for (size_t i = size; i-- && !err;) {
		const struct gt_stack_frame frame = gt_reader_stack_frame(reader, id, i);

		err = add_frame(events, &frame, stack);
	}
	return err;
}

/* A stack of the trace in the profile; PROFILE_NOTHING for none. 0 or -ENOMEM. */
static int stack_of(struct profile_events *events, const struct gt_reader *reader, uint64_t id,
		    uint32_t *stack)
{
	uint32_t slot = idmap_find(&events->known, id), *grown;
	int err;

	*stack = PROFILE_NOTHING;
	if (!id)
		return 0;
	if (slot != IDMAP_NONE) {
		*stack = events->stacks[slot];
		return 0;
	}
	err = add_stack(events, reader, id, stack);
	if (err || idmap_add(&events->known, id, &slot))
		return -ENOMEM;
	grown = grow_array(events->stacks, &events->stack_cap, (size_t)slot + 1, sizeof(*grown));
	if (!grown) {
		idmap_del(&events->known, id);
		return -ENOMEM;
	}
	events->stacks = grown;
	grown[slot] = *stack;
	return 0;
}

/* Who woke, as a frame on top of where the sleeper was: *stack. */
static int add_waker(struct profile_events *events, const struct gt_reader *reader,
		     const struct gt_event *event, uint32_t *stack)
{
	uint64_t id = gt_event_stack(event);
	size_t size = gt_reader_stack_size(reader, id);
	struct gt_stack_frame by = gt_reader_stack_frame(reader, id, 0);
	char buffer[FACT_FILE_MAX], text[FACT_FUNC_MAX];
	struct fact fact;

	if (!size || *stack == PROFILE_NOTHING)
		return 0;
	fact_read(&fact, &by, buffer);
	if (fact.kind == FACT_WOKEN)
		return add_frame(events, &by, stack);
	if (fact.kind != FACT_SOFTIRQ && fact.kind != FACT_HARDIRQ && fact.kind != FACT_CONTEXT)
		by = gt_reader_stack_frame(reader, id, size - 1);
	size = by.func.size < 240 ? by.func.size : 240;
	by = (struct gt_stack_frame){ .func = { text, (size_t)snprintf(text, sizeof(text),
								       "woken by %.*s", (int)size,
								       by.func.data) } };
	return profile_call(events->profile, *stack, &by, stack);
}

/* ---- goroutines ---- */

static enum profile_type type_of(enum gt_state state)
{
	switch (state) {
	case GT_STATE_RUNNABLE:
		return PROFILE_WAIT;
	case GT_STATE_RUNNING:
		return PROFILE_CPU;
	case GT_STATE_WAITING:
		return PROFILE_OFFCPU;
	case GT_STATE_SYSCALL:
		return PROFILE_SYSCALL;
	default:
		return PROFILE_TYPES;
	}
}

static int add_goroutine(struct profile_events *events, uint64_t id, uint32_t *slot)
{
	struct goroutine *grown;

	if (idmap_add(&events->map, id, slot))
		return -ENOMEM;
	grown = grow_array(events->goroutines, &events->cap, (size_t)*slot + 1, sizeof(*grown));
	if (!grown) {
		idmap_del(&events->map, id);
		return -ENOMEM;
	}
	events->goroutines = grown;
	grown[*slot] = (struct goroutine){ .state = GT_STATE_UNDETERMINED };
	return 0;
}

/* The time since it was last looked at. */
static uint64_t take_time(struct goroutine *g, int64_t now)
{
	uint64_t ns = (uint64_t)(now - g->since);

	g->since = now;
	return ns;
}

/* Books what has passed in its state. */
static void book(struct profile_events *events, struct goroutine *g, int64_t now)
{
	enum profile_type type = type_of(g->state);
	uint64_t ns = take_time(g, now);

	if (type == PROFILE_TYPES)
		return;
	if (type == PROFILE_SYSCALL && !g->thread)
		events->other_syscalls = true;
	if (type == PROFILE_CPU || g->stack == PROFILE_NOTHING)
		g->held[type] += ns;
	else
		profile_add(events->profile, g->stack, type, ns);
}

static void leave(struct profile_events *events, struct goroutine *g)
{
	for (enum profile_type type = 0; type < PROFILE_TYPES; type++)
		profile_add(events->profile, g->root, type, g->held[type]);
	g->state = GT_STATE_NOT_EXIST;
}

/* As viewers do it: by the root of the first stack. */
static int take_root(struct profile_events *events, const struct gt_reader *reader,
		     struct goroutine *g, uint64_t stack)
{
	size_t size = gt_reader_stack_size(reader, stack);
	struct gt_stack_frame root;
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	if (g->root != PROFILE_NOTHING || !size)
		return 0;
	root = gt_reader_stack_frame(reader, stack, size - 1);
	fact_read(&fact, &root, buffer);
	g->thread = fact.kind == FACT_THREAD || fact.kind == FACT_THREAD_NAMED;
	return add_frame(events, &root, &g->root);
}

/* ---- transitions ---- */

/* What the time in its new state is booked on. */
static int take_stack(struct profile_events *events, const struct gt_reader *reader,
		      const struct gt_event *event, const struct gt_transition *to,
		      struct goroutine *g)
{
	uint32_t stack;
	int err = stack_of(events, reader, to->stack, &stack);

	if (err)
		return err;
	switch (to->to) {
	case GT_STATE_WAITING:
	case GT_STATE_SYSCALL:
		g->where = g->stack = stack;
		return 0;
	case GT_STATE_RUNNABLE:
		g->stack = stack != PROFILE_NOTHING ? stack : g->where;
		return to->from == GT_STATE_WAITING || to->from == GT_STATE_SYSCALL
			       ? add_waker(events, reader, event, &g->stack)
			       : 0;
	default:
		g->where = g->stack = PROFILE_NOTHING;
		return 0;
	}
}

static int goroutine_goes(struct profile_events *events, const struct gt_reader *reader,
			  const struct gt_event *event, const struct gt_transition *to)
{
	uint32_t slot = idmap_find(&events->map, to->id);
	struct goroutine *g;
	int err = 0;

	if (slot == IDMAP_NONE)
		err = add_goroutine(events, to->id, &slot);
	if (err)
		return err;
	g = &events->goroutines[slot];
	err = take_root(events, reader, g, to->stack);
	if (err || to->from == to->to)
		return err;
	book(events, g, event->time);
	err = take_stack(events, reader, event, to, g);
	g->state = to->to;
	if (to->to == GT_STATE_NOT_EXIST) {
		leave(events, g);
		idmap_del(&events->map, to->id);
	}
	return err;
}

/* Where it has been running since the sample before. */
static int take_sample(struct profile_events *events, const struct gt_reader *reader,
		       const struct gt_event *event)
{
	uint32_t slot = idmap_find(&events->map, event->g), stack;
	struct goroutine *g;
	enum profile_type type;
	int err;

	if (slot == IDMAP_NONE)
		return 0;
	g = &events->goroutines[slot];
	type = type_of(g->state);
	if (type != PROFILE_CPU && type != PROFILE_SYSCALL)
		return 0;
	err = stack_of(events, reader, event->args[0], &stack);
	if (err || stack == PROFILE_NOTHING)
		return err;
	if (type == PROFILE_SYSCALL && !g->thread)
		events->other_syscalls = true;
	profile_add(events->profile, stack, type, take_time(g, event->time) + g->held[type]);
	g->held[type] = 0;
	return 0;
}

int profile_events_add(struct profile_events *events, const struct gt_reader *reader,
		       const struct gt_event *event)
{
	enum gt_kind kind = gt_event_kind(event);
	struct gt_transition to;

	if (kind == GT_KIND_SYNC) { /* ids of stacks begin anew; its time is the reader's */
		idmap_clear(&events->known);
		return 0;
	}
	if (!events->started)
		events->start = event->time;
	events->started = true;
	events->end = event->time;
	if (event->type == GT_EV_PROC_STEAL || event->type == GT_EV_GO_SYSCALL_END_BLOCKED)
		events->other_syscalls = true;
	if (kind == GT_KIND_STACK_SAMPLE)
		return take_sample(events, reader, event);
	if (!gt_event_transition(event, &to) || to.of_proc)
		return 0;
	return goroutine_goes(events, reader, event, &to);
}

int profile_events_end(struct profile_events *events)
{
	for (uint32_t i = 0; i < events->map.slots; i++) {
		struct goroutine *g = &events->goroutines[i];

		if (g->state == GT_STATE_NOT_EXIST)
			continue;
		book(events, g, events->end);
		leave(events, g);
	}
	if (!events->other_syscalls)
		profile_join(events->profile, PROFILE_SYSCALL, PROFILE_CPU);
	profile_set_duration(events->profile, (uint64_t)(events->end - events->start));
	return 0;
}
