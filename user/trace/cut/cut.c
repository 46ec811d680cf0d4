// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What a reader holds before an event is known by a second set of rules
 * (rules.h) that is fed with the reader's events one later than the reader's
 * own: the mirror. So a cut needs no rules of its own.
 */
#include "trace/cut/cut_core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "trace/wire/options.h"
#include "base/grow.h"
#include "trace/wire/header.h"

static int64_t since_start(const struct cut *cut, const struct gt_event *event)
{
	return event->time - cut->start;
}

/* Room for what belongs to each of the mirror's Gs and Ps. */
static int make_room(struct cut *cut)
{
	size_t gs = cut->mirror.gs_count + 1, ps = cut->mirror.p_ids.count + 1;
	uint64_t *g_seqs = grow_array(cut->g_seqs, &cut->g_seqs_cap, gs, sizeof(*g_seqs));
	uint64_t *p_seqs = grow_array(cut->p_seqs, &cut->p_seqs_cap, ps, sizeof(*p_seqs));

	if (g_seqs)
		cut->g_seqs = g_seqs;
	if (p_seqs)
		cut->p_seqs = p_seqs;
	return g_seqs && p_seqs ? 0 : -ENOMEM;
}

/* After the mirror. */
static int note_stacks(struct cut *cut, const struct gt_event *event)
{
	struct gt_transition transition;
	uint32_t slot;

	if (cut->part && !cut->options.events_per_part)
		return 0; /* no other part begins */
	if (!gt_event_transition(event, &transition) || transition.of_proc)
		return 0;
	slot = g_slot(cut, transition.id);
	return slot == IDMAP_NONE ? 0 : seen_take(&cut->seen, slot, &transition);
}

/* ---- parts ---- */

static int note_stops(struct cut *cut)
{
	cut->stops_count = 0;
	for (size_t i = 0; i < cut->mirror.gs_count; i++) {
		const struct rules_g *g = &cut->mirror.gs[i];

		for (uint32_t k = 0; g->alive && k < g->ranges_count; k++) {
			struct open_stop *stops;

			if (g->ranges[k].assist)
				continue;
			stops = grow_array(cut->stops, &cut->stops_cap, cut->stops_count + 1,
					   sizeof(*stops));
			if (!stops)
				return -ENOMEM;
			cut->stops = stops;
			stops[cut->stops_count++] = (struct open_stop){ g->id, g->ranges[k].kind };
		}
	}
	return 0;
}

static void take_clock(struct cut *cut)
{
	if (!gt_reader_clock(cut->reader, &cut->part->clock))
		memset(&cut->part->clock, 0, sizeof(cut->part->clock));
}

static void free_part(struct cut *cut)
{
	if (!cut->part)
		return;
	copy_fini(&cut->part->copy);
	encoder_fini(&cut->part->encoder);
	free(cut->part);
	cut->part = NULL;
}

/* A newer one would need clocks that the source has not. 0 and *version, or -errno. */
static int part_version(const struct cut *cut, unsigned *version)
{
	unsigned source = gt_reader_version(cut->reader);

	if (gt_header_is_v1(source))
		source = 23;
	*version = cut->options.version ? cut->options.version : source;
	return *version > source ? -EPROTONOSUPPORT : 0;
}

/* See cut_state_all(). */
static int begin_part(struct cut *cut, int64_t from, int64_t next)
{
	gt_sink_fn sink;
	void *sink_ctx;
	unsigned version;
	int err = part_version(cut, &version);

	if (!err)
		err = cut->options.open(cut->options.ctx, ++cut->parts, &sink, &sink_ctx);
	if (err)
		return err;
	cut->part = malloc(sizeof(*cut->part));
	if (!cut->part)
		return -ENOMEM;
	encoder_init(&cut->part->encoder, version, sink, sink_ctx);
	copy_init(&cut->part->copy, &cut->part->encoder, cut->reader);
	take_clock(cut);
	cut->events = 0;
	cut->first = true;
	memset(cut->g_seqs, 0, cut->g_seqs_cap * sizeof(*cut->g_seqs));
	memset(cut->p_seqs, 0, cut->p_seqs_cap * sizeof(*cut->p_seqs));
	err = note_stops(cut);
	return err ? err : cut_state_all(cut, from, next);
}

static int close_generation(struct cut *cut)
{
	struct encoder *encoder = &cut->part->encoder;
	struct gt_clock clock = copy_clock(&cut->part->clock, encoder);

	return encoder_close(encoder, &clock);
}

