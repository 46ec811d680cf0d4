/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A simulation (simulator/sim.h) as a capture: the calls a live capture makes.
 */
#ifndef GOTRACE_TESTS_LIB_CAPSIM_H
#define GOTRACE_TESTS_LIB_CAPSIM_H

#include "captext.h"
#include "simulator/sim.h"

struct stream_info capsim_info(const struct sim *sim);

/*
 * Makes the calls on a stream: begin, snapshot, rings and rounds, end. The rings' memory
 * is overwritten after each call. 0, the stream's first error, or -ENOMEM.
 */
int capsim_feed(const struct sim *sim, const struct stream *to);

/* The capture as a raw file into *out, which is empty. */
int capsim_raw(const struct sim *sim, struct captext_buffer *out);

#endif
