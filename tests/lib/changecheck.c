// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "changecheck.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS (sizeof(((struct changecheck *)0)->cpus) / sizeof(struct thread *))

void changecheck_fini(struct changecheck *check)
{
	free(check->slots);
}

static void expect(struct changecheck *check, const struct change *change, bool holds,
		   const char *what)
{
	if (holds || check->breach[0])
		return;
	snprintf(check->breach, sizeof(check->breach),
		 "change %" PRIu64 ", kind %u, from %u to %u, tid %u, at %" PRIu64 ": %s",
		 check->taken, change->kind, change->from, change->to,
		 change->thread ? change->thread->tid : 0, change->ts_ns, what);
}

static struct changecheck_slot *slot_of(struct changecheck *check, const struct thread *thread)
{
	if (thread->slot >= check->count) {
		size_t count = 2 * (size_t)thread->slot + 16;

		check->slots = realloc(check->slots, count * sizeof(*check->slots));
		memset(check->slots + check->count, 0,
		       (count - check->count) * sizeof(*check->slots));
		check->count = count;
	}
	return &check->slots[thread->slot];
}

/* A slot is one thread's until it is forgotten. */
static void check_slot(struct changecheck *check, const struct change *change,
		       const struct thread *thread)
{
	struct changecheck_slot *slot = slot_of(check, thread);

	expect(check, change, !slot->thread || slot->thread == thread, "another thread's slot");
	slot->thread = thread;
	expect(check, change, thread->comm[0] && memchr(thread->comm, 0, REC_COMM_LEN), "no comm");
}

static void check_order(struct changecheck *check, const struct change *change)
{
	expect(check, change, change->ts_ns >= check->ts_ns, "time goes back");
	expect(check, change, change->step >= check->step, "steps go back");
	expect(check, change, change->kind < CHANGE_KINDS, "no such kind");
	expect(check, change, check->start || change->kind == CHANGE_START, "before the start");
	expect(check, change, !check->start || change->kind != CHANGE_START, "a second start");
	expect(check, change, check->started == (change->step > 0) || change->kind == CHANGE_START,
	       "a step of the start has the number 0, others have not");
	check->ts_ns = change->ts_ns;
	check->step = change->step;
}

/* One thread at most on a CPU, a thread on one at most. */
static void check_cpu(struct changecheck *check, const struct change *change,
		      struct changecheck_slot *slot)
{
	if (slot->state == THREAD_ON_CPU && slot->cpu < CPUS)
		check->cpus[slot->cpu] = NULL;
	if (change->to != THREAD_ON_CPU)
		return;
	if (change->kind == CHANGE_IN || change->kind == CHANGE_IS)
		slot->cpu = change->cpu;
	expect(check, change, change->thread->cpu == slot->cpu, "the thread is on another CPU");
	if (slot->cpu >= CPUS)
		return;
	expect(check, change, !check->cpus[slot->cpu], "somebody is on that CPU");
	check->cpus[slot->cpu] = change->thread;
}

static void check_state(struct changecheck *check, const struct change *change)
{
	struct changecheck_slot *slot = slot_of(check, change->thread);

	/* One that was dead at the start was not told of. */
	expect(check, change,
	       slot->state == change->from ||
		       (change->kind == CHANGE_REVIVED && slot->state == THREAD_ABSENT),
	       "it was in another state");
	expect(check, change, change->thread->state == change->to, "the thread says otherwise");
	expect(check, change, change->repair != CHANGE_DROP || change->from == change->to,
	       "dropped, but it leads somewhere");
	expect(check, change, change->kind != CHANGE_LEAVE || change->to == THREAD_ABSENT,
	       "it left scope and is not out of it");
	check_cpu(check, change, slot);
	slot->state = change->to;
}

void changecheck_take(struct changecheck *check, const struct change *change)
{
	check->taken++;
	check_order(check, change);
	expect(check, change, change->other, "no other");
	if (change->other)
		check_slot(check, change, change->other);
	if (change->thread) {
		check_slot(check, change, change->thread);
		expect(check, change, change->thread->slot >= THREAD_SLOT_FIRST,
		       "the idle task, or nobody");
	}
	check->start = true;
	check->started |= change->kind == CHANGE_STARTED;
	switch (change->kind) {
	case CHANGE_START:
	case CHANGE_CPU:
	case CHANGE_STARTED:
	case CHANGE_LOSS:
		return;
	case CHANGE_CGROUP:
		expect(check, change, change->cgroup && change->cgroup->path, "no path");
		return;
	case CHANGE_FORGOTTEN:
		*slot_of(check, change->thread) = (struct changecheck_slot){ 0 };
		return;
	default:
		expect(check, change, change->thread, "no thread");
	}
	if (change->kind == CHANGE_MOVE && change->thread)
		expect(check, change,
		       change->to == THREAD_RUNNABLE && change->thread->queue == change->cpu,
		       "moved, and does not wait for that CPU");
	if (change->thread && (change->kind < CHANGE_INPUTS || change->kind == CHANGE_IS ||
			       change->kind == CHANGE_MOVE || change->kind == CHANGE_REVIVED))
		check_state(check, change);
}
