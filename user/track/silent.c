// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Records before the snapshot's end. Nothing is told of them; they say where
 * threads are at the start, as far as they are newer than the threads' entries
 * (start.c).
 *
 * What syscall a thread on a CPU is in, its entry may not know. The records
 * of that slice do: its switch in, and whatever it enters or leaves since. A
 * switch in that does not say it means what was known before it: by the entry
 * if that is older, otherwise by the thread's records alone.
 */
#include "track/core.h"

#include "records/records.h"

/* Who a record is about. One whose start is not known was there by then. */
static struct thread *subject(struct track *track, const struct rec_head *head, uint64_t id,
			      uint32_t tid)
{
	struct thread *thread = who_is(track, id, tid);

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
static void apply_older_scope(const struct track *track, struct thread *thread, bool flag)
{
	thread->scope = who_in_scope(track, flag && thread->flags & REC_THREAD_SCOPE);
}

/* By its own records, in their order, however old they are. */
static void note_sys(struct thread *thread, uint16_t sys)
{
	if (sys != REC_SYS_UNKNOWN)
		thread->start_sys = sys;
}

static void apply_out(struct track *track, const struct rec_switch *record)
{
	struct thread *prev = subject(track, &record->head, record->prev.id, record->prev.tid);
	bool scope = record->flags & REC_SWITCH_PREV_SCOPE;

	if (!prev)
		return;
	note_sys(prev, record->prev_sys);
	if (!take_newer(prev, record->prev.num)) {
		apply_older_scope(track, prev, scope);
		return;
	}
	prev->scope = who_in_scope(track, scope);
	who_set_sys(track, prev, record->prev_sys);
	prev->start_state = record->flags & REC_SWITCH_DEAD	? REC_STATE_DEAD
			    : record->flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP
								: REC_STATE_RUNNABLE;
	prev->queue = record->head.cpu;
	prev->sleep_state = record->prev_state;
	prev->sleep_fd = record->prev_fd;
	prev->sleep_known = true;
}

/* Returns who came in; NULL: the idle task. */
static struct thread *apply_in(struct track *track, const struct rec_switch *record)
{
	struct thread *next = subject(track, &record->head, record->next.id, record->next.tid);
	bool scope = record->flags & REC_SWITCH_NEXT_SCOPE;

	if (!next)
		return NULL;
	note_sys(next, record->next_sys);
	if (take_newer(next, record->next.num)) {
		next->scope = who_in_scope(track, scope);
		next->start_state = REC_STATE_RUNNING;
		next->cpu = record->head.cpu;
		who_set_sys(track, next, record->next_sys);
		return next;
	}
	apply_older_scope(track, next, scope);
	/* The slice that its entry shows: older ones may have been put onto it. */
	if (record->next.num == next->num && next->start_state == REC_STATE_RUNNING)
		who_set_sys(track, next, next->start_sys);
	return next;
}

static void apply_wakeup(struct track *track, const struct rec_wakeup *record)
{
	struct thread *wakee;

	if (!who_is_wakee(track, &record->wakee))
		return;
	wakee = subject(track, &record->head, record->wakee.id, record->wakee.tid);
	if (!wakee || !take_newer(wakee, record->wakee.num))
		return;
	wakee->start_state = REC_STATE_RUNNABLE;
	wakee->queue = record->target_cpu;
}

/* Of the wait that is the newest known: its entry may be of that one, too. */
static void apply_migrate(struct track *track, const struct rec_migrate *record)
{
	struct thread *thread = subject(track, &record->head, record->task.id, record->task.tid);

	if (thread && thread->start_state == REC_STATE_RUNNABLE && thread->num == record->task.num)
		thread->queue = record->to_cpu;
}

static void apply_fork(struct track *track, const struct rec_fork *record)
{
	struct thread *child = subject(track, &record->head, record->child.id, record->child.tid);
	const struct thread *parent = thread_by_id(track->threads, record->parent_id);
	int queue = rec_fork_queue(record);

	if (!child)
		return;
	note_sys(child, record->child_sys);
	if (!take_newer(child, record->child.num))
		return;
	child->flags = record->flags;
	if (child->tgid == child->tid)
		who_begin_process(track, child, parent ? parent->process : NULL);
	child->scope = who_in_scope(track, record->flags & REC_THREAD_SCOPE);
	child->start_state = REC_STATE_RUNNABLE;
	child->queue = queue < 0 ? CHANGE_NO_CPU : (uint16_t)queue;
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
static void apply_sys(struct track *track, const struct rec_head *head, uint64_t id, uint32_t tid,
		      uint16_t sys)
{
	struct thread *thread = subject(track, head, id, tid);
	struct cpu *cpu = &track->cpus[head->cpu];

	if (!thread)
		return;
	note_sys(thread, sys);
	if (cpu->blind || cpu->occupant != thread || cpu->occupant_sys != REC_SYS_UNKNOWN)
		show_occupant(cpu, thread, sys);
	if (thread->start_state != REC_STATE_UNKNOWN &&
	    (thread->start_state != REC_STATE_RUNNING || thread->cpu != head->cpu))
		return;
	thread->born_sys = REC_SYS_NONE;
	thread->sys = sys;
}

/* A listed thread's scope is its entry's, or that of a switch: this may be older. */
static void apply_attributes(struct track *track, const struct rec_thread *record)
{
	struct thread *thread = who_is(track, record->task.id, record->task.tid);
	uint8_t flags;
	bool scope;

	if (!thread)
		return;
	scope = thread->scope;
	flags = thread->flags;
	who_set_attributes(track, thread, record);
	if (thread->start_state != REC_STATE_UNKNOWN) {
		thread->scope = scope;
		thread->flags = flags;
	}
}

static void apply_program(struct track *track, const struct rec_thread *record)
{
	struct thread *thread = who_is(track, record->task.id, record->task.tid);

	if (thread)
		who_takes_program(track, thread, record);
}

/* All losses before the start are told as one. */
static void note_loss(struct cpu *cpu, const struct order_item *item)
{
	if (cpu->lost.count == 0)
		cpu->lost.from_ns = item->lost_from_ns;
	cpu->lost.count += item->lost;
	cpu->lost.to_ns = item->lost_to_ns;
}

void silent_step(struct track *track, const struct order_item *item)
{
	const struct rec_head *head = item->record;
	struct cpu *cpu = &track->cpus[item->cpu];

	if (item->kind == ORDER_LOSS) {
		cpu->blind = true;
		note_loss(cpu, item);
		return;
	}
	switch (head->type) {
	case REC_SWITCH:
		apply_out(track, (const struct rec_switch *)head);
		show_occupant(cpu, apply_in(track, (const struct rec_switch *)head),
			      REC_SYS_UNKNOWN);
		break;
	case REC_WAKEUP:
		apply_wakeup(track, (const struct rec_wakeup *)head);
		break;
	case REC_MIGRATE:
		apply_migrate(track, (const struct rec_migrate *)head);
		break;
	case REC_FORK:
		apply_fork(track, (const struct rec_fork *)head);
		break;
	case REC_SYS_ENTER: {
		const struct rec_sys_enter *enter = (const struct rec_sys_enter *)head;

		apply_sys(track, head, enter->id, enter->tid, enter->sys);
		break;
	}
	case REC_SYS_EXIT: {
		const struct rec_sys_exit *leave = (const struct rec_sys_exit *)head;

		apply_sys(track, head, leave->id, leave->tid, REC_SYS_NONE);
		break;
	}
	case REC_EXEC: {
		const struct rec_thread *exec = (const struct rec_thread *)head;

		apply_sys(track, head, exec->task.id, exec->task.tid,
			  sys_classes_exec(track->classes));
		apply_attributes(track, exec);
		apply_program(track, exec);
		break;
	}
	case REC_THREAD:
	case REC_RENAME:
		apply_attributes(track, (const struct rec_thread *)head);
		break;
	default:
		break;
	}
}
