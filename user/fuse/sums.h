/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The sums of a fusion: of the time that each group of goroutines was running,
 * in syscalls, runnable and waiting, what its threads did then. A group is all
 * goroutines that began with one function.
 *
 * It counts what both files have: the time from the later begin to the earlier
 * end. Every sum is exact: the parts of a time make up the whole, to the
 * nanosecond. It prints nothing (sumtext.h, sumjson.h).
 *
 * Memory: for each thread of the program 48 bytes for each change of what it
 * does, some for each goroutine, and 32 for each wait for a CPU.
 */
#ifndef GOTRACE_FUSE_SUMS_H
#define GOTRACE_FUSE_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "fuse/belong.h"
#include "fuse/pairs.h"
#include "fuse/survey.h"
#include "fuse/words.h"

/* What the thread that starts a goroutine did while it was runnable. */
enum sums_doing {
	SUMS_BUSY,    /* ran another goroutine */
	SUMS_HELD_UP, /* had one, but no CPU */
	SUMS_CPU,     /* had none, and waited for a CPU */
	SUMS_RUNTIME, /* was on a CPU without one */
	SUMS_NOBODY,  /* slept: nobody had woken it yet */
	SUMS_DOINGS,
};

/* Where a thread is. */
enum sums_place {
	SUMS_ON,
	SUMS_OFF, /* off[] says why, by enum fuse_class; in syscalls QUEUE is all but asleep */
	SUMS_UNSEEN,
};

struct sums_row {
	uint32_t name; /* a text; 0: not known */
	uint64_t goroutines;
	uint64_t running, on_cpu, off[FUSE_CLASSES], unseen;
	uint64_t syscall, syscall_on, syscall_queue, syscall_asleep, syscall_unseen;
	uint64_t runnable, doing[SUMS_DOINGS];
	uint64_t waiting, late;
};

/* A syscall, by the function of the program that made it. */
struct sums_call {
	uint32_t name;
	uint64_t times, ns, on_cpu, queue, asleep, unseen;
};

/* Stops of the world, of one kind. */
struct sums_stop {
	uint32_t kind;
	uint64_t times, ns, longest, longest_at;
	uint64_t until_last;  /* until the last P stopped */
	uint64_t last_off;    /* in that time the last one's thread was off the CPU */
	uint64_t stopper_off; /* in all of it the thread that stops the world was */
	uint64_t longest_until, longest_last_off, longest_stopper_off; /* of the longest */
	uint64_t longest_m; /* whose P was the last; GT_NO_ID: not known */
};

#define SUMS_LONGEST 10

/* One time off the CPU while a goroutine was running. */
struct sums_longest {
	uint64_t ns, at, g, m;
	uint32_t name;	/* of the goroutine's group */
	uint32_t cause; /* a text: how it began */
	uint64_t off[FUSE_CLASSES];
};

struct sums {
	const struct belong *belong;
	const struct survey *survey;
	struct fuse_kernel *kernel;
	uint64_t begin, end; /* the common time */

	struct sums_row all, *rows; /* after sums_read(): those that ran longest first */
	size_t rows_count, rows_cap;
	struct sums_call *calls;
	size_t calls_count, calls_cap;
	struct sums_stop *stops;
	size_t stops_count, stops_cap;
	struct sums_longest longest[SUMS_LONGEST]; /* the longest first */
	size_t longest_count;

	struct fuse_pairs waited;    /* RUNNING, but its thread waited: group, cause */
	struct fuse_pairs slept;     /* RUNNING, but it slept: group, in what */
	struct fuse_pairs late;	     /* WAITING, its end noticed late: group, in what that slept */
	struct fuse_pairs inside;    /* syscalls: function, in what they slept */
	struct fuse_pairs meanwhile; /* who ran on the CPU then: nothing, name */

	/* The process's time on CPUs, by the kernel, and where it went. */
	uint64_t process_cpu, running_cpu, syscall_cpu, without_cpu, unknown_cpu;

	struct sums_state *state; /* while it reads */
};

/* 0 or -ENOMEM. Both are borrowed. */
int sums_new(struct sums **out, const struct belong *belong, const struct survey *survey,
	     struct fuse_kernel *kernel);
void sums_free(struct sums *sums);

/* Reads all of the trace, as belong and survey did. 0 or -ENOMEM. */
int sums_read(struct sums *sums, struct gt_reader *reader);

#endif
