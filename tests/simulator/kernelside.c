/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulated kernel side: the records, and what is stored per thread.
 */
#include <string.h>

#include "simulator/kernelside.h"

/* ---- scope ---- */

/* The storage's answer: the cgroup's may be out of date, as in the kernel. */
bool kernelside_scope(const struct world *world, const struct world_thread *thread)
{
	return world->options->scope == SIM_SYSTEM || thread->scope;
}

static bool look_up_scope(const struct world *world, const struct world_thread *thread)
{
	if (world->options->scope == SIM_CGROUP)
		return thread->in_cgroup;
	return world->options->scope == SIM_SYSTEM || world->processes[thread->process].marked;
}

/* On the way onto a CPU. True: it was in scope and has left. */
static bool refresh_scope(const struct world *world, struct world_thread *thread)
{
	bool was = thread->scope;

	if (world->options->scope != SIM_CGROUP || was == thread->in_cgroup)
		return false;
	thread->scope = thread->in_cgroup;
	thread->described = false;
	if (!was) /* nobody looked meanwhile, but off its CPU its registers tell */
		thread->stored_sys = thread->sys;
	return was;
}

void kernelside_store(struct world *world, struct world_thread *thread)
{
	thread->num = 0;
	thread->word_state = REC_STATE_UNKNOWN;
	thread->word_cpu = 0;
	thread->stored_sys = REC_SYS_UNKNOWN;
	thread->described = false;
	thread->waker_id = thread->waking_ns = 0;
	thread->waker_tid = thread->waker_cpu = 0;
	thread->waker_context = REC_CTX_UNKNOWN;
	thread->waker_sys = REC_SYS_UNKNOWN;
	thread->waker_scope = false;
	thread->scope = look_up_scope(world, thread);
}

/* ---- records ---- */

/* A new record of the CPU, at a later moment; NULL without memory. */
static union rectext_any *stamp(struct world *world, uint32_t cpu, uint8_t type, size_t size)
{
	struct sim_record *record;

	if (!world_room(world, &world->records, &world->record_size, world->record_count,
			sizeof(*world->records)))
		return NULL;
	/* Room for the events of one record, a nanosecond each. */
	world->now_ns += SIM_RECORD_NS;
	world_tick(world, 200);
	record = &world->records[world->record_count++];
	*record = (struct sim_record){ .true_ns = world->now_ns, .slot_ns = world->now_ns };
	record->any.head = (struct rec_head){
		.ts_ns = world->now_ns,
		.seq = (uint32_t)world->cpus[cpu].seq++,
		.cpu = (uint16_t)cpu,
		.type = type,
		.size = (uint8_t)size,
	};
	return &record->any;
}

static struct rec_task name(const struct world_thread *thread, uint32_t num)
{
	return (struct rec_task){ .id = thread->id, .tid = thread->tid, .num = num };
}

static uint32_t move(struct world_thread *thread, uint8_t state, uint32_t cpu)
{
	thread->word_state = state;
	thread->word_cpu = (uint16_t)cpu;
	return ++thread->num;
}

static uint8_t thread_flags(const struct world *world, const struct world_thread *thread)
{
	return (thread->kernel ? REC_THREAD_KERNEL : 0) |
	       (kernelside_scope(world, thread) ? REC_THREAD_SCOPE : 0);
}

static void report(struct world *world, uint32_t cpu, const struct world_thread *thread,
		   uint8_t type, const char *comm, uint32_t old_tid)
{
	const struct world_process *process = &world->processes[thread->process];
	union rectext_any *any = stamp(world, cpu, type, sizeof(any->thread));

	if (!any)
		return;
	any->thread.task = name(thread, 0);
	any->thread.start_ns = thread->start_ns;
	any->thread.tgid = process->tgid;
	any->thread.old_tid = old_tid;
	any->thread.flags = thread_flags(world, thread);
	memcpy(any->thread.comm, comm, REC_COMM_LEN);
	memcpy(any->thread.leader_comm, world->threads[process->leader].comm, REC_COMM_LEN);
}

static void describe(struct world *world, uint32_t cpu, struct world_thread *thread)
{
	if (thread->described)
		return;
	thread->described = true;
	report(world, cpu, thread, REC_THREAD, thread->comm, thread->tid);
}

/* ---- handlers ---- */

