// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Every thread has a lane, at its slot: the slice that it is in. A change that
 * takes it out of that tells the slice and opens the next one.
 */
#include "export/slices/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/cgroupmap.h"
#include "export/go/reasons.h"
#include "export/slices/person.h"
#include "export/slices/seats.h"
#include "syscalls/classes.h"
#include "syscalls/errors.h"
#include "syscalls/names.h"
#include "track/taskstate.h"

/* As traces end: so much without a change is no time of the capture's. */
#define END_NS 1000000

/* What may begin a state: a wakeup, a switch. */
struct cause {
	const char *reason;
	struct person waker, by;
	const struct cgroup *limit; /* of a throttled one; NULL: it is not known whose */
	uint8_t context;
};

struct lane {
	bool open;
	uint8_t state; /* enum slice_state */
	uint16_t cpu;  /* CHANGE_NO_CPU */
	uint16_t sys;  /* REC_SYS_* */
	uint64_t start_ns, began_ns, syscall_ns;
	struct person who;
	const struct cgroup *cgroup; /* NULL: not known */
	struct cause cause;
};

struct slice_changes {
	struct slice_changes_options options;
	slice_fn tell;
	void *ctx;
	struct sys_classes *classes;
	struct cgroupmap cgroups;
	struct lane *lanes;
	size_t room;
	struct seats seats;
	uint64_t start_ns, last_ns;
	bool knows_idle;
};

int slice_changes_new(struct slice_changes **out, const struct slice_changes_options *options,
		      slice_fn tell, void *ctx)
{
	struct slice_changes *changes = calloc(1, sizeof(*changes));

	if (!changes)
		return -ENOMEM;
	*changes = (struct slice_changes){
		.options = *options, .tell = tell, .ctx = ctx, .seats = { .tell = tell, .ctx = ctx }
	};
	if (sys_classes_new(&changes->classes, options->arch)) {
		free(changes);
		return -ENOMEM;
	}
	*out = changes;
	return 0;
}

void slice_changes_free(struct slice_changes *changes)
{
	if (!changes)
		return;
	sys_classes_free(changes->classes);
	cgroupmap_fini(&changes->cgroups);
	free(changes->lanes);
	seats_fini(&changes->seats);
	free(changes);
}

/* NULL: no memory. */
static struct lane *lane_of(struct slice_changes *changes, const struct thread *thread)
{
	size_t old = changes->room;
	struct lane *grown;

	if (thread->slot < old)
		return &changes->lanes[thread->slot];
	grown = grow_array(changes->lanes, &changes->room, (size_t)thread->slot + 1,
			   sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0, (changes->room - old) * sizeof(*grown));
	changes->lanes = grown;
	return &grown[thread->slot];
}

/* ---- telling ---- */

static struct gt_text path_of(const struct cgroup *cgroup)
{
	return cgroup && cgroup->path ? (struct gt_text){ cgroup->path, cgroup->size }
				      : (struct gt_text){ "", 0 };
}

/* How a slice ends, beyond the change's time. */
struct ending {
	struct gt_text error;
	struct person waker;
	uint8_t context;
	uint32_t flight_ns;
	bool goes_on;
};

static int64_t wall_of(const struct slice_changes *changes, uint64_t ns)
{
	const struct slice_changes_options *options = &changes->options;

	return options->wall_ns ? (int64_t)(options->wall_ns + ns - options->mono_ns)
				: SLICE_NO_WALL;
}

static int tell_slice(struct slice_changes *changes, const struct lane *lane, uint64_t now_ns,
		      const struct ending *ending)
{
	char buffer[SYSCALL_TEXT_MAX];
	struct slice slice = {
		.start_ns = lane->start_ns,
		.began_ns = lane->began_ns,
		.end_ns = now_ns,
		.wall_ns = wall_of(changes, lane->start_ns),
		.cpu = lane->cpu == CHANGE_NO_CPU ? SLICE_NO_CPU : lane->cpu,
		.state = lane->state,
		.who = person_who(&lane->who),
		.cgroup = path_of(lane->cgroup),
		.reason = slice_text(lane->cause.reason),
		.syscall = { "", 0 },
		.error = ending->error,
		.waker = person_who(ending->context ? &ending->waker : &lane->cause.waker),
		.context = ending->context ? ending->context : lane->cause.context,
		.flight_ns = ending->flight_ns,
		.by = person_who(&lane->cause.by),
		.syscall_ns = lane->syscall_ns,
		.goes_on = ending->goes_on,
	};

	if (now_ns == lane->start_ns)
		return 0;
	if (lane->cause.limit)
		slice.by.comm = path_of(lane->cause.limit);
	if (sys_inside(lane->sys))
		slice.syscall = slice_text(syscall_text(buffer, changes->options.arch, lane->sys));
	return changes->tell(changes->ctx, &slice);
}