/* until: the time up to which nothing more happens; 0: the source ends, or breaks. */
static int end_part(struct cut *cut, int64_t until)
{
	int err;

	if (!cut->part)
		return 0;
	if (until)
		cut_state_again(cut, until);
	err = close_generation(cut);
	free_part(cut);
	return err ? err : cut->options.close(cut->options.ctx, cut->parts);
}

/* ---- events ---- */

/* An end whose begin was not taken over. */
static bool is_dropped_stop(struct cut *cut, const struct gt_event *event)
{
	for (size_t i = 0; event->type == GT_EV_STW_END && i < cut->stops_count; i++) {
		if (cut->stops[i].g == event->g && cut->stops[i].kind == event->args[0]) {
			cut->stops[i] = cut->stops[--cut->stops_count];
			return true;
		}
	}
	return false;
}

/* What the part's first generation has been told at its beginning. */
static bool is_told(const struct cut *cut, const struct gt_event *event)
{
	if (!cut->first || cut->source_first)
		return false;
	switch (event->type) {
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
		return true; /* a G is never new here */
	case GT_EV_PROC_STATUS:
		return event->from != GT_STATE_NOT_EXIST;
	case GT_EV_GC_ACTIVE:
	case GT_EV_GC_SWEEP_ACTIVE:
	case GT_EV_GC_MARK_ASSIST_ACTIVE:
		return true;
	}
	return false;
}

/* Puts the part's own sequence number into the event's arguments. After the mirror. */
static void renumber(struct cut *cut, const struct gt_event *event, uint64_t *args)
{
	switch (event->type) {
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
	case GT_EV_GO_CREATE:
	case GT_EV_GO_CREATE_BLOCKED:
	case GT_EV_GO_CREATE_SYSCALL:
		cut->g_seqs[g_slot(cut, args[0])] = 0;
		break;
	case GT_EV_PROC_STATUS:
		cut->p_seqs[p_slot(cut, args[0])] = 0;
		break;
	case GT_EV_GO_START:
	case GT_EV_GO_UNBLOCK:
	case GT_EV_GO_SWITCH:
	case GT_EV_GO_SWITCH_DESTROY:
		args[1] = ++cut->g_seqs[g_slot(cut, args[0])];
		break;
	case GT_EV_PROC_START:
	case GT_EV_PROC_STEAL:
		args[1] = ++cut->p_seqs[p_slot(cut, args[0])];
		break;
	case GT_EV_GO_SYSCALL_BEGIN:
		args[0] = ++cut->p_seqs[p_slot(cut, event->p)];
		break;
	case GT_EV_GC_ACTIVE:
	case GT_EV_GC_BEGIN:
	case GT_EV_GC_END:
		args[0] = ++cut->gc_seq;
		break;
	}
}

/* What its own version can say, and what an odd file says in it, goes over as it is. */
static bool is_of_another_version(const struct cut *cut)
{
	return cut->part->encoder.version != gt_reader_version(cut->reader);
}

/* What the part's version calls an event of a newer one; GT_EV_NONE: nothing. */
static unsigned type_in(const struct cut *cut, unsigned type)
{
	unsigned version = cut->part->encoder.version;

	if (type < gt_version_types(version) || !is_of_another_version(cut))
		return type;
	switch (type) {
	case GT_EV_GO_STATUS_STACK:
		return GT_EV_GO_STATUS;
	case GT_EV_GO_SWITCH:
	case GT_EV_GO_SWITCH_DESTROY:
		return GT_EV_GO_UNBLOCK; /* the rest of it: write_derived() */
	}
	/* The numbers of experiments stand apart; they came with 1.23. */
	return type > GT_EV_END_OF_GENERATION && version > 22 ? type : GT_EV_NONE;
}

static void write_as(struct cut *cut, const struct gt_event *event, unsigned type)
{
	uint64_t args[GT_MAX_ARGS - 1];

	memcpy(args, event->args, sizeof(args));
	renumber(cut, event, args);
	copy_args(&cut->part->copy, type, args);
	if (type == GT_EV_USER_TASK_BEGIN && args[1] == GT_NO_ID)
		args[1] = 0;
	encoder_event(&cut->part->encoder, event->m, (uint64_t)event->time, type, args,
		      gt_spec(type)->arg_count - 1);
}

static int write_event(struct cut *cut, const struct gt_event *event)
{
	unsigned type = type_in(cut, event->type);

	cut->events++;
	if (event->type == GT_EV_CPU_SAMPLE)
		copy_sample(&cut->part->copy, event);
	else if (!type)
		return -ENOTSUP;
	else if (!is_dropped_stop(cut, event) && !is_told(cut, event))
		write_as(cut, event, type);
	return cut->part->encoder.err;
}

