// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Three things move on: the Go trace's events, the segments of the program's
 * threads, and the slices of CPUs that other threads have. The latter two are
 * edges; what leaves a CPU at a time goes before what comes at that time.
 *
 * A thread of the program without a goroutine is shown once that has lasted a
 * little: to find the next goroutine takes no more than that mostly.
 */
#include "fuse/cpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/go/reasons.h"
#include "fuse/edges.h"
#include "fuse/goframes.h"
#include "fuse/words.h"

#define ALONE_NS 2000
#define NO_CPU UINT32_MAX

enum lane_go {
	LANE_NONE,
	LANE_RUNNING,
	LANE_SYSCALL
};

/* A thread of the program. */
struct lane {
	const struct fuse_thread *thread; /* NULL: the capture has not seen it */
	size_t segment;			  /* it is in this one */
	uint64_t m;
	uint32_t cpu; /* NO_CPU: off */
	enum lane_go go;
	uint64_t g;
	uint64_t stack, generation; /* of its syscall, in the reader's generation */
	bool alone;		    /* without a goroutine for long enough to be shown */
};

struct view {
	struct fuse_kernel *kernel;
	const struct belong *belong;
	const struct survey *survey;
	struct gt_reader *reader;
	struct gt_writer *writer;
	struct gt_statuses *statuses;
	struct goframes frames;
	struct fuse_stats *stats;
	struct lane *lanes; /* at belong's slots */
	struct idmap tids;  /* of lanes with a thread, to lane_slots */
	uint32_t *lane_slots;
	/* Slots: each lane's segments, each lane's time alone, each CPU's slices. */
	struct edges edges;
	size_t *slices;	  /* by CPU: the open one */
	uint64_t *on_cpu; /* by CPU: the M that is there, or GT_NO_ID */
	struct idmap gs;  /* before it begins: those that are there */
	uint8_t *states;  /* enum gt_state */
	size_t states_cap;
	uint64_t base; /* threads are goroutines from here on */
	uint64_t generation;
	bool begun;
	int err;
};

/* ---- words ---- */

static uint64_t string_of(struct view *view, const char *text)
{
	return gt_writer_string(view->writer, text, strlen(text));
}

static uint64_t stack_of_thread(struct view *view, uint32_t name, bool of_program)
{
	char text[64];
	size_t size;
	const char *comm = fuse_kernel_text(view->kernel, name, &size);
	int used = snprintf(text, sizeof(text), "%.*s%s", (int)size, comm,
			    of_program ? " (no goroutine)" : "");
	const struct gt_frame frame = { .func = gt_writer_string(view->writer, text,
								 (size_t)used) };

	return gt_writer_stack(view->writer, &frame, 1);
}

static uint32_t cause_of(struct view *view, const struct fuse_segment *segment)
{
	uint32_t text = 0;

	if (fuse_cause_text(view->kernel, segment, &text))
		view->err = -ENOMEM;
	return text;
}

/* The cause, on top of the syscall that it happened in or of the goroutine's root. */
static uint64_t stack_off(struct view *view, const struct lane *lane,
			  const struct fuse_segment *segment)
{
	uint32_t cause = cause_of(view, segment);

	if (lane->go == LANE_SYSCALL && lane->stack && lane->generation == view->generation)
		return goframes_stack(&view->frames, cause, lane->stack);
	return goframes_root(&view->frames, cause, lane->g);
}

/* Time goes on; ids of the writer are good until the next call. */
static void at(struct view *view, uint64_t time)
{
	goframes_generation(&view->frames, gt_statuses_at(view->statuses, time));
}

/* ---- goroutines and threads on their way ---- */

static uint64_t thread_g(const struct view *view, uint64_t tid)
{
	return view->base + tid;
}

static int status_of(const struct view *view, uint64_t g)
{
	return gt_statuses_go_status(view->statuses, g);
}

static void end_syscall(struct view *view, uint64_t m)
{
	uint64_t g = gt_statuses_m_go(view->statuses, m);

	if (g != GT_NO_ID && status_of(view, g) == GT_GO_SYSCALL)
		gt_statuses_syscall_end(view->statuses, m);
}

