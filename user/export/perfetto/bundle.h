/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A bundle: what happened on one CPU in a stretch of time, in Perfetto's words
 * for the events of Linux's tracepoints, ready to become one packet.
 *
 * Events go in one by one, in the order of their times, and are encoded at
 * once. It knows no thread and no change: what it is told it writes. Times are
 * nanoseconds since the trace's base, from 1.
 */
#ifndef GOTRACE_EXPORT_PERFETTO_BUNDLE_H
#define GOTRACE_EXPORT_PERFETTO_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/perfetto/pb.h"
#include "record.h"

/* A packet's bytes, about: then it is time to finish it. */
#define BUNDLE_BYTES (64u << 10)
/* Different names in one bundle. */
#define BUNDLE_NAMES 128u

struct bundle_task {
	uint32_t tid;
	int32_t prio;
	const char *comm; /* char[REC_COMM_LEN], filled up with zeros */
};

/* Columns of switches and of wakeups: each its values in packed form. */
enum bundle_column {
	COLUMN_SWITCH_TIME,
	COLUMN_SWITCH_STATE,
	COLUMN_SWITCH_TID,
	COLUMN_SWITCH_PRIO,
	COLUMN_SWITCH_COMM,
	COLUMN_WAKING_TIME,
	COLUMN_WAKING_TID,
	COLUMN_WAKING_CPU,
	COLUMN_WAKING_PRIO,
	COLUMN_WAKING_COMM,
	COLUMN_WAKING_FLAGS,
	COLUMNS
};

struct bundle_name {
	uint64_t comm[REC_COMM_LEN / 8];
	uint32_t index;
	uint32_t serial; /* of the bundle it is of */
};

struct bundle {
	uint32_t cpu;
	uint32_t serial; /* which bundle of this CPU; from 1 */
	uint32_t events;
	bool lost;
	uint64_t switch_ns; /* of the last one in the columns */
	uint64_t waking_ns;
	struct pb columns[COLUMNS];
	struct pb names; /* encoded */
	struct pb other; /* events that are in no column, encoded */
	uint32_t name_count;
	struct bundle_name table[2 * BUNDLE_NAMES]; /* found by hash */
};

void bundle_init(struct bundle *bundle, uint32_t cpu);
void bundle_fini(struct bundle *bundle);

/* All below: 0 or -ENOMEM, with nothing added. */

/*
 * Next is switched in. Who leaves is whoever the last event before showed to
 * be here, with that state.
 */
int bundle_switch(struct bundle *bundle, uint64_t ns, unsigned prev_state,
		  const struct bundle_task *next);
/* Woken by whoever is here. flags: those of the kernel's trace events. */
int bundle_waking(struct bundle *bundle, uint64_t ns, const struct bundle_task *wakee,
		  unsigned target_cpu, unsigned flags);

/* The same two, that say who leaves, and who wakes. */
int bundle_whole_switch(struct bundle *bundle, uint64_t ns, const struct bundle_task *prev,
			unsigned prev_state, const struct bundle_task *next);
int bundle_whole_waking(struct bundle *bundle, uint64_t ns, uint32_t waker_tid,
			const struct bundle_task *wakee, unsigned target_cpu);

/* A thread of the parent's process, or the first of a new one. */
int bundle_new_task(struct bundle *bundle, uint64_t ns, uint32_t parent_tid,
		    const struct bundle_task *child, bool same_process);
int bundle_rename(struct bundle *bundle, uint64_t ns, const struct bundle_task *task,
		  const char old_comm[REC_COMM_LEN]);
/* Nothing is left of it: its tid may be another's. */
int bundle_task_free(struct bundle *bundle, uint64_t ns, const struct bundle_task *task);
/* It sleeps, and waits for input or output. */
int bundle_io_wait(struct bundle *bundle, uint64_t ns, uint32_t tid);
int bundle_sys_enter(struct bundle *bundle, uint64_t ns, uint32_t tid, int64_t nr);
/* ret: NULL if not known. */
int bundle_sys_exit(struct bundle *bundle, uint64_t ns, uint32_t tid, int64_t nr,
		    const int64_t *ret);

/* Is there anything to write? */
static inline bool bundle_empty(const struct bundle *bundle)
{
	return bundle->events == 0 && !bundle->lost;
}

/* Time to finish it. */
bool bundle_full(const struct bundle *bundle);

/*
 * Appends the packet to out, and begins the next bundle, with nothing in it.
 * base_ns: CLOCK_BOOTTIME at time 1. Does nothing if it is empty.
 */
int bundle_finish(struct bundle *bundle, uint64_t base_ns, struct pb *out);

#endif
