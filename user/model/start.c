// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The start. Recording is on before the tasks are listed, so what a record
 * says may be older or newer than a thread's entry: the transition numbers
 * tell which. Until the list is complete nothing is written; then every CPU
 * and every thread is stated as it is, and the trace begins.
 *
 * What syscall a thread on a CPU is in, its entry does not know. The records
 * of that slice do: its switch in, and whatever it enters or leaves since.
 */
#include "model/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void apply_entry(struct model *model, struct thread *thread,
			const struct rec_snapshot *entry)
{
	/* Listed twice: the newer entry counts. */
	if (thread->start_state != REC_STATE_UNKNOWN && !num_newer(entry->num, thread->num))
		return;
	thread->num = entry->num;
	thread->start_ns = entry->start_ns;
	thread->tgid = entry->tgid;
	thread->cpu = entry->cpu;
	thread->sys = entry->sys;
	thread->start_state = entry->state;
	thread->flags = entry->flags;
	thread->scope = model_in_scope(model, entry->flags & REC_THREAD_SCOPE);
	names_clean_comm(thread->comm, entry->comm);
	names_clean_comm(thread->leader_comm, entry->leader_comm);
}

int start_snapshot(struct model *model, const struct rec_snapshot *threads, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct thread *thread = model_thread(model, threads[i].id, threads[i].tid);

		if (thread)
			apply_entry(model, thread, &threads[i]);
	}
	model->stats.no_number = 0; /* entries are no records */
	return model->error;
}

/* ---- records before the snapshot's end ---- */

/* Who a record is about. One whose start is not known was there by then. */
static struct thread *subject(struct model *model, const struct rec_head *head, uint64_t id,
			      uint32_t tid)
{
	struct thread *thread = model_thread(model, id, tid);

	if (thread && !thread->start_ns)
		thread->start_ns = head->ts_ns;
	return thread;
}

/* The record is newer than what is known; its number is known from then on. */
static bool take_newer(struct thread *thread, uint32_t num)
{
	bool known = thread->start_state != REC_STATE_UNKNOWN;

	thread->start_moves++;
	if (known && (num == 0 || !num_newer(num, thread->num)))
		return false;
	thread->num = num;
	return true;
}

/*
 * Without a number it was a stranger then. Whether that was before its entry,
 * in scope, its other records tell; if they were lost, it may still be one.
 */
static void apply_older_scope(const struct model *model, struct thread *thread, bool flag)
{
	thread->scope = model_in_scope(model, flag && thread->flags & REC_THREAD_SCOPE);
}

static void apply_out(struct model *model, const struct rec_switch *record)
{
	struct thread *prev = subject(model, &record->head, record->prev.id, record->prev.tid);
	bool scope = record->flags & REC_SWITCH_PREV_SCOPE;

	if (!prev)
		return;
	if (!take_newer(prev, record->prev.num)) {
		apply_older_scope(model, prev, scope);
		return;
	}
	prev->scope = model_in_scope(model, scope);
	model_set_sys(model, prev, record->prev_sys);
	prev->start_state = record->flags & REC_SWITCH_DEAD	? REC_STATE_DEAD
			    : record->flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP
								: REC_STATE_RUNNABLE;
}

/* Returns who came in; NULL: the idle task. */
static struct thread *apply_in(struct model *model, const struct rec_switch *record)
{
	struct thread *next = subject(model, &record->head, record->next.id, record->next.tid);
	bool scope = record->flags & REC_SWITCH_NEXT_SCOPE;

	if (!next)
		return NULL;
	if (take_newer(next, record->next.num)) {
		next->scope = model_in_scope(model, scope);
		next->start_state = REC_STATE_RUNNING;
		next->cpu = record->head.cpu;
	} else {
		apply_older_scope(model, next, scope);
		if (record->next.num != next->num || next->start_state != REC_STATE_RUNNING)
			return next;
	}
	model_set_sys(model, next, record->next_sys);
	return next;
}

static void apply_wakeup(struct model *model, const struct rec_wakeup *record)
{
	struct thread *wakee;

	if (!model_is_wakee(model, &record->wakee))
		return;
	wakee = subject(model, &record->head, record->wakee.id, record->wakee.tid);
	if (wakee && take_newer(wakee, record->wakee.num))
		wakee->start_state = REC_STATE_RUNNABLE;
}

