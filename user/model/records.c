// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Records to inputs. A record names threads and a CPU; each thread gets its
 * input in the order in which the record's things happen. What contradicts
 * the model is cleared away first, so that the tables see one thing at a time:
 *
 *   model_evict()  the CPU shows somebody else than we thought: that one has left
 *   model_bring()  the thread acts on a CPU where we did not have it: it came in
 */
#include "model/core.h"

#include <string.h>

/* Next comes onto the CPU as a goroutine that already has an M. */
static bool next_acts(const struct model *model, const struct rec_switch *record,
		      const struct thread *next)
{
	return next && next->g && !thread_on_cpu(next) &&
	       model_in_scope(model, record->flags & REC_SWITCH_NEXT_SCOPE) &&
	       !(record->flags & REC_SWITCH_NEXT_LEFT) &&
	       (!record->next.num || !next->num || num_newer(record->next.num, next->num));
}

static enum input out_input(const struct rec_switch *record, const struct thread *prev)
{
	bool inside = sys_inside(prev->sys);

	if (record->flags & REC_SWITCH_ASLEEP)
		return inside ? SLEEP_SYS : SLEEP;
	return inside ? STOP_SYS : STOP;
}

/* What it enters from now on is not recorded. */
static void leave_scope(struct model *model, struct thread *thread, const struct change *change)
{
	model_apply(model, thread, LEAVE, change);
	thread->sys = thread->born_sys = REC_SYS_UNKNOWN;
}

static void switch_out(struct model *model, const struct rec_switch *record, struct thread *prev,
		       struct thread *next)
{
	struct change change = { .cpu = record->head.cpu,
				 .other = next ? next : &model->idle,
				 .other_acts = next_acts(model, record, next),
				 .prev_state = record->prev_state,
				 .fd = record->prev_fd };

	if (!model_take_num(model, prev, &record->prev, &change))
		return;
	if (thread_on_cpu(prev) && prev->cpu != record->head.cpu)
		model_lose(model, prev, change.unknown);
	model_set_sys(model, prev, record->prev_sys);
	if (record->flags & REC_SWITCH_DEAD) {
		model_apply(model, prev, DIE, &change);
		return;
	}
	prev->scope = model_in_scope(model, record->flags & REC_SWITCH_PREV_SCOPE);
	if (prev->scope)
		model_apply(model, prev, out_input(record, prev), &change);
	else
		leave_scope(model, prev, &change);
}

static void switch_in(struct model *model, const struct rec_switch *record, struct thread *next)
{
	struct change change = { .cpu = record->head.cpu, .other = &model->idle };

	if (!model_take_num(model, next, &record->next, &change))
		return;
	model_set_sys(model, next, record->next_sys);
	next->scope = model_in_scope(model, record->flags & REC_SWITCH_NEXT_SCOPE) &&
		      !(record->flags & REC_SWITCH_NEXT_LEFT);
	if (!next->scope) {
		change.unknown = TOP_LEFT_SCOPE;
		leave_scope(model, next, &change);
		return;
	}
	model_apply(model, next, sys_inside(next->sys) ? IN_SYS : IN, &change);
}

static void step_switch(struct model *model, const struct rec_switch *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *next = model_thread(model, record->next.id, record->next.tid);
	struct thread *prev = NULL;

	/* Nothing is to be told of one who is first seen to die. */
	if (!(record->flags & REC_SWITCH_DEAD) || record->prev.id == 0 ||
	    thread_by_id(model->threads, record->prev.id))
		prev = model_thread_near(model, cpu, record->prev.id, record->prev.tid);
	model_evict(model, cpu, prev);
	if (prev)
		switch_out(model, record, prev, next);
	model_evict(model, cpu, next);
	if (next)
		switch_in(model, record, next);
}

static void step_wakeup(struct model *model, const struct rec_wakeup *record)
{
	/* Without storage nothing was noted of the waker: then it is not the idle task. */
	struct thread *waker = record->context == REC_CTX_UNKNOWN && !record->waker_tid
				       ? &model->nobody
				       : model_waker(model, record->waker_id, record->waker_tid);
	struct change change = { .cpu = record->head.cpu,
				 .other = waker,
				 .context = record->context,
				 .waker_sys = record->waker_sys };
	struct thread *wakee;

	if (!model_is_wakee(model, &record->wakee))
		return;
	wakee = model_thread(model, record->wakee.id, record->wakee.tid);
	if (!wakee || !model_take_num(model, wakee, &record->wakee, &change))
		return;
	change.other_acts = waker->g && record->context == REC_CTX_TASK &&
			    model_in_scope(model, record->flags & REC_WAKEUP_WAKER_SCOPE);
	wakee->scope = true;
	/* Without a number nobody says that it was asleep. */
	if (thread_on_cpu(wakee) && record->wakee.num == 0) {
		model->stats.repairs++;
		return;
	}
	model_apply(model, wakee, WAKE, &change);
}

