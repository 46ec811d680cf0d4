/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A Perfetto trace as a reader would understand it, for goldens: an event a
 * line, by time (CLOCK_MONOTONIC), columns resolved.
 *
 *   1100 cpu0 switch prev=victim:100 S next=swapper/0:0
 *   1200 cpu1 waking victim:100 on cpu0 by cpu1 flags=8
 *
 * A "*" behind the word says that the event stands there whole, not in columns:
 * then it says itself who leaves, or who wakes. It trusts its input.
 */
#ifndef GOTRACE_TESTS_LIB_PERFETTOTEXT_H
#define GOTRACE_TESTS_LIB_PERFETTOTEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 0, or -EINVAL: no trace, or it breaks what a reader relies on. */
int perfettotext_print(FILE *out, const void *data, size_t size);

/* What is shown on a CPU from one switch to the next; tid 0: nobody. CLOCK_MONOTONIC. */
typedef void (*perfettotext_run_fn)(void *ctx, uint32_t cpu, uint32_t tid, uint64_t from_ns,
				    uint64_t to_ns);
/* Everything that is shown on all CPUs, up to end_ns. As perfettotext_print(). */
int perfettotext_runs(const void *data, size_t size, uint64_t end_ns, perfettotext_run_fn run,
		      void *ctx);

#endif
