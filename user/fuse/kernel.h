/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel's side of a fusion: what every thread of a capture did, as a list
 * of segments, and who was on every CPU. It is an exporter (export/exporter.h),
 * told changes; afterwards it is only looked into.
 *
 * It knows nothing of Go's trace. A timeline is a tid's: if the tid is used
 * again, the next thread's segments follow those of the first. What records
 * that are missing might have told is FUSE_UNSEEN, never a wait or a sleep.
 *
 * Memory: 16 bytes for each change of a thread's state and for each switch of a CPU.
 */
#ifndef GOTRACE_FUSE_KERNEL_H
#define GOTRACE_FUSE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "export/exporter.h"
#include "trace/read/texts.h"

enum fuse_state {
	FUSE_ABSENT, /* not there, or not in the capture */
	FUSE_ON_CPU,
	FUSE_QUEUE, /* could run */
	FUSE_ASLEEP,
	FUSE_UNSEEN, /* off its CPU as far as anybody knows, or not known at all */
};

/* Why it is in the queue. */
enum fuse_cause {
	FUSE_CAUSE_NONE, /* not known */
	FUSE_PREEMPTED,
	FUSE_YIELDED,
	FUSE_THROTTLED,
	FUSE_WOKEN,
};

/* It lasts until the next one's time. */
struct fuse_segment {
	uint64_t at;   /* CLOCK_MONOTONIC */
	uint32_t word; /* QUEUE: who got its CPU, ASLEEP: in what; a text; 0: not known */
	uint16_t cpu;  /* ON_CPU */
	uint8_t state; /* enum fuse_state */
	uint8_t cause; /* QUEUE: enum fuse_cause; ASLEEP: enum reason, Go's word for it */
};

struct fuse_thread {
	uint32_t tid, tgid;
	uint32_t name; /* a text: its last comm */
	char comm[REC_COMM_LEN];
	struct fuse_segment *segments;
	size_t count, cap;
};

/* Who is on a CPU from a time on. */
struct fuse_slice {
	uint64_t at;
	uint32_t tid;  /* 0: nobody, or nobody of whom the capture knows */
	uint32_t name; /* a text */
};

struct fuse_cpu {
	struct fuse_slice *slices;
	size_t count, cap;
};

struct fuse_loss {
	uint64_t from, to;
};

struct fuse_kernel {
	struct texts texts; /* held by nobody, and never swept */
	struct idmap tids;  /* to threads */
	struct fuse_thread *threads;
	size_t threads_count, threads_cap;
	struct fuse_cpu *cpus;
	size_t cpus_count, cpus_cap;
	struct fuse_loss *losses;
	size_t losses_count, losses_cap;
	uint64_t lost; /* records */
	uint64_t begin, end;

	/* While it is told changes. */
	uint32_t *by_slot; /* threads of the tracker's slots */
	size_t by_slot_cap;
	struct sys_classes *classes;
	uint32_t arch;
};

/* arch: enum rec_arch. -ENOMEM. */
int fuse_kernel_new(struct fuse_kernel **out, uint32_t arch);
void fuse_kernel_free(struct fuse_kernel *kernel);
/* Itself, for as long as it lives. */
struct exporter fuse_kernel_exporter(struct fuse_kernel *kernel);

struct fuse_thread *fuse_kernel_thread(const struct fuse_kernel *kernel, uint64_t tid);
const char *fuse_kernel_text(const struct fuse_kernel *kernel, uint32_t id, size_t *size);

/*
 * The segment at a time, as its index; SIZE_MAX: the time is before the first.
 * hint: where it was found last, moved on.
 */
size_t fuse_thread_seek(const struct fuse_thread *thread, uint64_t at, size_t *hint);

/* When the segment ends: the next one's begin, or the end of the capture. */
static inline uint64_t fuse_segment_end(const struct fuse_kernel *kernel,
					const struct fuse_thread *thread, size_t i)
{
	return i + 1 < thread->count ? thread->segments[i + 1].at : kernel->end;
}

/* Off its CPU for a reason that is known. */
static inline bool fuse_is_off(const struct fuse_segment *segment)
{
	return segment->state == FUSE_QUEUE || segment->state == FUSE_ASLEEP;
}

#endif
