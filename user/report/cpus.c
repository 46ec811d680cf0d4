// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Who may run everywhere is most of those who wait. So that a wait need not
 * touch every CPU, there is one sum of the time in which any of them waited
 * (anywhere), and a CPU that was idle takes what that has grown by meanwhile.
 */
#include "report/cpus.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void cpus_fini(struct cpus *cpus)
{
	free(cpus->rows);
}

static uint64_t clip(const struct cpus *cpus, uint64_t now)
{
	return now < cpus->from ? cpus->from : now > cpus->to ? cpus->to : now;
}

static void settle_anywhere(struct cpus *cpus, uint64_t now)
{
	if (cpus->waiters && now > cpus->at)
		cpus->anywhere += now - cpus->at;
	if (now > cpus->at)
		cpus->at = now;
}

static void settle(struct cpus *cpus, struct cpu_times *cpu, uint64_t now)
{
	uint64_t ns = now > cpu->at ? now - cpu->at : 0;

	settle_anywhere(cpus, now);
	if (cpu->running) {
		cpu->busy += ns;
	} else if (cpu->blind) {
		cpu->unknown += ns;
	} else {
		cpu->idle += ns;
		cpu->wasted += cpu->waiters ? ns : cpus->anywhere - cpu->anywhere;
	}
	cpu->at += ns;
	cpu->anywhere = cpus->anywhere;
}

int cpus_add(struct cpus *cpus, uint64_t id, uint64_t now)
{
	struct cpu_times *grown =
		grow_array(cpus->rows, &cpus->cap, cpus->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	now = clip(cpus, now);
	settle_anywhere(cpus, now);
	cpus->rows = grown;
	grown[cpus->count++] =
		(struct cpu_times){ .id = id, .at = now, .anywhere = cpus->anywhere };
	return 0;
}

static bool is_within(const struct cpus *cpus, uint64_t now)
{
	return cpus->from <= now && now <= cpus->to;
}

void cpus_come(struct cpus *cpus, uint32_t number, uint64_t now, bool from_another)
{
	struct cpu_times *cpu = &cpus->rows[number];

	settle(cpus, cpu, clip(cpus, now));
	cpu->running = true;
	cpu->blind = false;
	cpu->switches += is_within(cpus, now);
	cpu->migrations += is_within(cpus, now) && from_another;
}

void cpus_go(struct cpus *cpus, uint32_t number, uint64_t now)
{
	settle(cpus, &cpus->rows[number], clip(cpus, now));
	cpus->rows[number].running = false;
}

void cpus_lose(struct cpus *cpus, uint32_t number, uint64_t now)
{
	settle(cpus, &cpus->rows[number], clip(cpus, now));
	cpus->rows[number].running = false;
	cpus->rows[number].blind = true;
}

/* Of those CPUs; more is 1 or -1. */
static void count_waiter(struct cpus *cpus, uint64_t allowed, uint64_t now, int more)
{
	for (size_t i = 0; i < cpus->count; i++) {
		struct cpu_times *cpu = &cpus->rows[i];

		if (cpu->id >= 64 || !(allowed >> cpu->id & 1))
			continue;
		settle(cpus, cpu, now);
		/* A CPU may have come meanwhile. */
		if (more > 0 || cpu->waiters)
			cpu->waiters += (uint32_t)more;
	}
}

void cpus_wait(struct cpus *cpus, uint64_t allowed, uint64_t now)
{
	now = clip(cpus, now);
	if (allowed) {
		count_waiter(cpus, allowed, now, 1);
		return;
	}
	settle_anywhere(cpus, now);
	cpus->waiters++;
}

void cpus_wait_end(struct cpus *cpus, uint64_t allowed, uint64_t now)
{
	now = clip(cpus, now);
	if (allowed) {
		count_waiter(cpus, allowed, now, -1);
		return;
	}
	settle_anywhere(cpus, now);
	cpus->waiters--;
}

static int by_id(const void *a, const void *b)
{
	const struct cpu_times *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

void cpus_end(struct cpus *cpus, uint64_t now)
{
	for (size_t i = 0; i < cpus->count; i++)
		settle(cpus, &cpus->rows[i], clip(cpus, now));
	if (cpus->count)
		qsort(cpus->rows, cpus->count, sizeof(*cpus->rows), by_id);
}
