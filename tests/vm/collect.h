/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Collect: a whole capture in memory, for tests that look at the records
 * themselves. Built on user/capture only; no order, no model, no trace, so
 * that what it finds is the kernel side's doing.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"
#include "records/words.h"

struct collection {
	const struct rec_head **records; /* by CPU, then by number; tids are filled in */
	size_t count;
	struct rec_snapshot *threads; /* by id */
	size_t thread_count;
	uint64_t snapshot_end_ns;
	uint32_t cpus;
	struct rec_counters *counters; /* [cpus], after the end */
	uint64_t missed;
	uint64_t damaged;		 /* pieces of rings that cannot be read to their end */
	size_t room;			 /* of records */
	struct words_cpu *words;	 /* [cpus] */
	struct collection_block *blocks; /* the records' memory */
};

/*
 * Captures what happens while run(arg) runs in this process; capturing goes
 * on until it returns, and so does the reading of the rings, in a thread of
 * its own. 0 or -errno, with diag.
 */
int collect(struct collection *out, const struct capture_options *options, void (*run)(void *arg),
	    void *arg, struct diag *diag);
void collection_fini(struct collection *collection);

#endif
