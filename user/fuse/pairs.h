/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Sums by two numbers, whatever these are; texts mostly. */
#ifndef GOTRACE_FUSE_PAIRS_H
#define GOTRACE_FUSE_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"

struct fuse_pair {
	uint32_t who, what;
	uint64_t ns, times;
	uint64_t longest, longest_at;
};

struct fuse_pairs {
	struct idmap keys;
	struct fuse_pair *list;
	size_t count, cap;
};

/* A zeroed struct is empty. */
void fuse_pairs_fini(struct fuse_pairs *pairs);

/* 0 or -ENOMEM. */
int fuse_pairs_add(struct fuse_pairs *pairs, uint32_t who, uint32_t what, uint64_t ns, uint64_t at);

/* The longest sums first; nothing may be added then. */
void fuse_pairs_sort(struct fuse_pairs *pairs);

#endif
