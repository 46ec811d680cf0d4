/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The truth and a trace in the same form: who was in which state, and where.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_SLICES_H
#define GOTRACE_TESTS_SIMULATOR_SLICES_H

#include <stddef.h>
#include <stdint.h>

#include "simulator/replay.h"
#include "simulator/sim.h"

struct slice {
	uint32_t tid;
	uint64_t life; /* grows with each life of a tid */
	enum replay_state state;
	uint32_t cpu;	       /* REPLAY_NO_CPU: none */
	char sys[REPLAY_NAME]; /* of REPLAY_SYSCALL; "": unknown */
	uint64_t from_ns, to_ns;
};

struct slices {
	struct slice *slice; /* by tid, life, time */
	size_t count;
};

/*
 * What is in scope, or shown, from start_ns on; what began before is cut there.
 * 0 or -ENOMEM. slices_free() may follow in either case.
 */
int slices_of_truth(const struct sim *sim, uint64_t start_ns, struct slices *out);
int slices_of_trace(const struct replay *replay, uint64_t start_ns, struct slices *out);
void slices_free(struct slices *slices);

/* Up to about around, for a failed test. */
void slices_print(FILE *out, const char *whose, const struct slices *slices, size_t around);

#endif
