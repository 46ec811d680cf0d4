/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Lies: a judge that finds nothing may be blind. So it is told of threads
 * that it found right what is just not true, one thing at a time, and has to
 * find each.
 */
#ifndef WITNESS_LIES_H
#define WITNESS_LIES_H

#include "account.h"

/*
 * Tells *told lies, about threads and about the sum over all. NULL, or the
 * name of the first that was not found.
 */
const char *lies_judge(const struct entry *const *entries, size_t count, const struct account *sum,
		       const struct evidence *evidence, unsigned *told);

#endif
