// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "export/go/facts.h"
#include "report/labels.h"
#include "report/procs.h"
#include "report/ranges.h"
#include "report/said.h"

struct goroutine {
	uint32_t life;
	bool named;
	uint64_t generation; /* in which its root was looked at last */
	bool of_go;	     /* a goroutine of Go's runtime */
	bool of_thread;	     /* a thread, so that it waits for a CPU, not for any */
	bool limited;	     /* its wait began with a CPU limit */
	/* While it is in a syscall: */
	uint64_t call_stack;	  /* 0: not known, or of another generation */
	uint64_t call_generation; /* that it is of */
	uint64_t call_from;
	uint32_t call_name; /* a text; 0: its begin was not seen, or it is a thread's */
};

struct report_events {
	struct report *report;
	struct idmap map; /* goroutines by id */
	struct goroutine *goroutines;
	size_t cap;
	struct procs procs;
	struct ranges ranges;
	uint64_t generation;
	int64_t start, end;
	bool started;
};

int report_events_new(struct report_events **out, struct report *report)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->report = report;
	return 0;
}

void report_events_free(struct report_events *events)
{
	if (!events)
		return;
	idmap_fini(&events->map);
	procs_fini(&events->procs);
	ranges_fini(&events->ranges);
	free(events->goroutines);
	free(events);
}

/* ---- goroutines ---- */

static int add_goroutine(struct report_events *events, uint64_t id, uint64_t now, uint32_t *slot)
{
	struct goroutine *grown;

	if (idmap_add(&events->map, id, slot))
		return -ENOMEM;
	grown = grow_array(events->goroutines, &events->cap, (size_t)*slot + 1, sizeof(*grown));
	if (grown) {
		events->goroutines = grown;
		grown[*slot] = (struct goroutine){ 0 };
	}
	if (grown && !report_enter(events->report, &grown[*slot].life, now))
		return 0;
	idmap_del(&events->map, id);
	return -ENOMEM;
}

static int goroutine_of(struct report_events *events, uint64_t id, uint64_t now,
			struct goroutine **out)
{
	uint32_t slot = idmap_find(&events->map, id);

	if (slot == IDMAP_NONE && add_goroutine(events, id, now, &slot))
		return -ENOMEM;
	*out = &events->goroutines[slot];
	return 0;
}

/* The k-th life of a thread has k times this added to its tid (docs/mapping.md). */
#define LIVES_APART 10000000

/* root: of a stack of the goroutine's. */
static int take_who(struct report_events *events, struct goroutine *g, uint64_t id,
		    const struct gt_stack_frame *root)
{
	struct report_who who = { .tid = id };
	char buffer[FACT_FILE_MAX];
	struct fact fact;
	int err = 0;

	fact_read(&fact, root, buffer);
	g->of_thread = fact.kind == FACT_THREAD || fact.kind == FACT_THREAD_NAMED;
	if (g->of_thread) {
		who.tid = id % LIVES_APART;
		who.recurs = true;
		who.pid = (uint32_t)fact.number;
		err = label_bytes(events->report, fact.text,
				  fact.kind == FACT_THREAD ? &who.command : &who.process);
		if (!err)
			err = label_bytes(events->report, fact.container, &who.container);
	}
	return err ? err : report_describe(events->report, g->life, &who);
}

/* As viewers do it: by the root of the first stack. */
static int take_name(struct report_events *events, const struct gt_reader *reader,
		     struct goroutine *g, uint64_t id, uint64_t stack)
{
	size_t size = gt_reader_stack_size(reader, stack);
	struct gt_stack_frame root;
	int err;

	if (!size || g->generation == events->generation)
		return 0;
	root = gt_reader_stack_frame(reader, stack, size - 1);
	g->generation = events->generation;
	if (g->named) /* for good; its process may call itself otherwise by now */
		return take_who(events, g, id, &root);
	g->named = true;
	/* No thread of our traces is called so (frames.h). */
	g->of_go = root.func.size > 8 && !memcmp(root.func.data, "runtime.", 8);
	err = report_name(events->report, g->life, root.func.data, root.func.size);
	if (!err)
		err = take_who(events, g, id, &root);
	if (!g->of_thread)
		report_know(events->report, REPORT_KNOWS_CALLS | REPORT_KNOWS_IDLE);
	return err;
}