/* Whatever runs on the M does so no more. */
static void put_down(struct view *view, uint64_t m, bool asleep, uint64_t reason, uint64_t stack)
{
	end_syscall(view, m);
	if (gt_statuses_m_go(view->statuses, m) == GT_NO_ID)
		return;
	if (asleep)
		gt_statuses_go_block(view->statuses, m, reason, stack);
	else
		gt_statuses_go_stop(view->statuses, m, reason, stack);
}

static void take_up(struct view *view, uint64_t m, uint64_t g, uint64_t root)
{
	int status = status_of(view, g);

	if (!status)
		gt_statuses_go_create(view->statuses, m, g, root, 0);
	else if (status == GT_GO_WAITING)
		gt_statuses_go_unblock(view->statuses, GT_NO_ID, g, 0);
	if (status_of(view, g) == GT_GO_RUNNABLE)
		gt_statuses_go_start(view->statuses, m, g);
}

static uint32_t lane_slot(const struct view *view, const struct lane *lane)
{
	return (uint32_t)(lane - view->lanes);
}

static uint32_t alone_slot(const struct view *view, const struct lane *lane)
{
	return (uint32_t)(view->belong->count + lane_slot(view, lane));
}

static void sync_syscall(struct view *view, struct lane *lane)
{
	int status = status_of(view, lane->g);
	uint64_t stack = 0;

	if (lane->go == LANE_RUNNING)
		end_syscall(view, lane->m);
	if (lane->go != LANE_SYSCALL || status != GT_GO_RUNNING)
		return;
	if (lane->generation == view->generation)
		stack = goframes_stack(&view->frames, 0, lane->stack);
	gt_statuses_syscall_begin(view->statuses, lane->m, stack);
}

/* What is to run on the lane's CPU does, and nothing else. */
static void settle(struct view *view, struct lane *lane, uint64_t time)
{
	uint64_t has, wants = GT_NO_ID;

	if (lane->cpu == NO_CPU)
		return;
	has = gt_statuses_m_go(view->statuses, lane->m);
	if (lane->go != LANE_NONE)
		wants = lane->g;
	else if (lane->alone)
		wants = thread_g(view, lane->m);
	if (has != GT_NO_ID && has != wants)
		put_down(view, lane->m, has >= view->base, string_of(view, ""), 0);
	if (wants != GT_NO_ID && has != wants)
		take_up(view, lane->m, wants, goframes_root(&view->frames, 0, wants));
	if (lane->go != LANE_NONE)
		sync_syscall(view, lane);
	else if (!lane->alone)
		edges_set(&view->edges, alone_slot(view, lane), (time + ALONE_NS) << 1 | 1);
}

/* ---- onto and off CPUs ---- */

static struct lane *lane_of_tid(const struct view *view, uint64_t tid)
{
	uint32_t slot = idmap_find(&view->tids, tid);

	return slot == IDMAP_NONE ? NULL : &view->lanes[view->lane_slots[slot]];
}

static void leave(struct view *view, uint32_t cpu, const struct fuse_segment *segment)
{
	uint64_t m = view->on_cpu[cpu], stack = 0, g;
	struct lane *lane = m == GT_NO_ID ? NULL : lane_of_tid(view, m);
	bool asleep = !lane || !segment || segment->state != FUSE_QUEUE;
	const char *reason = "";

	if (m == GT_NO_ID)
		return;
	g = gt_statuses_m_go(view->statuses, m);
	if (lane && segment && fuse_is_off(segment)) {
		reason = reason_text(asleep ? segment->cause : REASON_PREEMPTED);
		stack = g == lane->g ? stack_off(view, lane, segment) : 0;
	}
	put_down(view, m, asleep, string_of(view, reason), stack);
	gt_statuses_proc_stop(view->statuses, m);
	view->on_cpu[cpu] = GT_NO_ID;
	if (!lane)
		return;
	lane->cpu = NO_CPU;
	lane->alone = false;
	edges_set(&view->edges, alone_slot(view, lane), EDGES_NEVER);
	view->stats->shown += lane->go != LANE_NONE;
}

static void come(struct view *view, uint32_t cpu, uint64_t m)
{
	leave(view, cpu, NULL);
	gt_statuses_proc_start(view->statuses, m, cpu);
	view->on_cpu[cpu] = m;
}

