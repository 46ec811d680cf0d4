/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace against the truth: does each goroutine do what its thread did?
 *
 * The k-th goroutine of a tid is the k-th thread, or program after an exec,
 * or stay in the scope, that had this tid.
 */
#ifndef GOTRACE_TESTS_COMPARE_H
#define GOTRACE_TESTS_COMPARE_H

#include <stdio.h>

#include "simulator/replay.h"
#include "simulator/sim.h"

/*
 * For a simulation without loss and with right clocks, and mapping sched: every
 * interval must be equal. Returns how many goroutines differ, -ENOMEM; says the
 * first on out.
 */
int compare_exactly(const struct sim *sim, const struct replay *replay, FILE *out);

#endif