/* A thread calls itself otherwise from now on. Go's runtime labels its goroutines by their work. */
static int take_label(struct report_events *events, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	uint32_t slot = idmap_find(&events->map, event->g);
	struct gt_text label = gt_reader_string(reader, event->args[0]);

	if (slot == IDMAP_NONE || events->goroutines[slot].of_go)
		return 0;
	return report_name(events->report, events->goroutines[slot].life, label.data, label.size);
}

/* ---- transitions ---- */

static enum report_state state_of(enum gt_state state)
{
	switch (state) {
	case GT_STATE_RUNNABLE:
		return REPORT_WAITING;
	case GT_STATE_RUNNING:
		return REPORT_RUNNING;
	case GT_STATE_WAITING:
		return REPORT_ASLEEP;
	case GT_STATE_SYSCALL:
		return REPORT_SYSCALL;
	default:
		return REPORT_ABSENT;
	}
}

/*
 * For which CPU: it was there, or a frame says it. Goroutines of Go's, and calls
 * that end without a CPU, wait for whichever they get.
 */
static uint64_t queue_of(const struct gt_event *event, const struct gt_transition *to,
			 const struct goroutine *g, const struct said *said)
{
	bool was_there = to->from == GT_STATE_RUNNING || to->from == GT_STATE_SYSCALL;

	if (!g->of_thread)
		return REPORT_NO_CPU;
	if (was_there)
		return event->p == GT_NO_ID ? REPORT_NO_CPU : event->p;
	return said->queue;
}

static int begin_wait(struct report_events *events, const struct gt_reader *reader,
		      const struct gt_event *event, const struct gt_transition *to,
		      struct goroutine *g, struct report_step *step)
{
	uint64_t stack = to->has_stack ? to->stack : gt_event_stack(event);
	struct said said;
	int err = said_wait(events->report, reader, stack, &said);

	step->cpu = queue_of(event, to, g, &said);
	step->why = said.why;
	step->why_all = said.all;
	step->limited = said.limited || said.all;
	g->limited = said.limited;
	if (said_by_stranger(reader, stack))
		report_is_part(events->report);
	return err;
}

/* ---- syscalls ---- */

/* What it sleeps in then: the call itself. */
static int without_cpu(struct report_events *events, const struct gt_reader *reader,
		       const struct goroutine *g, uint32_t *why)
{
	uint64_t stack = g->call_generation == events->generation ? g->call_stack : 0;

	return said_call(events->report, reader, stack, true, why);
}

/* It goes into a syscall, or is in one: with a CPU or without. */
static int enter_call(struct report_events *events, const struct gt_reader *reader,
		      const struct gt_event *event, const struct gt_transition *to,
		      struct goroutine *g, struct report_step *step)
{
	bool has_p;
	int err = procs_enter(&events->procs, event, to->id, &has_p);

	g->call_name = 0;
	if (!err && !g->of_thread && event->type == GT_EV_GO_SYSCALL_BEGIN) {
		g->call_from = step->now;
		err = said_call(events->report, reader, g->call_stack, false, &g->call_name);
	}
	if (err || has_p)
		return err;
	step->state = REPORT_ASLEEP;
	return without_cpu(events, reader, g, &step->why);
}

static int leave_call(struct report_events *events, struct goroutine *g, uint64_t now)
{
	const struct report_call call = { .name = g->call_name, .from = g->call_from, .to = now };

	g->call_name = 0;
	return call.name ? report_add_call(events->report, g->life, &call) : 0;
}

/* Its P was taken away. */
static int lose_cpu(struct report_events *events, const struct gt_reader *reader, uint64_t id,
		    uint64_t now)
{
	struct report_step step = { .state = REPORT_ASLEEP, .now = now, .cpu = REPORT_NO_CPU };
	uint32_t slot = idmap_find(&events->map, id);
	const struct goroutine *g;
	int err;

	if (slot == IDMAP_NONE)
		return 0;
	g = &events->goroutines[slot];
	if (report_state_of(events->report, g->life) != REPORT_SYSCALL)
		return 0;
	err = without_cpu(events, reader, g, &step.why);
	return err ? err : report_go(events->report, g->life, &step);
}

