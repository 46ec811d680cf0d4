// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Who a record is about. Ids are the truth; a tid is an attribute that another
 * thread may have had, or may have now.
 *
 * Was something lost or never seen? A gap in the thread's transition numbers
 * says lost; without one nobody recorded it.
 */
#include "track/core.h"

#include <errno.h>
#include <string.h>

#include "records/records.h"

/* Its tid has a new owner, so it is dead, though it may still have to leave its CPU. */
static void retire(struct track *track, struct thread *thread)
{
	struct change change = { .cpu = CHANGE_NO_CPU, .other = &track->nobody, .gap = GAP_LOST };

	thread->orphan = true;
	if (!thread_on_cpu(thread))
		track_apply(track, thread, CHANGE_GONE, &change);
}

uint32_t who_tid(uint32_t tid)
{
	return tid % TID_LIMIT ? tid % TID_LIMIT : TID_LIMIT - 1;
}

static struct thread *add_thread(struct track *track, uint64_t id, uint32_t tid)
{
	struct thread *thread = thread_table_add(track->threads, id, tid);
	const struct hidden *hidden = hidden_find(track->processes, tid);

	if (!thread) {
		track->error = -ENOMEM;
	} else if (hidden) {
		memcpy(thread->comm, hidden->comm, sizeof(thread->comm));
		thread->tgid = hidden->tgid;
		who_set_belonging(track, thread);
	}
	return thread;
}

/* Presumed dead, but here is a record of it. */
static struct thread *revive(struct track *track, uint64_t id, uint32_t tid)
{
	struct thread *thread = thread_dead_by_id(track->threads, id);
	struct thread *owner = thread_by_tid(track->threads, tid);
	struct change change = { .kind = CHANGE_REVIVED,
				 .thread = thread,
				 .other = &track->nobody,
				 .from = THREAD_DEAD,
				 .repair = CHANGE_BRIDGE,
				 .gap = GAP_LOST,
				 .cpu = CHANGE_NO_CPU };

	if (!thread || !thread->presumed)
		return NULL;
	if (owner && owner->tid != thread->tid)
		retire(track, owner); /* the leader, whose tid it took over */
	thread_table_revive(track->threads, thread, tid);
	change.to = thread->state;
	track_tell(track, &change);
	return thread;
}

/*
 * The record does not say the tid, one before it did. If that was lost, the
 * thread shares a tid that no task can have, until it is told.
 */
static struct thread *who_has_id(struct track *track, uint64_t id)
{
	struct thread *thread = thread_by_id(track->threads, id);

	if (thread)
		return thread;
	thread = thread_dead_by_id(track->threads, id);
	if (thread)
		thread = revive(track, id, thread->tid);
	return thread ? thread : add_thread(track, id, who_tid(0));
}

struct thread *who_is(struct track *track, uint64_t id, uint32_t tid)
{
	struct thread *thread;

	if (who_is_idle(id, tid))
		return NULL;
	if (id && !tid)
		return who_has_id(track, id);
	tid = who_tid(tid);
	if (id == 0) {
		track->stats.no_number++;
		thread = thread_by_tid(track->threads, tid);
		return thread ? thread : add_thread(track, 0, tid);
	}
	thread = thread_by_id(track->threads, id);
	if (thread) {
		if (thread->tid != tid)
			thread_set_tid(track->threads, thread, tid);
		return thread;
	}
	thread = revive(track, id, tid);
	if (thread)
		return thread;
	thread = thread_by_tid(track->threads, tid);
	if (thread && thread->id == 0) {
		thread_set_id(track->threads, thread, id);
		return thread;
	}
	/* Before the start both may be older than the list: see start.c. */
	if (thread && track->settled)
		retire(track, thread);
	return add_thread(track, id, tid);
}

struct thread *who_is_near(struct track *track, uint16_t cpu, uint64_t id, uint32_t tid)
{
	struct thread *thread = track->cpus[cpu].running;

	if (thread && id && thread->id == id && (!tid || thread->tid == tid))
		return thread;
	return who_is(track, id, tid);
}

struct thread *who_wakes(struct track *track, uint64_t id, uint32_t tid)
{
	struct thread *thread;

	if (who_is_idle(id, tid))
		return &track->idle;
	thread =
		id ? thread_by_id(track->threads, id) : thread_by_tid(track->threads, who_tid(tid));
	if (!thread && id)
		thread = thread_dead_by_id(track->threads, id);
	return thread ? thread : &track->nobody;
}

bool who_is_wakee(const struct track *track, const struct rec_task *wakee)
{
	const struct thread *thread;

	if (wakee->id || track->options.system_wide)
		return true;
	thread = thread_by_tid(track->threads, who_tid(wakee->tid));
	return thread && thread->scope;
}

static void take_process(struct track *track, struct thread *thread, struct thread_process *process)
{
	if (!process)
		track->error = -ENOMEM;
	process_put(track->processes, thread->process);
	thread->process = process;
}

void who_begin_process(struct track *track, struct thread *thread,
		       const struct thread_process *like)
{
	if (thread->tgid && !thread_is_kernel(thread))
		take_process(track, thread, process_renew(track->processes, thread->tgid, like));
}

void who_takes_program(struct track *track, struct thread *thread, const struct rec_thread *record)
{
	size_t size;
	const char *arguments = rec_exec_command(record, &size);
	struct thread_process *process;

	who_begin_process(track, thread, NULL);
	process = process_find(track->processes, thread->tgid);
	if (arguments && process && process == thread->process)
		process_set_command(process, arguments, size);
}

void who_set_belonging(struct track *track, struct thread *thread)
{
	bool has_one = thread->process && thread->process->tgid == thread->tgid;

	if (thread->more.known & REC_KNOWN_CGROUP)
		thread->cgroup = cgroup_get(track->processes, thread->more.cgroup_id);
	if (thread->tgid && !thread_is_kernel(thread) && !has_one)
		take_process(track, thread, process_get(track->processes, thread->tgid));
}

void who_set_attributes(struct track *track, struct thread *thread, const struct rec_thread *record)
{
	const struct rec_attributes *more = rec_thread_attributes(record);

	if (more)
		thread->more = *more;
	thread->start_ns = record->start_ns;
	thread->tgid = record->tgid;
	thread->flags = record->flags;
	thread->scope |= who_in_scope(track, record->flags & REC_THREAD_SCOPE);
	thread_clean_comm(thread->comm, record->comm);
	thread_clean_comm(thread->leader_comm, record->leader_comm);
	who_set_belonging(track, thread);
}

void who_set_sys(const struct track *track, struct thread *thread, uint16_t sys)
{
	if (sys == REC_SYS_UNKNOWN)
		sys = thread->sys;
	/* arm64's new thread returns from its clone without a sys_exit. */
	if (track->options.arch == REC_ARCH_ARM64 && sys_inside(thread->born_sys) &&
	    sys == thread->born_sys)
		sys = REC_SYS_NONE;
	thread->sys = sys;
}

bool who_take_num(struct track *track, struct thread *thread, const struct rec_task *task,
		  struct change *change)
{
	uint32_t num = task->num;

	if (num && thread->num && !num_newer(num, thread->num)) {
		track->stats.repairs++;
		return false;
	}
	change->gap = GAP_UNSEEN;
	if (thread->state == THREAD_LOST)
		change->gap = thread->lost_how;
	/* A thread's first transition is number 1. Strangers have no numbers, but that
	 * it became one had: see scope.bpf.h. */
	if (num ? num != thread->num + 1 : task->id != 0)
		change->gap = GAP_LOST;
	if (num)
		thread->num = num;
	return true;
}
