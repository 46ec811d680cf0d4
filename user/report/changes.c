// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A thread's way from state to state is told as the exporter of Go traces tells
 * it, with the same stations where something was not recorded: one that must
 * have been on a CPU is told to have been there, for no time.
 */
#include "report/changes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "report/causes.h"
#include "report/identity.h"
#include "report/inside.h"
#include "report/labels.h"
#include "syscalls/names.h"

/* As traces end: so much without a change is no time of the capture's. */
#define END_NS 1000000
#define NO_LIFE UINT32_MAX

struct report_changes {
	struct report *report;
	struct causes causes;
	struct inside inside;
	uint32_t *lives; /* at the threads' slots */
	size_t room;
	uint32_t lost; /* a text */
	uint64_t start_ns, last_ns;
};

int report_changes_new(struct report_changes **out, struct report *report, uint32_t arch)
{
	struct report_changes *changes = calloc(1, sizeof(*changes));

	if (!changes)
		return -ENOMEM;
	changes->report = report;
	if (causes_init(&changes->causes, report, arch) ||
	    inside_init(&changes->inside, report, arch)) {
		report_changes_free(changes);
		return -ENOMEM;
	}
	report_know(report, REPORT_KNOWS_CALLS);
	*out = changes;
	return 0;
}

void report_changes_free(struct report_changes *changes)
{
	if (!changes)
		return;
	causes_fini(&changes->causes);
	inside_fini(&changes->inside);
	free(changes->lives);
	free(changes);
}

/* ---- lives ---- */

/* Where the slot's life stands; NULL: no memory. */
static uint32_t *life_of(struct report_changes *changes, const struct thread *thread)
{
	size_t old = changes->room;
	uint32_t *grown;

	if (thread->slot < old)
		return &changes->lives[thread->slot];
	grown = grow_array(changes->lives, &changes->room, (size_t)thread->slot + 1,
			   sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0xff, (changes->room - old) * sizeof(*grown)); /* NO_LIFE */
	changes->lives = grown;
	return &grown[thread->slot];
}

static int take_name(struct report_changes *changes, uint32_t life, const struct thread *thread)
{
	return life == NO_LIFE ? 0 : identity_tell(changes->report, life, thread);
}

static uint64_t now_of(const struct report_changes *changes, const struct change *change)
{
	return change->ts_ns - changes->start_ns;
}

static int enter(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = report_enter(changes->report, life, now_of(changes, change));

	return err ? err : take_name(changes, *life, change->thread);
}

static int leave(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = 0;

	if (*life != NO_LIFE)
		err = report_leave(changes->report, *life, now_of(changes, change));
	*life = NO_LIFE;
	return err;
}

/* ---- from state to state ---- */

static int go(struct report_changes *changes, uint32_t life, const struct change *change,
	      enum report_state state, uint32_t why)
{
	const struct report_step step = {
		.state = state,
		.now = now_of(changes, change),
		.cpu = change->cpu,
		.why = why,
	};

	return report_go(changes->report, life, &step);
}

static int wait_for_cpu(struct report_changes *changes, uint32_t life, const struct change *change,
			uint32_t why)
{
	uint16_t queue = change->thread->queue;
	bool stopped = change->kind == CHANGE_OUT_RUNNABLE;
	struct report_step step = {
		.state = REPORT_WAITING,
		.now = now_of(changes, change),
		.cpu = queue == CHANGE_NO_CPU ? REPORT_UNKNOWN_CPU : queue,
		.why = why,
		.why_all = stopped &&
			   (change->cause == CAUSE_DEADLINE || change->cause == CAUSE_REALTIME),
		.limited = stopped && causes_is_limit(change->cause),
	};

	if (causes_idle(&changes->causes, !stopped, &step.idle))
		return -ENOMEM;
	return report_go(changes->report, life, &step);
}

static bool has_cpu(const struct report_changes *changes, uint32_t life)
{
	enum report_state state = report_state_of(changes->report, life);

	return state == REPORT_RUNNING || state == REPORT_SYSCALL;
}

/* It left its CPU, and nobody knows how. */
static int go_astray(struct report_changes *changes, uint32_t life, const struct change *change)
{
	uint32_t why;
	int err = causes_unknown(&changes->causes, change->gap, &why);

	return err ? err : go(changes, life, change, REPORT_ASLEEP, why);
}

static enum report_state on_cpu(const struct change *change)
{
	return sys_inside(change->thread->sys) ? REPORT_SYSCALL : REPORT_RUNNING;
}

/* How much of the wait that has ended was due to a limit. */
static int take_share(struct report_changes *changes, uint32_t life, const struct change *change)
{
	struct report_share share = { .ns = change->in.throttled_ns,
				      .first = change->share & SHARE_FIRST };
	int err = 0;

	if (change->kind != CHANGE_IN || !(change->share & SHARE_KNOWN))
		return report_settle(changes->report, life);
	if (share.ns)
		err = causes_limit(&changes->causes, FACT_LIMIT_CPU, change->in.group, &share.what);
	if (!err)
		err = causes_nobody(&changes->causes, false, &share.rest);
	return err ? err : report_share(changes->report, life, &share);
}

