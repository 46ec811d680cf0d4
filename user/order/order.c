/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Order: many CPUs' records in, one consistent sequence out.
 *
 * The truth. Two kinds of numbers say what came before what: the records of a
 * CPU are numbered, and so are the transitions of a thread. Both numbers are
 * taken under the scheduler's locks, or by an atomic operation, in the order
 * in which things happened, so together they never contradict themselves.
 * The past of a record is everything that can be reached backwards through
 * them. Clocks only choose among records that are not in each other's past.
 *
 * The merge. The heads of the CPUs' queues stand in a heap by time. The top
 * is returned if none of the threads it moves has an earlier transition
 * queued. Usually a look at the last number returned of the thread says so:
 * the record's is the next one. Otherwise the index (index.h) is asked. If it
 * names a record on another CPU, the head is parked there until that has been
 * returned, and the next head in time is tried. A head parked on itself, at
 * whatever distance, contradicts the truth above; it is forced.
 *
 * When is a missing number lost? A reader's rounds answer: in a round it
 * reads every ring up to a position sampled before it read anything. A record
 * that was read in round R - 1 was complete before the samples of round R.
 * Whatever is in its past had then reserved its slot (slots are reserved
 * before numbers are taken) and so lies below these samples. When round R has
 * been read, its whole past is here, or is lost. Such a record is FINAL: what
 * is missing before it on its CPU, or of its threads, is lost. So is all
 * before it on its CPU, whenever read; finality is a place per CPU. A head
 * that is not final and whose past is not complete steps aside for the round.
 *
 * When to return? Only while some head is DUE: one round older than final.
 * With honest clocks everything that has a lower time than a final record has
 * been read as well, by the same argument. The extra round is for losses: a
 * gap stands in the merge at the time where it begins, which is the time of
 * the last record before it; but it is known to be one only when the first
 * record after it is final. Waiting a round shows the gap before what other
 * CPUs did meanwhile, unless the CPU had nothing to record for a whole round.
 *
 * Why nothing stalls: the whole past of what is due is final, so whatever a
 * due head waits for, through any chain, leads to a head that can be returned.
 * When a round is complete, everything read two rounds before it leaves. That
 * is a promise, because its memory may be gone then: should a reader break its
 * rule, or a file be damaged, what is due is forced.
 *
 * Each record is indexed at most three times, parked at most once per thread
 * it moves and round, and all else is O(log CPUs).
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "order/heap.h"
#include "order/index.h"
#include "order/order.h"
#include "order/queue.h"
#include "order/steps.h"

enum head_state {
	HEAD_NONE,   /* nothing that may be read */
	HEAD_LOSS,   /* in the heap: numbers are missing before the first record */
	HEAD_RECORD, /* in the heap: the first record */
	HEAD_PARKED, /* the first record waits for one of a CPU's queue */
	HEAD_ASIDE,  /* it may wait for what has not been read yet */
};

struct cpu {
	uint64_t final; /* places below are final */
	uint64_t due;	/* places below are due */
	uint64_t last_ts_ns;
	enum head_state head;
	bool head_due;
	bool forced; /* the head is taken whatever it waits for */
	/* parked: on which CPU, until its place wait_end has been reached */
	uint32_t wait_cpu;
	uint32_t next_waiter; /* of those parked on wait_cpu */
	uint64_t wait_end;
	/* those parked here, and the lowest of their wait_ends */
	uint32_t first_waiter;
	uint64_t wake_end;
	/* once the input has ended */
	bool end_known;
	uint32_t seq_end;
};

#define NO_CPU UINT32_MAX

struct order {
	uint32_t cpu_count;
	struct cpu *cpus;
	struct order_queue *queues; /* one per CPU, apart: the index reads them */
	struct order_heap heap;
	struct order_numbers numbers;
	struct order_index index;
	uint32_t due_heads; /* CPUs with head_due */
	bool stale;	    /* the heads must be looked at again */
	bool ended;
	uint64_t end_ns;
	uint64_t first_ts_ns; /* the lowest pushed before anything was returned */
	uint64_t last_ts_ns;  /* of the last item; 0 before the first */
	size_t queued;
	struct order_stats stats;
};

