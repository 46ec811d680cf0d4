/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Chance: what happens next on the simulated machine.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_SCHEDULE_H
#define GOTRACE_TESTS_SIMULATOR_SCHEDULE_H

#include "simulator/world.h"

struct schedule {
	struct world *world;
	/* Wakeups on their way to another CPU's queue. */
	struct schedule_flight {
		uint32_t thread;
		uint32_t cpu;
	} flights[WORLD_CPUS];
	uint32_t flight_count;
};

/* The threads that are there at the start. */
void schedule_populate(struct schedule *schedule);
/* One CPU does one thing. */
void schedule_step(struct schedule *schedule);

#endif
