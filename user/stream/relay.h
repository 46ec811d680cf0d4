/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A relay: rings, rounds and texts are taken at once and handed on to another
 * stream by a thread of the relay's own. Who drains the rings goes on
 * meanwhile, and neither a slow disk nor a burst of records holds it up.
 *
 * What waits has a bound. Whoever calls when it is reached waits too, which is
 * as if there were no relay: the kernel's rings fill, and count what they lose.
 *
 * begin, symbols, snapshot, the texts of the start and end go to the other
 * stream in the caller's thread; the end when all has been handed on. An error of the other stream is what every later
 * call returns. The relay does not own the other stream; until relay_free() or
 * the end nobody else may touch what that one touches.
 */
#ifndef GOTRACE_STREAM_RELAY_H
#define GOTRACE_STREAM_RELAY_H

#include "stream/stream.h"

struct relay;

/* room: bytes that may wait; one ring's bytes may always. 0 or -ENOMEM. */
int relay_new(struct relay **out, struct stream to, size_t room);
/* Drops what still waits. NULL is legal. */
void relay_free(struct relay *relay);

/* For one thread. */
struct stream relay_stream(struct relay *relay);

#endif
