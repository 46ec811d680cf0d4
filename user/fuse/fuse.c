// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The view by P, and that of regions.
 *
 * Events of the Go trace go over in their order. Between them, at the times at
 * which the kernel took a thread off its CPU while a goroutine ran there, the
 * goroutine is put into a region of a task of ours, and stops; it goes on when
 * the thread does. Go's Ps are as they were: nothing of ours starts or stops
 * one.
 *
 * A thread that is off its CPU writes nothing. Where it does all the same (the
 * clocks differ by less than they can tell), its goroutine goes on before that.
 */
#include "fuse/fuse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/go/reasons.h"
#include "fuse/cpus.h"
#include "fuse/edges.h"
#include "fuse/words.h"
#include "trace/read/reader.h"

enum hold {
	HOLD_NONE,
	HOLD_REGION,   /* it goes on running, in a region */
	HOLD_RUNNABLE, /* it was stopped */
	HOLD_WAITING,
};

/* An M of the Go trace, and where its thread's timeline is looked at. */
struct lane {
	const struct fuse_thread *thread; /* NULL: the capture has not seen it */
	size_t hint;
	size_t off; /* next time off the CPU that is to be shown; while held: its piece */
	uint64_t g; /* the goroutine that runs on it, GT_NO_ID: none */
	enum hold hold;
	bool blind;    /* two Ms are said to run one goroutine: nothing is shown of either */
	uint32_t name; /* of the open region, a text */
};

struct fuser {
	struct pen pen;
	struct fuse_kernel *kernel;
	const struct belong *belong;
	const struct survey *survey;
	const struct fuse_options *options;
	struct fuse_stats *stats;
	struct lane *lanes; /* at the slots of belong's Ms */
	struct edges edges;
	uint64_t task;
	bool task_begun;
	size_t moves; /* done */
	/* Ranges that were open at the trace's start: their ends are left out, too. */
	bool no_gc;
	struct idmap no_sweeps, no_assists;
};

/* ---- times off the CPU ---- */

/* The end of the pieces of one time off the CPU. known: all pieces are. */
static size_t end_of_off(const struct fuse_thread *thread, size_t first, bool *known)
{
	size_t i = first;

	*known = true;
	for (; i < thread->count && thread->segments[i].state != FUSE_ON_CPU; i++)
		*known = *known && fuse_is_off(&thread->segments[i]);
	return i;
}

static bool is_shown(const struct fuser *fuser, const struct fuse_thread *thread, size_t first,
		     size_t end)
{
	uint64_t until = end < thread->count ? thread->segments[end].at : fuser->kernel->end;

	return until - thread->segments[first].at >= fuser->options->min_ns;
}

/* Moves on to the next time off the CPU that begins after now. */
static void find_next_off(const struct fuser *fuser, struct lane *lane, uint64_t now)
{
	const struct fuse_thread *thread = lane->thread;
	bool known;
	size_t end;

	while (lane->off < thread->count) {
		bool begins = thread->segments[lane->off].state != FUSE_ON_CPU &&
			      (!lane->off || thread->segments[lane->off - 1].state == FUSE_ON_CPU);

		if (!begins) {
			lane->off++;
			continue;
		}
		end = end_of_off(thread, lane->off, &known);
		if (known && thread->segments[lane->off].at > now &&
		    is_shown(fuser, thread, lane->off, end))
			return;
		lane->off = end;
	}
}

static uint32_t slot_of(const struct fuser *fuser, const struct lane *lane)
{
	return (uint32_t)(lane - fuser->lanes);
}

static uint64_t m_of(const struct fuser *fuser, const struct lane *lane)
{
	return fuser->belong->ms[lane - fuser->lanes].id;
}

/* A goroutine runs on the lane from now on. */
static void watch(struct fuser *fuser, struct lane *lane, uint64_t now)
{
	uint64_t next = EDGES_NEVER;
	size_t at;

	if (lane->thread && !lane->blind) {
		at = fuse_thread_seek(lane->thread, now, &lane->hint);
		if (at != SIZE_MAX && at > lane->off)
			lane->off = at;
		find_next_off(fuser, lane, now);
		if (lane->off < lane->thread->count)
			next = lane->thread->segments[lane->off].at;
	}
	edges_set(&fuser->edges, slot_of(fuser, lane), next);
}