static const struct ending plain_end = { .error = { "", 0 } };
static const struct ending going_on = { .error = { "", 0 }, .goes_on = true };

/* Tells what it was in. */
static int close_lane(struct slice_changes *changes, struct lane *lane, uint64_t now_ns,
		      const struct ending *ending)
{
	int err = lane->open ? tell_slice(changes, lane, now_ns, ending) : 0;

	if (!err && lane->open && lane->state == SLICE_WAITING)
		err = seats_watch(&changes->seats, lane->cpu, -1, now_ns);
	lane->open = false;
	return err;
}

static int open_lane(struct slice_changes *changes, struct lane *lane, const struct change *change,
		     enum slice_state state, uint16_t cpu, const struct cause *cause)
{
	uint16_t sys = change->thread->sys;

	if (!sys_inside(sys))
		lane->syscall_ns = 0;
	else if (change->kind == CHANGE_SYS_ENTER || change->kind == CHANGE_EXEC)
		lane->syscall_ns = change->ts_ns;
	lane->open = true;
	lane->state = state;
	lane->cpu = cpu;
	lane->sys = sys;
	lane->start_ns = lane->began_ns = change->ts_ns;
	lane->cause = *cause;
	person_take(&lane->who, change->thread);
	lane->cgroup = change->thread->cgroup;
	return state == SLICE_WAITING ? seats_watch(&changes->seats, cpu, 1, change->ts_ns) : 0;
}

/* ---- why ---- */

static const char *why_asleep(const struct slice_changes *changes, const struct change *change)
{
	uint16_t state = change->out.prev_state;
	bool inside = sys_inside(change->sys), kernel = thread_is_kernel(change->thread);
	const char *name = sleep_name(state, inside, kernel);
	enum reason reason = reason_of_sleep(reason_class(changes->classes, change->thread),
					     change->out.fd, state, kernel);

	if (name)
		return name;
	if (reason == REASON_NONE && (state & TASK_STATE_UNINTERRUPTIBLE))
		return "uninterruptible";
	return reason_text(reason);
}

static const char *why_unknown(enum change_gap gap)
{
	static const char *const texts[] = { [GAP_NONE] = "",
					     [GAP_LOST] = "records lost",
					     [GAP_UNSEEN] = "unseen",
					     [GAP_SCOPE] = "left scope" };

	return texts[gap];
}

/* It left its CPU and could go on. */
static struct cause why_stopped(const struct slice_changes *changes, const struct change *change)
{
	struct cause cause = { .reason = SLICE_PREEMPTED };

	if (change->cause >= CAUSE_THROTTLED) { /* by whatever limit */
		cause.reason = SLICE_THROTTLED;
		cause.limit = cgroupmap_find(&changes->cgroups, change->out.group);
		return cause;
	}
	if (change->cause == CAUSE_YIELDED)
		cause.reason = SLICE_YIELDED;
	person_take(&cause.by, change->other);
	return cause;
}

static enum slice_context context_of(const struct change *change)
{
	switch (change->wake.context) {
	case REC_CTX_TASK:
		return change->other->slot < THREAD_SLOT_FIRST ? SLICE_BY_NOBODY : SLICE_BY_THREAD;
	case REC_CTX_SOFTIRQ:
		return SLICE_BY_SOFTIRQ;
	case REC_CTX_HARDIRQ:
		return SLICE_BY_HARDIRQ;
	default:
		return SLICE_BY_NOBODY;
	}
}

static struct cause why_woken(const struct change *change)
{
	struct cause cause = { .reason = SLICE_WOKEN, .context = context_of(change) };

	if (cause.context == SLICE_BY_THREAD)
		person_take(&cause.waker, change->other);
	return cause;
}

static struct cause why_born(const struct change *change)
{
	struct cause cause = { .reason = SLICE_BORN, .context = SLICE_BY_BIRTH };

	person_take(&cause.waker, change->other);
	return cause;
}

/* ---- from state to state ---- */

static enum slice_state on_cpu(const struct change *change)
{
	return sys_inside(change->thread->sys) ? SLICE_SYSCALL : SLICE_RUNNING;
}

