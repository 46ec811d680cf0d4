// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Records to changes. A record names threads and a CPU; each thread gets its
 * change in the order in which the record's things happen. What contradicts
 * what is known is cleared away first:
 *
 *   track_evict()  the CPU shows somebody else than we thought: that one has left
 *   track_bring()  the thread acts on a CPU where we did not have it: it came in
 */
#include "track/core.h"

#include <string.h>

#include "records/records.h"
#include "track/taskstate.h"

/* ---- a switch ---- */

/* Next comes onto the CPU from off its own, in scope, by this very record. */
static bool next_comes(const struct track *track, const struct rec_switch *record,
		       const struct thread *next)
{
	return next && !thread_on_cpu(next) &&
	       who_in_scope(track, record->flags & REC_SWITCH_NEXT_SCOPE) &&
	       !(record->flags & REC_SWITCH_NEXT_LEFT) &&
	       (!record->next.num || !next->num || num_newer(record->next.num, next->num));
}

enum change_cause track_cause_of_sleep(uint16_t prev_state)
{
	if (prev_state & (TASK_STATE_STOPPED | TASK_STATE_TRACED))
		return CAUSE_STOPPED;
	return prev_state & TASK_STATE_FROZEN ? CAUSE_FROZEN : CAUSE_ASLEEP;
}

/*
 * Why it left though it could go on. Nobody takes a CPU to be idle: a thread
 * whose CPU is idle all the same has used up what it may, by a limit of its
 * cgroup (cpu.max) or of the real-time class. Where limits are told, it is none.
 */
static enum change_cause cause_of_stop(const struct track *track, const struct rec_switch *record,
				       const struct thread *prev, const struct change *change)
{
	static const uint8_t limits[] = { [REC_CAUSE_BANDWIDTH] = CAUSE_THROTTLED,
					  [REC_CAUSE_DEADLINE] = CAUSE_DEADLINE,
					  [REC_CAUSE_REALTIME] = CAUSE_REALTIME };
	bool told = track->options.told & TOLD_SHARES;
	uint8_t cause = told ? rec_switch_cause(record) : REC_CAUSE_NONE;

	if (cause < sizeof(limits) && limits[cause])
		return limits[cause];
	if (sys_class_get(track->classes, prev->sys) == SYS_YIELD)
		return CAUSE_YIELDED;
	if (!told && thread_is_idle(change->other) && change->out.prev_state == 0)
		return CAUSE_LIMIT;
	return CAUSE_PREEMPTED;
}

/* A stranger leaves a CPU or comes onto one; maybe it is one only from now on. */
static void be_stranger(struct track *track, struct thread *thread, enum change_kind kind,
			struct change *change)
{
	bool was = thread->state == THREAD_ABSENT;

	track_apply(track, thread, CHANGE_LEAVE, change);
	/* What it enters from now on is not recorded. */
	thread->sys = thread->born_sys = REC_SYS_UNKNOWN;
	/* Who leaves scope by leaving a CPU was told to leave both. */
	if (thread->state != THREAD_ABSENT || (!was && kind == CHANGE_STRANGER_OUT))
		return;
	change->kind = kind;
	change->from = THREAD_ABSENT;
	change->sys = REC_SYS_UNKNOWN;
	track_tell(track, change);
}

static void leave_cpu(struct track *track, const struct rec_switch *record, struct thread *prev,
		      struct change *change)
{
	if (record->flags & REC_SWITCH_DEAD) {
		track_apply(track, prev, CHANGE_END, change);
		return;
	}
	prev->scope = who_in_scope(track, record->flags & REC_SWITCH_PREV_SCOPE);
	if (!prev->scope) {
		be_stranger(track, prev, CHANGE_STRANGER_OUT, change);
	} else if (record->flags & REC_SWITCH_ASLEEP) {
		change->cause = track_cause_of_sleep(record->prev_state);
		prev->sleep_state = record->prev_state;
		prev->sleep_fd = record->prev_fd;
		prev->sleep_known = true;
		track_apply(track, prev, CHANGE_OUT_ASLEEP, change);
	} else {
		change->cause = cause_of_stop(track, record, prev, change);
		track_apply(track, prev, CHANGE_OUT_RUNNABLE, change);
	}
}

