/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Transitions of the last two rounds whose neighbour has not been read yet: it
 * lies in another CPU's ring. Whichever comes second finds the other here, so
 * that the time between them is known exactly.
 *
 * A table of fixed size, in which a new piece takes the place of an old one:
 * what is not found is a span that is not told, never a wrong one.
 */
#ifndef GOTRACE_FLIGHT_PIECES_H
#define GOTRACE_FLIGHT_PIECES_H

#include <stdint.h>

#define PIECES 8192

struct piece {
	uint64_t ts_ns;
	uint32_t id;
	uint32_t num;
	uint32_t round;
	uint8_t state; /* enum rec_state, from then on */
	uint8_t pad[3];
};

struct pieces {
	uint32_t round;
	struct piece piece[PIECES];
};

void pieces_add(struct pieces *pieces, uint32_t id, uint32_t num, uint64_t ts_ns, uint8_t state);
/* NULL: it is not there. Valid until the next call. */
const struct piece *pieces_find(const struct pieces *pieces, uint32_t id, uint32_t num);
void pieces_round(struct pieces *pieces);

#endif
