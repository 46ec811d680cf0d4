/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Holds changes against the contract that change.h makes with who is told. */
#ifndef GOTRACE_TESTS_LIB_CHANGECHECK_H
#define GOTRACE_TESTS_LIB_CHANGECHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "track/change.h"

struct changecheck_slot {
	const struct thread *thread; /* NULL: the slot is free */
	uint8_t state;
	uint16_t cpu;
};

/* Zeroed: nothing was told yet. */
struct changecheck {
	struct changecheck_slot *slots;
	size_t count;
	const struct thread *cpus[64]; /* who is on which */
	uint64_t ts_ns, step;
	bool start, started;
	uint64_t taken;
	char breach[200]; /* the first one; empty: none */
};

void changecheck_fini(struct changecheck *check);
void changecheck_take(struct changecheck *check, const struct change *change);

#endif