static void next_segment(struct view *view, struct lane *lane)
{
	const struct fuse_thread *thread = lane->thread;
	const struct fuse_segment *next = &thread->segments[lane->segment + 1];
	uint64_t key = EDGES_NEVER;

	if (lane->segment + 1 < thread->count)
		key = next->at << 1 | (next->state == FUSE_ON_CPU);
	edges_set(&view->edges, lane_slot(view, lane), key);
}

/* The lane is in its segment from now on. */
static void enter_segment(struct view *view, struct lane *lane, uint64_t time)
{
	const struct fuse_segment *segment = &lane->thread->segments[lane->segment];

	at(view, time);
	if (lane->cpu != NO_CPU)
		leave(view, lane->cpu, segment);
	if (segment->state == FUSE_ON_CPU && segment->cpu < view->kernel->cpus_count) {
		come(view, segment->cpu, lane->m);
		lane->cpu = segment->cpu;
		settle(view, lane, time);
	} else if (segment->state == FUSE_QUEUE && lane->go != LANE_NONE &&
		   status_of(view, lane->g) == GT_GO_WAITING) {
		gt_statuses_go_unblock(view->statuses, GT_NO_ID, lane->g, 0);
	}
	next_segment(view, lane);
}

static void next_slice(struct view *view, size_t cpu)
{
	const struct fuse_cpu *own = &view->kernel->cpus[cpu];
	size_t next = view->slices[cpu] + 1;

	edges_set(&view->edges, (uint32_t)(2 * view->belong->count + cpu),
		  next < own->count ? own->slices[next].at << 1 | (own->slices[next].tid != 0)
				    : EDGES_NEVER);
}

/* The program's own threads come and go by their segments. */
static void enter_slice(struct view *view, size_t cpu, uint64_t time)
{
	const struct fuse_slice *slice = &view->kernel->cpus[cpu].slices[view->slices[cpu]];
	uint64_t there = view->on_cpu[cpu];

	at(view, time);
	if (there != GT_NO_ID && !lane_of_tid(view, there))
		leave(view, (uint32_t)cpu, NULL);
	if (slice->tid && !lane_of_tid(view, slice->tid)) {
		come(view, (uint32_t)cpu, slice->tid);
		take_up(view, slice->tid, thread_g(view, slice->tid), 0);
	}
	next_slice(view, cpu);
}

static void pass_edge(struct view *view)
{
	size_t slot = edges_first(&view->edges), lanes = view->belong->count;
	uint64_t time = edges_first_time(&view->edges) >> 1;
	struct lane *lane;

	if (slot < lanes) {
		view->lanes[slot].segment++;
		enter_segment(view, &view->lanes[slot], time);
	} else if (slot < 2 * lanes) {
		lane = &view->lanes[slot - lanes];
		edges_set(&view->edges, (uint32_t)slot, EDGES_NEVER);
		at(view, time);
		lane->alone = true;
		settle(view, lane, time);
	} else {
		view->slices[slot - 2 * lanes]++;
		enter_slice(view, slot - 2 * lanes, time);
	}
}

static void go_on_until(struct view *view, uint64_t time)
{
	while (!view->err && edges_first_time(&view->edges) != EDGES_NEVER &&
	       edges_first_time(&view->edges) >> 1 < time)
		pass_edge(view);
}

/* ---- the begin ---- */

static void introduce(struct view *view, uint64_t g, enum gt_state state)
{
	enum gt_go_status status = state == GT_STATE_WAITING ? GT_GO_WAITING : GT_GO_RUNNABLE;

	if (!status_of(view, g))
		gt_statuses_go(view->statuses, g, status, GT_NO_ID,
			       goframes_root(&view->frames, 0, g));
}

static void introduce_goroutines(struct view *view)
{
	const struct survey *survey = view->survey;

	for (size_t i = 0; i < view->gs.size; i++)
		if (view->gs.entries[i].slot != IDMAP_NONE &&
		    view->states[view->gs.entries[i].slot] != GT_STATE_NOT_EXIST)
			introduce(view, view->gs.entries[i].id,
				  view->states[view->gs.entries[i].slot]);
	for (size_t i = 0; i < survey->initial_count; i++)
		if (idmap_find(&view->gs, survey->initial[i].g) == IDMAP_NONE)
			introduce(view, survey->initial[i].g, survey->initial[i].state);
}

