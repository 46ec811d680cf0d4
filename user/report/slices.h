/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Who was on a CPU when: the last SLICES_KEPT slices, for waits to look back to. */
#ifndef GOTRACE_REPORT_SLICES_H
#define GOTRACE_REPORT_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLICES_KEPT (1 << 16)

struct slice {
	uint32_t row;
	uint64_t from, to; /* to: 0 while it goes on */
};

/* Zeroed: nobody was there. */
struct slices {
	struct slice *kept; /* slice n at (n - 1) % SLICES_KEPT */
	size_t cap;
	uint64_t count; /* of all there were */
};

void slices_fini(struct slices *slices);

/* Somebody comes; who was there till now has gone. *number: the slice's, from 1. 0, -ENOMEM. */
int slices_open(struct slices *slices, uint32_t row, uint64_t now, uint64_t *number);
/* The one of that slice goes. Was it still there, and nobody had taken its place? */
bool slices_close(struct slices *slices, uint64_t number, uint64_t now);
/* The slice that is back slices before the last one; NULL: it is not kept. */
const struct slice *slices_back(const struct slices *slices, uint64_t back);
/* How much of a slice that has ended lies between two times. */
uint64_t slice_part(const struct slice *slice, uint64_t from, uint64_t to);

#endif
