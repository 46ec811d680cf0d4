/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How much of a thread's wait for a CPU was due to a CPU limit of its cgroup,
 * and whose limit. The kernel's scheduler keeps, for each group and CPU, a
 * queue with the total time for which the group or any above it was throttled
 * there. The share of a wait is that total at its end less the total at its
 * begin, which is kept with the thread meanwhile (`wait_*` of struct thread).
 *
 *   since 6.6    throttled_clock_self_time, in ns of the run queue's clock
 *   before       throttled_clock_pelt_time, in ns of a clock that runs slower
 *                while the CPU does: an estimate
 *   since 6.18   a thread of a throttled group runs on until it leaves the
 *                kernel; only then is it throttled itself (task_struct.throttled)
 *
 * Threads of the root group and realtime threads have no such limit.
 */
#ifndef GOTRACE_BPF_THROTTLE_BPF_H
#define GOTRACE_BPF_THROTTLE_BPF_H

#include "thread.bpf.h"

#define LOWEST_REALTIME_PRIO 99 /* task_struct.prio: 0 to 99 are realtime, below 0 deadline */
#define LEVELS 8		/* of groups that are looked at */

/* A queue whose group is throttled, but by whose limit is not known. */
#define LIMIT_UNKNOWN 0xffffffffu

/* ---- the kernel's types ---- */

struct rt_rq___limit {
	int rt_throttled;
} __attribute__((preserve_access_index));

struct rq___limit {
	u64 clock;
	u64 clock_pelt;
	unsigned long lost_idle_time;
	struct rt_rq___limit rt;
} __attribute__((preserve_access_index));

struct css___limit {
	struct cgroup *cgroup;
} __attribute__((preserve_access_index));

struct cfs_rq___limit;

struct task_group___limit {
	struct css___limit css;
	struct cfs_rq___limit **cfs_rq; /* by CPU */
} __attribute__((preserve_access_index));

struct cfs_rq___limit {
	struct rq___limit *rq;
	struct task_group___limit *tg;
	int throttle_count; /* this group and those above it that are throttled */
	u64 throttled_clock_self;
	u64 throttled_clock_self_time;
	u64 throttled_clock_pelt;
	u64 throttled_clock_pelt_time;
} __attribute__((preserve_access_index));

/* Apart: clang 14 cannot read a bit field of the whole struct, which is aligned to a cache line. */
struct cfs_rq___bits {
	bool throttled : 1; /* by this group's own limit */
} __attribute__((preserve_access_index));

struct sched_entity___limit {
	struct sched_entity___limit *parent;
	struct cfs_rq___limit *cfs_rq; /* where it is queued */
	struct cfs_rq___limit *my_q;   /* a group's own */
} __attribute__((preserve_access_index));

struct task_struct___limit {
	struct sched_entity___limit se;
	bool throttled;
} __attribute__((preserve_access_index));

/* ---- the total ---- */

static __always_inline bool limits_are_exact(void)
{
	return bpf_core_field_exists(struct cfs_rq___limit, throttled_clock_self_time);
}

static __always_inline bool limits_are_of_tasks(void)
{
	return bpf_core_field_exists(struct task_struct___limit, throttled);
}

static __always_inline bool limits_are_there(void)
{
	return bpf_core_field_exists(struct cfs_rq___limit, throttle_count) &&
	       bpf_core_field_exists(struct sched_entity___limit, parent);
}

/* The clock that the totals are in. */
static __always_inline u64 limit_clock(struct rq___limit *rq)
{
	if (limits_are_exact())
		return rq->clock;
	barrier_var(rq);
	return rq->clock_pelt - rq->lost_idle_time;
}

/* total is without the throttling that began at since and goes on; 0: none does. */
static __always_inline u64 limit_sum(u64 total, u64 since, u64 now)
{
	return since ? total + now - since : total;
}

static __always_inline u64 limit_total(struct cfs_rq___limit *queue)
{
	u64 total, since;

	if (limits_are_exact()) {
		barrier_var(queue); /* keeps the fields' offsets behind the test for them */
		total = queue->throttled_clock_self_time;
		since = queue->throttled_clock_self;
	} else {
		barrier_var(queue);
		total = queue->throttled_clock_pelt_time;
		since = queue->throttle_count ? queue->throttled_clock_pelt : 0;
	}
	return since ? limit_sum(total, since, limit_clock(queue->rq)) : total;
}

