// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The start. Recording is on before the tasks are listed, so what a record
 * says may be older or newer than a thread's entry: the transition numbers
 * tell which. Until the list is complete nothing is told; then every CPU and
 * every thread is told as it is.
 */
#include "track/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "records/records.h"
#include "track/taskstate.h"

/* In the words of a switch out. In an exception it sleeps as in a page fault. */
static void apply_sleep(struct thread *thread, const struct rec_snapshot *entry)
{
	int state = rec_snapshot_task_state(entry);

	thread->sleep_known = state >= 0;
	thread->sleep_fd = REC_FD_NONE;
	thread->sleep_state = state < 0 ? 0 : (uint16_t)state;
	if (rec_snapshot_where(entry, REC_WHERE_FROZEN) > 0)
		thread->sleep_state |= TASK_STATE_FROZEN;
	if (rec_snapshot_where(entry, REC_WHERE_STOPPED) > 0)
		thread->sleep_state |= TASK_STATE_STOPPED;
	if (rec_snapshot_where(entry, REC_WHERE_TRACED) > 0)
		thread->sleep_state |= TASK_STATE_TRACED;
	if (rec_snapshot_where(entry, REC_WHERE_FAULT) > 0)
		thread->sleep_state |= TASK_STATE_UNINTERRUPTIBLE;
}

static void apply_entry(struct track *track, struct thread *thread,
			const struct rec_snapshot *entry)
{
	/* Listed twice: the newer entry counts. */
	if (thread->start_state != REC_STATE_UNKNOWN && !num_newer(entry->num, thread->num))
		return;
	thread->num = entry->num;
	thread->start_ns = entry->start_ns;
	thread->tgid = entry->tgid;
	thread->cpu = thread->queue = entry->cpu;
	thread->sys = entry->sys;
	thread->start_state = entry->state;
	apply_sleep(thread, entry);
	thread->flags = entry->flags;
	thread->more = entry->more;
	thread->scope = who_in_scope(track, entry->flags & REC_THREAD_SCOPE);
	thread_clean_comm(thread->comm, entry->comm);
	thread_clean_comm(thread->leader_comm, entry->leader_comm);
	who_set_belonging(track, thread);
}

int start_snapshot(struct track *track, const struct rec_snapshot *threads, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct thread *thread = who_is(track, threads[i].id, threads[i].tid);

		if (thread)
			apply_entry(track, thread, &threads[i]);
	}
	track->stats.no_number = 0; /* entries are no records */
	return track->error;
}

/*
 * Who did a syscall and was not seen to move since is on the CPU still, in scope.
 * Its entry says otherwise only if it is older and the switch in was lost: then
 * its number is of no use, too.
 */