static int take_proc(struct report_events *events, const struct gt_reader *reader,
		     const struct gt_event *event, const struct gt_transition *to)
{
	uint64_t now = (uint64_t)(event->time - events->start), loser;
	int err = report_see_cpu(events->report, to->id, now);

	if (!err)
		err = procs_take(&events->procs, event, to, &loser);
	return err || loser == GT_NO_ID ? err : lose_cpu(events, reader, loser, now);
}

static int go_transition(struct report_events *events, const struct gt_reader *reader,
			 const struct gt_event *event, const struct gt_transition *to,
			 struct goroutine *g)
{
	struct report_step step = { .state = state_of(to->to),
				    .now = (uint64_t)(event->time - events->start),
				    .cpu = event->p == GT_NO_ID ? REPORT_NO_CPU : event->p };
	int err = 0;

	if (step.state == REPORT_ASLEEP)
		err = said_sleep(events->report, reader, to, &step.why);
	else if (step.state == REPORT_WAITING)
		err = begin_wait(events, reader, event, to, g, &step);
	else if (step.state == REPORT_SYSCALL)
		err = enter_call(events, reader, event, to, g, &step);
	if (!err && to->from == GT_STATE_SYSCALL)
		err = leave_call(events, g, step.now);
	return err ? err : report_go(events->report, g->life, &step);
}

/* A log event on a thread that has just come onto its CPU may be of the wait before. */
static int take_log(struct report_events *events, const struct gt_reader *reader,
		    const struct gt_event *event)
{
	uint32_t slot = idmap_find(&events->map, event->g);
	struct report_share share = { .first = slot != IDMAP_NONE &&
					       events->goroutines[slot].limited };
	int err = said_limit(events->report, reader, gt_event_stack(event), &share.ns, &share.what);

	if (err || !share.what || slot == IDMAP_NONE)
		return err;
	return report_share(events->report, events->goroutines[slot].life, &share);
}

static int goroutine_goes(struct report_events *events, const struct gt_reader *reader,
			  const struct gt_event *event, const struct gt_transition *to)
{
	uint64_t now = (uint64_t)(event->time - events->start);
	struct goroutine *g;
	int err = goroutine_of(events, to->id, now, &g);

	if (!err)
		err = take_name(events, reader, g, to->id, to->stack);
	if (to->to == GT_STATE_SYSCALL && !err) {
		g->call_stack = to->has_stack ? to->stack : gt_event_stack(event);
		g->call_generation = events->generation;
	}
	if (!err && to->from != to->to)
		err = go_transition(events, reader, event, to, g);
	if (!err && to->to == GT_STATE_NOT_EXIST) {
		err = report_leave(events->report, g->life, now);
		idmap_del(&events->map, to->id);
	}
	return err;
}

static int take_range(struct report_events *events, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	uint32_t slot = event->g == GT_NO_ID ? IDMAP_NONE : idmap_find(&events->map, event->g);
	uint32_t life = slot == IDMAP_NONE ? REPORT_NO_LIFE : events->goroutines[slot].life;

	return ranges_take(&events->ranges, events->report, reader, event, life,
			   (uint64_t)(event->time - events->start));
}

int report_events_add(struct report_events *events, const struct gt_reader *reader,
		      const struct gt_event *event)
{
	enum gt_kind kind = gt_event_kind(event);
	struct gt_transition to;

	if (kind == GT_KIND_SYNC) { /* its time is the reader's */
		events->generation++;
		return 0;
	}
	if (!events->started)
		events->start = event->time;
	events->started = true;
	events->end = event->time;
	if (kind == GT_KIND_LABEL)
		return take_label(events, reader, event);
	if (kind == GT_KIND_LOG)
		return take_log(events, reader, event);
	if (!gt_event_transition(event, &to))
		return take_range(events, reader, event);
	if (to.of_proc)
		return take_proc(events, reader, event, &to);
	return goroutine_goes(events, reader, event, &to);
}

int report_events_end(struct report_events *events)
{
	return report_end(events->report, (uint64_t)(events->end - events->start));
}
