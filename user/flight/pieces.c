// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "flight/pieces.h"

#include <stddef.h>

static uint32_t home(uint32_t id, uint32_t num)
{
	uint64_t hash = ((uint64_t)id << 32 | num) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(hash >> 32) % PIECES;
}

void pieces_add(struct pieces *pieces, uint32_t id, uint32_t num, uint64_t ts_ns, uint8_t state)
{
	pieces->piece[home(id, num)] = (struct piece){
		.ts_ns = ts_ns, .id = id, .num = num, .round = pieces->round, .state = state
	};
}

const struct piece *pieces_find(const struct pieces *pieces, uint32_t id, uint32_t num)
{
	const struct piece *piece = &pieces->piece[home(id, num)];

	if (piece->id != id || piece->num != num || pieces->round - piece->round > 1)
		return NULL;
	return piece;
}

void pieces_round(struct pieces *pieces)
{
	pieces->round++;
}
