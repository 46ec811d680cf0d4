/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records in memory: the one form that order and everything behind it see,
 * whatever wrote them. The shapes are those of ABI 1, so that its frames are
 * such records as they lie; what newer kernel sides know beyond that stands
 * behind a record or in types of its own, and is read by the accessors below,
 * which say "unknown" where it is not.
 *
 * This is not the layout of a ring or a file (include/ring.h, frame.h), and it
 * does not say what records mean for a thread: that is the tracker's.
 */
#ifndef GOTRACE_RECORDS_RECORDS_H
#define GOTRACE_RECORDS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "record.h"

/* Types that ABI 1 has not. */
enum {
	REC_ABI_2 = 32,
	REC_MIGRATE = 32, /* struct rec_migrate */
	REC_STACK = 33,	  /* struct rec_stack */
	REC_SAMPLE = 34,  /* struct rec_sample */
	REC_OOM = 35,	  /* struct rec_exit: the victim */
	REC_WORK = 36,	  /* struct rec_work */
};

/* head.size of a record that is longer than its type's shape and says itself how long. */
#define REC_SIZE_OWN 255

/* The most that rec_bytes() can say. */
#define REC_MOST_BYTES 640

/* With it a cause that is not told is none. */
#define REC_SWITCH_CAUSE_KNOWN (1 << 7) /* enum rec_switch_flags */

/* What rec_more holds. */
enum rec_more_known {
	REC_MORE_STACKS = 1 << 0,
	REC_MORE_THROTTLED = 1 << 1,
	REC_MORE_SLICE = 1 << 2,
	REC_MORE_QUEUE = 1 << 3,
	REC_MORE_CAUSE = 1 << 4,
};

enum rec_throttled_flags {
	REC_THROTTLED_BEGIN = 1 << 0,	 /* when the wait began */
	REC_THROTTLED_ESTIMATE = 1 << 1, /* by a clock that is not quite the right one */
	REC_THROTTLED_UNKNOWN = 1 << 2,	 /* the share cannot be told */
};

/* Behind SWITCH, WAKEUP, FORK, SYS_ENTER and SAMPLE, where there is more to say. */
struct rec_more {
	u16 known;	    /* enum rec_more_known */
	u16 queue;	    /* the CPU whose run queue: FORK */
	u8 throttled_flags; /* enum rec_throttled_flags */
	u8 cause;	    /* enum rec_cause: why prev left */
	u8 pad[2];
	u64 throttled_ns; /* of next's wait that this switch ends */
	u64 throttled_by; /* cgroup id, 0 unknown */
	u32 stolen_ns;	  /* of prev's slice */
	u32 hardirq_ns;
	u32 softirq_ns;
	u32 pad2;
	u64 kernel_stack; /* ids; 0 none */
	u64 user_stack;
};
REC_ASSERT_SIZE(rec_more, 56);

/* A runnable thread that waits was moved to another CPU's queue. No transition. */
struct rec_migrate {
	struct rec_head head;
	struct rec_task task; /* num: of its last transition */
	u16 from_cpu;
	u16 to_cpu;
	u32 pad;
};
REC_ASSERT_SIZE(rec_migrate, 40);

enum rec_stack_kind {
	REC_STACK_KERNEL = 0,
	REC_STACK_USER = 1,
};

enum rec_stack_stop {
	REC_STOP_ROOT = 0,
	REC_STOP_UNREADABLE = 1,
	REC_STOP_NO_RULE = 2,
	REC_STOP_FULL = 3,
	REC_STOP_LOOP = 4,
};

enum rec_stack_flags {
	REC_STACK_CUT = 1 << 0,	    /* at the entry of an interrupt */
	REC_STACK_GUESSED = 1 << 1, /* at least one frame */
};

struct rec_stack {
	struct rec_head head; /* size REC_SIZE_OWN */
	u64 id;
	u16 count; /* of frames, 0 to 64 */
	u8 kind;   /* enum rec_stack_kind */
	u8 stop;   /* why it ends: enum rec_stack_stop */
	u8 flags;  /* enum rec_stack_flags */
	u8 pad[3];
	u64 frames[]; /* leaf first */
};
REC_ASSERT_SIZE(rec_stack, 32);

/* The CPU was sampled while the thread ran; its stacks stand in rec_more. */
struct rec_sample {
	struct rec_head head;
	struct rec_task task; /* num 0 */
	u8 user;	      /* it was in user mode */
	u8 pad[7];
};
REC_ASSERT_SIZE(rec_sample, 40);

/* Of current, a kworker: the work function that it begins. */
struct rec_work {
	struct rec_head head;
	struct rec_task task; /* num 0 */
	u64 function;	      /* its address */
};
REC_ASSERT_SIZE(rec_work, 40);

/* Behind EXIT. */
struct rec_status {
	u32 wait; /* 16 bits */
	u32 pad;
};
REC_ASSERT_SIZE(rec_status, 8);