static void runs(struct fuser *fuser, struct lane *lane, uint64_t g, uint64_t now)
{
	lane->g = g;
	watch(fuser, lane, now);
}

static void runs_no_more(struct fuser *fuser, struct lane *lane)
{
	lane->g = GT_NO_ID;
	edges_set(&fuser->edges, slot_of(fuser, lane), EDGES_NEVER);
}

/* ---- stopping and going on ---- */

static uint32_t text_id(struct fuser *fuser, const char *text)
{
	uint32_t id = 0;

	if (texts_find(&fuser->kernel->texts, text, strlen(text), &id))
		encoder_fail(&fuser->pen.encoder, -ENOMEM);
	return id;
}

static uint32_t cause_id(struct fuser *fuser, const struct fuse_segment *segment)
{
	uint32_t id = 0;

	if (fuse_cause_text(fuser->kernel, segment, &id))
		encoder_fail(&fuser->pen.encoder, -ENOMEM);
	return id;
}

static void begin_task(struct fuser *fuser, uint64_t m, uint64_t at)
{
	struct pen *pen = &fuser->pen;
	uint64_t name = pen_string(pen, text_id(fuser, "off-CPU (kernel)"));

	pen_event(pen, m, at, GT_EV_USER_TASK_BEGIN, PEN_ARGS(fuser->task, 0, name, 0));
	fuser->task_begun = true;
}

static void stop(struct fuser *fuser, struct lane *lane, const struct fuse_segment *segment,
		 uint64_t stack)
{
	struct pen *pen = &fuser->pen;
	bool asleep = segment->state == FUSE_ASLEEP;
	const char *reason = reason_text(asleep ? segment->cause : REASON_PREEMPTED);
	struct pen_g *g = pen_g(pen, lane->g);

	if (g)
		g->apart = true;
	pen_event(pen, m_of(fuser, lane), segment->at, asleep ? GT_EV_GO_BLOCK : GT_EV_GO_STOP,
		  PEN_ARGS(pen_string(pen, text_id(fuser, reason)), stack));
	lane->hold = asleep ? HOLD_WAITING : HOLD_RUNNABLE;
}

static void hold(struct fuser *fuser, struct lane *lane)
{
	const struct fuse_segment *segment = &lane->thread->segments[lane->off];
	uint64_t m = m_of(fuser, lane), stack;
	struct pen *pen = &fuser->pen;
	char name[64];

	if (!fuser->task_begun)
		begin_task(fuser, m, segment->at);
	snprintf(name, sizeof(name), "off-CPU: %s", fuse_class_text(fuser->kernel, segment));
	lane->name = text_id(fuser, name);
	stack = pen_stack(pen, cause_id(fuser, segment), lane->g);
	pen_event(pen, m, segment->at, GT_EV_USER_REGION_BEGIN,
		  PEN_ARGS(fuser->task, pen_string(pen, lane->name), stack));
	lane->hold = HOLD_REGION;
	if (fuser->options->view == FUSE_VIEW_PROCS)
		stop(fuser, lane, segment, stack);
	fuser->stats->shown++;
}

static void wake(struct fuser *fuser, struct lane *lane, uint64_t at)
{
	struct pen *pen = &fuser->pen;
	uint64_t seq = pen_seq(pen, lane->g, at, GT_GO_WAITING);

	pen_event(pen, GT_NO_ID, at, GT_EV_GO_UNBLOCK, PEN_ARGS(lane->g, seq, 0));
	lane->hold = HOLD_RUNNABLE;
}