static void switch_out(struct track *track, const struct rec_switch *record, struct thread *prev,
		       struct thread *next)
{
	const struct rec_more *more = rec_switch_more(record);
	struct change change = { .cpu = record->head.cpu,
				 .other = next ? next : &track->idle,
				 .other_scope =
					 who_in_scope(track, record->flags & REC_SWITCH_NEXT_SCOPE),
				 .other_comes = next_comes(track, record, next),
				 .out = { .prev_state = record->prev_state,
					  .fd = record->prev_fd,
					  .flags = record->flags } };

	if (!who_take_num(track, prev, &record->prev, &change))
		return;
	if (thread_on_cpu(prev) && prev->cpu != record->head.cpu)
		track_lose(track, prev, change.gap);
	who_set_sys(track, prev, record->prev_sys);
	if (more && more->known & REC_MORE_STACKS &&
	    who_in_scope(track, record->flags & REC_SWITCH_PREV_SCOPE)) {
		change.kernel_stack = track_stack(track, more->kernel_stack);
		change.user_stack = track_stack(track, more->user_stack);
	}
	leave_cpu(track, record, prev, &change);
}

/* How much of the wait that ends here was due to a CPU limit. */
static void take_share(const struct track *track, const struct rec_switch *record,
		       struct change *change)
{
	struct rec_throttled throttled;

	if (!(track->options.told & TOLD_SHARES) || !rec_switch_throttled(record, true, &throttled))
		return;
	change->share = SHARE_KNOWN |
			(throttled.flags & REC_THROTTLED_ESTIMATE ? SHARE_ESTIMATED : 0) |
			(throttled.flags & REC_THROTTLED_BEGIN ? SHARE_FIRST : 0);
	change->in.throttled_ns = throttled.ns;
	change->in.group = throttled.by;
}

static void tell_about(struct track *track, const struct thread *thread, enum change_kind kind)
{
	struct change change = { .kind = kind,
				 .thread = thread,
				 .other = &track->nobody,
				 .from = thread->state,
				 .to = thread->state,
				 .cpu = CHANGE_NO_CPU,
				 .sys = thread->sys };

	track_tell(track, &change);
}

/*
 * A server's workers and a JVM's threads name themselves late, and some
 * programs at every request: so who ran for a while under the old name is
 * another from here on, but not without end.
 */
#define NAMED_NS 100000000
#define LIVES_MAX 16

static void tell_anew(struct track *track, struct thread *thread)
{
	struct change change = { .kind = CHANGE_RENAMED,
				 .thread = thread,
				 .other = &track->nobody,
				 .from = thread->state,
				 .to = thread->state,
				 .cpu = thread->cpu,
				 .sys = thread->sys,
				 .renamed = { .anew = true } };

	thread->anew_pending = false;
	thread->lives++;
	track_tell(track, &change);
}

/* Returns how long it was on CPUs under the name that it has no more; 0: it still has it. */
static uint64_t take_comm(struct track *track, struct thread *thread, const char *comm)
{
	uint64_t named_ns = thread->named_ns;
	char old[REC_COMM_LEN];

	memcpy(old, thread->comm, sizeof(old));
	thread_clean_comm(thread->comm, comm);
	if (!memcmp(old, thread->comm, sizeof(old)))
		return 0;
	if (thread_on_cpu(thread))
		named_ns += track->ts_ns - thread->on_since;
	thread->named_ns = 0;
	thread->on_since = track->ts_ns;
	return named_ns;
}

