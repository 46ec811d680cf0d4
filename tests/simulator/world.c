/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulated machine: what changes in the kernel, in the storage of the
 * kernel side and in the truth when something happens. The records come from
 * kernelside.c.
 */
#include <stdlib.h>
#include <string.h>

#include "simulator/kernelside.h"
#include "simulator/world.h"

bool world_room(struct world *world, void *array, size_t *size, size_t count, size_t each)
{
	size_t more = *size ? 2 * *size : 64;
	void *grown, *old;

	if (count < *size)
		return true;
	memcpy(&old, array, sizeof(old));
	grown = reallocarray(old, more, each);
	if (!grown) {
		world->failed = true;
		return false;
	}
	memcpy(array, &grown, sizeof(grown));
	*size = more;
	return true;
}

void world_tick(struct world *world, uint32_t most_ns)
{
	world->now_ns += rng_between(&world->rng, 1, most_ns);
}

/* ---- the truth ---- */

/* Ends the thread's interval now and begins the next one, as it then is. */
static void close_interval(struct world *world, uint32_t at)
{
	struct world_thread *thread = &world->threads[at];
	bool lives = thread->state == REC_STATE_RUNNING || thread->state == REC_STATE_RUNNABLE ||
		     thread->state == REC_STATE_ASLEEP;

	if (lives && thread->since_ns < world->now_ns && world->recording &&
	    world_room(world, &world->intervals, &world->interval_size, world->interval_count,
		       sizeof(*world->intervals)))
		world->intervals[world->interval_count++] = (struct sim_interval){
			.thread = at,
			.tid = thread->goid_tid,
			.tid_now = thread->tid,
			.life = thread->life,
			.state = thread->state,
			.scope = thread->was_scope,
			.known = thread->was_known,
			.cpu = thread->cpu,
			.sys = thread->sys,
			.from_ns = thread->since_ns,
			.to_ns = world->now_ns,
		};
	thread->since_ns = world->now_ns;
	if (!thread->was_scope) /* it has no goroutine yet */
		thread->goid_tid = thread->tid;
	thread->was_scope = kernelside_scope(world, thread);
	thread->was_known = thread->revealed || thread->stored_sys != REC_SYS_UNKNOWN;
}

static void set_state(struct world *world, uint32_t at, uint8_t state, uint32_t cpu)
{
	close_interval(world, at);
	world->threads[at].state = state;
	world->threads[at].cpu = (uint16_t)cpu;
}

static void set_sys(struct world *world, uint32_t at, uint16_t sys)
{
	close_interval(world, at);
	world->threads[at].sys = sys;
}

void world_record(struct world *world)
{
	world->recording = true;
	for (uint32_t at = 0; at < world->thread_count; at++) {
		kernelside_store(world, &world->threads[at]);
		world->threads[at].since_ns = world->now_ns;
		world->threads[at].was_scope = kernelside_scope(world, &world->threads[at]);
		world->threads[at].was_known = world->threads[at].revealed = false;
	}
}

void world_close(struct world *world)
{
	for (uint32_t at = 0; at < world->thread_count; at++)
		close_interval(world, at);
}

/* ---- births ---- */

static uint32_t take_tid(struct world *world)
{
	size_t i;
	uint32_t tid;

	if (!world->free_tid_count || rng_once_in(&world->rng, 3) || world->options->fresh_tids)
		return ++world->next_tid;
	i = rng_below(&world->rng, (uint32_t)world->free_tid_count);
	tid = world->free_tids[i];
	world->free_tids[i] = world->free_tids[--world->free_tid_count];
	return tid;
}

static void free_tid(struct world *world, uint32_t tid)
{
	if (world_room(world, &world->free_tids, &world->free_tid_size, world->free_tid_count,
		       sizeof(*world->free_tids)))
		world->free_tids[world->free_tid_count++] = tid;
}

uint32_t world_add_process(struct world *world, bool marked)
{
	if (!world_room(world, &world->processes, &world->process_size, world->process_count,
			sizeof(*world->processes)))
		return 0;
	world->processes[world->process_count] = (struct world_process){ .marked = marked };
	return (uint32_t)world->process_count++;
}

uint32_t world_add_thread(struct world *world, uint32_t process, bool kernel)
{
	struct world_process *in = &world->processes[process];
	uint32_t at = (uint32_t)world->thread_count;
	struct world_thread *thread;

	if (!world_room(world, &world->threads, &world->thread_size, world->thread_count,
			sizeof(*world->threads)))
		return 0;
	thread = &world->threads[world->thread_count++];
	*thread = (struct world_thread){
		.tid = take_tid(world),
		.process = process,
		.start_ns = world->now_ns,
		.state = REC_STATE_ASLEEP,
		.cpu = (uint16_t)rng_below(&world->rng, world->options->cpus),
		.sys = REC_SYS_NONE,
		.kernel = kernel,
		.in_cgroup = rng_below(&world->rng, 2),
		.eager = (uint8_t)rng_below(&world->rng, 10),
		/* ABI 2 has 32 bits for it; before, the CPU stood in the high bits. */
		.id = (world->options->words ? 0
					     : (uint64_t)(at % world->options->cpus + 1) << 40) |
		      (at + 1),
		.since_ns = world->now_ns,
	};
	snprintf(thread->comm, sizeof(thread->comm), "%s%u", kernel ? "kworker/" : "prog", at % 20);
	thread->goid_tid = thread->tid;
	if (in->alive++ == 0) {
		in->leader = at;
		in->tgid = thread->tid;
	}
	world->alive++;
	return at;
}

