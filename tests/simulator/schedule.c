/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Chance: picks a CPU, and for its current thread something that it may do.
 */
#include <stddef.h>

#include "simulator/schedule.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY UINT32_MAX

static const uint16_t usual_syscalls[] = { NR_READ, NR_POLL, NR_NANOSLEEP, NR_WAIT4, NR_FUTEX };

static uint16_t choose_syscall(struct rng *rng)
{
	if (rng_once_in(rng, 40))
		return REC_SYS_OTHER;
	return (uint16_t)(REC_SYS_BASE +
			  usual_syscalls[rng_below(rng, ARRAY_SIZE(usual_syscalls))]) |
	       (rng_once_in(rng, 30) ? REC_SYS_COMPAT : 0);
}

/* A random thread in a state; NOBODY if a few tries find none. */
static uint32_t find(struct world *world, uint8_t state, uint32_t tries)
{
	for (; tries > 0; tries--) {
		uint32_t at = rng_below(&world->rng, (uint32_t)world->thread_count);

		if (world->threads[at].state == state && !world->threads[at].waking)
			return at;
	}
	return NOBODY;
}

/* One that can run, looked for everywhere: no run queue stays behind for long. */
static uint32_t find_runnable(struct world *world)
{
	uint32_t at = find(world, REC_STATE_RUNNABLE, 8);
	uint32_t from, count = (uint32_t)world->thread_count;

	if (at != NOBODY)
		return at;
	from = rng_below(&world->rng, count);
	for (uint32_t i = 0; i < count; i++) {
		at = (from + i) % count;
		if (world->threads[at].state == REC_STATE_RUNNABLE)
			return at;
	}
	return NOBODY;
}

/* ---- switches ---- */

static void sleep_now(struct schedule *schedule, uint32_t cpu)
{
	static const uint16_t states[] = { 1, 1, 1, 1, 2, 2, 4, 8, 0x402, 0x2001 };
	struct world *world = schedule->world;
	uint32_t next = rng_once_in(&world->rng, 4) ? NOBODY : find_runnable(world);
	uint16_t state = states[rng_below(&world->rng, ARRAY_SIZE(states))];

	world_switch(world, cpu, next == NOBODY ? WORLD_IDLE : next, state,
		     REC_SWITCH_ASLEEP |
			     (state == 2 && rng_below(&world->rng, 2) ? REC_SWITCH_IOWAIT : 0));
}

/* Preempted in user mode, in the kernel, or on its way to sleep. */
static void preempt(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	uint32_t next = find_runnable(world);

	if (next == NOBODY)
		return;
	world_switch(world, cpu, next, rng_once_in(&world->rng, 6) ? 1 : 0,
		     rng_below(&world->rng, 2) ? REC_SWITCH_PREEMPT : 0);
}

static void die(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	uint32_t next = find_runnable(world);

	world_switch(world, cpu, next == NOBODY ? WORLD_IDLE : next,
		     rng_below(&world->rng, 2) ? 0x10 : 0x80, REC_SWITCH_ASLEEP | REC_SWITCH_DEAD);
}

static void yield(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	const struct world_thread *thread = &world->threads[world->cpus[cpu].current];
	uint32_t next;

	if (thread->sys == REC_SYS_NONE && !thread->kernel)
		world_sys_enter(world, cpu, REC_SYS_BASE + NR_SCHED_YIELD);
	next = find_runnable(world);
	if (next != NOBODY)
		world_switch(world, cpu, next, 0, 0);
}

/* ---- wakeups ---- */

static void wake(struct schedule *schedule, uint32_t cpu, uint8_t context)
{
	struct world *world = schedule->world;
	uint32_t thread = find(world, REC_STATE_ASLEEP, 8);
	uint32_t target = rng_below(&world->rng, world->options->cpus);

	if (thread == NOBODY)
		return;
	world_waking(world, cpu, thread, context);
	if (target == cpu || rng_below(&world->rng, 2) ||
	    schedule->flight_count == ARRAY_SIZE(schedule->flights)) {
		world_wakeup(world, cpu, thread, target);
		return;
	}
	schedule->flights[schedule->flight_count++] =
		(struct schedule_flight){ .thread = thread, .cpu = target };
}

/* What was sent to this CPU arrives. */
static bool arrive(struct schedule *schedule, uint32_t cpu)
{
	for (uint32_t i = 0; i < schedule->flight_count; i++) {
		struct schedule_flight flight = schedule->flights[i];

		if (flight.cpu != cpu)
			continue;
		schedule->flights[i] = schedule->flights[--schedule->flight_count];
		world_wakeup(schedule->world, cpu, flight.thread, cpu);
		return true;
	}
	return false;
}

