/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which M has a P, and which goroutine is in a syscall on it. A goroutine whose M
 * loses its P is in the syscall without a CPU: it does not run there.
 */
#ifndef GOTRACE_REPORT_PROCS_H
#define GOTRACE_REPORT_PROCS_H

#include "base/idmap.h"
#include "gotrace.h"

struct procs_m {
	bool has_p;
	uint64_t g; /* in a syscall there; GT_NO_ID: nobody is */
};

/* Zeroed: nothing is known. */
struct procs {
	struct idmap map; /* Ms by id */
	struct procs_m *ms;
	size_t room;
};

void procs_fini(struct procs *procs);

/*
 * Takes a P's transition. *loser: the goroutine that is in a syscall without a P
 * from now on, or GT_NO_ID. 0 or -ENOMEM, as below.
 */
int procs_take(struct procs *procs, const struct gt_event *event, const struct gt_transition *to,
	       uint64_t *loser);
/* A goroutine is in a syscall from now on. *has_p: with a P. */
int procs_enter(struct procs *procs, const struct gt_event *event, uint64_t g, bool *has_p);

#endif