static void apply_fork(struct model *model, const struct rec_fork *record)
{
	struct thread *child = subject(model, &record->head, record->child.id, record->child.tid);

	if (!child || !take_newer(child, record->child.num))
		return;
	child->flags = record->flags;
	child->scope = model_in_scope(model, record->flags & REC_THREAD_SCOPE);
	child->start_state = REC_STATE_RUNNABLE;
	child->sys = child->born_sys = record->child_sys;
}

static void show_occupant(struct cpu *cpu, struct thread *thread, uint16_t sys)
{
	cpu->shown = true;
	cpu->blind = false;
	cpu->occupant = thread;
	cpu->occupant_moves = thread ? thread->start_moves : 0;
	cpu->occupant_sys = sys;
}

/*
 * Syscalls have no number: they are of the last slice if it runs now, or if
 * nothing else is known of the thread. And they show who is on the CPU; where
 * its switch in was, too, that one knows better.
 */
static void apply_sys(struct model *model, const struct rec_head *head, uint64_t id, uint32_t tid,
		      uint16_t sys)
{
	struct thread *thread = subject(model, head, id, tid);
	struct cpu *cpu = &model->cpus[head->cpu];

	if (!thread)
		return;
	if (cpu->blind || cpu->occupant != thread || cpu->occupant_sys != REC_SYS_UNKNOWN)
		show_occupant(cpu, thread, sys);
	if (thread->start_state != REC_STATE_UNKNOWN &&
	    (thread->start_state != REC_STATE_RUNNING || thread->cpu != head->cpu))
		return;
	thread->born_sys = REC_SYS_NONE;
	thread->sys = sys;
}

/* A listed thread's scope is its entry's, or that of a switch: this may be older. */
static void apply_attributes(struct model *model, const struct rec_thread *record)
{
	struct thread *thread = model_thread(model, record->task.id, record->task.tid);
	uint8_t flags;
	bool scope;

	if (!thread)
		return;
	scope = thread->scope;
	flags = thread->flags;
	model_set_attributes(model, thread, record);
	if (thread->start_state != REC_STATE_UNKNOWN) {
		thread->scope = scope;
		thread->flags = flags;
	}
}

void start_apply(struct model *model, const struct order_item *item)
{
	const struct rec_head *head = item->record;

	struct cpu *cpu = &model->cpus[item->cpu];

	if (item->kind == ORDER_LOSS) {
		cpu->blind = true;
		model_note_loss(cpu, item);
		return;
	}
	switch (head->type) {
	case REC_SWITCH:
		apply_out(model, (const struct rec_switch *)head);
		show_occupant(cpu, apply_in(model, (const struct rec_switch *)head),
			      REC_SYS_UNKNOWN);
		break;
	case REC_WAKEUP:
		apply_wakeup(model, (const struct rec_wakeup *)head);
		break;
	case REC_FORK:
		apply_fork(model, (const struct rec_fork *)head);
		break;
	case REC_SYS_ENTER: {
		const struct rec_sys_enter *enter = (const struct rec_sys_enter *)head;

		apply_sys(model, head, enter->id, enter->tid, enter->sys);
		break;
	}
	case REC_SYS_EXIT: {
		const struct rec_sys_exit *leave = (const struct rec_sys_exit *)head;

		apply_sys(model, head, leave->id, leave->tid, REC_SYS_NONE);
		break;
	}
	case REC_EXEC: {
		const struct rec_thread *exec = (const struct rec_thread *)head;

		apply_sys(model, head, exec->task.id, exec->task.tid,
			  sys_classes_exec(model->classes));
		apply_attributes(model, exec);
		break;
	}
	case REC_THREAD:
	case REC_RENAME:
		apply_attributes(model, (const struct rec_thread *)head);
		break;
	default:
		break;
	}
}

/* ---- the start itself ---- */

/*
 * Who did a syscall and was not seen to move since is on the CPU still, in scope.
 * Its entry says otherwise only if it is older and the switch in was lost: then
 * its number is of no use, too.
 */
