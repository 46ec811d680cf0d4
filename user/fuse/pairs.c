// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/pairs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void fuse_pairs_fini(struct fuse_pairs *pairs)
{
	idmap_fini(&pairs->keys);
	free(pairs->list);
	memset(pairs, 0, sizeof(*pairs));
}

static struct fuse_pair *find(struct fuse_pairs *pairs, uint32_t who, uint32_t what)
{
	uint64_t key = (uint64_t)who << 32 | what;
	uint32_t slot = idmap_find(&pairs->keys, key);
	struct fuse_pair *grown;

	if (slot != IDMAP_NONE)
		return &pairs->list[slot];
	grown = grow_array(pairs->list, &pairs->cap, pairs->count + 1, sizeof(*grown));
	if (grown)
		pairs->list = grown;
	if (!grown || idmap_add(&pairs->keys, key, &slot))
		return NULL;
	pairs->count++;
	grown[slot] = (struct fuse_pair){ .who = who, .what = what };
	return &grown[slot];
}

int fuse_pairs_add(struct fuse_pairs *pairs, uint32_t who, uint32_t what, uint64_t ns, uint64_t at)
{
	struct fuse_pair *pair = find(pairs, who, what);

	if (!pair)
		return -ENOMEM;
	pair->ns += ns;
	pair->times++;
	if (ns > pair->longest) {
		pair->longest = ns;
		pair->longest_at = at;
	}
	return 0;
}

static int by_ns(const void *a, const void *b)
{
	const struct fuse_pair *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return x->what < y->what ? -1 : x->what > y->what;
}

void fuse_pairs_sort(struct fuse_pairs *pairs)
{
	if (pairs->count)
		qsort(pairs->list, pairs->count, sizeof(*pairs->list), by_ns);
}