static int go(struct slice_changes *changes, struct lane *lane, const struct change *change,
	      enum slice_state state, uint16_t cpu, const struct cause *cause)
{
	int err = close_lane(changes, lane, change->ts_ns, &plain_end);

	return err ? err : open_lane(changes, lane, change, state, cpu, cause);
}

static const struct cause no_cause = { .reason = "" };

static int wake(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	const struct cause cause = why_woken(change);
	const struct ending ending = { .error = { "", 0 },
				       .waker = cause.waker,
				       .context = cause.context,
				       .flight_ns = change->wake.flight_ns };
	bool asleep = lane->open && (lane->state == SLICE_ASLEEP || lane->state == SLICE_LOST);
	int err = close_lane(changes, lane, change->ts_ns, asleep ? &ending : &plain_end);

	return err ? err
		   : open_lane(changes, lane, change, SLICE_WAITING, change->thread->queue, &cause);
}

static int become_runnable(struct slice_changes *changes, struct lane *lane,
			   const struct change *change)
{
	struct cause cause = no_cause;

	if (lane->open && lane->state == SLICE_WAITING)
		return 0;
	if (change->kind == CHANGE_WAKE)
		return wake(changes, lane, change);
	if (change->kind == CHANGE_BORN)
		cause = why_born(change);
	else if (change->kind == CHANGE_OUT_RUNNABLE && change->repair == CHANGE_SEEN)
		cause = why_stopped(changes, change);
	return go(changes, lane, change, SLICE_WAITING, change->thread->queue, &cause);
}

static int fall_asleep(struct slice_changes *changes, struct lane *lane,
		       const struct change *change)
{
	struct cause cause = no_cause;

	if (lane->open && lane->state == SLICE_ASLEEP)
		return 0;
	if (change->kind == CHANGE_OUT_ASLEEP)
		cause.reason = why_asleep(changes, change);
	return go(changes, lane, change, SLICE_ASLEEP, CHANGE_NO_CPU, &cause);
}

static int go_astray(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	const struct cause cause = { .reason = why_unknown(change->gap) };

	if (lane->open && lane->state == SLICE_LOST)
		return 0;
	return go(changes, lane, change, SLICE_LOST, CHANGE_NO_CPU, &cause);
}

/* It has ended, a part of what it did on its CPU: with an error, maybe. */
static int exit_syscall(struct slice_changes *changes, struct lane *lane,
			const struct change *change)
{
	const char *error = error_name(change->sys_exit.ret);
	const struct ending ending = { .error = slice_text(error ? error : "") };
	int err = close_lane(changes, lane, change->ts_ns, &ending);

	return err ? err : open_lane(changes, lane, change, on_cpu(change), change->cpu, &no_cause);
}

/*
 * The share of a wait that was due to a limit is told when the wait ends; it
 * stands first, where its place in the wait is not known.
 */
static int tell_throttled(struct slice_changes *changes, struct lane *lane,
			  const struct change *change)
{
	struct lane throttled = *lane;
	uint64_t ns = change->in.throttled_ns;
	int err;

	if (!lane->open || lane->state != SLICE_WAITING || change->kind != CHANGE_IN ||
	    !(change->share & SHARE_KNOWN))
		return 0;
	if (ns > change->ts_ns - lane->start_ns)
		ns = change->ts_ns - lane->start_ns;
	throttled.cause.reason = SLICE_THROTTLED;
	throttled.cause.by.id = 0;
	throttled.cause.limit = cgroupmap_find(&changes->cgroups, change->in.group);
	if (!strcmp(lane->cause.reason, SLICE_THROTTLED))
		lane->cause = (struct cause){ .reason = SLICE_RELEASED };
	err = tell_slice(changes, &throttled, lane->start_ns + ns, &going_on);
	lane->start_ns += ns;
	return err;
}

/* It waits on, for another CPU. */
static int move_wait(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	int err;

	if (!lane->open || lane->state != SLICE_WAITING)
		return 0;
	err = tell_slice(changes, lane, change->ts_ns, &going_on);
	if (!err)
		err = seats_watch(&changes->seats, lane->cpu, -1, change->ts_ns);
	if (!err)
		err = seats_watch(&changes->seats, change->cpu, 1, change->ts_ns);
	lane->start_ns = change->ts_ns;
	lane->cpu = change->cpu;
	return err;
}

