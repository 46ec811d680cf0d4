// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/edges.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int edges_init(struct edges *edges, size_t count)
{
	*edges = (struct edges){
		.times = malloc((count + 1) * sizeof(*edges->times)),
		.places = malloc((count + 1) * sizeof(*edges->places)),
		.heap = malloc((count + 1) * sizeof(*edges->heap)),
		.count = count,
	};
	if (!edges->times || !edges->places || !edges->heap) {
		edges_fini(edges);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < count; i++) {
		edges->times[i] = EDGES_NEVER;
		edges->places[i] = edges->heap[i] = i;
	}
	return 0;
}

void edges_fini(struct edges *edges)
{
	free(edges->times);
	free(edges->places);
	free(edges->heap);
	memset(edges, 0, sizeof(*edges));
}

static bool is_before(const struct edges *edges, uint32_t a, uint32_t b)
{
	return edges->times[a] != edges->times[b] ? edges->times[a] < edges->times[b] : a < b;
}

static void put(struct edges *edges, size_t place, uint32_t slot)
{
	edges->heap[place] = slot;
	edges->places[slot] = (uint32_t)place;
}

static size_t earlier_child(const struct edges *edges, size_t place)
{
	size_t child = 2 * place + 1;

	if (child + 1 < edges->count &&
	    is_before(edges, edges->heap[child + 1], edges->heap[child]))
		child++;
	return child;
}

void edges_set(struct edges *edges, uint32_t slot, uint64_t time)
{
	size_t place = edges->places[slot], child;

	edges->times[slot] = time;
	while (place && is_before(edges, slot, edges->heap[(place - 1) / 2])) {
		put(edges, place, edges->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	while ((child = earlier_child(edges, place)) < edges->count &&
	       is_before(edges, edges->heap[child], slot)) {
		put(edges, place, edges->heap[child]);
		place = child;
	}
	put(edges, place, slot);
}
