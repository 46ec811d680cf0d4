/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The tids of threads that records name by id only, as those of ABI 2 do:
 * what the snapshot and THREAD, RENAME and EXEC say. A thread that an exec
 * gave another tid has its last one throughout.
 */
#ifndef GOTRACE_TESTS_RECTIDS_H
#define GOTRACE_TESTS_RECTIDS_H

#include "records/records.h"

/* A zeroed one is empty. */
struct rectids {
	uint32_t *of; /* [count], by id */
	size_t count;
};

void rectids_fini(struct rectids *tids);

/* First everything that may tell a tid. 0 or -ENOMEM. */
int rectids_note_entry(struct rectids *tids, const struct rec_snapshot *entry);
int rectids_note(struct rectids *tids, const struct rec_head *record);

/* Then the tids that a record lacks. */
void rectids_fill(const struct rectids *tids, struct rec_head *record);

#endif
