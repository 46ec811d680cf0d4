// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What is done with each kind of change; and what the exporter holds. */
#include "export/perfetto/perfetto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/perfetto/core.h"
#include "track/taskstate.h"

#define SILENCE_NS 1000000 /* at the end: long enough to be told */

int export_perfetto_new(struct export_perfetto **out, const struct export_perfetto_options *options,
			export_perfetto_sink sink, void *ctx)
{
	struct export_perfetto *perfetto;

	if (options->cpus == 0 || options->cpus > EXPORT_PERFETTO_MAX_CPUS)
		return -EINVAL;
	perfetto = calloc(1, sizeof(*perfetto));
	if (!perfetto)
		return -ENOMEM;
	perfetto->options = *options;
	snprintf(perfetto->release, sizeof(perfetto->release), "%s", options->release);
	perfetto->options.release = perfetto->release;
	perfetto->sink = sink;
	perfetto->sink_ctx = ctx;
	perfetto->lanes = calloc(options->cpus, sizeof(*perfetto->lanes));
	if (!perfetto->lanes || sysnums_new(&perfetto->sysnums, options->arch)) {
		export_perfetto_free(perfetto);
		return -ENOMEM;
	}
	*out = perfetto;
	return 0;
}

void export_perfetto_free(struct export_perfetto *perfetto)
{
	if (!perfetto)
		return;
	for (uint32_t i = 0; perfetto->lanes && i < perfetto->options.cpus; i++)
		if (perfetto->lanes[i].bundle) {
			bundle_fini(perfetto->lanes[i].bundle);
			free(perfetto->lanes[i].bundle);
		}
	free(perfetto->lanes);
	sysnums_free(perfetto->sysnums);
	idmap_fini(&perfetto->tgids);
	free(perfetto->processes);
	free(perfetto->tasks);
	pb_fini(&perfetto->out);
	free(perfetto);
}

void export_perfetto_stats(const struct export_perfetto *perfetto,
			   struct export_perfetto_stats *out)
{
	*out = perfetto->stats;
}

static const struct thread idle = { .slot = THREAD_SLOT_IDLE };

/* ---- switches ---- */

static unsigned highest_bit(unsigned bits)
{
	return 1u << (31 - __builtin_clz(bits));
}

/* The state as the kernel's own trace event would give it. */
static unsigned left_with(const struct change *change)
{
	unsigned state = change->out.prev_state;

	if (change->kind == CHANGE_END)
		return LEFT_DEAD;
	if (change->out.flags & REC_SWITCH_PREEMPT)
		return LEFT_PREEMPTED;
	if (!(change->out.flags & REC_SWITCH_ASLEEP))
		return LEFT_RUNNABLE;
	if (state == (TASK_STATE_UNINTERRUPTIBLE | TASK_STATE_NOLOAD))
		return LEFT_IDLE;
	if (state & (TASK_STATE_RTLOCK | TASK_STATE_FROZEN))
		return TASK_STATE_UNINTERRUPTIBLE;
	state &= 2 * TASK_STATE_PARKED - 1; /* the bits that are reported */
	return state ? highest_bit(state) : LEFT_ASLEEP;
}

/* The thread is on the CPU: it is shown there, and nowhere else. */
static void bring(struct export_perfetto *perfetto, const struct change *change)
{
	unsigned cpu = change->cpu;

	if (lanes_shows(perfetto, cpu, change->thread))
		return;
	lanes_take_away(perfetto, change->thread, LEFT_UNKNOWN);
	task_tell(perfetto, change->thread);
	lanes_switch(perfetto, cpu, perfetto->lanes[cpu].tid ? LEFT_UNKNOWN : LEFT_RUNNABLE,
		     change->thread);
}

static void emit_io_wait(struct export_perfetto *perfetto, const struct change *change)
{
	struct bundle *bundle = lanes_bundle(perfetto, change->cpu);

	if (bundle)
		lanes_added(perfetto,
			    bundle_io_wait(bundle, lanes_next_ns(perfetto), change->thread->tid));
}

/*
 * Who is shown to come. One of ours of whom this record says nothing new is
 * told of next, if it does come.
 */
static const struct thread *comer(const struct change *change)
{
	return change->other_comes || !change->other_scope ? change->other : &idle;
}

static void switch_out(struct export_perfetto *perfetto, const struct change *change)
{
	const struct thread *next = comer(change);

	bring(perfetto, change);
	task_tell(perfetto, next);
	if (change->kind == CHANGE_END)
		task_sys_exit(perfetto, change->thread, NULL);
	else if (change->kind != CHANGE_STRANGER_OUT)
		task_set_sys(perfetto, change->thread, change->sys);
	lanes_switch(perfetto, change->cpu, left_with(change), next);
	if (change->kind == CHANGE_END)
		task_ended(perfetto, change->thread);
	else if (change->kind == CHANGE_OUT_ASLEEP && change->out.flags & REC_SWITCH_IOWAIT)
		emit_io_wait(perfetto, change);
}

static void switch_in(struct export_perfetto *perfetto, const struct change *change)
{
	bring(perfetto, change);
	if (change->kind == CHANGE_IN)
		task_set_sys(perfetto, change->thread, change->sys);
}

/* ---- the start ---- */

static void start(struct export_perfetto *perfetto, const struct change *change)
{
	const struct export_perfetto_options *options = &perfetto->options;
	int err = packet_clocks(&perfetto->out, options->mono_ns, options->wall_ns);

	perfetto->base_ns = change->ts_ns;
	perfetto->flush_at = UINT64_MAX;
	if (!err)
		err = packet_system(&perfetto->out, options->arch, options->release, options->cpus);
	if (err && !perfetto->error)
		perfetto->error = err;
}