static void rename_thread(struct track *track, struct thread *thread, const char *comm)
{
	uint64_t named_ns = take_comm(track, thread, comm);

	if (named_ns < NAMED_NS || thread->lives >= LIVES_MAX)
		tell_about(track, thread, CHANGE_RENAMED);
	else if (thread_on_cpu(thread))
		tell_anew(track, thread);
	else
		thread->anew_pending = true;
}

static void switch_in(struct track *track, const struct rec_switch *record, struct thread *prev,
		      struct thread *next)
{
	struct change change = { .cpu = record->head.cpu,
				 .other = prev ? prev : &track->idle,
				 .other_scope = who_in_scope(
					 track, record->flags & REC_SWITCH_PREV_SCOPE) };

	if (!who_take_num(track, next, &record->next, &change))
		return;
	who_set_sys(track, next, record->next_sys);
	next->scope = who_in_scope(track, record->flags & REC_SWITCH_NEXT_SCOPE) &&
		      !(record->flags & REC_SWITCH_NEXT_LEFT);
	if (!next->scope) {
		change.gap = GAP_SCOPE;
		be_stranger(track, next, CHANGE_STRANGER_IN, &change);
		return;
	}
	take_share(track, record, &change);
	track_apply(track, next, CHANGE_IN, &change);
	if (next->anew_pending && thread_on_cpu(next))
		tell_anew(track, next);
}

static void step_switch(struct track *track, const struct rec_switch *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *next = who_is(track, record->next.id, record->next.tid);
	struct thread *prev = NULL;

	/* Nothing is to be told of one who is first seen to die. */
	if (!(record->flags & REC_SWITCH_DEAD) || record->prev.id == 0 ||
	    thread_by_id(track->threads, record->prev.id))
		prev = who_is_near(track, cpu, record->prev.id, record->prev.tid);
	track_evict(track, cpu, prev);
	if (prev)
		switch_out(track, record, prev, next);
	track_evict(track, cpu, next);
	if (next)
		switch_in(track, record, prev, next);
}

/* ---- the rest ---- */

static void step_wakeup(struct track *track, const struct rec_wakeup *record)
{
	/* Without storage nothing was noted of the waker: then it is not the idle task. */
	struct thread *waker = record->context == REC_CTX_UNKNOWN && !record->waker_tid
				       ? &track->nobody
				       : who_wakes(track, record->waker_id, record->waker_tid);
	struct change change = { .cpu = record->head.cpu,
				 .other = waker,
				 .other_scope = who_in_scope(track, record->flags &
									    REC_WAKEUP_WAKER_SCOPE),
				 .wake = { .flight_ns = record->flight_ns,
					   .waker_sys = record->waker_sys,
					   .waker_cpu = record->waker_cpu,
					   .target_cpu = record->target_cpu,
					   .context = record->context } };
	struct thread *wakee;

	if (!who_is_wakee(track, &record->wakee))
		return;
	wakee = who_is(track, record->wakee.id, record->wakee.tid);
	if (!wakee || !who_take_num(track, wakee, &record->wakee, &change))
		return;
	wakee->scope = true;
	/* Without a number nobody says that it was asleep. */
	if (thread_on_cpu(wakee) && record->wakee.num == 0) {
		track->stats.repairs++;
		return;
	}
	track_apply(track, wakee, CHANGE_WAKE, &change);
}

static void step_fork(struct track *track, const struct rec_fork *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *child = who_is(track, record->child.id, record->child.tid);
	struct thread *parent = who_is_near(track, cpu, record->parent_id, record->parent_tid);
	int queue = rec_fork_queue(record);
	struct change change = { .cpu = cpu,
				 .other = parent ? parent : &track->idle,
				 .other_scope = parent && who_in_scope(track, record->parent_scope),
				 .born = { .queue = queue < 0 ? CHANGE_NO_CPU : (uint16_t)queue } };

	if (!child || !who_take_num(track, child, &record->child, &change))
		return;
	child->flags = record->flags;
	if (child->tgid == child->tid)
		who_begin_process(track, child, parent ? parent->process : NULL);
	child->scope = who_in_scope(track, record->flags & REC_THREAD_SCOPE);
	if (!child->scope)
		return;
	if (child->state == THREAD_ABSENT)
		child->sys = child->born_sys = record->child_sys;
	if (!change.other_scope)
		track_evict(track, cpu, NULL);
	else if (track->cpus[cpu].running != parent) {
		/* What the child is born inside is what its parent is inside. */
		who_set_sys(track, parent, record->child_sys);
		track_bring(track, parent, cpu);
	}
	track_apply(track, child, CHANGE_BORN, &change);
}

