// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* See statuses_table.h. The table owns its arrays; slots of the id maps index them. */
#include "trace/write/statuses_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void statuses_table_fini(struct statuses_table *table)
{
	idmap_fini(&table->proc_ids);
	idmap_fini(&table->go_ids);
	idmap_fini(&table->m_ids);
	free(table->procs);
	free(table->gos);
	free(table->ms);
	memset(table, 0, sizeof(*table));
}

/*
 * Adds an id and makes the array of size-byte elements reach its slot. Returns
 * the array, or NULL: no memory, and the id is not added.
 */
static void *add(struct idmap *ids, uint64_t id, void *data, size_t *cap, size_t size,
		 uint32_t *slot)
{
	void *moved = grow_array(data, cap, (size_t)ids->slots + 1, size);

	/* A moved array must not be lost, whatever comes of the id. */
	if (moved && idmap_add(ids, id, slot))
		*slot = IDMAP_NONE;
	return moved;
}

struct statuses_proc *statuses_table_proc(const struct statuses_table *table, uint64_t p)
{
	uint32_t slot = idmap_find(&table->proc_ids, p);

	return slot == IDMAP_NONE ? NULL : &table->procs[slot];
}

struct statuses_go *statuses_table_go(const struct statuses_table *table, uint64_t g)
{
	uint32_t slot = idmap_find(&table->go_ids, g);

	return slot == IDMAP_NONE ? NULL : &table->gos[slot];
}

struct statuses_proc *statuses_table_add_proc(struct statuses_table *table, uint64_t p)
{
	uint32_t slot = IDMAP_NONE;
	void *procs = add(&table->proc_ids, p, table->procs, &table->procs_cap,
			  sizeof(*table->procs), &slot);

	if (procs)
		table->procs = procs;
	if (slot == IDMAP_NONE)
		return NULL;
	table->procs[slot] =
		(struct statuses_proc){ .id = p, .m = GT_NO_ID, .status = GT_PROC_IDLE };
	return &table->procs[slot];
}

struct statuses_go *statuses_table_add_go(struct statuses_table *table, uint64_t g,
					  enum gt_go_status status)
{
	uint32_t slot = IDMAP_NONE;
	void *gos = add(&table->go_ids, g, table->gos, &table->gos_cap, sizeof(*table->gos), &slot);

	if (gos)
		table->gos = gos;
	if (slot == IDMAP_NONE)
		return NULL;
	table->gos[slot] = (struct statuses_go){ .id = g, .m = GT_NO_ID, .status = status };
	return &table->gos[slot];
}

/* M's entry, made if need be. NULL: no memory. */
static struct statuses_m *get_m(struct statuses_table *table, uint64_t m)
{
	uint32_t slot = idmap_find(&table->m_ids, m);
	void *ms;

	if (slot != IDMAP_NONE)
		return &table->ms[slot];
	ms = add(&table->m_ids, m, table->ms, &table->ms_cap, sizeof(*table->ms), &slot);
	if (ms)
		table->ms = ms;
	if (slot == IDMAP_NONE)
		return NULL;
	table->ms[slot] = (struct statuses_m){ .id = m, .proc = IDMAP_NONE, .go = IDMAP_NONE };
	return &table->ms[slot];
}

/* M's entry, which exists; it is forgotten when it holds nothing any more. */
static void forget_empty_m(struct statuses_table *table, uint32_t slot)
{
	struct statuses_m *m = &table->ms[slot];

	if (m->proc != IDMAP_NONE || m->go != IDMAP_NONE)
		return;
	idmap_del(&table->m_ids, m->id);
}

int statuses_table_hold_proc(struct statuses_table *table, uint64_t m, struct statuses_proc *proc,
			     enum gt_proc_status status)
{
	struct statuses_m *entry = get_m(table, m);

	if (!entry)
		return -ENOMEM;
	assert(entry->proc == IDMAP_NONE && proc->m == GT_NO_ID);
	entry->proc = (uint32_t)(proc - table->procs);
	proc->m = m;
	proc->status = status;
	return 0;
}

int statuses_table_hold_go(struct statuses_table *table, uint64_t m, struct statuses_go *go,
			   enum gt_go_status status)
{
	struct statuses_m *entry = get_m(table, m);

	if (!entry)
		return -ENOMEM;
	assert(entry->go == IDMAP_NONE && go->m == GT_NO_ID);
	entry->go = (uint32_t)(go - table->gos);
	go->m = m;
	go->status = status;
	return 0;
}

void statuses_table_drop_proc(struct statuses_table *table, struct statuses_proc *proc)
{
	uint32_t slot = idmap_find(&table->m_ids, proc->m);

	table->ms[slot].proc = IDMAP_NONE;
	proc->m = GT_NO_ID;
	proc->status = GT_PROC_IDLE;
	forget_empty_m(table, slot);
}

void statuses_table_drop_go(struct statuses_table *table, struct statuses_go *go,
			    enum gt_go_status status)
{
	uint32_t slot = idmap_find(&table->m_ids, go->m);

	table->ms[slot].go = IDMAP_NONE;
	go->m = GT_NO_ID;
	go->status = status;
	forget_empty_m(table, slot);
}

void statuses_table_del_go(struct statuses_table *table, struct statuses_go *go)
{
	statuses_table_drop_go(table, go, go->status);
	idmap_del(&table->go_ids, go->id);
}