/* A CPU is there, with whoever is on it. */
static void see_cpu(struct export_perfetto *perfetto, const struct change *change)
{
	if (perfetto->lanes[change->cpu].begun)
		return;
	if (change->thread)
		task_tell(perfetto, change->thread);
	lanes_switch(perfetto, change->cpu, LEFT_RUNNABLE, change->thread ? change->thread : &idle);
}

static void is_so(struct export_perfetto *perfetto, const struct change *change)
{
	const struct thread *thread = change->thread;
	int err = 0;

	task_tell(perfetto, thread);
	if (change->to == THREAD_RUNNABLE || change->to == THREAD_ASLEEP)
		err = packet_state(&perfetto->out, perfetto->base_ns, thread,
				   change->to == THREAD_ASLEEP);
	if (err && !perfetto->error)
		perfetto->error = err;
	if (change->to != THREAD_LOST)
		task_set_sys(perfetto, thread, change->sys);
}

static void started(struct export_perfetto *perfetto)
{
	tasks_tell_gathered(perfetto);
	perfetto->started = true;
	perfetto->flush_at = perfetto->now;
}

/* ---- the rest ---- */

static void born(struct export_perfetto *perfetto, const struct change *change)
{
	task_born(perfetto, change);
	task_set_sys(perfetto, change->thread, change->sys);
}

/* What happens to a thread without a switch. */
static void tell(struct export_perfetto *perfetto, const struct change *change)
{
	const struct thread *thread = change->thread;

	if (change->from == THREAD_ON_CPU && change->to != THREAD_ON_CPU)
		lanes_take_away(perfetto, thread,
				change->to == THREAD_DEAD ? LEFT_DEAD : LEFT_UNKNOWN);
	switch ((enum change_kind)change->kind) {
	case CHANGE_WAKE:
		task_tell(perfetto, thread);
		task_tell(perfetto, change->other);
		lanes_wake(perfetto, change);
		break;
	case CHANGE_BORN:
		born(perfetto, change);
		break;
	case CHANGE_SYS_ENTER:
		bring(perfetto, change);
		task_sys_enter(perfetto, thread, change->sys);
		break;
	case CHANGE_SYS_EXIT:
		bring(perfetto, change);
		task_sys_exit(perfetto, thread, &change->sys_exit.ret);
		break;
	case CHANGE_EXEC:
		task_tell(perfetto, thread);
		task_renamed(perfetto, thread);
		break;
	case CHANGE_LOSE:
	case CHANGE_LEAVE:
		task_sys_exit(perfetto, thread, NULL);
		break;
	case CHANGE_GONE:
		task_sys_exit(perfetto, thread, NULL);
		task_ended(perfetto, thread);
		break;
	default:
		break;
	}
}

static void tell_about(struct export_perfetto *perfetto, const struct change *change)
{
	const struct thread *thread = change->thread;

	switch ((enum change_kind)change->kind) {
	case CHANGE_IS:
		is_so(perfetto, change);
		break;
	case CHANGE_DESCRIBED:
		task_described(perfetto, thread);
		break;
	case CHANGE_RENAMED:
		task_renamed(perfetto, thread);
		break;
	case CHANGE_REVIVED:
		task_of(perfetto, thread)->ended = false;
		break;
	case CHANGE_FORGOTTEN:
		task_forgotten(perfetto, thread);
		break;
	default:
		break;
	}
}

static void apply_to_thread(struct export_perfetto *perfetto, const struct change *change)
{
	task_follow_tid(perfetto, change->thread);
	task_follow_tid(perfetto, change->other);
	switch ((enum change_kind)change->kind) {
	case CHANGE_IN:
	case CHANGE_STRANGER_IN:
		switch_in(perfetto, change);
		break;
	case CHANGE_OUT_ASLEEP:
	case CHANGE_OUT_RUNNABLE:
	case CHANGE_END:
	case CHANGE_STRANGER_OUT:
		switch_out(perfetto, change);
		break;
	default:
		if (change->kind < CHANGE_INPUTS)
			tell(perfetto, change);
		else
			tell_about(perfetto, change);
		break;
	}
}

static void apply(struct export_perfetto *perfetto, const struct change *change)
{
	if (change->kind == CHANGE_CPU)
		see_cpu(perfetto, change);
	else if (change->kind == CHANGE_STARTED)
		started(perfetto);
	else if (change->kind == CHANGE_LOSS)
		lanes_lose(perfetto, change);
	else if (change->thread)
		apply_to_thread(perfetto, change);
}

static int on_change(void *ctx, const struct change *change)
{
	struct export_perfetto *perfetto = ctx;

	if (tasks_room(perfetto, change->thread) || tasks_room(perfetto, change->other))
		return -ENOMEM;
	if (change->kind == CHANGE_START)
		start(perfetto, change);
	lanes_at(perfetto, change->ts_ns);
	if (change->repair != CHANGE_DROP)
		apply(perfetto, change);
	return perfetto->error;
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	struct export_perfetto *perfetto = ctx;

	lanes_at(perfetto, end_ns);
	if (perfetto->now > perfetto->last + SILENCE_NS)
		lanes_last_until(perfetto);
	lanes_flush(perfetto);
	return perfetto->error;
}

struct exporter export_perfetto_exporter(struct export_perfetto *perfetto)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };

	return (struct exporter){ .ops = &ops, .ctx = perfetto };
}
