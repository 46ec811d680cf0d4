/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Who was on a CPU when: the last SLICES_KEPT slices, for waits to look back to. */
#ifndef GOTRACE_REPORT_SLICES_H
#define GOTRACE_REPORT_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLICES_KEPT (1 << 16)

struct slice {
	uint32_t who;	   /* a number of the user's; 0: nobody */
	bool limited;	   /* it ended because of a limit */
	bool blind;	   /* nobody saw who was there */
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
int slices_open(struct slices *slices, uint32_t who, uint64_t now, uint64_t *number);
/* The one of that slice goes. Was it still there, and nobody had taken its place? */
bool slices_close(struct slices *slices, uint64_t number, uint64_t now, bool limited);
/*
 * who goes, or nobody (0), and had been there since nobody looked: whoever came
 * last had gone before, unseen. 0, -ENOMEM, as the next.
 */
int slices_was(struct slices *slices, uint32_t who, uint64_t now);
/* From then on nobody sees who is there; who says that. */
int slices_blind(struct slices *slices, uint32_t who, uint64_t from);
/* The slice that is back slices before the last one; NULL: it is not kept. */
const struct slice *slices_back(const struct slices *slices, uint64_t back);

#endif