/* The same of a queue that only a helper may follow, at a time now of another CPU's clock. */
static __always_inline u64 limit_total_at(struct cfs_rq___limit *queue, u64 now)
{
	if (limits_are_exact()) {
		barrier_var(queue);
		return limit_sum(BPF_CORE_READ(queue, throttled_clock_self_time),
				 BPF_CORE_READ(queue, throttled_clock_self), now);
	}
	barrier_var(queue);
	return limit_sum(BPF_CORE_READ(queue, throttled_clock_pelt_time),
			 BPF_CORE_READ(queue, throttle_count)
				 ? BPF_CORE_READ(queue, throttled_clock_pelt)
				 : 0,
			 now);
}

/* ---- whose limit ---- */

static __always_inline u32 limit_id(struct cfs_rq___limit *queue)
{
	u64 id = BPF_CORE_READ(queue, tg, css.cgroup, kn, id);

	return id && id < LIMIT_UNKNOWN ? id : LIMIT_UNKNOWN;
}

/* The topmost group above task whose own limit it has reached. */
__noinline int limit_reached(struct thread *thread)
{
	struct sched_entity___limit *group;
	struct task_struct___limit *task;
	u32 found = LIMIT_UNKNOWN;

	if (!thread)
		return 0;
	task = (void *)thread->task;
	group = BPF_CORE_READ(task, se.parent);
#pragma unroll
	for (int i = 0; i < LEVELS; i++) {
		struct cfs_rq___limit *queue = BPF_CORE_READ(group, my_q);
		struct cfs_rq___bits *bits = (void *)queue;

		if (!group)
			break;
		if (BPF_CORE_READ_BITFIELD_PROBED(bits, throttled))
			found = limit_id(queue);
		group = BPF_CORE_READ(group, parent);
	}
	thread->limit = found;
	return 0;
}

/*
 * The topmost group above task whose latest throttling began at the same time
 * as that of the task's own: the kernel writes one time to all groups below.
 * Not since 6.18, where each queue has its own.
 */
__noinline int limit_of_latest(struct thread *thread)
{
	struct sched_entity___limit *group;
	struct task_struct___limit *task;
	u32 found = LIMIT_UNKNOWN;
	u64 begin;

	if (!thread)
		return 0;
	task = (void *)thread->task;
	group = BPF_CORE_READ(task, se.parent);
	begin = BPF_CORE_READ(task, se.cfs_rq, throttled_clock_pelt);
#pragma unroll
	for (int i = 0; i < LEVELS; i++) {
		struct cfs_rq___limit *queue = BPF_CORE_READ(group, my_q);

		if (!group || BPF_CORE_READ(queue, throttled_clock_pelt) != begin)
			break;
		found = limit_id(queue);
		group = BPF_CORE_READ(group, parent);
	}
	thread->limit = found;
	return 0;
}

/* ---- a wait ---- */

/*
 * Enough of a queue's address to know it again; never 0. The verifier lets no
 * pointer be shifted, so it goes through memory: limit_base is overwritten.
 */
static __always_inline u32 queue_name(struct thread *thread, struct cfs_rq___limit *queue)
{
	*(volatile u64 *)&thread->limit_base = (u64)queue;
	return *(volatile u64 *)&thread->limit_base >> 6 | 1;
}

/* The queue of a task that a limit can apply to, or NULL. */
static __always_inline struct cfs_rq___limit *limited_queue(struct task_struct *task)
{
	struct task_struct___limit *limited = (void *)task;

	if (!limits_are_there())
		return NULL;
	barrier_var(limited);
	if (!limited->se.parent || task->prio <= LOWEST_REALTIME_PRIO)
		return NULL;
	return limited->se.cfs_rq;
}

/* Is the task itself throttled now, where it is to wait? */
static __always_inline bool is_throttled(struct task_struct *task, struct cfs_rq___limit *queue)
{
	struct task_struct___limit *limited = (void *)task;

	if (!limits_are_of_tasks())
		return queue->throttle_count > 0;
	barrier_var(limited);
	return limited->throttled;
}

/*
 * Task begins to wait for a CPU. True: throttled, as far as is known. At a
 * wakeup since 6.18 nothing is: it runs before it is throttled.
 */