void kernelside_switch(struct world *world, uint32_t cpu, uint32_t next, uint16_t state,
		       uint8_t flags)
{
	uint32_t prev = world->cpus[cpu].current;
	struct world_thread *from = prev == WORLD_IDLE ? NULL : &world->threads[prev];
	struct world_thread *to = next == WORLD_IDLE ? NULL : &world->threads[next];
	bool from_in, to_in, left;
	union rectext_any *any;

	world_tick(world, 100);
	if (!world->recording)
		return;
	left = to && refresh_scope(world, to);
	from_in = from && kernelside_scope(world, from);
	to_in = to && kernelside_scope(world, to);
	if (!from_in && !to_in && !left)
		return;
	if (from)
		describe(world, cpu, from);
	if (to)
		describe(world, cpu, to);
	any = stamp(world, cpu, REC_SWITCH, sizeof(any->sw));
	if (!any)
		return;
	if (from)
		any->sw.prev =
			name(from, from_in ? move(from,
						  flags & REC_SWITCH_DEAD     ? REC_STATE_DEAD
						  : flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP
									      : REC_STATE_RUNNABLE,
						  cpu)
					   : 0);
	if (to)
		any->sw.next = name(to, to_in || left ? move(to, REC_STATE_RUNNING, cpu) : 0);
	any->sw.prev_state = state;
	any->sw.prev_sys = from ? from->stored_sys : REC_SYS_UNKNOWN;
	any->sw.next_sys = to ? to->stored_sys : REC_SYS_UNKNOWN;
	any->sw.prev_fd =
		flags & REC_SWITCH_ASLEEP && from_in && from->stored_sys == REC_SYS_BASE + NR_READ
			? (uint8_t)rng_between(&world->rng, 0, REC_FD_ANON)
			: REC_FD_NONE;
	any->sw.flags = flags | (from_in ? REC_SWITCH_PREV_SCOPE : 0) |
			(to_in ? REC_SWITCH_NEXT_SCOPE : 0) | (left ? REC_SWITCH_NEXT_LEFT : 0);
}

void kernelside_waking(struct world *world, uint32_t cpu, uint32_t thread, uint8_t context)
{
	uint32_t current = world->cpus[cpu].current;
	struct world_thread *waker = current == WORLD_IDLE ? NULL : &world->threads[current];
	struct world_thread *wakee = &world->threads[thread];

	world_tick(world, 100);
	if (!world->recording || !kernelside_scope(world, wakee))
		return;
	wakee->waker_id = waker ? waker->id : 0;
	wakee->waker_tid = waker ? waker->tid : 0;
	wakee->waker_cpu = (uint16_t)cpu;
	wakee->waker_context = context;
	wakee->waker_sys = waker ? waker->stored_sys : REC_SYS_UNKNOWN;
	wakee->waker_scope = waker && kernelside_scope(world, waker);
	wakee->waking_ns = world->now_ns;
	if (waker)
		describe(world, cpu, waker);
}

void kernelside_wakeup(struct world *world, uint32_t cpu, uint32_t thread, uint32_t target)
{
	struct world_thread *wakee = &world->threads[thread];
	union rectext_any *any;

	world_tick(world, 100);
	if (!world->recording || !kernelside_scope(world, wakee))
		return;
	if (wakee->word_state == REC_STATE_RUNNING || wakee->word_state == REC_STATE_RUNNABLE)
		return;
	describe(world, cpu, wakee);
	any = stamp(world, cpu, REC_WAKEUP, sizeof(any->wakeup));
	if (!any)
		return;
	any->wakeup.wakee = name(wakee, move(wakee, REC_STATE_RUNNABLE, target));
	any->wakeup.waker_id = wakee->waker_id;
	any->wakeup.waker_tid = wakee->waker_tid;
	any->wakeup.flight_ns = wakee->waking_ns ? (uint32_t)(world->now_ns - wakee->waking_ns) : 0;
	any->wakeup.target_cpu = (uint16_t)target;
	any->wakeup.waker_cpu = wakee->waker_cpu;
	any->wakeup.context = wakee->waker_context;
	any->wakeup.waker_sys = wakee->waker_sys;
	any->wakeup.flags = wakee->waker_scope ? REC_WAKEUP_WAKER_SCOPE : 0;
}

void kernelside_birth(struct world *world, uint32_t child, uint32_t parent)
{
	struct world_thread *thread = &world->threads[child];
	const struct world_thread *from = &world->threads[parent];

	kernelside_store(world, thread);
	thread->word_state = REC_STATE_NEW;
	thread->waker_id = from->id;
	thread->waker_tid = from->tid;
	thread->waker_scope = kernelside_scope(world, from);
	/* The registers of a stranger tell: it is inside a clone. */
	thread->stored_sys = thread->kernel	   ? REC_SYS_NONE
			     : thread->waker_scope ? from->stored_sys
						   : from->sys;
}

