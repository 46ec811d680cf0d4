/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the second witness (witness.bpf.c) says at a marker; both sides include it. */
#ifndef WITNESS_MARK_H
#define WITNESS_MARK_H

#ifndef __bpf__
#include <linux/types.h>
#endif

struct bounds {
	__u64 low_ns, high_ns;
};

/* A thread's sums since its last marker, or its birth. */
struct mark {
	struct bounds on, wait; /* on a CPU, on a run queue */
	__u32 tid;
	__u32 mark; /* which of the thread's markers, from 1 */
	__u32 slices;
	__u32 pad;
};

#endif