static void release(struct fuser *fuser, struct lane *lane, uint64_t at)
{
	uint64_t m = m_of(fuser, lane), seq;
	struct pen *pen = &fuser->pen;
	struct pen_g *g;

	if (lane->hold == HOLD_WAITING)
		wake(fuser, lane, at);
	if (lane->hold == HOLD_RUNNABLE) {
		seq = pen_seq(pen, lane->g, at, GT_GO_RUNNABLE);
		pen_event(pen, m, at, GT_EV_GO_START, PEN_ARGS(lane->g, seq));
		g = pen_g(pen, lane->g);
		if (g)
			g->apart = false;
	}
	pen_event(pen, m, at, GT_EV_USER_REGION_END,
		  PEN_ARGS(fuser->task, pen_string(pen, lane->name), 0));
	lane->hold = HOLD_NONE;
	watch(fuser, lane, at);
}

/* What the lane's edge says, whose time has come. */
static void pass_edge(struct fuser *fuser, struct lane *lane)
{
	const struct fuse_thread *thread = lane->thread;
	const struct fuse_segment *piece;

	if (lane->hold == HOLD_NONE) {
		hold(fuser, lane);
	} else {
		piece = &thread->segments[++lane->off];
		if (piece->state == FUSE_ON_CPU) {
			release(fuser, lane, piece->at);
			return;
		}
		if (piece->state == FUSE_QUEUE && lane->hold == HOLD_WAITING)
			wake(fuser, lane, piece->at);
	}
	edges_set(&fuser->edges, slot_of(fuser, lane),
		  lane->off + 1 < thread->count ? thread->segments[lane->off + 1].at : EDGES_NEVER);
}

/* ---- ends of syscalls that belong to an earlier time ---- */

static void pass_move(struct fuser *fuser)
{
	const struct survey_move *move = &fuser->survey->moves[fuser->moves++];
	struct pen_g *g = pen_g(&fuser->pen, move->g);

	if (g)
		g->apart = true;
	pen_event(&fuser->pen, move->m, move->at, GT_EV_GO_SYSCALL_END_BLOCKED, PEN_NO_ARGS);
	fuser->stats->moved++;
}

static uint64_t next_move(const struct fuser *fuser)
{
	if (fuser->options->view != FUSE_VIEW_PROCS || fuser->moves == fuser->survey->moves_count)
		return EDGES_NEVER;
	return fuser->survey->moves[fuser->moves].at;
}

/* Everything of ours before a time. */
static void go_on_until(struct fuser *fuser, uint64_t until)
{
	uint64_t edge, move;

	while (!fuser->pen.encoder.err) {
		edge = edges_first_time(&fuser->edges);
		move = next_move(fuser);
		if (edge >= until && move >= until)
			return;
		if (move < edge)
			pass_move(fuser);
		else
			pass_edge(fuser, &fuser->lanes[edges_first(&fuser->edges)]);
	}
}

/* ---- events ---- */

/* Is the range's begin before the trace, as this event says, or one before? */
static bool is_left_out(struct fuser *fuser, const struct gt_event *event, int *err)
{
	uint64_t id = event->args[0];
	uint32_t slot;

	switch (event->type) {
	case GT_EV_GC_ACTIVE:
		return fuser->no_gc = fuser->no_gc || fuser->pen.encoder.generation == 1;
	case GT_EV_GC_END:
		if (!fuser->no_gc)
			return false;
		fuser->no_gc = false;
		return true;
	case GT_EV_GC_SWEEP_ACTIVE:
	case GT_EV_GC_MARK_ASSIST_ACTIVE: {
		struct idmap *none = event->type == GT_EV_GC_SWEEP_ACTIVE ? &fuser->no_sweeps
									  : &fuser->no_assists;

		if (idmap_find(none, id) != IDMAP_NONE)
			return true;
		if (fuser->pen.encoder.generation != 1)
			return false;
		*err = idmap_add(none, id, &slot);
		return true;
	}
	case GT_EV_GC_SWEEP_END:
	case GT_EV_GC_MARK_ASSIST_END: {
		bool sweep = event->type == GT_EV_GC_SWEEP_END;
		struct idmap *none = sweep ? &fuser->no_sweeps : &fuser->no_assists;

		id = sweep ? event->p : event->g;
		if (idmap_find(none, id) == IDMAP_NONE)
			return false;
		idmap_del(none, id);
		return true;
	}
	}
	return false;
}