void world_fork(struct world *world, uint32_t cpu, bool in_process)
{
	uint32_t parent = world->cpus[cpu].current, process, child;
	const struct world_thread *from = &world->threads[parent];
	bool kernel = from->kernel;

	process = in_process ? from->process
			     : world_add_process(world, world->processes[from->process].marked);
	child = world_add_thread(world, process, kernel);
	if (world->failed)
		return;
	from = &world->threads[parent]; /* the array may have moved */
	world->threads[child].state = REC_STATE_NEW;
	world->threads[child].sys = kernel ? REC_SYS_NONE : from->sys;
	if (!rng_once_in(&world->rng, 8))
		world->threads[child].in_cgroup = from->in_cgroup;
	memcpy(world->threads[child].comm, from->comm, REC_COMM_LEN);
	kernelside_birth(world, child, parent);
	kernelside_fork(world, cpu, child);
	set_state(world, child, REC_STATE_RUNNABLE, cpu);
}

/* ---- what running threads do ---- */

void world_sys_enter(struct world *world, uint32_t cpu, uint16_t sys)
{
	kernelside_sys_enter(world, cpu, sys);
	set_sys(world, world->cpus[cpu].current, sys);
}

void world_sys_exit(struct world *world, uint32_t cpu)
{
	kernelside_sys_exit(world, cpu);
	set_sys(world, world->cpus[cpu].current, REC_SYS_NONE);
}

void world_rename(struct world *world, uint32_t cpu)
{
	uint32_t at = world->cpus[cpu].current;
	char comm[REC_COMM_LEN] = { 0 };

	snprintf(comm, sizeof(comm), "name%u", rng_below(&world->rng, 50));
	kernelside_rename(world, cpu, comm); /* the tracepoint comes before the change */
	memcpy(world->threads[at].comm, comm, REC_COMM_LEN);
}

/* Whoever is not the leader takes over its tid and start time. */
void world_exec(struct world *world, uint32_t cpu)
{
	uint32_t at = world->cpus[cpu].current;
	struct world_thread *thread = &world->threads[at];
	struct world_process *process = &world->processes[thread->process];
	struct world_thread *leader = &world->threads[process->leader];
	uint32_t old_tid = thread->tid;

	if (thread != leader) {
		thread->tid = leader->tid;
		thread->start_ns = leader->start_ns;
		leader->tid = old_tid;
		process->leader = at;
		if (leader->state == REC_STATE_DEAD)
			free_tid(world, old_tid);
	}
	world_rename(world, cpu);
	kernelside_exec(world, cpu, old_tid);
	thread->revealed = world->recording;
	close_interval(world, at);
	thread->goid_tid = thread->tid;
	thread->life++;
}

void world_exit(struct world *world, uint32_t cpu)
{
	kernelside_exit(world, cpu);
	world->threads[world->cpus[cpu].current].exiting = true;
}

/* A dead leader keeps its tid until its process is gone. */
static void bury(struct world *world, uint32_t at)
{
	struct world_thread *thread = &world->threads[at];
	struct world_process *process = &world->processes[thread->process];

	world->alive--;
	process->alive--;
	if (process->leader != at)
		free_tid(world, thread->tid);
	if (process->alive == 0)
		free_tid(world, process->tgid);
}

/* ---- the scheduler ---- */

void world_switch(struct world *world, uint32_t cpu, uint32_t next, uint16_t state, uint8_t flags)
{
	uint32_t prev = world->cpus[cpu].current;

	kernelside_switch(world, cpu, next, state, flags);
	world->cpus[cpu].current = next;
	if (prev != WORLD_IDLE)
		set_state(world, prev,
			  flags & REC_SWITCH_DEAD     ? REC_STATE_DEAD
			  : flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP
						      : REC_STATE_RUNNABLE,
			  cpu);
	if (next != WORLD_IDLE)
		set_state(world, next, REC_STATE_RUNNING, cpu);
	if (flags & REC_SWITCH_DEAD)
		bury(world, prev);
}

void world_waking(struct world *world, uint32_t cpu, uint32_t thread, uint8_t context)
{
	world->threads[thread].waking = true;
	kernelside_waking(world, cpu, thread, context);
}

void world_wakeup(struct world *world, uint32_t cpu, uint32_t thread, uint32_t target)
{
	world->threads[thread].waking = false;
	kernelside_wakeup(world, cpu, thread, target);
	set_state(world, thread, REC_STATE_RUNNABLE, target);
}

void world_move_cgroup(struct world *world, uint32_t thread)
{
	world->threads[thread].in_cgroup = !world->threads[thread].in_cgroup;
}
