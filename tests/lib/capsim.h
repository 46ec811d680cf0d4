/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A simulation (simulator/sim.h) as a capture: the calls a live capture makes.
 */
#ifndef GOTRACE_TESTS_LIB_CAPSIM_H
#define GOTRACE_TESTS_LIB_CAPSIM_H

#include "capture/capture.h"
#include "captext.h"
#include "simulator/sim.h"

struct raw_info capsim_info(const struct sim *sim);

/*
 * Makes the calls on sink: snapshot, rings and rounds, end. The rings' memory
 * is overwritten after each call. 0, the sink's first error, or -ENOMEM.
 */
int capsim_feed(const struct sim *sim, const struct capture_sink *sink);

/* The capture as a raw file into *out, which is empty. */
int capsim_raw(const struct sim *sim, struct captext_buffer *out);

#endif