/* Statuses and ends that were told another way. */
static bool is_told(struct fuser *fuser, const struct gt_event *event)
{
	struct pen_g *g;

	switch (event->type) {
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
		g = pen_g(&fuser->pen, event->args[0]);
		return g && g->apart;
	case GT_EV_GO_SYSCALL_END_BLOCKED:
		g = pen_g(&fuser->pen, event->g);
		if (!g || !g->apart)
			return false;
		g->apart = false;
		return true;
	}
	return false;
}

/* Goroutines' sequence numbers are counted anew, and those of the GC. */
static void renumber(struct fuser *fuser, const struct gt_event *event, uint64_t *args)
{
	uint64_t at = (uint64_t)event->time;
	struct pen *pen = &fuser->pen;

	switch (event->type) {
	case GT_EV_GO_START:
		args[1] = pen_seq(pen, args[0], at, GT_GO_RUNNABLE);
		break;
	case GT_EV_GO_UNBLOCK:
	case GT_EV_GO_SWITCH:
	case GT_EV_GO_SWITCH_DESTROY:
		args[1] = pen_seq(pen, args[0], at, GT_GO_WAITING);
		break;
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
	case GT_EV_GO_CREATE:
	case GT_EV_GO_CREATE_BLOCKED:
	case GT_EV_GO_CREATE_SYSCALL:
		pen_stated(pen, args[0]);
		break;
	}
}

static struct lane *lane_of(const struct fuser *fuser, uint64_t m)
{
	const struct belong_m *own = m == GT_NO_ID ? NULL : belong_find(fuser->belong, m);

	return own ? &fuser->lanes[own - fuser->belong->ms] : NULL;
}

static void make_blind(struct fuser *fuser, struct lane *lane, uint64_t at)
{
	lane->blind = true;
	if (lane->hold != HOLD_NONE)
		release(fuser, lane, at);
	edges_set(&fuser->edges, slot_of(fuser, lane), EDGES_NEVER);
}

/* A damaged trace may say of a goroutine that runs on one M that it runs on another, too. */
static void heed_status(struct fuser *fuser, struct lane *lane, const struct gt_event *event)
{
	struct pen_g *g = pen_g(&fuser->pen, event->args[0]);
	uint64_t at = (uint64_t)event->time;
	struct lane *other;

	if (event->args[2] != GT_GO_RUNNING || !lane || !g)
		return;
	for (size_t i = 0; i < fuser->belong->count; i++) {
		other = &fuser->lanes[i];
		if (other == lane || other->g != event->args[0])
			continue;
		make_blind(fuser, other, at);
		make_blind(fuser, lane, at);
	}
}

/* What the reader holds now of the M: does a goroutine run there? */
static void follow(struct fuser *fuser, struct lane *lane, const struct gt_event *event)
{
	const struct rules *rules = &fuser->pen.reader->rules;
	uint32_t slot = idmap_find(&rules->m_ids, event->m), g, p;
	const struct rules_m *m = slot == IDMAP_NONE ? NULL : &rules->ms[slot];

	if (!m || lane->hold != HOLD_NONE)
		return;
	g = idmap_find(&rules->g_ids, m->g);
	p = idmap_find(&rules->p_ids, m->p);
	if (m->g == GT_NO_ID || m->p == GT_NO_ID || g == IDMAP_NONE || p == IDMAP_NONE ||
	    rules->gs[g].status != GT_GO_RUNNING || rules->ps[p].status != GT_PROC_RUNNING)
		runs_no_more(fuser, lane);
	else if (lane->g != m->g)
		runs(fuser, lane, m->g, (uint64_t)event->time);
}

/* May the event change what runs on its M? */
static bool is_of_running(const struct gt_event *event)
{
	switch (event->type) {
	case GT_EV_PROC_START:
	case GT_EV_PROC_STOP:
	case GT_EV_PROC_STEAL:
	case GT_EV_PROC_STATUS:
	case GT_EV_GO_CREATE_SYSCALL:
	case GT_EV_GO_START:
	case GT_EV_GO_DESTROY:
	case GT_EV_GO_DESTROY_SYSCALL:
	case GT_EV_GO_STOP:
	case GT_EV_GO_BLOCK:
	case GT_EV_GO_SYSCALL_BEGIN:
	case GT_EV_GO_SYSCALL_END:
	case GT_EV_GO_SYSCALL_END_BLOCKED:
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
	case GT_EV_GO_SWITCH:
	case GT_EV_GO_SWITCH_DESTROY:
		return true;
	}
	return false;
}