int order_new(struct order **out, uint32_t cpus)
{
	struct order *order = calloc(1, sizeof(*order));
	uint32_t count = cpus ? cpus : 1; /* calloc(0) may be NULL */

	if (!order)
		return -ENOMEM;
	order->cpu_count = cpus;
	order->first_ts_ns = UINT64_MAX;
	order->cpus = calloc(count, sizeof(*order->cpus));
	order->queues = calloc(count, sizeof(*order->queues));
	order->heap.items = calloc(count, sizeof(*order->heap.items));
	if (!order->cpus || !order->queues || !order->heap.items) {
		order_free(order);
		return -ENOMEM;
	}
	*out = order;
	return 0;
}

void order_free(struct order *order)
{
	if (!order)
		return;
	for (uint32_t cpu = 0; order->queues && cpu < order->cpu_count; cpu++)
		order_queue_free(&order->queues[cpu]);
	order_index_free(&order->index);
	order_numbers_free(&order->numbers);
	free(order->heap.items);
	free(order->queues);
	free(order->cpus);
	free(order);
}

/* ---- heads ---- */

/* What a CPU whose records have all been returned still lacks at the end. */
static uint32_t lost_at_end(const struct order *order, uint32_t cpu)
{
	uint32_t missing = order->cpus[cpu].seq_end - (uint32_t)order->queues[cpu].next;

	if (!order->cpus[cpu].end_known || order->queues[cpu].count || missing > INT32_MAX)
		return 0;
	return missing;
}

/* Says what the CPU has next, and its time if that goes into the heap. */
static void look(struct order *order, uint32_t at, uint64_t *ts_ns)
{
	const struct order_queue *queue = &order->queues[at];
	const struct rec_head *record = order_queue_read(queue, 0);
	struct cpu *cpu = &order->cpus[at];
	bool due = false;

	cpu->head = HEAD_NONE;
	if (record) {
		uint64_t place = order_queue_place(queue, record);

		due = place < cpu->due;
		cpu->head = place == queue->next ? HEAD_RECORD
			    : place < cpu->final ? HEAD_LOSS
						 : HEAD_ASIDE;
	} else if (lost_at_end(order, at)) {
		due = true;
		cpu->head = HEAD_LOSS;
	}
	*ts_ns = cpu->head == HEAD_RECORD ? record->ts_ns : cpu->last_ts_ns;
	order->due_heads += (uint32_t)due - (uint32_t)cpu->head_due;
	cpu->head_due = due;
}

static bool in_heap(const struct cpu *cpu)
{
	return cpu->head == HEAD_RECORD || cpu->head == HEAD_LOSS;
}

/* Looks at a CPU that is not in the heap. */
static void look_anew(struct order *order, uint32_t cpu)
{
	struct order_heap_item item = { .cpu = cpu };

	look(order, cpu, &item.ts_ns);
	if (in_heap(&order->cpus[cpu]))
		order_heap_add(&order->heap, item);
}

static void look_top_anew(struct order *order)
{
	struct order_heap_item item = order->heap.items[0];

	look(order, item.cpu, &item.ts_ns);
	if (in_heap(&order->cpus[item.cpu]))
		order_heap_replace(&order->heap, item);
	else
		order_heap_drop(&order->heap);
}

/*
 * Looks at the CPU on top of the heap, whose head has gone. Nearly always the
 * next record's turn has come, and it is due as its head was.
 */
static void look_top(struct order *order)
{
	struct order_heap_item item = order->heap.items[0];
	const struct order_queue *queue = &order->queues[item.cpu];
	struct cpu *cpu = &order->cpus[item.cpu];
	const struct rec_head *record;

	if (!queue->count || queue->next >= cpu->due || !cpu->head_due) {
		look_top_anew(order);
		return;
	}
	record = order_queue_at(queue, 0);
	if (record->seq != (uint32_t)queue->next) {
		look_top_anew(order);
		return;
	}
	cpu->head = HEAD_RECORD;
	item.ts_ns = record->ts_ns;
	order_heap_replace(&order->heap, item);
}

static void sort(struct order *order, struct order_queue *queue)
{
	size_t dropped = order_queue_sort(queue);

	order->stats.late += dropped;
	order->queued -= dropped;
}