static void settle_occupants(struct model *model)
{
	for (uint32_t i = 0; i < model->options.cpus; i++) {
		const struct cpu *cpu = &model->cpus[i];
		struct thread *thread = cpu->occupant;

		if (cpu->blind || !thread || cpu->occupant_sys == REC_SYS_UNKNOWN ||
		    cpu->occupant_moves != thread->start_moves ||
		    (!cpu->lost && thread->start_state != REC_STATE_UNKNOWN))
			continue;
		if (thread->start_state != REC_STATE_RUNNING || thread->cpu != i)
			thread->num = 0;
		thread->start_state = REC_STATE_RUNNING;
		thread->cpu = (uint16_t)i;
		thread->scope = true;
		thread->born_sys = REC_SYS_NONE;
		thread->sys = cpu->occupant_sys;
	}
}

/*
 * May the thread be shown to run on its CPU? The CPU's last record is the best
 * witness; where records were lost after it nobody is sure to run.
 */
static bool holds_cpu(const struct model *model, const struct thread *thread)
{
	const struct cpu *cpu = &model->cpus[thread->cpu];

	if (thread->cpu >= model->options.cpus || cpu->blind)
		return false;
	return cpu->shown ? cpu->occupant == thread : !cpu->running;
}

/* Where the thread stands. */
static void settle_state(struct model *model, struct thread *thread)
{
	bool inside = sys_inside(thread->sys);

	switch (thread->start_state) {
	case REC_STATE_RUNNING:
		thread->state = T_LOST;
		thread->lost_how = TOP_RECORDS_LOST;
		if (holds_cpu(model, thread)) {
			thread->state = inside ? T_SYSCALL : T_RUNNING;
			model->cpus[thread->cpu].running = thread;
			model_see_cpu(model, thread->cpu);
		}
		break;
	case REC_STATE_RUNNABLE:
		thread->state = T_RUNNABLE;
		break;
	case REC_STATE_ASLEEP:
		thread->state = T_WAITING;
		if (inside && model->options.mapping == MODEL_GO)
			thread->state = T_BLOCKED;
		break;
	case REC_STATE_DEAD:
		thread->state = T_DEAD;
		thread_table_drop(model->threads, thread);
		break;
	default: /* unborn, or never seen to do anything: its first record introduces it */
		break;
	}
}

/*
 * Of those with one tid only who started last can be alive: the others are
 * dead, seen to die or not. threads are sorted by tid.
 */
static void bury_outlived(struct thread **threads, size_t count)
{
	for (size_t i = 0, end; i < count; i = end) {
		uint64_t last_ns = 0;

		for (end = i; end < count && threads[end]->tid == threads[i]->tid; end++)
			if (threads[end]->start_ns > last_ns)
				last_ns = threads[end]->start_ns;
		for (size_t k = i; k < end; k++)
			if (threads[k]->start_ns < last_ns)
				threads[k]->start_state = REC_STATE_DEAD;
	}
}

static void settle_states(struct model *model, struct thread **threads, size_t count)
{
	settle_occupants(model);
	bury_outlived(threads, count);
	for (size_t i = 0; i < count; i++)
		if (threads[i]->scope || threads[i]->start_state == REC_STATE_DEAD)
			settle_state(model, threads[i]);
}

static void state_cpus(struct model *model)
{
	for (uint32_t i = 0; i < model->options.cpus; i++) {
		if (model->cpus[i].running)
			emit_running(model, model->cpus[i].running);
		else if (model->cpus[i].seen || i < model->options.cpus_online)
			emit_idle_cpu(model, i);
	}
}

int start_settle(struct model *model)
{
	size_t count = thread_table_count(model->threads);
	struct thread **threads = calloc(count + 1, sizeof(struct thread *));
	/* One nanosecond for each status, all before the first record. */
	uint64_t room = count + model->options.cpus + 4;

	if (!threads)
		return -ENOMEM;
	model->settled = true;
	thread_table_list(model->threads, threads);
	settle_states(model, threads, count);
	model->procs = model->procs > model->options.cpus_online ? model->procs
								 : model->options.cpus_online;
	model->procs_pending = true;
	emit_at(model, model->end_ns > room ? model->end_ns - room : 0);
	state_cpus(model);
	for (size_t i = 0; i < count; i++)
		if (threads[i]->state != T_ABSENT && threads[i]->state != T_DEAD &&
		    !thread_on_cpu(threads[i]))
			emit_off_cpu(model, threads[i]);
	emit_leftovers(model);
	free(threads);
	return 0;
}
