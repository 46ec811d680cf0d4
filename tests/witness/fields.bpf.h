/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The fields of the kernel's that the second witness reads; CO-RE finds them. */
#ifndef WITNESS_FIELDS_BPF_H
#define WITNESS_FIELDS_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

struct rq___witness {
	__u64 clock, clock_task;
} __attribute__((preserve_access_index));

struct cfs_rq___witness {
	struct rq___witness *rq;
} __attribute__((preserve_access_index));

struct sched_info___witness {
	unsigned long long run_delay, last_queued;
} __attribute__((preserve_access_index));

struct sched_entity___witness {
	struct cfs_rq___witness *cfs_rq; /* of its CPU, also when it is no fair thread */
	unsigned char sched_delayed;	 /* since 6.12: asleep, but queued for a while */
} __attribute__((preserve_access_index));

struct task_struct___witness {
	unsigned int __state;
	unsigned long nvcsw;
	struct sched_info___witness sched_info;
	struct sched_entity___witness se;
} __attribute__((preserve_access_index));

/* A field's offset has to stay behind the test for the field: barrier_var(). */
static inline int is_delayed(struct task_struct *task)
{
	struct task_struct___witness *fields = (void *)task;

	if (!bpf_core_field_exists(fields->se.sched_delayed))
		return 0;
	barrier_var(fields);
	return fields->se.sched_delayed;
}

/*
 * The clocks of the run queue that task is or was on last; 0 without
 * CONFIG_FAIR_GROUP_SCHED ("runqueues" has an address with KALLSYMS_ALL only).
 */
static inline void read_clocks(struct task_struct *task, __u64 *clock, __u64 *clock_task)
{
	struct task_struct___witness *fields = (void *)task;
	struct rq___witness *rq;

	if (!bpf_core_field_exists(fields->se.cfs_rq))
		return;
	barrier_var(fields);
	rq = fields->se.cfs_rq->rq;
	*clock = rq->clock;
	*clock_task = rq->clock_task;
}

#endif