static void settle_occupants(struct track *track)
{
	for (uint32_t i = 0; i < track->options.cpus; i++) {
		const struct cpu *cpu = &track->cpus[i];
		struct thread *thread = cpu->occupant;

		if (cpu->blind || !thread || cpu->occupant_sys == REC_SYS_UNKNOWN ||
		    cpu->occupant_moves != thread->start_moves ||
		    (!cpu->lost.count && thread->start_state != REC_STATE_UNKNOWN))
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
static bool holds_cpu(const struct track *track, const struct thread *thread)
{
	const struct cpu *cpu = &track->cpus[thread->cpu];

	if (thread->cpu >= track->options.cpus || cpu->blind)
		return false;
	return cpu->shown ? cpu->occupant == thread : !cpu->running;
}

/* Where the thread stands. */
static void settle_state(struct track *track, struct thread *thread)
{
	switch (thread->start_state) {
	case REC_STATE_RUNNING:
		thread->state = THREAD_LOST;
		thread->lost_how = GAP_LOST;
		if (holds_cpu(track, thread)) {
			thread->state = THREAD_ON_CPU;
			thread->on_since = track->end_ns;
			track->cpus[thread->cpu].running = thread;
			track->cpus[thread->cpu].seen = true;
		}
		break;
	case REC_STATE_RUNNABLE:
		thread->state = THREAD_RUNNABLE;
		if (thread->queue >= track->options.cpus)
			thread->queue = CHANGE_NO_CPU;
		break;
	case REC_STATE_ASLEEP:
		thread->state = THREAD_ASLEEP;
		break;
	case REC_STATE_DEAD:
		thread->state = THREAD_DEAD;
		track_drop(track, thread);
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

static void settle_states(struct track *track, struct thread **threads, size_t count)
{
	settle_occupants(track);
	bury_outlived(threads, count);
	for (size_t i = 0; i < count; i++)
		if (threads[i]->scope || threads[i]->start_state == REC_STATE_DEAD)
			settle_state(track, threads[i]);
}

static void tell_start(struct track *track, enum change_kind kind, size_t threads)
{
	unsigned told = track->options.told | (track->options.system_wide ? TOLD_ALL : 0);
	struct change change = { .kind = kind,
				 .other = &track->nobody,
				 .cpu = CHANGE_NO_CPU,
				 .start = { .threads = threads, .told = told } };

	track_tell(track, &change);
}

static void tell_thread(struct track *track, struct thread *thread)
{
	struct change change = { .kind = CHANGE_IS,
				 .thread = thread,
				 .other = &track->nobody,
				 .to = thread->state,
				 .gap = thread->lost_how,
				 .cpu = thread_on_cpu(thread) ? thread->cpu : CHANGE_NO_CPU,
				 .sys = thread->sys };

	if (thread->state == THREAD_ASLEEP && thread->sleep_known) {
		change.cause = track_cause_of_sleep(thread->sleep_state);
		change.out.prev_state = thread->sleep_state;
		change.out.fd = thread->sleep_fd;
	}
	thread->known = true;
	track->stats.threads++;
	track_tell(track, &change);
}

static void tell_cgroups(struct track *track)
{
	struct change change = { .kind = CHANGE_CGROUP,
				 .other = &track->nobody,
				 .cpu = CHANGE_NO_CPU };

	for (size_t i = 0; (change.cgroup = cgroup_at(track->processes, i)); i++)
		if (change.cgroup->path)
			track_tell(track, &change);
}

/* Each with who is on it. */
static void tell_cpus(struct track *track)
{
	for (uint32_t i = 0; i < track->options.cpus; i++) {
		struct cpu *cpu = &track->cpus[i];
		struct change change = { .kind = CHANGE_CPU,
					 .cpu = i,
					 .thread = cpu->running,
					 .other = &track->nobody };

		cpu->seen |= i < track->options.cpus_online;
		if (!cpu->seen)
			continue;
		track_tell(track, &change);
		if (cpu->running)
			tell_thread(track, cpu->running);
	}
}

static void tell_losses(struct track *track)
{
	for (uint32_t i = 0; i < track->options.cpus; i++) {
		const struct cpu *cpu = &track->cpus[i];
		struct change change = {
			.kind = CHANGE_LOSS, .cpu = i, .other = &track->nobody, .loss = &cpu->lost
		};

		if (cpu->lost.count)
			track_tell(track, &change);
	}
}

/* Threads that are on no CPU; those on one stand there. */
static void tell_threads(struct track *track, struct thread **threads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (threads[i]->state != THREAD_ABSENT && threads[i]->state != THREAD_DEAD &&
		    !thread_on_cpu(threads[i]))
			tell_thread(track, threads[i]);
}

/* All threads by tid, then id; the caller frees. NULL: no memory. */
static struct thread **list_threads(const struct track *track, size_t *count)
{
	struct thread **threads;

	*count = thread_table_count(track->threads);
	threads = calloc(*count + 1, sizeof(struct thread *));
	if (threads)
		thread_table_list(track->threads, threads);
	return threads;
}

int start_settle(struct track *track)
{
	size_t count;
	struct thread **threads = list_threads(track, &count);

	if (!threads)
		return -ENOMEM;
	track->settled = true;
	track->ts_ns = track->kernel_ns = track->end_ns;
	tell_start(track, CHANGE_START, count);
	tell_cgroups(track);
	settle_states(track, threads, count);
	tell_cpus(track);
	tell_threads(track, threads, count);
	tell_losses(track);
	tell_start(track, CHANGE_STARTED, count);
	free(threads);
	return 0;
}

int start_tell_again(struct track *track, uint64_t ts_ns)
{
	size_t count;
	struct thread **threads = list_threads(track, &count);

	if (!threads)
		return -ENOMEM;
	track->ts_ns = track->kernel_ns = ts_ns;
	track->step = 0;
	tell_start(track, CHANGE_START, count);
	tell_cgroups(track);
	tell_cpus(track);
	tell_threads(track, threads, count);
	tell_start(track, CHANGE_STARTED, count);
	free(threads);
	return 0;
}