static void introduce_thread(struct view *view, uint64_t tid, uint32_t name)
{
	uint64_t g = thread_g(view, tid);

	if (!status_of(view, g))
		gt_statuses_go(view->statuses, g, GT_GO_WAITING, GT_NO_ID,
			       stack_of_thread(view, name, lane_of_tid(view, tid) != NULL));
}

/* Everybody who has a CPU meanwhile. */
static void introduce_threads(struct view *view)
{
	for (size_t cpu = 0; cpu < view->kernel->cpus_count; cpu++) {
		const struct fuse_cpu *own = &view->kernel->cpus[cpu];

		for (size_t i = 0; i < own->count && own->slices[i].at < view->belong->common_end;
		     i++)
			if (own->slices[i].tid &&
			    (i + 1 == own->count ||
			     own->slices[i + 1].at >= view->belong->common_begin))
				introduce_thread(view, own->slices[i].tid, own->slices[i].name);
	}
}

static void begin_lane(struct view *view, struct lane *lane, uint64_t time)
{
	size_t hint = 0, first;

	if (!lane->thread || !lane->thread->count)
		return;
	first = fuse_thread_seek(lane->thread, time, &hint);
	lane->segment = first;
	if (first == SIZE_MAX) /* the first is the next one */
		next_segment(view, lane);
	else
		enter_segment(view, lane, time);
}

static void begin_cpu(struct view *view, size_t cpu, uint64_t time)
{
	const struct fuse_cpu *own = &view->kernel->cpus[cpu];
	size_t open = SIZE_MAX;

	for (size_t i = 0; i < own->count && own->slices[i].at <= time; i++)
		open = i;
	view->slices[cpu] = open;
	if (open == SIZE_MAX)
		next_slice(view, cpu);
	else
		enter_slice(view, cpu, time);
}

static void begin(struct view *view)
{
	uint64_t time = view->belong->common_begin;

	view->begun = true;
	at(view, time);
	for (size_t cpu = 0; cpu < view->kernel->cpus_count && cpu <= GT_MAX_PROC; cpu++)
		gt_statuses_proc(view->statuses, cpu, GT_PROC_IDLE, GT_NO_ID);
	introduce_goroutines(view);
	introduce_threads(view);
	for (size_t i = 0; i < view->belong->count; i++)
		begin_lane(view, &view->lanes[i], time);
	for (size_t cpu = 0; cpu < view->kernel->cpus_count; cpu++)
		begin_cpu(view, cpu, time);
}

/* ---- Go's events ---- */

static void note_state(struct view *view, uint64_t g, enum gt_state state)
{
	uint32_t slot = idmap_find(&view->gs, g);
	uint8_t *grown;

	if (slot == IDMAP_NONE) {
		grown = grow_array(view->states, &view->states_cap, view->gs.count + 1, 1);
		if (grown)
			view->states = grown;
		if (!grown || idmap_add(&view->gs, g, &slot)) {
			view->err = -ENOMEM;
			return;
		}
	}
	view->states[slot] = (uint8_t)state;
}

static struct lane *lane_of(const struct view *view, uint64_t m)
{
	const struct belong_m *own = m == GT_NO_ID ? NULL : belong_find(view->belong, m);

	return own ? &view->lanes[own - view->belong->ms] : NULL;
}

/* The M, if it may say so: it has a P. */
static uint64_t sayer(const struct view *view, const struct lane *lane)
{
	return lane && gt_statuses_m_proc(view->statuses, lane->m) != GT_NO_ID ? lane->m : GT_NO_ID;
}

