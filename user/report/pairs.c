// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/pairs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void pairs_fini(struct pairs *pairs)
{
	idmap_fini(&pairs->map);
	free(pairs->rows);
}

static int row_of(struct pairs *pairs, uint32_t who, uint32_t what, struct report_pair **out)
{
	uint64_t key = (uint64_t)who << 32 | what;
	uint32_t slot = idmap_find(&pairs->map, key);
	struct report_pair *grown;

	if (slot == IDMAP_NONE) {
		grown = grow_array(pairs->rows, &pairs->cap, pairs->count + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		pairs->rows = grown;
		if (idmap_add(&pairs->map, key, &slot))
			return -ENOMEM;
		grown[slot] = (struct report_pair){ .who = who, .what = what };
		pairs->count++;
	}
	*out = &pairs->rows[slot];
	return 0;
}

int pairs_merge(struct pairs *pairs, const struct report_pair *row)
{
	struct report_pair *sum;

	if (row_of(pairs, row->who, row->what, &sum))
		return -ENOMEM;
	sum->ns += row->ns;
	sum->times += row->times;
	sum->still_ns += row->still_ns;
	if (row->longest > sum->longest) {
		sum->longest = row->longest;
		sum->longest_from = row->longest_from;
	}
	return 0;
}

int pairs_add(struct pairs *pairs, uint32_t who, uint32_t what, uint64_t ns, uint64_t from)
{
	const struct report_pair row = {
		.who = who, .what = what, .ns = ns, .times = 1, .longest = ns, .longest_from = from
	};

	return pairs_merge(pairs, &row);
}

int pairs_add_part(struct pairs *pairs, const struct report_pair *part)
{
	struct report_pair *sum;

	if (row_of(pairs, part->who, part->what, &sum))
		return -ENOMEM;
	if (sum->mark != part->mark) {
		sum->mark = part->mark;
		sum->part = 0;
		sum->times++;
	}
	sum->ns += part->ns;
	sum->part += part->ns;
	if (sum->part > sum->longest) {
		sum->longest = sum->part;
		sum->longest_from = part->longest_from;
	}
	return 0;
}

static int by_sum(const void *a, const void *b)
{
	const struct report_pair *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->still_ns != y->still_ns)
		return x->still_ns < y->still_ns ? 1 : -1;
	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return (x->what > y->what) - (x->what < y->what);
}

void pairs_sort(struct pairs *pairs)
{
	if (pairs->count)
		qsort(pairs->rows, pairs->count, sizeof(*pairs->rows), by_sum);
}
