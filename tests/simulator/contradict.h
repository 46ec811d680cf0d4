/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace with losses against the truth: does it show anything that is not so
 * outside of the gaps, and does it show all that the records left can tell?
 */
#ifndef GOTRACE_TESTS_SIMULATOR_CONTRADICT_H
#define GOTRACE_TESTS_SIMULATOR_CONTRADICT_H

#include <stdio.h>

#include "simulator/replay.h"
#include "simulator/sim.h"

/*
 * Clocks are right, mapping is sched. 0: no contradiction; 1: there is one,
 * said on out; -ENOMEM.
 */
int contradict_find(const struct sim *sim, const struct replay *replay, uint64_t start_ns,
		    FILE *out);

#endif