static void create(struct view *view, const struct lane *lane, const struct gt_event *event,
		   const struct gt_transition *transition)
{
	uint64_t m = sayer(view, lane), g;

	g = m == GT_NO_ID ? GT_NO_ID : gt_statuses_m_go(view->statuses, m);
	if (m == GT_NO_ID || (g != GT_NO_ID && status_of(view, g) != GT_GO_RUNNING) ||
	    status_of(view, transition->id))
		return; /* it is when it first runs */
	gt_statuses_go_create(view->statuses, m, transition->id,
			      goframes_stack(&view->frames, 0, transition->stack),
			      goframes_stack(&view->frames, 0, gt_event_stack(event)));
}

/* It gives up its M of its own accord. */
static void give_up(struct view *view, struct lane *lane, const struct gt_event *event,
		    const struct gt_transition *transition)
{
	bool asleep = transition->to == GT_STATE_WAITING;
	struct gt_text reason = gt_reader_string(view->reader, transition->reason);

	if (!lane || lane->g != transition->id)
		return;
	lane->go = LANE_NONE;
	if (gt_statuses_m_go(view->statuses, lane->m) != lane->g) {
		/* Its thread is off the CPU already: it waits for what Go says, or can run. */
		if (!asleep && status_of(view, lane->g) == GT_GO_WAITING)
			gt_statuses_go_unblock(view->statuses, GT_NO_ID, lane->g, 0);
		return;
	}
	if (transition->to == GT_STATE_NOT_EXIST) {
		end_syscall(view, lane->m);
		gt_statuses_go_destroy(view->statuses, lane->m);
	} else {
		put_down(view, lane->m, asleep,
			 gt_writer_string(view->writer, reason.data, reason.size),
			 goframes_stack(&view->frames, 0, transition->stack));
	}
	settle(view, lane, (uint64_t)event->time);
}

static void take_on(struct view *view, struct lane *lane, const struct gt_event *event,
		    const struct gt_transition *transition)
{
	if (!lane)
		return;
	lane->g = transition->id;
	lane->go = transition->to == GT_STATE_SYSCALL ? LANE_SYSCALL : LANE_RUNNING;
	lane->alone = false;
	lane->stack = transition->stack;
	lane->generation = view->generation;
	if (view->begun) {
		edges_set(&view->edges, alone_slot(view, lane), EDGES_NEVER);
		settle(view, lane, (uint64_t)event->time);
	}
}

static bool is_on_m(enum gt_state state)
{
	return state == GT_STATE_RUNNING || state == GT_STATE_SYSCALL;
}

static void take_transition(struct view *view, struct lane *lane, const struct gt_event *event,
			    const struct gt_transition *transition)
{
	if (!view->begun)
		note_state(view, transition->id, transition->to);
	else
		at(view, (uint64_t)event->time);
	if (is_on_m(transition->to)) {
		take_on(view, lane, event, transition);
	} else if (!view->begun) {
		if (lane && lane->g == transition->id && transition->from != transition->to)
			lane->go = LANE_NONE;
	} else if (is_on_m(transition->from)) {
		give_up(view, lane, event, transition);
	} else if (transition->from == GT_STATE_NOT_EXIST) {
		create(view, lane, event, transition);
	} else if (transition->to == GT_STATE_RUNNABLE &&
		   status_of(view, transition->id) == GT_GO_WAITING) {
		gt_statuses_go_unblock(view->statuses, sayer(view, lane), transition->id,
				       goframes_stack(&view->frames, 0, gt_event_stack(event)));
	}
}

static void take_event(struct view *view, const struct gt_event *event)
{
	uint64_t time = (uint64_t)event->time;
	struct gt_transition transition;

	if (!view->begun && time >= view->belong->common_begin)
		begin(view);
	if (view->begun)
		go_on_until(view,
			    time < view->belong->common_end ? time : view->belong->common_end);
	if (time <= view->belong->common_end && gt_event_transition(event, &transition) &&
	    !transition.of_proc && transition.id < view->base)
		take_transition(view, lane_of(view, event->m), event, &transition);
}

/* ---- all of it ---- */

/* The next power of ten above all goroutines, from ten millions on. */
static uint64_t base_above(uint64_t highest)
{
	uint64_t base = 10000000;

	while (base <= highest && base < UINT64_C(1000000000000000000))
		base *= 10;
	return base;
}