static void step_fork(struct model *model, const struct rec_fork *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *child = model_thread(model, record->child.id, record->child.tid);
	struct thread *parent =
		model_thread_near(model, cpu, record->parent_id, record->parent_tid);
	struct change change = { .cpu = cpu, .other = parent ? parent : &model->idle };

	if (!child || !model_take_num(model, child, &record->child, &change))
		return;
	child->flags = record->flags;
	child->scope = model_in_scope(model, record->flags & REC_THREAD_SCOPE);
	if (!child->scope)
		return;
	if (child->state == T_ABSENT)
		child->sys = child->born_sys = record->child_sys;
	change.other_acts = parent && model_in_scope(model, record->parent_scope);
	if (!change.other_acts)
		model_evict(model, cpu, NULL);
	else if (model->cpus[cpu].running != parent) {
		/* What the child is born inside is what its parent is inside. */
		model_set_sys(model, parent, record->child_sys);
		model_bring(model, parent, cpu);
	}
	model_apply(model, child, FORK, &change);
}

static void step_sys_enter(struct model *model, const struct rec_sys_enter *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *thread = model_thread_near(model, cpu, record->id, record->tid);
	struct change change = { .cpu = cpu, .other = &model->idle };

	if (!thread)
		return;
	if (model->cpus[cpu].running != thread) {
		thread->sys = REC_SYS_NONE;
		model_bring(model, thread, cpu);
	}
	thread->born_sys = REC_SYS_NONE;
	thread->sys = sys_inside(record->sys) ? record->sys : REC_SYS_OTHER;
	model_apply(model, thread, ENTER, &change);
}

static void rename_thread(struct model *model, struct thread *thread, const char *comm)
{
	names_clean_comm(thread->comm, comm);
	emit_renamed(model, thread);
}

static void step_sys_exit(struct model *model, const struct rec_sys_exit *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *thread = model_thread_near(model, cpu, record->id, record->tid);
	struct change change = { .cpu = cpu, .other = &model->idle };

	if (!thread)
		return;
	thread->sys = REC_SYS_NONE;
	if (model->cpus[cpu].running != thread)
		model_bring(model, thread, cpu);
	else
		model_apply(model, thread, EXIT, &change);
	/* The exec that it was held for has failed. */
	if (thread->held_valid)
		rename_thread(model, thread, thread->held_comm);
	thread->held_valid = false;
}

static void step_thread(struct model *model, const struct rec_thread *record)
{
	struct thread *thread = model_thread(model, record->task.id, record->task.tid);
	char old[REC_COMM_LEN];

	if (!thread)
		return;
	memcpy(old, thread->comm, sizeof(old));
	model_set_attributes(model, thread, record);
	if (memcmp(old, thread->comm, sizeof(old)) != 0)
		emit_renamed(model, thread);
}

static void step_rename(struct model *model, const struct rec_thread *record)
{
	struct thread *thread = model_thread(model, record->task.id, record->task.tid);

	if (!thread)
		return;
	if (sys_class_get(model->classes, thread->sys) == SYS_EXEC) {
		memcpy(thread->held_comm, record->comm, sizeof(thread->held_comm));
		thread->held_valid = true;
		return;
	}
	rename_thread(model, thread, record->comm);
}

/*
 * Who was not the leader takes over the leader's tid, and the leader, which
 * is dying but may still have to leave its CPU, has the old one from then on.
 */
static void swap_tids(struct model *model, const struct rec_thread *record)
{
	struct thread *leader = thread_by_tid(model->threads, model_tid(record->task.tid));

	if (record->old_tid != record->task.tid && leader && leader->id != record->task.id)
		thread_set_tid(model->threads, leader, model_tid(record->old_tid));
}

static void step_exec(struct model *model, const struct rec_thread *record)
{
	uint16_t cpu = record->head.cpu;
	struct change change = { .cpu = cpu, .other = &model->idle };
	struct thread *thread;
	bool late;

	swap_tids(model, record);
	thread = model_thread_near(model, cpu, record->task.id, record->task.tid);
	if (!thread)
		return;
	if (sys_class_get(model->classes, thread->sys) != SYS_EXEC)
		thread->sys = sys_classes_exec(model->classes);
	late = thread->state == T_ABSENT;
	if (!late)
		model_bring(model, thread, cpu);
	thread->held_valid = false;
	model_set_attributes(model, thread, record);
	if (late)
		model_bring(model, thread, cpu);
	else
		model_apply(model, thread, EXEC, &change);
}

void records_loss(struct model *model, const struct order_item *item)
{
	struct cpu *cpu = &model->cpus[item->cpu];

	if (cpu->running)
		model_lose(model, cpu->running, TOP_RECORDS_LOST);
	cpu->blind = true;
	model_note_loss(cpu, item);
}

/* After it the model knows who is on the record's CPU. */
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

void records_step(struct model *model, const struct rec_head *head)
{
	switch (head->type) {
	case REC_SWITCH:
		step_switch(model, (const struct rec_switch *)head);
		break;
	case REC_WAKEUP:
		step_wakeup(model, (const struct rec_wakeup *)head);
		break;
	case REC_FORK:
		step_fork(model, (const struct rec_fork *)head);
		break;
	case REC_SYS_ENTER:
		step_sys_enter(model, (const struct rec_sys_enter *)head);
		break;
	case REC_SYS_EXIT:
		step_sys_exit(model, (const struct rec_sys_exit *)head);
		break;
	case REC_THREAD:
		step_thread(model, (const struct rec_thread *)head);
		break;
	case REC_RENAME:
		step_rename(model, (const struct rec_thread *)head);
		break;
	case REC_EXEC:
		step_exec(model, (const struct rec_thread *)head);
		break;
	case REC_EXIT: /* it still runs: its end is its last switch out */
	default:       /* of a newer version */
		break;
	}
	if (shows_occupant(head))
		model->cpus[head->cpu].blind = false;
}
