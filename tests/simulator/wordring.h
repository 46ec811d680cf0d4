/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A simulation's records as the words of rings: what the kernel side of ABI 2
 * would have written of them.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_WORDRING_H
#define GOTRACE_TESTS_SIMULATOR_WORDRING_H

#include "simulator/sim.h"
#include "stream/stream.h"

struct wordring;

int wordring_new(struct wordring **out, const struct sim *sim);
void wordring_free(struct wordring *rings);

/*
 * A round's words of every CPU into a stream, in two pieces each; their memory
 * is overwritten behind them. Rounds from 1 up. 0, -ENOMEM, or the stream's.
 */
int wordring_round(struct wordring *rings, uint32_t round, const struct stream *to);

#endif