/* What a switch means, where there is no such event. */
static int write_derived(struct cut *cut, const struct gt_event *event)
{
	if (!cut->part || cut->part->encoder.version > 22 || !is_of_another_version(cut))
		return 0;
	if (event->type != GT_EV_GO_BLOCK && event->type != GT_EV_GO_DESTROY &&
	    event->type != GT_EV_GO_START)
		return 0;
	write_as(cut, event, event->type);
	return cut->part->encoder.err;
}

/* The mirror knows nothing of it. */
static int take_derived(struct cut *cut, const struct gt_event *event)
{
	int err = note_stacks(cut, event);

	return err ? err : write_derived(cut, event);
}

/* All batches of the source's experiments in its open generation. */
static int write_experiments(struct cut *cut)
{
	if (cut->part->encoder.version < 23 && cut->reader->gen.experiments_count &&
	    is_of_another_version(cut))
		return -ENOTSUP;
	copy_experiments(&cut->part->copy);
	return cut->part->encoder.err;
}

/* The mirror sees the event as it stood on the wire. */
static int feed_mirror(struct cut *cut, const struct gt_event *event)
{
	uint32_t m;
	int err = rules_m(&cut->mirror, event->m, &m);

	if (err)
		return err;
	cut->mirror.events[0] = *event;
	if (rules_try(&cut->mirror, m) != RULES_GO)
		return cut->error.code ? cut->error.code : -EBADMSG;
	err = make_room(cut);
	return err ? err : note_stacks(cut, event);
}

/* A sync point: the source goes on in another generation, or ends. */
static int next_generation(struct cut *cut, const struct gt_event *point)
{
	int err = 0;

	if (cut->part) {
		if (cut->part->encoder.first_time)
			cut->first = false;
		err = close_generation(cut);
		copy_forget(&cut->part->copy);
		take_clock(cut);
	}
	seen_forget_ids(&cut->seen);
	if (err || !cut->reader->open)
		return err;
	cut->source_first = !cut->start;
	if (!cut->start)
		cut->start = point->time;
	if (cut->part)
		err = write_experiments(cut);
	return err ? err : rules_open(&cut->mirror, cut->reader->in.bytes);
}

static int take_event(struct cut *cut, const struct gt_event *event)
{
	const struct gt_cut_options *options = &cut->options;
	bool full = options->events_per_part && cut->events >= options->events_per_part;
	int err = 0;

	if (event->derived)
		return take_derived(cut, event);
	if (cut->part && full)
		err = end_part(cut, event->time);
	if (!err && !cut->part && since_start(cut, event) >= options->from_ns) {
		err = begin_part(cut, cut->parts ? event->time : cut->start + options->from_ns,
				 event->time);
		if (!err)
			err = write_experiments(cut);
	}
	if (!err && event->type != GT_EV_CPU_SAMPLE)
		err = feed_mirror(cut, event);
	return !err && cut->part ? write_event(cut, event) : err;
}

/* The window is over. A part lasts until its end; a quiet window gets its part only now. */
static int end_window(struct cut *cut)
{
	int64_t to = cut->start + cut->options.to_ns;
	bool quiet = !cut->part && cut->options.from_ns < cut->options.to_ns;
	int err = 0;

	if (quiet && !cut_knows_nothing(cut))
		err = begin_part(cut, cut->start + cut->options.from_ns, to);
	return err ? err : end_part(cut, to);
}

static void fini(struct cut *cut)
{
	free_part(cut);
	seen_fini(&cut->seen);
	rules_fini(&cut->mirror);
	free(cut->g_seqs);
	free(cut->p_seqs);
	free(cut->stops);
}

int gt_cut(struct gt_reader *reader, const struct gt_cut_options *options)
{
	struct cut cut = { .reader = reader };
	const struct gt_event *event;
	bool over = false;
	int err = OPTIONS_TAKE(&cut.options, options), broken = 0;

	if (err)
		return err;
	gt_error_clear(&cut.error);
	rules_init(&cut.mirror, &reader->gen, &reader->texts, &cut.error);
	seen_init(&cut.seen, reader, &cut.mirror);
	err = make_room(&cut);
	while (!err && !over && !(broken = gt_reader_next(reader, &event)) && event) {
		if (event->type == GT_EV_SYNC_POINT)
			err = next_generation(&cut, event);
		else if (since_start(&cut, event) >= cut.options.to_ns)
			over = true;
		else
			err = take_event(&cut, event);
	}
	if (!err)
		err = over ? end_window(&cut) : end_part(&cut, 0);
	if (!err && !broken && !cut.parts)
		err = -ENODATA;
	fini(&cut);
	return err ? err : broken;
}