static int come_on_cpu(struct report_changes *changes, uint32_t life, const struct change *change)
{
	int err = 0;

	if (has_cpu(changes, life)) /* another one */
		err = go_astray(changes, life, change);
	if (!err && report_state_of(changes->report, life) != REPORT_WAITING)
		err = wait_for_cpu(changes, life, change, 0);
	if (!err)
		err = go(changes, life, change, on_cpu(change), 0);
	return err ? err : take_share(changes, life, change);
}

static int fall_asleep(struct report_changes *changes, uint32_t life, const struct change *change)
{
	uint32_t why = 0;
	int err = 0;

	if (report_state_of(changes->report, life) == REPORT_ASLEEP)
		return 0;
	if (!has_cpu(changes, life))
		err = come_on_cpu(changes, life, change);
	if (!err)
		err = causes_asleep(&changes->causes, change, &why);
	return err ? err : go(changes, life, change, REPORT_ASLEEP, why);
}

static int become_runnable(struct report_changes *changes, uint32_t life,
			   const struct change *change)
{
	uint32_t why = 0;
	int err = 0;

	if (report_state_of(changes->report, life) == REPORT_WAITING)
		return 0;
	if (has_cpu(changes, life) && change->kind != CHANGE_OUT_RUNNABLE)
		err = go_astray(changes, life, change);
	if (!err)
		err = change->kind == CHANGE_OUT_RUNNABLE
			      ? causes_stopped(&changes->causes, change, &why)
			      : causes_nobody(&changes->causes, true, &why);
	return err ? err : wait_for_cpu(changes, life, change, why);
}

/* It runs another program: a life of its own. */
static int exec(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = leave(changes, life, change);

	if (!err)
		err = enter(changes, life, change);
	return err ? err : come_on_cpu(changes, *life, change);
}

static int stay_on_cpu(struct report_changes *changes, uint32_t life, const struct change *change)
{
	if (report_state_of(changes->report, life) == on_cpu(change))
		return 0;
	return go(changes, life, change, on_cpu(change), 0);
}

static int take_state(struct report_changes *changes, uint32_t life, const struct change *change)
{
	switch (change->to) {
	case THREAD_ON_CPU:
		return change->kind == CHANGE_IN ? come_on_cpu(changes, life, change)
						 : stay_on_cpu(changes, life, change);
	case THREAD_ASLEEP:
		return fall_asleep(changes, life, change);
	case THREAD_RUNNABLE:
		return become_runnable(changes, life, change);
	case THREAD_LOST:
		return change->from == THREAD_LOST ? 0 : go_astray(changes, life, change);
	default:
		return 0;
	}
}

/* Who leaves by a switch was on that CPU. */
static int go_for_good(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = 0;

	if (*life != NO_LIFE && change->kind != CHANGE_GONE && !has_cpu(changes, *life))
		err = come_on_cpu(changes, *life, change);
	return err ? err : leave(changes, life, change);
}

static int take_input(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = 0;

	if (change->repair == CHANGE_DROP)
		return 0;
	changes->last_ns = change->ts_ns;
	if (change->to == THREAD_ABSENT || change->to == THREAD_DEAD) {
		err = inside_take(&changes->inside, *life, change, now_of(changes, change));
		return err ? err : go_for_good(changes, life, change);
	}
	if (change->kind == CHANGE_EXEC)
		return exec(changes, life, change);
	if (*life == NO_LIFE)
		err = enter(changes, life, change);
	if (!err)
		err = take_state(changes, *life, change);
	return err ? err : inside_take(&changes->inside, *life, change, now_of(changes, change));
}

/* ---- the start, and all else ---- */

/* If nothing else is known, what it sleeps in is, by name alone. */
static int is_asleep(struct report_changes *changes, uint32_t life, const struct change *change)
{
	char buffer[SYSCALL_TEXT_MAX];
	const char *name = "";
	uint32_t why = 0;
	int err;

	if (sys_inside(change->sys))
		name = syscall_text(buffer, changes->causes.arch, change->sys);
	err = change->cause == CAUSE_NONE
		      ? report_add_text(changes->report, name, strlen(name), &why)
		      : causes_asleep(&changes->causes, change, &why);
	return err ? err : go(changes, life, change, REPORT_ASLEEP, why);
}

static int take_start(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = enter(changes, life, change);

	if (err)
		return err;
	switch (change->to) {
	case THREAD_ON_CPU:
		return go(changes, *life, change, on_cpu(change), 0);
	case THREAD_RUNNABLE:
		return wait_for_cpu(changes, *life, change, 0);
	case THREAD_ASLEEP:
		return is_asleep(changes, *life, change);
	default:
		return go_astray(changes, *life, change);
	}
}

/* ---- who else is on a CPU ---- */

