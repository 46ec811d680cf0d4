// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See grow.h. */
#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>

void *grow_array(void *data, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap ? *cap : 16;
	void *moved;

	if (need <= *cap)
		return data;
	if (need > SIZE_MAX / 2 / size)
		return NULL;
	while (want < need)
		want *= 2;
	moved = realloc(data, want * size);
	if (moved)
		*cap = want;
	return moved;
}