static int be_on_cpu(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	bool same = lane->open && lane->state == on_cpu(change) && lane->sys == change->thread->sys;
	int err = tell_throttled(changes, lane, change);

	if (err)
		return err;
	if (lane->open && lane->state == SLICE_SYSCALL && change->kind == CHANGE_SYS_EXIT)
		return exit_syscall(changes, lane, change);
	if (same && change->kind != CHANGE_IN && change->kind != CHANGE_SYS_ENTER)
		return 0;
	return go(changes, lane, change, on_cpu(change),
		  change->kind == CHANGE_IN || !lane->open ? change->cpu : lane->cpu, &no_cause);
}

static int take_state(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	switch (change->to) {
	case THREAD_ON_CPU:
		return be_on_cpu(changes, lane, change);
	case THREAD_ASLEEP:
		return fall_asleep(changes, lane, change);
	case THREAD_RUNNABLE:
		return become_runnable(changes, lane, change);
	case THREAD_LOST:
		return go_astray(changes, lane, change);
	default: /* it is out of scope, or at its end */
		return close_lane(changes, lane, change->ts_ns, &plain_end);
	}
}

static int take_input(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	if (change->repair == CHANGE_DROP)
		return 0;
	changes->last_ns = change->ts_ns;
	return take_state(changes, lane, change);
}

/* What is so at the start. */
static int take_start(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	static const enum slice_state states[THREAD_STATES] = {
		[THREAD_ABSENT] = SLICE_LOST,	 [THREAD_RUNNABLE] = SLICE_WAITING,
		[THREAD_ON_CPU] = SLICE_RUNNING, [THREAD_ASLEEP] = SLICE_ASLEEP,
		[THREAD_LOST] = SLICE_LOST,
	};
	struct cause cause = no_cause;
	enum slice_state state = states[change->to];

	if (state == SLICE_RUNNING)
		state = on_cpu(change);
	if (state == SLICE_LOST)
		cause.reason = why_unknown(change->gap);
	return go(changes, lane, change, state,
		  state <= SLICE_SYSCALL ? change->cpu : CHANGE_NO_CPU, &cause);
}

/* ---- the exporter ---- */

static int take_rest(struct slice_changes *changes, struct lane *lane, const struct change *change)
{
	switch ((enum change_kind)change->kind) {
	case CHANGE_START:
		changes->start_ns = changes->last_ns = change->ts_ns;
		changes->knows_idle = change->start.told & TOLD_ALL;
		changes->seats.knows_strangers = change->start.told & TOLD_STRANGERS;
		return 0;
	case CHANGE_IS:
		return take_start(changes, lane, change);
	case CHANGE_LOSS:
		return seats_lose(&changes->seats, change->cpu, change->ts_ns);
	case CHANGE_MOVE:
		return move_wait(changes, lane, change);
	case CHANGE_CGROUP:
		return cgroupmap_add(&changes->cgroups, change->cgroup);
	case CHANGE_DESCRIBED:
	case CHANGE_RENAMED:
		person_take(&lane->who, change->thread);
		lane->cgroup = change->thread->cgroup;
		return 0;
	default:
		return 0;
	}
}

static int on_change(void *ctx, const struct change *change)
{
	struct slice_changes *changes = ctx;
	struct lane *lane = change->thread ? lane_of(changes, change->thread) : NULL;
	int err = 0;

	if (change->thread && !lane)
		return -ENOMEM;
	err = seats_take(&changes->seats, change);
	if (err)
		return err;
	return change->kind < CHANGE_INPUTS ? take_input(changes, lane, change)
					    : take_rest(changes, lane, change);
}

uint64_t slice_changes_start(const struct slice_changes *changes)
{
	return changes->start_ns;
}

bool slice_changes_knows_idle(const struct slice_changes *changes)
{
	return changes->knows_idle;
}

int slice_changes_flush(struct slice_changes *changes, uint64_t now_ns)
{
	for (size_t i = 0; i < changes->room; i++) {
		struct lane *lane = &changes->lanes[i];
		int err;

		if (!lane->open || lane->start_ns > now_ns)
			continue;
		err = tell_slice(changes, lane, now_ns, &going_on);
		if (err)
			return err;
		lane->start_ns = now_ns;
	}
	return 0;
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	struct slice_changes *changes = ctx;

	if (end_ns <= changes->last_ns + END_NS)
		end_ns = changes->last_ns;
	return slice_changes_flush(changes, end_ns);
}

struct exporter slice_changes_exporter(struct slice_changes *changes)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };

	return (struct exporter){ .ops = &ops, .ctx = changes };
}