static int take_move(struct report_changes *changes, uint32_t life, const struct change *change)
{
	struct report_step to = { .now = now_of(changes, change), .cpu = change->cpu };

	if (life == NO_LIFE)
		return 0;
	if (causes_nobody(&changes->causes, false, &to.why) ||
	    causes_idle(&changes->causes, false, &to.idle))
		return -ENOMEM;
	return report_move(changes->report, life, &to);
}

/* Otherwise nothing follows from one switch of strangers, or there are none. */
static bool follows_strangers(const struct report_changes *changes)
{
	return (changes->causes.told & (TOLD_ALL | TOLD_STRANGERS)) == TOLD_STRANGERS;
}

static int take_stranger(struct report_changes *changes, const struct change *change)
{
	struct fact_frame frame;
	uint32_t what;

	if (!follows_strangers(changes))
		return 0;
	if (label_stranger(changes->report, causes_name(change->thread, &frame), &what))
		return -ENOMEM;
	if (change->kind == CHANGE_STRANGER_IN)
		return report_stranger_in(changes->report, change->cpu, what,
					  now_of(changes, change));
	return report_stranger_out(changes->report, change->cpu, what, now_of(changes, change));
}

/* The idle task is the other of who comes after it, and of who goes before it. */
static int idle_goes(struct report_changes *changes, const struct change *change)
{
	bool follows = change->kind == CHANGE_IN || change->kind == CHANGE_STRANGER_IN;

	if (!follows || !thread_is_idle(change->other) || !follows_strangers(changes))
		return 0;
	return report_stranger_out(changes->report, change->cpu, REPORT_IDLE,
				   now_of(changes, change));
}

static int idle_comes(struct report_changes *changes, const struct change *change)
{
	bool is_out = change->kind > CHANGE_IN && change->kind <= CHANGE_END;
	bool before = is_out || change->kind == CHANGE_STRANGER_OUT ||
		      (change->kind == CHANGE_LEAVE && change->from == THREAD_ON_CPU);

	if (!before || !thread_is_idle(change->other) || !follows_strangers(changes))
		return 0;
	return report_stranger_in(changes->report, change->cpu, REPORT_IDLE,
				  now_of(changes, change));
}

static int take_loss(struct report_changes *changes, const struct change *change)
{
	const struct change_loss *loss = change->loss;
	uint64_t from = loss->from_ns > changes->start_ns ? loss->from_ns - changes->start_ns : 0;

	if (report_lose_cpu(changes->report, change->cpu, now_of(changes, change)))
		return -ENOMEM;
	if (!changes->lost && label_unknown(changes->report, "(records lost)", &changes->lost))
		return -ENOMEM;
	if (!(changes->causes.told & (TOLD_ALL | TOLD_STRANGERS)))
		return 0;
	return report_blind(changes->report, change->cpu, changes->lost, from);
}

static void start(struct report_changes *changes, const struct change *change)
{
	changes->start_ns = changes->last_ns = change->ts_ns;
	changes->causes.told = change->start.told;
	report_tells(changes->report, changes->causes.told & TOLD_MOVES);
	if (!(changes->causes.told & (TOLD_ALL | TOLD_STRANGERS)))
		report_is_part(changes->report);
}

static int take(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	if (change->kind < CHANGE_INPUTS)
		return take_input(changes, life, change);
	switch ((enum change_kind)change->kind) {
	case CHANGE_START:
		start(changes, change);
		return 0;
	case CHANGE_MOVE:
		return take_move(changes, *life, change);
	case CHANGE_STRANGER_IN:
	case CHANGE_STRANGER_OUT:
		return take_stranger(changes, change);
	case CHANGE_CPU:
		return report_see_cpu(changes->report, change->cpu, now_of(changes, change));
	case CHANGE_CGROUP:
		return cgroupmap_add(&changes->causes.cgroups, change->cgroup);
	case CHANGE_LOSS:
		return take_loss(changes, change);
	case CHANGE_IS:
		return take_start(changes, life, change);
	case CHANGE_DESCRIBED:
	case CHANGE_RENAMED:
		if (change->renamed.anew && *life != NO_LIFE)
			return exec(changes, life, change);
		return take_name(changes, *life, change->thread);
	default:
		return 0;
	}
}

static int on_change(void *ctx, const struct change *change)
{
	struct report_changes *changes = ctx;
	uint32_t *life = change->thread ? life_of(changes, change->thread) : NULL;
	int err = change->thread && !life ? -ENOMEM : idle_goes(changes, change);

	if (!err)
		err = take(changes, life, change);
	return err ? err : idle_comes(changes, change);
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	struct report_changes *changes = ctx;

	if (end_ns <= changes->last_ns + END_NS)
		end_ns = changes->last_ns;
	return report_end(changes->report, end_ns - changes->start_ns);
}

struct exporter report_changes_exporter(struct report_changes *changes)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };

	return (struct exporter){ .ops = &ops, .ctx = changes };
}
