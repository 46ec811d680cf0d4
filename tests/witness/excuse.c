// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "excuse.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "record.h"
#include "records.h"
#include "trace/grow.h"

/* What a transition needs the thread to be, and makes of it. */
enum place {
	ASLEEP,
	QUEUED,
	UNBOOKED,
	ON_CPU,
	GONE
};

struct move {
	uint64_t id, ts_ns;
	uint32_t num, tid;
	uint8_t from, to; /* enum place */
};

/* A stretch of a thread's life. */
struct stretch {
	uint32_t tid;
	uint64_t from_ns, to_ns;
};

struct stretches {
	struct stretch *list;
	size_t count, room;
};

struct excuses {
	struct move *moves; /* while reading */
	size_t move_count, move_room;
	struct stretches spots, unbooked, broken; /* of broken both times are the same */
	size_t hidden;
};

static int add_move(struct excuses *excuses, const struct rec_task *task, uint64_t ts_ns,
		    enum place from, enum place to)
{
	void *grown;

	if (!task->id || !task->num)
		return 0;
	grown = gt_grow(excuses->moves, &excuses->move_room, excuses->move_count + 1,
			sizeof(*excuses->moves));
	if (!grown)
		return -ENOMEM;
	excuses->moves = grown;
	excuses->moves[excuses->move_count++] = (struct move){ .id = task->id,
							       .ts_ns = ts_ns,
							       .num = task->num,
							       .tid = task->tid,
							       .from = from,
							       .to = to };
	return 0;
}

static enum place place_after(const struct rec_switch *record)
{
	if (record->flags & REC_SWITCH_DEAD)
		return GONE;
	if (record->flags & REC_SWITCH_ASLEEP)
		return ASLEEP;
	return record->prev_state ? UNBOOKED : QUEUED;
}

static int add_stretch(struct stretches *stretches, uint32_t tid, uint64_t from_ns, uint64_t to_ns)
{
	void *grown = gt_grow(stretches->list, &stretches->room, stretches->count + 1,
			      sizeof(*stretches->list));

	if (!grown)
		return -ENOMEM;
	stretches->list = grown;
	stretches->list[stretches->count++] = (struct stretch){ tid, from_ns, to_ns };
	return 0;
}

static bool may_be_broken(const struct rec_switch *record)
{
	return record->prev_state == 0 && !(record->flags & REC_SWITCH_PREEMPT) &&
	       record->prev_sys >= REC_SYS_BASE &&
	       record->prev_sys != SYS_sched_yield + REC_SYS_BASE;
}

static int on_switch(struct excuses *excuses, const struct rec_switch *record)
{
	int err = add_move(excuses, &record->prev, record->head.ts_ns, ON_CPU, place_after(record));

	excuses->hidden += record->next.tid && !record->next.id;
	if (!err && may_be_broken(record))
		err = add_stretch(&excuses->broken, record->prev.tid, record->head.ts_ns,
				  record->head.ts_ns);
	return err ? err : add_move(excuses, &record->next, record->head.ts_ns, QUEUED, ON_CPU);
}

static int on_record(void *ctx, const struct rec_head *head)
{
	struct excuses *excuses = ctx;

	if (head->type == REC_SWITCH)
		return on_switch(excuses, (const struct rec_switch *)head);
	if (head->type == REC_FORK)
		return add_move(excuses, &((const struct rec_fork *)head)->child, head->ts_ns,
				ASLEEP, QUEUED);
	if (head->type == REC_WAKEUP)
		return add_move(excuses, &((const struct rec_wakeup *)head)->wakee, head->ts_ns,
				ASLEEP, QUEUED);
	return 0;
}

static int by_thread(const void *a, const void *b)
{
	const struct move *one = a, *other = b;

	if (one->id != other->id)
		return one->id < other->id ? -1 : 1;
	return (one->num > other->num) - (one->num < other->num);
}

static int find_stretches(struct excuses *excuses)
{
	int err = 0;

	qsort(excuses->moves, excuses->move_count, sizeof(*excuses->moves), by_thread);
	for (size_t i = 1; i < excuses->move_count && !err; i++) {
		const struct move *before = &excuses->moves[i - 1], *after = &excuses->moves[i];

		if (before->id != after->id)
			continue;
		if (before->to == UNBOOKED && after->from == QUEUED)
			err = add_stretch(&excuses->unbooked, after->tid, before->ts_ns,
					  after->ts_ns);
		else if (before->to != after->from)
			err = add_stretch(&excuses->spots, after->tid, before->ts_ns, after->ts_ns);
	}
	free(excuses->moves);
	excuses->moves = NULL;
	return err;
}

int excuses_new(struct excuses **out, const char *path)
{
	struct excuses *excuses = calloc(1, sizeof(*excuses));
	int err = excuses ? records_walk(path, on_record, excuses) : -ENOMEM;

	if (!err)
		err = find_stretches(excuses);
	if (err)
		excuses_free(excuses);
	else
		*out = excuses;
	return err;
}

void excuses_free(struct excuses *excuses)
{
	if (!excuses)
		return;
	free(excuses->moves);
	free(excuses->spots.list);
	free(excuses->unbooked.list);
	free(excuses->broken.list);
	free(excuses);
}

bool excuses_blind(const struct excuses *excuses, uint32_t tid, uint64_t from_ns, uint64_t to_ns)
{
	for (size_t i = 0; i < excuses->spots.count; i++) {
		const struct stretch *spot = &excuses->spots.list[i];

		if (spot->tid == tid && spot->from_ns <= to_ns && spot->to_ns >= from_ns)
			return excuses->hidden != 0;
	}
	return false;
}

/* Those that end between the two times; *sum_ns: how long they are together. */
static uint64_t count_between(const struct stretches *stretches, uint32_t tid, uint64_t from_ns,
			      uint64_t to_ns, uint64_t *sum_ns)
{
	uint64_t count = 0;

	*sum_ns = 0;
	for (size_t i = 0; i < stretches->count; i++) {
		const struct stretch *stretch = &stretches->list[i];

		if (stretch->tid != tid || stretch->to_ns < from_ns || stretch->to_ns > to_ns)
			continue;
		*sum_ns += stretch->to_ns - stretch->from_ns;
		count++;
	}
	return count;
}

uint64_t excuses_unbooked(const struct excuses *excuses, uint32_t tid, uint64_t from_ns,
			  uint64_t to_ns, uint64_t *wait_ns)
{
	return count_between(&excuses->unbooked, tid, from_ns, to_ns, wait_ns);
}

uint64_t excuses_broken(const struct excuses *excuses, uint32_t tid, uint64_t from_ns,
			uint64_t to_ns)
{
	uint64_t none_ns;

	return count_between(&excuses->broken, tid, from_ns, to_ns, &none_ns);
}

size_t excuses_hidden(const struct excuses *excuses)
{
	return excuses->hidden;
}

size_t excuses_spots(const struct excuses *excuses)
{
	return excuses->spots.count;
}