static __always_inline bool wait_begin(struct thread *thread, struct task_struct *task,
				       bool switched_out)
{
	struct cfs_rq___limit *queue = limited_queue(task);

	if (!queue) {
		thread->queue = 0;
		return false;
	}
	thread->queue = queue_name(thread, queue);
	thread->limit = 0;
	thread->limit_base = limit_total(queue);
	if ((limits_are_of_tasks() && !switched_out) || !is_throttled(task, queue))
		return false;
	limit_reached(thread);
	return true;
}

/*
 * While task waits it goes to the queue of its group on CPU `to`, and what it
 * waited for so far into limit_base. The clock is that of the queue it leaves:
 * the other CPU's may be old.
 */
static __always_inline void wait_move(struct thread *thread, struct task_struct *task, int to)
{
	struct cfs_rq___limit *queue, *other = NULL;
	u64 base = thread->limit_base;
	u64 now;

	if (!thread->queue)
		return;
	queue = limited_queue(task);
	if (!queue || thread->queue != queue_name(thread, queue))
		return; /* at its end it will be unknown */
	bpf_probe_read_kernel(&other, sizeof(other), queue->tg->cfs_rq + to);
	now = limit_clock(queue->rq);
	thread->queue = queue_name(thread, other);
	thread->limit_base = base + limit_total_at(other, now) - limit_total(queue);
}

#define SHARE (RING_THROTTLED_WORDS | RING_UNNUMBERED)

/*
 * Task's wait ends. The argument of the THROTTLED that says so, or 0: there is
 * nothing to say. Its other words are then limit_base and limit.
 */
static __always_inline u32 wait_end(struct thread *thread, struct task_struct *task)
{
	struct cfs_rq___limit *queue = limited_queue(task);
	u64 base = thread->limit_base, total = 0;
	u32 began = thread->queue;
	u32 flags = 0;

	thread->queue = 0;
	if (queue)
		total = limit_total(queue);
	if (queue ? began != queue_name(thread, queue) : began) {
		/* Its begin was not seen, or in another group or class. */
		thread->limit_base = 0;
		thread->limit = 0;
		return began || total ? SHARE | RING_THROTTLED_UNKNOWN : 0;
	}
	/* Less than 0: two CPUs' clocks differed by more than there is. */
	if (!queue || (s64)(total - base) <= 0 || (limits_are_of_tasks() && !thread->limit))
		return 0;
	flags = thread->limit ? RING_THROTTLED_BEGIN : 0;
	if (!limits_are_exact())
		flags |= RING_THROTTLED_ESTIMATE;
	if (!thread->limit)
		limit_of_latest(thread);
	if (thread->limit == LIMIT_UNKNOWN)
		thread->limit = 0;
	thread->limit_base = total - base;
	return SHARE | flags;
}

/* ---- other limits ---- */

struct sched_dl_entity___limit {
	unsigned int dl_throttled : 1;
} __attribute__((preserve_access_index));

struct sched_rt_entity___limit {
	struct rt_rq___limit *rt_rq; /* with CONFIG_RT_GROUP_SCHED */
} __attribute__((preserve_access_index));

struct task_struct___other {
	struct sched_dl_entity___limit dl;
	struct sched_rt_entity___limit rt;
} __attribute__((preserve_access_index));

/* Has the CPU, or the task's group, used up its time for realtime threads? */
static __always_inline bool realtime_is_throttled(struct task_struct *task)
{
	struct task_struct___limit *limited = (void *)task;
	struct task_struct___other *other = (void *)task;

	if (!bpf_core_field_exists(struct rt_rq___limit, rt_throttled))
		return false;
	if (bpf_core_field_exists(struct sched_rt_entity___limit, rt_rq)) {
		barrier_var(other);
		return other->rt.rt_rq->rt_throttled;
	}
	if (!bpf_core_field_exists(struct sched_entity___limit, cfs_rq))
		return false;
	barrier_var(limited);
	return limited->se.cfs_rq->rq->rt.rt_throttled;
}

/* enum rec_cause of a realtime or deadline task that has to leave its CPU. */
static __always_inline u8 limit_of_class(struct task_struct *task)
{
	struct sched_dl_entity___limit *deadline =
		(void *)&((struct task_struct___other *)task)->dl;

	barrier_var(deadline); /* or the field's offset counts from the task */
	if (task->prio < 0)
		return BPF_CORE_READ_BITFIELD(deadline, dl_throttled) ? REC_CAUSE_DEADLINE
								      : REC_CAUSE_NONE;
	return realtime_is_throttled(task) ? REC_CAUSE_REALTIME : REC_CAUSE_NONE;
}

#endif