static void interrupt(struct schedule *schedule, uint32_t cpu)
{
	struct rng *rng = &schedule->world->rng;
	uint8_t context = rng_below(rng, 2) ? REC_CTX_HARDIRQ : REC_CTX_SOFTIRQ;

	for (uint32_t count = rng_between(rng, 1, 3); count > 0; count--)
		wake(schedule, cpu, context);
}

/* ---- what a thread does itself ---- */

static void fork_one(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	const struct world_thread *thread = &world->threads[world->cpus[cpu].current];

	if (world->alive >= world->options->threads)
		return;
	if (thread->kernel) {
		world_fork(world, cpu, false);
		return;
	}
	if (thread->sys == REC_SYS_NONE)
		world_sys_enter(world, cpu, REC_SYS_BASE + NR_CLONE);
	if (thread->sys == REC_SYS_BASE + NR_CLONE)
		world_fork(world, cpu, rng_below(&world->rng, 2));
}

static void exec(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	uint32_t at = world->cpus[cpu].current;
	uint32_t process = world->threads[at].process;

	/* By which tid the old leader would be listed is left open. */
	if (world->listing && world->processes[process].leader != at)
		return;
	for (uint32_t i = 0; i < world->thread_count; i++)
		if (i != at && world->threads[i].process == process &&
		    world->threads[i].state != REC_STATE_DEAD && !world->threads[i].exiting)
			return;
	if (world->threads[at].sys == REC_SYS_NONE)
		world_sys_enter(world, cpu, REC_SYS_BASE + NR_EXECVE);
	if (world->threads[at].sys == REC_SYS_BASE + NR_EXECVE)
		world_exec(world, cpu);
}

static void begin_exit(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	uint32_t at = world->cpus[cpu].current;

	if (at == 0) /* there must be somebody left to fork */
		return;
	if (!world->threads[at].kernel && world->threads[at].sys == REC_SYS_NONE &&
	    !rng_once_in(&world->rng, 3))
		world_sys_enter(world, cpu, REC_SYS_BASE + NR_EXIT);
	world_exit(world, cpu);
}

static void syscall_edge(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	const struct world_thread *thread = &world->threads[world->cpus[cpu].current];

	if (thread->kernel || thread->exiting)
		return;
	if (thread->sys == REC_SYS_NONE)
		world_sys_enter(world, cpu, choose_syscall(&world->rng));
	else
		world_sys_exit(world, cpu);
}

static void run(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	struct rng *rng = &world->rng;
	const struct world_thread *thread = &world->threads[world->cpus[cpu].current];
	uint32_t dice = rng_below(rng, 100);

	if (dice < 30)
		syscall_edge(schedule, cpu);
	else if (dice < 50 && rng_below(rng, 10) >= thread->eager)
		sleep_now(schedule, cpu);
	else if (dice < 60)
		preempt(schedule, cpu);
	else if (dice < 75)
		wake(schedule, cpu, REC_CTX_TASK);
	else if (dice < 85)
		interrupt(schedule, cpu);
	else if (thread->exiting)
		die(schedule, cpu);
	else if (dice < 88)
		yield(schedule, cpu);
	else if (dice < 93)
		fork_one(schedule, cpu);
	else if (dice < 95 && !thread->kernel)
		exec(schedule, cpu);
	else if (dice < 96)
		world_rename(world, cpu);
	else if (dice < 99)
		begin_exit(schedule, cpu);
}

static void idle(struct schedule *schedule, uint32_t cpu)
{
	struct world *world = schedule->world;
	uint32_t next = find_runnable(world);

	if (next != NOBODY && !rng_once_in(&world->rng, 4))
		world_switch(world, cpu, next, 0, 0);
	else if (rng_below(&world->rng, 2))
		interrupt(schedule, cpu);
}

void schedule_populate(struct schedule *schedule)
{
	struct world *world = schedule->world;
	uint32_t threads = world->options->threads / 2 + 1, process = 0;

	for (uint32_t i = 0; i < threads; i++) {
		bool kernel = rng_once_in(&world->rng, 5);

		if (i == 0 || kernel || world->threads[i - 1].kernel || rng_below(&world->rng, 2))
			process = world_add_process(world, rng_below(&world->rng, 2));
		world_add_thread(world, process, kernel);
	}
}

void schedule_step(struct schedule *schedule)
{
	struct world *world = schedule->world;
	uint32_t cpu = rng_below(&world->rng, world->options->cpus);

	world_tick(world, rng_once_in(&world->rng, 50) ? 1000000 : 3000);
	if (world->options->scope == SIM_CGROUP && rng_once_in(&world->rng, 40))
		world_move_cgroup(world, rng_below(&world->rng, (uint32_t)world->thread_count));
	if (arrive(schedule, cpu))
		return;
	if (world->cpus[cpu].current == WORLD_IDLE)
		idle(schedule, cpu);
	else
		run(schedule, cpu);
}