static int open_lanes(struct view *view)
{
	const struct belong *belong = view->belong;
	uint32_t slot;

	view->lanes = calloc(belong->count + 1, sizeof(*view->lanes));
	view->lane_slots = calloc(belong->count + 1, sizeof(*view->lane_slots));
	view->slices = calloc(view->kernel->cpus_count + 1, sizeof(*view->slices));
	view->on_cpu = calloc(view->kernel->cpus_count + 1, sizeof(*view->on_cpu));
	if (!view->lanes || !view->lane_slots || !view->slices || !view->on_cpu)
		return -ENOMEM;
	for (size_t i = 0; i < view->kernel->cpus_count; i++)
		view->on_cpu[i] = GT_NO_ID;
	for (size_t i = 0; i < belong->count; i++) {
		struct fuse_thread *thread = belong->ms[i].thread;

		view->lanes[i] = (struct lane){ .thread = thread,
						.m = thread ? thread->tid : belong->ms[i].id,
						.cpu = NO_CPU,
						.g = GT_NO_ID };
		if (!thread || idmap_find(&view->tids, thread->tid) != IDMAP_NONE) {
			view->lanes[i].thread = NULL;
			continue;
		}
		if (idmap_add(&view->tids, thread->tid, &slot))
			return -ENOMEM;
		view->lane_slots[slot] = (uint32_t)i;
	}
	return edges_init(&view->edges, 2 * belong->count + view->kernel->cpus_count);
}

static int open_writer(struct view *view, const struct fuse_options *options, gt_sink_fn sink,
		       void *ctx)
{
	const uint64_t begin = view->belong->common_begin;
	const struct gt_writer_options writer = {
		.size = sizeof(writer),
		.version = (int)options->version,
		.clock_ts = begin,
		.clock_mono_ns = begin,
		.clock_wall_ns = options->wall.wall_ns + (begin - options->wall.mono_ns),
	};
	const struct gt_statuses_options statuses = { .size = sizeof(statuses),
						      .version = (int)options->version,
						      .generation_ns = 1000000000,
						      .generation_bytes = 16 << 20 };
	int err = gt_writer_new(&view->writer, &writer, sink, ctx);

	if (!err)
		err = gt_statuses_new(&view->statuses, view->writer, &statuses);
	view->frames = (struct goframes){ .writer = view->writer,
					  .reader = view->reader,
					  .kernel = view->kernel,
					  .survey = view->survey };
	return err;
}

static int write_all(struct view *view)
{
	const struct gt_event *event;

	while (!view->err && !gt_reader_next(view->reader, &event) && event) {
		if (event->type == GT_EV_SYNC_POINT) {
			view->generation++;
			goframes_forget(&view->frames);
		} else {
			take_event(view, event);
		}
	}
	if (view->err)
		return view->err;
	if (!view->begun)
		begin(view);
	go_on_until(view, view->belong->common_end);
	at(view, view->belong->common_end);
	gt_statuses_end(view->statuses);
	return view->err ? view->err : gt_writer_finish(view->writer);
}

static void close_all(struct view *view)
{
	gt_statuses_free(view->statuses);
	gt_writer_free(view->writer);
	goframes_fini(&view->frames);
	edges_fini(&view->edges);
	idmap_fini(&view->tids);
	idmap_fini(&view->gs);
	free(view->states);
	free(view->lanes);
	free(view->lane_slots);
	free(view->slices);
	free(view->on_cpu);
}

int fuse_write_cpus(struct fuse_kernel *kernel, const struct belong *belong,
		    const struct survey *survey, struct gt_reader *reader,
		    const struct fuse_options *options, gt_sink_fn sink, void *ctx,
		    struct fuse_stats *stats)
{
	struct view view = {
		.kernel = kernel,
		.belong = belong,
		.survey = survey,
		.reader = reader,
		.stats = stats,
		.base = base_above(survey->highest_g),
	};
	int err = open_writer(&view, options, sink, ctx);

	if (!err)
		err = open_lanes(&view);
	if (!err)
		err = write_all(&view);
	if (view.writer) {
		stats->events = gt_writer_events(view.writer);
		stats->bytes = gt_writer_bytes(view.writer);
	}
	stats->refused = view.statuses ? gt_statuses_refused(view.statuses) : 0;
	close_all(&view);
	return err;
}
