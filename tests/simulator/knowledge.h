/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What can be known of a simulation from the records that were not lost.
 *
 * What a thread does is uncertain between two of its records that came if one
 * of its records in between was lost, or if it was on a CPU that lost some;
 * and before its first one if the snapshot should have it and has not.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_KNOWLEDGE_H
#define GOTRACE_TESTS_SIMULATOR_KNOWLEDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/sim.h"

struct knowledge;

/* Of a simulation with right clocks, which must outlive it. 0 or -ENOMEM. */
int knowledge_new(struct knowledge **out, const struct sim *sim);
void knowledge_free(struct knowledge *knowledge);

/* The threads that ever had the tid. */
const uint32_t *knowledge_threads(const struct knowledge *knowledge, uint32_t tid, size_t *count);
/* The truth of a thread, by time. */
const struct sim_interval *knowledge_truth(const struct knowledge *knowledge, uint32_t thread,
					   size_t *count);

/* Records of the CPU are missing between the two times. */
bool knowledge_in_gap(const struct knowledge *knowledge, uint32_t cpu, uint64_t from_ns,
		      uint64_t to_ns);
bool knowledge_is_uncertain(const struct knowledge *knowledge, uint32_t thread, uint64_t ts_ns);
/* Its birth or its entry is missing, so that it is not there before it is next on a CPU. */
bool knowledge_is_late(const struct knowledge *knowledge, uint32_t thread);
/* An exec before ts_ns is lost, which alone may have told that the thread was in a syscall. */
bool knowledge_is_exec_lost(const struct knowledge *knowledge, uint32_t thread, uint64_t ts_ns);
/*
 * After a loss before the start it takes a record of the thread on its CPU to
 * be sure that it runs there: its entry may be older.
 */
bool knowledge_is_start_blind(const struct knowledge *knowledge, const struct sim_interval *in);

#endif
