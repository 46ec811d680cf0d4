// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A change happens to a thread. Its state is the table's next one, the CPUs'
 * books follow it, and it is told. What contradicts what is known of a CPU is
 * cleared away by track_evict() and track_bring(), so that the table sees one
 * thing at a time.
 */
#include "track/core.h"

/* Away from the path that nearly every change takes. */
#define RARE __attribute__((cold, noinline))

void track_tell(struct track *track, struct change *change)
{
	int err;

	if (track->silent)
		return;
	change->ts_ns = track->ts_ns;
	change->kernel_ns = track->kernel_ns;
	change->step = track->step;
	err = track->tell(track->ctx, change);
	if (err && !track->error)
		track->error = err;
}

uint32_t track_stack(struct track *track, uint64_t id)
{
	struct change change = { .kind = CHANGE_STACK,
				 .other = &track->nobody,
				 .cpu = CHANGE_NO_CPU };
	struct stack_entry *entry;

	if (!id || track->silent)
		return 0;
	entry = stacks_find(&track->stacks, id);
	if (!entry) {
		track->stats.stacks_lost++;
		return STACK_LOST;
	}
	if (!entry->told) {
		change.stack = &entry->stack;
		track_tell(track, &change);
		entry->told = true;
	}
	return entry->stack.number;
}

void track_drop(struct track *track, struct thread *thread)
{
	const struct thread *forgotten = thread_table_drop(track->threads, thread);
	struct change change = { .kind = CHANGE_FORGOTTEN,
				 .thread = forgotten,
				 .other = &track->nobody,
				 .cpu = CHANGE_NO_CPU };

	if (!forgotten)
		return;
	track_tell(track, &change);
	process_put(track->processes, forgotten->process);
}

/* ---- what a change means ---- */

RARE static void count_repair(struct track *track, const struct change *change)
{
	track->stats.repairs++;
	track->stats.unseen += change->repair == CHANGE_BRIDGE && change->gap == GAP_UNSEEN;
}

/*
 * Nothing was told of the thread, or nothing since it was out of scope. Where
 * everybody is in scope, one that comes from nowhere should have been born.
 */
RARE static void come_forth(struct track *track, struct thread *thread, struct change *change)
{
	if (track->options.system_wide && change->kind <= CHANGE_OUT_RUNNABLE) {
		track->stats.repairs++;
		change->repair = CHANGE_BRIDGE;
	}
	if (change->to == THREAD_ABSENT || change->to == THREAD_DEAD)
		return;
	track->stats.threads += !thread->known;
	thread->known = true;
}

/* For which CPU it waits from now on. */
static uint16_t queue_of(const struct track *track, const struct change *change)
{
	uint16_t cpu = change->kind == CHANGE_OUT_RUNNABLE ? change->cpu
		       : change->kind == CHANGE_WAKE	   ? change->wake.target_cpu
							   : change->born.queue;

	return cpu < track->options.cpus ? cpu : CHANGE_NO_CPU;
}

/* Where the thread is, for the CPUs' books. */
static void move(struct track *track, struct thread *thread, const struct change *change)
{
	struct thread **running = &track->cpus[thread->cpu].running;

	if (change->from == THREAD_ON_CPU && *running == thread)
		*running = NULL;
	if (change->from == THREAD_ON_CPU)
		thread->named_ns += track->ts_ns - thread->on_since;
	thread->on_since = track->ts_ns;
	if (change->kind <= CHANGE_END)
		thread->cpu = change->cpu;
	if (change->to == THREAD_ON_CPU)
		track->cpus[thread->cpu].running = thread;
	else if (change->to == THREAD_RUNNABLE)
		thread->queue = queue_of(track, change);
	thread->state = change->to;
}

RARE static void die(struct track *track, struct thread *thread, const struct change *change)
{
	thread->presumed = change->kind == CHANGE_GONE;
	thread->presumed_from = change->from == THREAD_ON_CPU ? THREAD_ABSENT : change->from;
	track_drop(track, thread);
}

/* Its tid has a new owner: off its CPU there is nothing left of it. */
RARE static void leave_orphan(struct track *track, struct thread *thread, struct change *change)
{
	change->repair = CHANGE_SEEN;
	if (!thread_on_cpu(thread))
		track_apply(track, thread, CHANGE_GONE, change);
}

void track_apply(struct track *track, struct thread *thread, enum change_kind kind,
		 struct change *change)
{
	const struct machine_cell *cell;

	if (thread->state == THREAD_DEAD)
		return;
	cell = &machine[thread->state][kind];
	change->thread = thread;
	change->kind = kind;
	change->from = thread->state;
	change->to = cell->next;
	/* What the table takes for an ordinary change may be marked as a repair already. */
	if (cell->why != CHANGE_SEEN)
		change->repair = cell->why;
	if (kind != CHANGE_SYS_EXIT)
		change->sys = thread->sys;
	if (change->repair != CHANGE_SEEN)
		count_repair(track, change);
	if (change->from == THREAD_ABSENT)
		come_forth(track, thread, change);
	if (change->from != change->to || kind <= CHANGE_END)
		move(track, thread, change);
	if (change->to == THREAD_LOST)
		thread->lost_how = change->gap;
	/* A stranger cannot leave scope once more. */
	if (change->from != THREAD_ABSENT || kind != CHANGE_LEAVE)
		track_tell(track, change);
	if (change->to == THREAD_DEAD)
		die(track, thread, change);
	else if (thread->orphan)
		leave_orphan(track, thread, change);
}

/* ---- CPUs ---- */

void track_lose(struct track *track, struct thread *thread, enum change_gap gap)
{
	struct change change = { .cpu = thread->cpu, .other = &track->nobody, .gap = gap };

	track_apply(track, thread, CHANGE_LOSE, &change);
}

void track_evict(struct track *track, uint16_t cpu, const struct thread *but)
{
	struct thread *thread = track->cpus[cpu].running;

	if (thread && thread != but)
		track_lose(track, thread, GAP_UNSEEN);
}

static enum change_gap gap_before(const struct track *track, const struct thread *thread,
				  uint16_t cpu)
{
	if (track->cpus[cpu].blind)
		return GAP_LOST;
	return thread->state == THREAD_LOST ? thread->lost_how : GAP_UNSEEN;
}

void track_bring(struct track *track, struct thread *thread, uint16_t cpu)
{
	struct change change = { .cpu = cpu, .other = &track->nobody };

	if (thread_on_cpu(thread) && thread->cpu == cpu)
		return;
	track_evict(track, cpu, thread);
	change.gap = gap_before(track, thread, cpu);
	/* The one case in which the table takes it for an ordinary switch. */
	if (thread->state == THREAD_RUNNABLE)
		change.repair = CHANGE_BRIDGE;
	thread->scope = true;
	track_apply(track, thread, CHANGE_IN, &change);
}