/* Looks at all CPUs: a round is complete, or a head was pushed before another. */
static void look_all(struct order *order)
{
	order->heap.count = 0;
	for (uint32_t at = 0; at < order->cpu_count; at++) {
		sort(order, &order->queues[at]);
		order->cpus[at].first_waiter = NO_CPU;
		order->cpus[at].wake_end = UINT64_MAX;
		look_anew(order, at);
	}
	order->stale = false;
}

/* ---- input ---- */

int order_push(struct order *order, const struct rec_head *record)
{
	struct order_queue *queue;
	int queued;

	if (record->cpu >= order->cpu_count)
		return -EINVAL;
	queue = &order->queues[record->cpu];
	queued = order_queue_push(queue, record);
	if (queued < 0)
		return queued;
	if (!queued) {
		order->stats.late++;
		return 0;
	}
	order->queued++;
	if (!order->last_ts_ns && record->ts_ns < order->first_ts_ns)
		order->first_ts_ns = record->ts_ns;
	if (queue->unsorted || order_queue_at(queue, 0) == record)
		order->stale = true;
	return 0;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void order_round(struct order *order)
{
	for (uint32_t at = 0; at < order->cpu_count; at++) {
		struct order_queue *queue = &order->queues[at];
		struct cpu *cpu = &order->cpus[at];

		sort(order, queue);
		cpu->due = max(cpu->due, cpu->final);
		cpu->final = max(cpu->final, queue->closed);
		queue->closed = max(queue->closed, order_queue_end(queue));
	}
	order_index_clear(&order->index);
	order_numbers_round(&order->numbers);
	order->stale = true;
}

void order_end(struct order *order, const uint64_t *seq_end, uint64_t end_ns)
{
	order_round(order);
	for (uint32_t at = 0; at < order->cpu_count; at++) {
		struct cpu *cpu = &order->cpus[at];

		cpu->due = cpu->final = order->queues[at].closed;
		cpu->end_known = seq_end;
		cpu->seq_end = seq_end ? (uint32_t)seq_end[at] : 0;
	}
	order->ended = true;
	order->end_ns = end_ns;
}

/* ---- waiting ---- */

/* Whether a head of CPU at that waits on CPU on would wait for itself. */
static bool is_circle(const struct order *order, uint32_t at, uint32_t on)
{
	while (on != at && order->cpus[on].head == HEAD_PARKED)
		on = order->cpus[on].wait_cpu;
	return on == at;
}

/* Takes the top off the heap until the entry's record has been returned. */
static void park(struct order *order, const struct order_entry *entry)
{
	uint32_t at = order->heap.items[0].cpu;
	struct cpu *cpu = &order->cpus[at], *on = &order->cpus[entry->cpu];

	order_heap_drop(&order->heap);
	cpu->head = HEAD_PARKED;
	cpu->wait_cpu = entry->cpu;
	cpu->wait_end = entry->place + 1;
	cpu->next_waiter = on->first_waiter;
	on->first_waiter = at;
	if (on->wake_end > cpu->wait_end)
		on->wake_end = cpu->wait_end;
}

/* The CPU has come to a place that some of those parked on it wait for. */
static void wake_parked(struct order *order, uint32_t at)
{
	struct cpu *cpu = &order->cpus[at];
	uint32_t waiter = cpu->first_waiter, next;

	cpu->first_waiter = NO_CPU;
	cpu->wake_end = UINT64_MAX;
	for (; waiter != NO_CPU; waiter = next) {
		struct cpu *parked = &order->cpus[waiter];

		next = parked->next_waiter;
		if (parked->wait_end <= order->queues[at].next) {
			look_anew(order, waiter);
			continue;
		}
		parked->next_waiter = cpu->first_waiter;
		cpu->first_waiter = waiter;
		if (cpu->wake_end > parked->wait_end)
			cpu->wake_end = parked->wait_end;
	}
}

/* ---- output ---- */

enum verdict {
	TAKE,
	PARK,  /* on *entry */
	ASIDE, /* until more has been read */
};

/* May the first record of the CPU on top be returned? */
static enum verdict judge(struct order *order, uint32_t at, const struct order_step *steps,
			  unsigned count, const struct order_entry **entry)
{
	struct cpu *cpu = &order->cpus[at];

	if (cpu->forced) {
		cpu->forced = false;
		order->stats.forced++;
		return TAKE;
	}
	for (unsigned i = 0; i < count; i++) {
		if (order_numbers_go_on(&order->numbers, &steps[i]))
			continue;
		if (order->queues[at].next >= cpu->final)
			return ASIDE;
		if (!order->index.made && order_index_make(&order->index, order->queues,
							   order->cpu_count, &order->numbers)) {
			order->stats.forced++; /* no memory to know better */
			return TAKE;
		}
		*entry = order_index_before(&order->index, order->queues, &steps[i]);
		if (!*entry)
			continue;
		if (!is_circle(order, at, (*entry)->cpu))
			return PARK;
		order->stats.forced++;
	}
	return TAKE;
}

static inline uint64_t rising(struct order *order, uint64_t ts_ns)
{
	order->last_ts_ns = max(order->last_ts_ns, ts_ns);
	return order->last_ts_ns;
}

static void take_record(struct order *order, const struct order_step *steps, unsigned count,
			struct order_item *out)
{
	uint32_t at = order->heap.items[0].cpu;
	const struct rec_head *record = order_queue_pop(&order->queues[at]);
	struct cpu *cpu = &order->cpus[at];

	order->queued--;
	order->stats.records++;
	order->stats.moved += record->ts_ns < order->last_ts_ns;
	cpu->last_ts_ns = record->ts_ns;
	out->kind = ORDER_RECORD;
	out->cpu = at;
	out->ts_ns = rising(order, record->ts_ns);
	out->record = record;
	for (unsigned i = 0; i < count && !steps[i].behind; i++)
		order_numbers_note(&order->numbers, &steps[i]);
	look_top(order);
	if (order->queues[at].next >= cpu->wake_end)
		wake_parked(order, at);
}

static void take_loss(struct order *order, struct order_item *out)
{
	uint32_t at = order->heap.items[0].cpu;
	struct order_queue *queue = &order->queues[at];
	const struct rec_head *record = order_queue_read(queue, 0);
	struct cpu *cpu = &order->cpus[at];
	uint64_t start = order->first_ts_ns < UINT64_MAX ? order->first_ts_ns : order->end_ns;
	uint64_t lost =
		record ? order_queue_place(queue, record) - queue->next : lost_at_end(order, at);

	*out = (struct order_item){
		.kind = ORDER_LOSS,
		.cpu = at,
		.ts_ns = rising(order, cpu->last_ts_ns ? cpu->last_ts_ns : start),
		.lost = lost,
		.lost_from_ns = cpu->last_ts_ns,
		.lost_to_ns = record ? record->ts_ns : max(order->end_ns, cpu->last_ts_ns),
	};
	order->stats.lost += lost;
	queue->next += lost;
	look_top(order);
}

/* Every due head waits: takes one out of the parking, to be returned as it is. */
static void force_one(struct order *order)
{
	uint32_t at = 0, *link;

	while (!order->cpus[at].head_due)
		at++;
	assert(order->cpus[at].head == HEAD_PARKED);
	link = &order->cpus[order->cpus[at].wait_cpu].first_waiter;
	while (*link != at)
		link = &order->cpus[*link].next_waiter;
	*link = order->cpus[at].next_waiter;
	order->cpus[at].forced = true;
	look_anew(order, at);
}

bool order_next(struct order *order, struct order_item *out)
{
	if (order->stale)
		look_all(order);
	while (order->due_heads) {
		const struct order_entry *entry = NULL;
		struct order_step steps[2];
		unsigned count;
		uint32_t at;

		if (!order->heap.count)
			force_one(order);
		at = order->heap.items[0].cpu;
		if (order->cpus[at].head == HEAD_LOSS) {
			take_loss(order, out);
			return true;
		}
		count = order_steps(order_queue_at(&order->queues[at], 0), steps);
		switch (judge(order, at, steps, count, &entry)) {
		case TAKE:
			take_record(order, steps, count, out);
			return true;
		case PARK:
			park(order, entry);
			break;
		case ASIDE:
			order_heap_drop(&order->heap);
			order->cpus[at].head = HEAD_ASIDE;
			break;
		}
	}
	return false;
}

size_t order_queued(const struct order *order)
{
	return order->queued;
}

const struct order_stats *order_stats(const struct order *order)
{
	return &order->stats;
}