/* It stands behind the transition that it names, or it is of no use any more. */
static void step_migrate(struct track *track, const struct rec_migrate *record)
{
	struct thread *thread = who_is(track, record->task.id, record->task.tid);
	struct change change = { .kind = CHANGE_MOVE,
				 .thread = thread,
				 .other = &track->nobody,
				 .from = THREAD_RUNNABLE,
				 .to = THREAD_RUNNABLE,
				 .cpu = record->to_cpu };

	if (!thread || thread->state != THREAD_RUNNABLE || thread->num != record->task.num ||
	    record->to_cpu >= track->options.cpus)
		return;
	change.sys = thread->sys;
	change.move.from = thread->queue;
	thread->queue = record->to_cpu;
	track_tell(track, &change);
}

static void step_sys_enter(struct track *track, const struct rec_sys_enter *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *thread = who_is_near(track, cpu, record->id, record->tid);
	struct change change = { .cpu = cpu, .other = &track->nobody };

	if (!thread)
		return;
	if (track->cpus[cpu].running != thread) {
		thread->sys = REC_SYS_NONE;
		track_bring(track, thread, cpu);
	}
	thread->born_sys = REC_SYS_NONE;
	thread->sys = sys_inside(record->sys) ? record->sys : REC_SYS_OTHER;
	if (sys_class_get(track->classes, thread->sys) != SYS_RESTART)
		thread->resumes = REC_SYS_UNKNOWN;
	track_apply(track, thread, CHANGE_SYS_ENTER, &change);
}

/* What the kernel returns where restart_syscall is to go on; a program never sees it. */
#define RESTART_BLOCK (-516)

/* It leaves the syscall sys; the next may go on with that one. */
static void note_interrupted(const struct track *track, struct thread *thread, uint16_t sys,
			     int64_t ret)
{
	if (ret != RESTART_BLOCK)
		thread->resumes = REC_SYS_UNKNOWN;
	else if (sys_class_get(track->classes, sys) != SYS_RESTART)
		thread->resumes = sys;
}

static void step_sys_exit(struct track *track, const struct rec_sys_exit *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *thread = who_is_near(track, cpu, record->id, record->tid);
	struct change change = { .cpu = cpu,
				 .other = &track->nobody,
				 .sys_exit = { .ret = record->ret } };

	if (!thread)
		return;
	change.sys = thread->sys;
	note_interrupted(track, thread, thread->sys, record->ret);
	thread->sys = REC_SYS_NONE;
	if (track->cpus[cpu].running != thread)
		track_bring(track, thread, cpu);
	else
		track_apply(track, thread, CHANGE_SYS_EXIT, &change);
	/* The exec that it was held for has failed. */
	if (thread->held_valid)
		rename_thread(track, thread, thread->held_comm);
	thread->held_valid = false;
}

static void step_thread(struct track *track, const struct rec_thread *record)
{
	struct thread *thread = who_is(track, record->task.id, record->task.tid);
	char old[REC_COMM_LEN];

	if (!thread)
		return;
	memcpy(old, thread->comm, sizeof(old));
	who_set_attributes(track, thread, record);
	tell_about(track, thread, CHANGE_DESCRIBED);
	if (memcmp(old, thread->comm, sizeof(old)) != 0)
		tell_about(track, thread, CHANGE_RENAMED);
}

