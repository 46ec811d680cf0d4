// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What a reader has to know of threads: whose they are, what they are called,
 * what they are inside, that they have ended. When a process's first thread
 * ends, a reader takes the process for ended; so that is said only when all of
 * its threads are, as the kernel does.
 */
#include "export/perfetto/core.h"

#include <errno.h>

#include "base/grow.h"

int tasks_room(struct export_perfetto *perfetto, const struct thread *thread)
{
	size_t old = perfetto->task_room;
	struct task *grown;

	if (!thread || thread->slot < old)
		return 0;
	grown = grow_array(perfetto->tasks, &perfetto->task_room, (size_t)thread->slot + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memset(grown + old, 0, (perfetto->task_room - old) * sizeof(*grown));
	perfetto->tasks = grown;
	return 0;
}

struct bundle_task task_named(const struct thread *thread)
{
	return (struct bundle_task){ .tid = thread->tid,
				     .prio = PRIO_UNKNOWN,
				     .comm = thread->comm };
}

/* ---- processes ---- */

/* The process of that tgid, made if it is new. NULL: no memory. */
static struct process *process_get(struct export_perfetto *perfetto, uint32_t tgid)
{
	uint32_t slot = idmap_find(&perfetto->tgids, tgid);
	struct process *grown;

	if (slot != IDMAP_NONE)
		return &perfetto->processes[slot];
	if (idmap_add(&perfetto->tgids, tgid, &slot))
		return NULL;
	grown = grow_array(perfetto->processes, &perfetto->process_room, (size_t)slot + 1,
			   sizeof(*grown));
	if (!grown) {
		idmap_del(&perfetto->tgids, tgid);
		return NULL;
	}
	perfetto->processes = grown;
	grown[slot] = (struct process){ .tgid = tgid };
	return &grown[slot];
}

/* Counts the thread to its process. NULL: no memory. */
static struct process *process_join(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct process *process = process_get(perfetto, thread->tgid);

	if (!process) {
		lanes_added(perfetto, -ENOMEM);
		return NULL;
	}
	process->threads++;
	task_of(perfetto, thread)->process = (uint32_t)(process - perfetto->processes) + 1;
	return process;
}

static void emit_free(struct export_perfetto *perfetto, const struct thread *thread, uint32_t tid)
{
	struct bundle *bundle = lanes_bundle(perfetto, thread->cpu);
	struct bundle_task task = task_named(thread);

	task.tid = tid;
	if (bundle)
		lanes_added(perfetto, bundle_task_free(bundle, lanes_next_ns(perfetto), &task));
}

/* The thread is none of its process any more. */
static void process_part(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct task *task = task_of(perfetto, thread);
	struct process *process = &perfetto->processes[task->process - 1];

	task->process = 0;
	process->threads--;
	if (thread->tid == process->tgid)
		process->leader_ended = true;
	else
		emit_free(perfetto, thread, thread->tid);
	if (process->threads)
		return;
	if (process->leader_ended)
		emit_free(perfetto, thread, process->tgid);
	idmap_del(&perfetto->tgids, process->tgid);
}

/* ---- told of ---- */

void tasks_tell_gathered(struct export_perfetto *perfetto)
{
	uint64_t ns;
	int err;

	if (!perfetto->member_count)
		return;
	ns = perfetto->started ? lanes_next_ns(perfetto) : 1;
	err = packet_tree(&perfetto->out, lanes_mono_ns(perfetto, ns), perfetto->members,
			  perfetto->member_count);
	perfetto->member_count = 0;
	if (err && !perfetto->error)
		perfetto->error = err;
}

static void gather(struct export_perfetto *perfetto, const struct thread *thread, bool new_process)
{
	struct packet_member *member = &perfetto->members[perfetto->member_count++];

	*member = (struct packet_member){ .tid = thread->tid,
					  .tgid = thread->tgid,
					  .kernel = thread->flags & REC_THREAD_KERNEL,
					  .new_process = new_process };
	memcpy(member->process_name, thread->leader_comm, sizeof(member->process_name));
	if (perfetto->started || perfetto->member_count == PACKET_MEMBERS)
		tasks_tell_gathered(perfetto);
}

static void name_process(struct process *process, const struct thread *thread)
{
	process->told = true;
	memcpy(process->name, thread->leader_comm, sizeof(process->name));
}

void task_tell(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct task *task = task_of(perfetto, thread);
	struct process *process;
	bool new_process;

	if (task->told || task->ended || thread->slot < THREAD_SLOT_FIRST)
		return;
	memcpy(task->comm, thread->comm, sizeof(task->comm));
	task->told = true;
	task->tid = thread->tid;
	if (!thread->tgid)
		return;
	process = process_join(perfetto, thread);
	if (!process)
		return;
	new_process = !process->told;
	name_process(process, thread);
	gather(perfetto, thread, new_process);
}

void task_described(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct task *task = task_of(perfetto, thread);
	struct process *process;

	if (!task->told || !thread->tgid)
		return;
	if (!task->process) { /* told before anybody knew whose it is */
		task->told = false;
		task_tell(perfetto, thread);
		return;
	}
	process = &perfetto->processes[task->process - 1];
	if (memcmp(process->name, thread->leader_comm, sizeof(process->name)) == 0)
		return;
	name_process(process, thread);
	gather(perfetto, thread, true);
}

void task_renamed(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct task *task = task_of(perfetto, thread);
	struct bundle_task named = task_named(thread);
	struct bundle *bundle;

	if (!task->told || memcmp(task->comm, thread->comm, sizeof(task->comm)) == 0)
		return;
	bundle = lanes_bundle(perfetto, thread->cpu);
	if (bundle)
		lanes_added(perfetto,
			    bundle_rename(bundle, lanes_next_ns(perfetto), &named, task->comm));
	memcpy(task->comm, thread->comm, sizeof(task->comm));
	if (task->process && thread->tid == thread->tgid)
		memcpy(perfetto->processes[task->process - 1].name, thread->comm,
		       sizeof(thread->comm));
}

/* ---- syscalls ---- */

static void enter(struct export_perfetto *perfetto, const struct thread *thread, uint16_t nr)
{
	struct bundle *bundle = lanes_bundle(perfetto, thread->cpu);

	if (!bundle)
		return;
	lanes_added(perfetto, bundle_sys_enter(bundle, lanes_next_ns(perfetto), thread->tid, nr));
	task_of(perfetto, thread)->open = nr + 1;
	perfetto->stats.syscalls++;
}

void task_sys_enter(struct export_perfetto *perfetto, const struct thread *thread, uint16_t sys)
{
	task_sys_exit(perfetto, thread, NULL);
	enter(perfetto, thread, sysnum(perfetto->sysnums, sys));
}

void task_sys_exit(struct export_perfetto *perfetto, const struct thread *thread,
		   const int64_t *ret)
{
	struct task *task = task_of(perfetto, thread);
	struct bundle *bundle;
	int64_t nr = (int64_t)task->open - 1;

	if (!task->open)
		return;
	task->open = 0;
	bundle = lanes_bundle(perfetto, thread->cpu);
	/* The kernel gives it so; a reader takes its begin for all of it. */
	if (nr == sysnum_sigreturn(perfetto->sysnums))
		nr = -1;
	if (bundle)
		lanes_added(perfetto,
			    bundle_sys_exit(bundle, lanes_next_ns(perfetto), thread->tid, nr, ret));
}

void task_set_sys(struct export_perfetto *perfetto, const struct thread *thread, uint16_t sys)
{
	struct task *task = task_of(perfetto, thread);
	uint16_t want = sys_inside(sys) ? sysnum(perfetto->sysnums, sys) + 1 : 0;

	if (sys == REC_SYS_UNKNOWN || want == task->open)
		return;
	task_sys_exit(perfetto, thread, NULL);
	if (want)
		enter(perfetto, thread, want - 1);
}

/* ---- birth, exec, end ---- */

/* A reader takes the child's process from its parent, if it is said to be the same. */
void task_born(struct export_perfetto *perfetto, const struct change *change)
{
	const struct thread *child = change->thread, *parent = change->other;
	struct task *task = task_of(perfetto, child);
	struct bundle_task named = task_named(child);
	bool same = child->tgid && child->tgid == parent->tgid;
	struct process *process;
	struct bundle *bundle;

	task_tell(perfetto, parent);
	bundle = lanes_bundle(perfetto, change->cpu);
	if (!bundle)
		return;
	lanes_added(perfetto,
		    bundle_new_task(bundle, lanes_next_ns(perfetto), parent->tid, &named, same));
	if (task->told)
		return;
	if (!same && child->tgid != child->tid) {
		task_tell(perfetto, child);
		return;
	}
	task->told = true;
	task->tid = child->tid;
	memcpy(task->comm, child->comm, sizeof(task->comm));
	process = process_join(perfetto, child);
	if (process)
		name_process(process, child);
}

/*
 * Shown on the CPU under its tid so far, it is another one from now on, in the
 * middle of what it does: to a reader of tids that is another thread.
 */
static void change_tid(struct export_perfetto *perfetto, struct thread *thread, uint32_t tid)
{
	struct task *task = task_of(perfetto, thread);
	uint16_t open = task->open;
	bool shown = task->shown && lanes_shows(perfetto, task->shown - 1u, thread);

	task_sys_exit(perfetto, thread, NULL);
	thread->tid = task->tid = tid;
	if (shown)
		lanes_switch(perfetto, task->shown - 1u, LEFT_DEAD, thread);
	if (shown && open)
		enter(perfetto, thread, open - 1);
}

/* Whoever else of the process is shown with the one tid has the other one now. */
static void give_tid(struct export_perfetto *perfetto, const struct thread *but, uint32_t from,
		     uint32_t to)
{
	uint32_t process = task_of(perfetto, but)->process;

	if (from != but->tgid && to != but->tgid)
		return;
	for (uint32_t cpu = 0; cpu < perfetto->options.cpus; cpu++) {
		const struct lane *lane = &perfetto->lanes[cpu];
		struct thread other = { .slot = lane->slot, .tid = from, .cpu = (uint16_t)cpu };

		if (lane->tid != from || lane->slot == but->slot ||
		    perfetto->tasks[lane->slot].process != process)
			continue;
		memcpy(other.comm, lane->comm, sizeof(other.comm));
		change_tid(perfetto, &other, to);
	}
}

/*
 * An exec by a thread that is not the leader swaps the two's tids. Either may
 * be seen first: what is shown of the other is told by its new tid, too.
 */
void task_follow_tid(struct export_perfetto *perfetto, const struct thread *thread)
{
	const struct task *task = task_of(perfetto, thread);
	uint32_t old_tid = task->tid;
	struct thread old = *thread;

	if (!task->told || old_tid == thread->tid)
		return;
	old.tid = old_tid;
	change_tid(perfetto, &old, thread->tid);
	give_tid(perfetto, thread, thread->tid, old_tid);
}

void task_ended(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct task *task = task_of(perfetto, thread);

	if (task->ended)
		return;
	task->ended = true;
	if (task->process)
		process_part(perfetto, thread);
	else if (task->told)
		emit_free(perfetto, thread, thread->tid);
	task->told = false;
}

void task_forgotten(struct export_perfetto *perfetto, const struct thread *thread)
{
	struct task *task = task_of(perfetto, thread);

	if (task->process)
		process_part(perfetto, thread);
	*task = (struct task){ 0 };
}