/* EXEC with size REC_SIZE_OWN: rec_thread, rec_attributes, this. */
struct rec_command {
	u16 bytes; /* of text: the arguments, a NUL behind each */
	u8 pad[6];
	char text[];
};
REC_ASSERT_SIZE(rec_command, 8);

/* Bytes of the record, a multiple of 8. */
static inline size_t rec_bytes(const struct rec_head *head)
{
	const size_t named = sizeof(struct rec_thread) + sizeof(struct rec_attributes);

	if (head->size != REC_SIZE_OWN)
		return head->size;
	if (head->type == REC_STACK)
		return sizeof(struct rec_stack) + 8 * ((const struct rec_stack *)head)->count;
	return named + sizeof(struct rec_command) +
	       ((((const struct rec_command *)((const u8 *)head + named))->bytes + 7u) & ~7u);
}

/* What stands behind a record whose shape has base bytes; NULL: nothing. */
static inline const struct rec_more *rec_more(const struct rec_head *head, size_t base)
{
	if (head->size != base + sizeof(struct rec_more))
		return NULL;
	return (const struct rec_more *)((const u8 *)head + base);
}

static inline const struct rec_more *rec_switch_more(const struct rec_switch *record)
{
	return rec_more(&record->head, sizeof(*record));
}

/* enum rec_cause. */
static inline u8 rec_switch_cause(const struct rec_switch *record)
{
	const struct rec_more *more = rec_switch_more(record);

	if (more && more->known & REC_MORE_CAUSE)
		return more->cause;
	return record->flags & REC_SWITCH_CAUSE_KNOWN ? REC_CAUSE_NONE : REC_CAUSE_UNKNOWN;
}

/*
 * How much of next's wait, which this switch ends, was due to a CPU limit of a
 * cgroup; by another clock than the records', so it may be a little more than
 * the wait. looked_for: the capture's STREAM_ON_THROTTLED.
 */
struct rec_throttled {
	u64 ns;	  /* 0: none of it */
	u64 by;	  /* id of the cgroup whose limit it was; 0 unknown */
	u8 flags; /* enum rec_throttled_flags */
};

/* False: unknown. */
static inline bool rec_switch_throttled(const struct rec_switch *record, bool looked_for,
					struct rec_throttled *out)
{
	const struct rec_more *more = rec_switch_more(record);

	*out = (struct rec_throttled){ 0 };
	if (!more || !(more->known & REC_MORE_THROTTLED))
		return looked_for;
	*out = (struct rec_throttled){ more->throttled_ns, more->throttled_by,
				       more->throttled_flags };
	return !(more->throttled_flags & REC_THROTTLED_UNKNOWN);
}

/* Of prev's slice, which this switch ends, so much was taken by the hypervisor. False: unknown. */
static inline bool rec_switch_stolen(const struct rec_switch *record, bool looked_for, u64 *ns)
{
	const struct rec_more *more = rec_switch_more(record);

	*ns = more && more->known & REC_MORE_SLICE ? more->stolen_ns : 0;
	return looked_for;
}

/* Is the bit of enum rec_where set? 1, 0, or -1: unknown, as all of it is in files of ABI 1. */
static inline int rec_snapshot_where(const struct rec_snapshot *entry, u32 bit)
{
	return entry->where & REC_WHERE_KNOWN ? !!(entry->where & bit) : -1;
}

/* Task state bits as in prev_state, or -1: unknown. */
static inline int rec_snapshot_task_state(const struct rec_snapshot *entry)
{
	return entry->where & REC_WHERE_KNOWN ? (int)(entry->task_state & 0xffff) : -1;
}

/* What THREAD, RENAME and EXEC say beyond ABI 1; NULL: unknown. */
static inline const struct rec_attributes *rec_thread_attributes(const struct rec_thread *record)
{
	if (record->head.size == sizeof(*record))
		return NULL;
	return (const struct rec_attributes *)(record + 1);
}

/* EXEC's command line, *bytes long; NULL: unknown. */
static inline const char *rec_exec_command(const struct rec_thread *record, size_t *bytes)
{
	const struct rec_command *command = (const void *)(rec_thread_attributes(record) + 1);

	if (record->head.size != REC_SIZE_OWN || record->head.type != REC_EXEC)
		return NULL;
	*bytes = command->bytes;
	return command->text;
}

/* What wait() will say of the thread, or -1: unknown. */
static inline int rec_exit_status(const struct rec_exit *record)
{
	const struct rec_status *status = (const void *)(record + 1);

	return record->head.size == sizeof(*record) + sizeof(*status) ? (int)status->wait : -1;
}

/* The CPU whose queue the child is put on, or -1. */
static inline int rec_fork_queue(const struct rec_fork *record)
{
	const struct rec_more *more = rec_more(&record->head, sizeof(*record));

	return more && more->known & REC_MORE_QUEUE ? more->queue : -1;
}

#endif
