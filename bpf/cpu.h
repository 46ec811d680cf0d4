/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A CPU's slot in the `cpus` map: the kernel side writes it, the loader maps
 * it and reads the counters. Shared by bpf/ and user/capture/ only; record.h is
 * what the rest of the program shares.
 */
#ifndef GOTRACE_BPF_CPU_H
#define GOTRACE_BPF_CPU_H

#include "record.h"

struct cpu_slot {
	struct rec_counters counters;
	u64 threads; /* ids given on this CPU */
	s64 hardirq_depth;
	s64 softirq_depth;
	u64 pad[9]; /* two cache lines, so that neighbours share none */
};
REC_ASSERT_SIZE(cpu_slot, 128);

#endif