static void step_rename(struct track *track, const struct rec_thread *record)
{
	struct thread *thread = who_is(track, record->task.id, record->task.tid);

	if (!thread)
		return;
	if (sys_class_get(track->classes, thread->sys) == SYS_EXEC) {
		memcpy(thread->held_comm, record->comm, sizeof(thread->held_comm));
		thread->held_valid = true;
		return;
	}
	rename_thread(track, thread, record->comm);
}

/*
 * Who was not the leader takes over the leader's tid, and the leader, which
 * is dying but may still have to leave its CPU, has the old one from then on.
 */
static void swap_tids(struct track *track, const struct rec_thread *record)
{
	struct thread *leader = thread_by_tid(track->threads, who_tid(record->task.tid));

	if (record->old_tid != record->task.tid && leader && leader->id != record->task.id)
		thread_set_tid(track->threads, leader, who_tid(record->old_tid));
}

static void step_exec(struct track *track, const struct rec_thread *record)
{
	uint16_t cpu = record->head.cpu;
	struct change change = { .cpu = cpu,
				 .other = &track->nobody,
				 .exec = { .old_tid = record->old_tid } };
	struct thread *thread;
	bool late;

	swap_tids(track, record);
	thread = who_is_near(track, cpu, record->task.id, record->task.tid);
	if (!thread)
		return;
	if (sys_class_get(track->classes, thread->sys) != SYS_EXEC)
		thread->sys = sys_classes_exec(track->classes);
	late = thread->state == THREAD_ABSENT;
	if (!late)
		track_bring(track, thread, cpu);
	thread->held_valid = false;
	who_set_attributes(track, thread, record);
	who_takes_program(track, thread, record);
	thread->named_ns = 0;
	thread->on_since = track->ts_ns;
	thread->anew_pending = false;
	if (late)
		track_bring(track, thread, cpu);
	else
		track_apply(track, thread, CHANGE_EXEC, &change);
}

void records_loss(struct track *track, const struct order_item *item)
{
	struct cpu *cpu = &track->cpus[item->cpu];
	const struct change_loss loss = { .count = item->lost,
					  .from_ns = item->lost_from_ns,
					  .to_ns = item->lost_to_ns };
	struct change change = {
		.kind = CHANGE_LOSS, .cpu = item->cpu, .other = &track->nobody, .loss = &loss
	};

	if (cpu->running)
		track_lose(track, cpu->running, GAP_LOST);
	cpu->blind = true;
	track_tell(track, &change);
}

/* After it is known who is on the record's CPU. */
static bool shows_occupant(const struct rec_head *head)
{
	switch (head->type) {
	case REC_SWITCH:
	case REC_FORK:
	case REC_SYS_ENTER:
	case REC_SYS_EXIT:
	case REC_EXEC:
		return true;
	default:
		return false;
	}
}

void records_step(struct track *track, const struct rec_head *head)
{
	switch (head->type) {
	case REC_SWITCH:
		step_switch(track, (const struct rec_switch *)head);
		break;
	case REC_WAKEUP:
		step_wakeup(track, (const struct rec_wakeup *)head);
		break;
	case REC_FORK:
		step_fork(track, (const struct rec_fork *)head);
		break;
	case REC_SYS_ENTER:
		step_sys_enter(track, (const struct rec_sys_enter *)head);
		break;
	case REC_SYS_EXIT:
		step_sys_exit(track, (const struct rec_sys_exit *)head);
		break;
	case REC_THREAD:
		step_thread(track, (const struct rec_thread *)head);
		break;
	case REC_RENAME:
		step_rename(track, (const struct rec_thread *)head);
		break;
	case REC_EXEC:
		step_exec(track, (const struct rec_thread *)head);
		break;
	case REC_MIGRATE:
		step_migrate(track, (const struct rec_migrate *)head);
		break;
	case REC_EXIT: /* it still runs: its end is its last switch out */
	default:       /* of a newer version */
		break;
	}
	if (shows_occupant(head))
		track->cpus[head->cpu].blind = false;
}
