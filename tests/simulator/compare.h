/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace against the truth: does each goroutine do what its thread did?
 *
 * The k-th goroutine of a tid is the k-th thread, or program after an exec,
 * or stay in the scope, that had this tid. Both are for simulations without
 * loss, and mapping sched; they return 0, how much differs (of which the first
 * is said on out), or -ENOMEM. start_ns: where the trace begins.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_COMPARE_H
#define GOTRACE_TESTS_SIMULATOR_COMPARE_H

#include <stdio.h>

#include "simulator/replay.h"
#include "simulator/sim.h"

/* With right clocks: every interval is equal. */
int compare_exactly(const struct sim *sim, const struct replay *replay, uint64_t start_ns,
		    FILE *out);

/*
 * With whatever clocks: each thread goes through the same states and syscalls,
 * on the same CPUs, in the same order.
 */
int compare_order(const struct sim *sim, const struct replay *replay, uint64_t start_ns, FILE *out);

#endif
