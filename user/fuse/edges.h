/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who has something to tell next: for each of some slots the time of its next
 * edge, and the slot of the earliest. A heap that knows where each slot is.
 */
#ifndef GOTRACE_FUSE_EDGES_H
#define GOTRACE_FUSE_EDGES_H

#include <stddef.h>
#include <stdint.h>

#define EDGES_NEVER UINT64_MAX

struct edges {
	uint64_t *times;  /* by slot */
	uint32_t *places; /* by slot: where it is in heap */
	uint32_t *heap;	  /* slots */
	size_t count;
};

/* All slots below count have no edge. 0 or -ENOMEM. */
int edges_init(struct edges *edges, size_t count);
void edges_fini(struct edges *edges);

void edges_set(struct edges *edges, uint32_t slot, uint64_t time);

/* The earliest; of several the lowest slot. Its time may be EDGES_NEVER. */
static inline uint32_t edges_first(const struct edges *edges)
{
	return edges->heap[0];
}

static inline uint64_t edges_first_time(const struct edges *edges)
{
	return edges->count ? edges->times[edges->heap[0]] : EDGES_NEVER;
}

#endif
