/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What happens to records on their way: clocks, rings, rounds, losses.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_DISTORT_H
#define GOTRACE_TESTS_SIMULATOR_DISTORT_H

#include "simulator/world.h"

/* Moves slots of interrupted handlers before those of the interrupts. */
void distort_nest(struct world *world);

/* Gives each record its round; returns how many rounds there are. */
uint32_t distort_rounds(struct world *world);

/* Sets the clocks wrong. On one CPU times still never go down. */
void distort_clocks(struct world *world);

/* Loses records. */
void distort_lose(struct world *world);

/* Brings back those that say who somebody is. */
void distort_name(struct world *world);

#endif
