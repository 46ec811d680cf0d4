/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The critical path of a thread over a span of time: from its end back to its
 * start, each moment is put down to what it was due to then.
 *
 *   the thread was on a CPU        itself
 *   it waited for one              whoever ran there, piece by piece; a limit
 *   it slept, a thread woke it     what that thread did, back to where the sleep began
 *   it slept, and something else   an interrupt, a stranger, nobody knows what: that ends it
 *   it was not there yet           who made it
 *
 * It is a loop with a stack of its own, and each of its rounds moves back in
 * time or enters a sleep that lies wholly before: it ends whatever the states.
 */
#ifndef GOTRACE_WHY_WALK_H
#define GOTRACE_WHY_WALK_H

#include "why/store.h"
#include "why/tree.h"

/* Both roots add up to to - from exactly. 0 or -ENOMEM. */
int why_walk(const struct why_store *store, uint32_t thread, uint64_t from, uint64_t to,
	     struct why_tree *tree);

#endif