static void forget_destroyed(struct fuser *fuser, const struct gt_event *event)
{
	if (event->type == GT_EV_GO_DESTROY || event->type == GT_EV_GO_DESTROY_SYSCALL ||
	    event->type == GT_EV_GO_SWITCH_DESTROY)
		pen_forget_g(&fuser->pen, event->g);
}

static int take_event(struct fuser *fuser, const struct gt_event *event)
{
	struct lane *lane = lane_of(fuser, event->m);
	uint64_t args[GT_MAX_ARGS - 1];
	int err = 0;

	if (event->derived)
		return 0;
	go_on_until(fuser, (uint64_t)event->time);
	if (lane && lane->hold != HOLD_NONE && belong_is_witness(event))
		release(fuser, lane, (uint64_t)event->time);
	if (event->type == GT_EV_GO_STATUS || event->type == GT_EV_GO_STATUS_STACK)
		heed_status(fuser, lane, event);
	if (!is_told(fuser, event) && !is_left_out(fuser, event, &err)) {
		memcpy(args, event->args, sizeof(args));
		renumber(fuser, event, args);
		pen_copy(&fuser->pen, event, args);
	}
	forget_destroyed(fuser, event);
	if (lane && is_of_running(event))
		follow(fuser, lane, event);
	return err ? err : fuser->pen.encoder.err;
}

/* ---- all of it ---- */

static int open_all(struct fuser *fuser)
{
	const struct belong *belong = fuser->belong;

	fuser->lanes = calloc(belong->count + 1, sizeof(*fuser->lanes));
	if (!fuser->lanes)
		return -ENOMEM;
	for (size_t i = 0; i < belong->count; i++)
		fuser->lanes[i] = (struct lane){ .thread = belong->ms[i].thread, .g = GT_NO_ID };
	return edges_init(&fuser->edges, belong->count);
}

static int write_all(struct fuser *fuser, struct gt_reader *reader)
{
	const struct gt_event *event;
	int err = 0;

	while (!err && !gt_reader_next(reader, &event) && event) {
		if (event->type == GT_EV_SYNC_POINT) {
			go_on_until(fuser, (uint64_t)event->time);
			err = pen_generation(&fuser->pen, event);
		} else {
			err = take_event(fuser, event);
		}
	}
	return err ? err : pen_finish(&fuser->pen);
}

int fuse_write(struct fuse_kernel *kernel, const struct belong *belong, const struct survey *survey,
	       struct gt_reader *reader, const struct fuse_options *options, gt_sink_fn sink,
	       void *ctx, struct fuse_stats *stats)
{
	struct fuser *fuser;
	int err;

	*stats = (struct fuse_stats){ 0 };
	if (options->view == FUSE_VIEW_CPUS)
		return fuse_write_cpus(kernel, belong, survey, reader, options, sink, ctx, stats);
	fuser = calloc(1, sizeof(*fuser));
	if (!fuser)
		return -ENOMEM;
	fuser->kernel = kernel;
	fuser->belong = belong;
	fuser->survey = survey;
	fuser->options = options;
	fuser->stats = stats;
	fuser->task = survey_free_task(survey);
	pen_init(&fuser->pen, kernel, survey, reader, options->version, sink, ctx);
	fuser->pen.wall = options->wall;
	err = open_all(fuser);
	if (!err)
		err = write_all(fuser, reader);
	stats->events = fuser->pen.encoder.events;
	stats->bytes = fuser->pen.encoder.bytes;
	pen_fini(&fuser->pen);
	edges_fini(&fuser->edges);
	idmap_fini(&fuser->no_sweeps);
	idmap_fini(&fuser->no_assists);
	free(fuser->lanes);
	free(fuser);
	return err;
}
