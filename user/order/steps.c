/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Steps: the transitions of threads, and their last numbers.
 */
#include "order/steps.h"

#include "records/records.h"

/* A thread that has done nothing for so many rounds may be forgotten. */
#define ROUNDS_REMEMBERED 4096

/* The last transition of a switch's prev. */
static bool is_death(const struct rec_head *record)
{
	return record->type == REC_SWITCH &&
	       ((const struct rec_switch *)record)->flags & REC_SWITCH_DEAD;
}

/* A move on the way: the thread's number is that of its last transition. */
static unsigned steps_behind(const struct rec_task *task, struct order_step *step)
{
	/* Number 0 is left out when numbers wrap. */
	*step = (struct order_step){
		.id = task->id,
		.num = task->num + 1 ? task->num + 1 : 1,
		.behind = true,
	};
	return task->id && task->num;
}

unsigned order_steps_any(const struct rec_head *record, struct order_step steps[2])
{
	const struct rec_task *tasks[2];
	unsigned named = 1, count = 0;

	switch (record->type) {
	case REC_SWITCH:
		tasks[0] = &((const struct rec_switch *)record)->prev;
		tasks[1] = &((const struct rec_switch *)record)->next;
		named = 2;
		break;
	case REC_WAKEUP:
		tasks[0] = &((const struct rec_wakeup *)record)->wakee;
		break;
	case REC_FORK:
		tasks[0] = &((const struct rec_fork *)record)->child;
		break;
	case REC_MIGRATE:
		return steps_behind(&((const struct rec_migrate *)record)->task, steps);
	default:
		return 0;
	}
	for (unsigned i = 0; i < named; i++) {
		if (!tasks[i]->id || !tasks[i]->num)
			continue;
		steps[count++] = (struct order_step){
			.id = tasks[i]->id,
			.num = tasks[i]->num,
			.last = i == 0 && is_death(record),
		};
	}
	return count;
}

void order_numbers_free(struct order_numbers *numbers)
{
	recall_free(&numbers->map);
}

void order_numbers_round(struct order_numbers *numbers)
{
	if (numbers->round < UINT32_MAX - 1)
		numbers->round++;
}

uint32_t order_numbers_last(const struct order_numbers *numbers, uint64_t id)
{
	const struct recall_slot *slot = recall_find(&numbers->map, id);

	return slot ? slot->value : 0;
}

bool order_numbers_go_on(const struct order_numbers *numbers, const struct order_step *step)
{
	uint32_t last = order_numbers_last(numbers, step->id);
	uint32_t ahead = step->num - last;

	/* Number 0 is not counted: when numbers wrap, 1 may follow the highest. */
	if (ahead == 1 || (last == UINT32_MAX && step->num == 1))
		return true;
	return last && (ahead == 0 || ahead > INT32_MAX); /* it has been overtaken */
}

void order_numbers_note(struct order_numbers *numbers, const struct order_step *step)
{
	uint32_t round = numbers->round + 1; /* a stamp is not 0 */
	uint32_t oldest = round > ROUNDS_REMEMBERED ? round - ROUNDS_REMEMBERED : 1;
	struct recall_slot *slot = recall_add(&numbers->map, step->id, round, oldest);

	if (!slot)
		return;
	if (!slot->value || step->num - slot->value <= INT32_MAX)
		slot->value = step->num;
	slot->stamp = step->last ? 0 : round;
}
