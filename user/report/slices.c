// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/slices.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void slices_fini(struct slices *slices)
{
	free(slices->kept);
}

bool slices_close(struct slices *slices, uint64_t number, uint64_t now)
{
	if (!slices->kept || number != slices->count)
		return false;
	slices->kept[(number - 1) % SLICES_KEPT].to = now;
	return true;
}

int slices_open(struct slices *slices, uint32_t row, uint64_t now, uint64_t *number)
{
	const struct slice *last = slices_back(slices, 0);
	struct slice *grown;

	if (last && !last->to)
		slices_close(slices, slices->count, now);
	if (slices->count < SLICES_KEPT) {
		grown = grow_array(slices->kept, &slices->cap, slices->count + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		slices->kept = grown;
	}
	slices->kept[slices->count % SLICES_KEPT] = (struct slice){ .row = row, .from = now };
	*number = ++slices->count;
	return 0;
}

const struct slice *slices_back(const struct slices *slices, uint64_t back)
{
	if (back >= slices->count || back >= SLICES_KEPT)
		return NULL;
	return &slices->kept[(slices->count - 1 - back) % SLICES_KEPT];
}

uint64_t slice_part(const struct slice *slice, uint64_t from, uint64_t to)
{
	uint64_t begin = slice->from > from ? slice->from : from;
	uint64_t end = slice->to < to ? slice->to : to;

	return end > begin ? end - begin : 0;
}