void kernelside_fork(struct world *world, uint32_t cpu, uint32_t child)
{
	struct world_thread *thread = &world->threads[child];
	union rectext_any *any;

	world_tick(world, 100);
	if (!world->recording || !kernelside_scope(world, thread))
		return;
	if (world->options->words) /* a record of ABI 1 says the parent's tid itself */
		describe(world, cpu, &world->threads[world->cpus[cpu].current]);
	describe(world, cpu, thread);
	any = stamp(world, cpu, REC_FORK, sizeof(any->fork));
	if (!any)
		return;
	any->fork.child = name(thread, move(thread, REC_STATE_RUNNABLE, cpu));
	any->fork.parent_id = thread->waker_id;
	any->fork.parent_tid = thread->waker_tid;
	any->fork.child_sys = thread->stored_sys;
	any->fork.flags = thread_flags(world, thread);
	any->fork.parent_scope = thread->waker_scope;
}

void kernelside_sys_enter(struct world *world, uint32_t cpu, uint16_t sys)
{
	struct world_thread *thread = &world->threads[world->cpus[cpu].current];
	union rectext_any *any;

	world_tick(world, 100);
	if (!world->recording || !kernelside_scope(world, thread))
		return;
	thread->stored_sys = sys;
	describe(world, cpu, thread);
	any = stamp(world, cpu, REC_SYS_ENTER, sizeof(any->sys_enter));
	if (!any)
		return;
	any->sys_enter.id = thread->id;
	any->sys_enter.tid = thread->tid;
	any->sys_enter.sys = sys;
}

void kernelside_sys_exit(struct world *world, uint32_t cpu)
{
	struct world_thread *thread = &world->threads[world->cpus[cpu].current];
	union rectext_any *any;

	world_tick(world, 100);
	if (!world->recording || !kernelside_scope(world, thread) ||
	    thread->stored_sys == REC_SYS_NONE)
		return;
	thread->stored_sys = REC_SYS_NONE;
	describe(world, cpu, thread);
	any = stamp(world, cpu, REC_SYS_EXIT, sizeof(any->sys_exit));
	if (!any)
		return;
	any->sys_exit.id = thread->id;
	any->sys_exit.tid = thread->tid;
	any->sys_exit.ret = (int64_t)rng_below(&world->rng, 100) - 20;
}

/* Of a thread in scope; of a stranger it is said at its next mention. */
static void report_change(struct world *world, uint32_t cpu, uint8_t type, const char *comm,
			  uint32_t old_tid)
{
	struct world_thread *thread = &world->threads[world->cpus[cpu].current];

	world_tick(world, 100);
	if (!world->recording)
		return;
	if (kernelside_scope(world, thread))
		report(world, cpu, thread, type, comm, old_tid);
	else
		thread->described = false;
}

void kernelside_rename(struct world *world, uint32_t cpu, const char *comm)
{
	report_change(world, cpu, REC_RENAME, comm, world->threads[world->cpus[cpu].current].tid);
}

void kernelside_exec(struct world *world, uint32_t cpu, uint32_t old_tid)
{
	report_change(world, cpu, REC_EXEC, world->threads[world->cpus[cpu].current].comm, old_tid);
}

void kernelside_exit(struct world *world, uint32_t cpu)
{
	struct world_thread *thread = &world->threads[world->cpus[cpu].current];
	union rectext_any *any;

	world_tick(world, 100);
	if (!world->recording || !kernelside_scope(world, thread))
		return;
	describe(world, cpu, thread);
	any = stamp(world, cpu, REC_EXIT, sizeof(any->exit));
	if (any)
		any->exit.task = name(thread, 0);
}

/* Reaped, or a zombie: that one still has its tid. */
static bool is_reaped(struct world *world, uint32_t at)
{
	for (uint32_t i = 0; i < world->thread_count; i++)
		if (i != at && world->threads[i].tid == world->threads[at].tid)
			return true;
	return rng_once_in(&world->rng, 2);
}

bool world_snapshot(struct world *world, uint32_t at, struct rec_snapshot *out)
{
	struct world_thread *thread = &world->threads[at];
	const struct world_process *process = &world->processes[thread->process];
	bool off_cpu = thread->state == REC_STATE_ASLEEP || thread->state == REC_STATE_RUNNABLE;

	world_tick(world, 100);
	if (thread->state == REC_STATE_DEAD && is_reaped(world, at))
		return false;
	if (thread->stored_sys == REC_SYS_UNKNOWN && (off_cpu || thread->kernel))
		thread->stored_sys = thread->sys;
	thread->described = true;
	thread->goid_tid = thread->tid;
	*out = (struct rec_snapshot){
		.id = thread->id,
		.num = thread->num,
		.tid = thread->tid,
		.start_ns = thread->start_ns,
		.tgid = process->tgid,
		.cpu = thread->num ? thread->word_cpu : thread->cpu,
		.sys = thread->stored_sys,
		.state = thread->num ? thread->word_state : thread->state,
		.flags = thread_flags(world, thread),
	};
	memcpy(out->comm, thread->comm, REC_COMM_LEN);
	memcpy(out->leader_comm, world->threads[process->leader].comm, REC_COMM_LEN);
	return true;
}
