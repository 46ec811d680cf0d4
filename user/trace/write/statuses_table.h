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
#include "gotrace/wire.h"

struct statuses_proc {
	uint64_t id;
	uint64_t m;	     /* that holds it, or GT_NO_ID: then it is idle */
	uint64_t generation; /* in which seq counts; else seq starts anew with a status */
	uint64_t seq;	     /* the last one given */
	enum gt_proc_status status;
};

struct statuses_go {
	uint64_t id;
	uint64_t m; /* that holds it, or GT_NO_ID: then it is runnable or waiting */
	uint64_t generation, seq;
	enum gt_go_status status;
};

/* Slots or IDMAP_NONE, at least one of them taken: an M that holds nothing has no entry. */
struct statuses_m {
	uint64_t id;
	uint32_t proc, go;
};

struct statuses_table {
	struct idmap proc_ids, go_ids, m_ids;
	struct statuses_proc *procs;
	struct statuses_go *gos;
	struct statuses_m *ms;
	size_t procs_cap, gos_cap, ms_cap;
};

/* What an M holds: NULL for nothing. */
struct statuses_held {
	struct statuses_proc *proc;
	struct statuses_go *go;
};

/* A zeroed struct is an empty table. */
void statuses_table_fini(struct statuses_table *table);

/* NULL if unknown. Valid until one of the same kind is added. */
struct statuses_proc *statuses_table_proc(const struct statuses_table *table, uint64_t p);
struct statuses_go *statuses_table_go(const struct statuses_table *table, uint64_t g);
static inline struct statuses_held statuses_table_m(const struct statuses_table *table, uint64_t m)
{
	uint32_t slot = idmap_find(&table->m_ids, m);
	struct statuses_held held = { NULL, NULL };

	if (slot == IDMAP_NONE)
		return held;
	if (table->ms[slot].proc != IDMAP_NONE)
		held.proc = &table->procs[table->ms[slot].proc];
	if (table->ms[slot].go != IDMAP_NONE)
		held.go = &table->gos[table->ms[slot].go];
	return held;
}

/* Adds one that is unknown, held by nobody, with seq 0; a P is idle. NULL: no memory. */
struct statuses_proc *statuses_table_add_proc(struct statuses_table *table, uint64_t p);
struct statuses_go *statuses_table_add_go(struct statuses_table *table, uint64_t g,
					  enum gt_go_status status);

/* Lets an M that holds no P, no G, hold one that nobody holds. 0 or -ENOMEM. */
int statuses_table_hold_proc(struct statuses_table *table, uint64_t m, struct statuses_proc *proc,
			     enum gt_proc_status status);
int statuses_table_hold_go(struct statuses_table *table, uint64_t m, struct statuses_go *go,
			   enum gt_go_status status);

/* Takes it from the M that holds it. A P is idle then. */
void statuses_table_drop_proc(struct statuses_table *table, struct statuses_proc *proc);
void statuses_table_drop_go(struct statuses_table *table, struct statuses_go *go,
			    enum gt_go_status status);
/* The same, and forgets it. */
void statuses_table_del_go(struct statuses_table *table, struct statuses_go *go);

#endif
