// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "rectids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Ids are counted from 1: one that is far off is no thread's. */
#define MOST_IDS (1U << 26)

static int note(struct rectids *tids, uint64_t id, uint32_t tid)
{
	size_t count = 2 * (size_t)id + 1024;
	uint32_t *grown;

	if (!tid || id >= MOST_IDS)
		return 0;
	if (id >= tids->count) {
		grown = realloc(tids->of, count * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memset(grown + tids->count, 0, (count - tids->count) * sizeof(*grown));
		tids->of = grown;
		tids->count = count;
	}
	tids->of[id] = tid;
	return 0;
}

int rectids_note_entry(struct rectids *tids, const struct rec_snapshot *entry)
{
	return note(tids, entry->id, entry->tid);
}

int rectids_note(struct rectids *tids, const struct rec_head *record)
{
	const struct rec_thread *thread = (const void *)record;

	if (record->type != REC_THREAD && record->type != REC_RENAME && record->type != REC_EXEC)
		return 0;
	return note(tids, thread->task.id, thread->task.tid);
}

static void fill(const struct rectids *tids, uint64_t id, uint32_t *tid)
{
	if (id < tids->count && !*tid)
		*tid = tids->of[id];
}

void rectids_fill(const struct rectids *tids, struct rec_head *head)
{
	struct rec_switch *change = (void *)head;
	struct rec_wakeup *wakeup = (void *)head;
	struct rec_fork *birth = (void *)head;
	struct rec_sys_enter *call = (void *)head;
	struct rec_sys_exit *leave = (void *)head;
	struct rec_exit *other = (void *)head;

	switch (head->type) {
	case REC_SWITCH:
		fill(tids, change->prev.id, &change->prev.tid);
		fill(tids, change->next.id, &change->next.tid);
		break;
	case REC_WAKEUP:
		fill(tids, wakeup->wakee.id, &wakeup->wakee.tid);
		fill(tids, wakeup->waker_id, &wakeup->waker_tid);
		break;
	case REC_FORK:
		fill(tids, birth->child.id, &birth->child.tid);
		fill(tids, birth->parent_id, &birth->parent_tid);
		break;
	case REC_SYS_ENTER:
		fill(tids, call->id, &call->tid);
		break;
	case REC_SYS_EXIT:
		fill(tids, leave->id, &leave->tid);
		break;
	case REC_STACK:
		break;
	default:
		fill(tids, other->task.id, &other->task.tid);
		break;
	}
}

void rectids_fini(struct rectids *tids)
{
	free(tids->of);
	*tids = (struct rectids){ 0 };
}
