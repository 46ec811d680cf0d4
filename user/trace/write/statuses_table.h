/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a reader holds at a moment of the trace: every P and G with its status
 * and sequence number, and which M holds them. A part of statuses.c, which knows
 * the rules; here is only who holds what.
 */
#ifndef GOTRACE_TRACE_WRITE_STATUSES_TABLE_H
#define GOTRACE_TRACE_WRITE_STATUSES_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "trace/wire/wire.h"

struct sched_proc {
	uint64_t id;
	uint64_t m;	     /* that holds it, or GT_NO_ID: then it is idle */
	uint64_t generation; /* in which seq counts; else seq starts anew with a status */
	uint64_t seq;	     /* the last one given */
	enum gt_proc_status status;
};

struct sched_go {
	uint64_t id;
	uint64_t m; /* that holds it, or GT_NO_ID: then it is runnable or waiting */
	uint64_t generation, seq;
	enum gt_go_status status;
};

/* Slots or IDMAP_NONE, at least one of them taken: an M that holds nothing has no entry. */
struct sched_m {
	uint64_t id;
	uint32_t proc, go;
};

struct sched_table {
	struct idmap proc_ids, go_ids, m_ids;
	struct sched_proc *procs;
	struct sched_go *gos;
	struct sched_m *ms;
	size_t procs_cap, gos_cap, ms_cap;
};

/* What an M holds: NULL for nothing. */
struct sched_held {
	struct sched_proc *proc;
	struct sched_go *go;
};

/* A zeroed struct is an empty table. */
void sched_table_fini(struct sched_table *table);

/* NULL if unknown. Valid until one of the same kind is added. */
struct sched_proc *sched_table_proc(const struct sched_table *table, uint64_t p);
struct sched_go *sched_table_go(const struct sched_table *table, uint64_t g);
struct sched_held sched_table_m(const struct sched_table *table, uint64_t m);

/* Adds one that is unknown, held by nobody, with seq 0; a P is idle. NULL: no memory. */
struct sched_proc *sched_table_add_proc(struct sched_table *table, uint64_t p);
struct sched_go *sched_table_add_go(struct sched_table *table, uint64_t g,
				    enum gt_go_status status);

/* Lets an M that holds no P, no G, hold one that nobody holds. 0 or -ENOMEM. */
int sched_table_hold_proc(struct sched_table *table, uint64_t m, struct sched_proc *proc,
			  enum gt_proc_status status);
int sched_table_hold_go(struct sched_table *table, uint64_t m, struct sched_go *go,
			enum gt_go_status status);

/* Takes it from the M that holds it. A P is idle then. */
void sched_table_drop_proc(struct sched_table *table, struct sched_proc *proc);
void sched_table_drop_go(struct sched_table *table, struct sched_go *go, enum gt_go_status status);
/* The same, and forgets it. */
void sched_table_del_go(struct sched_table *table, struct sched_go *go);

#endif
