// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "lies.h"

#include <stdlib.h>
#include <string.h>

#define NO_TID 0x7fffffff

/* A span as it is told: by its thread, and by the witness. */
struct tale {
	struct entry entry;
	struct mark *mark;	       /* the last of its marks */
	const struct compared *honest; /* what is right */
};

struct lie {
	const char *name;
	unsigned fault; /* enum fault: as what it is found */
	void (*tell)(struct tale *tale);
};

static void one_sleep_more(struct tale *tale)
{
	tale->entry.end.voluntary++;
}

static void one_preemption_less(struct tale *tale)
{
	tale->entry.end.involuntary--;
}

static void a_sleep_as_preemption(struct tale *tale)
{
	tale->entry.end.voluntary--;
	tale->entry.end.involuntary++;
}

static void one_slice_more(struct tale *tale)
{
	tale->entry.end.slices++;
}

static void one_call_more(struct tale *tale)
{
	tale->entry.end.calls++;
}

static void another_thread(struct tale *tale)
{
	tale->entry.tid = NO_TID;
}

static void another_waker(struct tale *tale)
{
	if (tale->entry.wakers.context == WAKE_TASK)
		tale->entry.wakers.tids[0] ^= 1;
	else
		tale->entry.wakers.context ^= WAKE_SOFTIRQ ^ WAKE_HARDIRQ;
}

/* What moves a time beyond what a span of so many slices is allowed. */
static uint64_t too_much(const struct tale *tale, uint64_t slice_ns)
{
	return (tale->honest->mark.slices + 2) * slice_ns + tale->honest->mark.wide_ns;
}

static void later_for_the_witness(struct tale *tale)
{
	tale->mark->on.ns += (int64_t)too_much(tale, 600);
}

static void outside_its_bounds(struct tale *tale)
{
	uint64_t width_ns = tale->honest->mark.wait.high_ns - tale->honest->mark.wait.low_ns;

	tale->mark->wait.low_ns += width_ns + too_much(tale, 40);
	tale->mark->wait.high_ns += width_ns + too_much(tale, 40);
}

static void less_time(struct tale *tale)
{
	uint64_t time_ns = tale->entry.end.cpu_ns + tale->entry.end.wait_ns;
	const struct times *times = &tale->honest->times;
	uint64_t lag_ns = (uint64_t)(llabs(times->on_lag_ns) + llabs(times->wait_lag_ns));

	tale->entry.end.cpu_ns += time_ns / 100 + too_much(tale, 4000) + 40000 + 2 * lag_ns;
}

/* From one to the other: their sum stays. */
static void another_border(struct tale *tale)
{
	uint64_t lag_ns = (uint64_t)llabs(tale->honest->times.on_lag_ns);

	tale->entry.end.cpu_ns += too_much(tale, 100000) + 2 * lag_ns;
	tale->entry.end.wait_ns -= too_much(tale, 100000) + 2 * lag_ns;
}

static const struct lie lies[] = {
	{ "a sleep more", FAULT_VOLUNTARY, one_sleep_more },
	{ "a preemption less", FAULT_INVOLUNTARY, one_preemption_less },
	{ "a sleep that was a preemption", FAULT_VOLUNTARY, a_sleep_as_preemption },
	{ "a slice more", FAULT_SLICES, one_slice_more },
	{ "a syscall more", FAULT_CALLS, one_call_more },
	{ "a thread that was not", FAULT_MISSING, another_thread },
	{ "another waker", FAULT_WAKER, another_waker },
	{ "a time apart from the second witness", FAULT_WITNESS, later_for_the_witness },
	{ "a time outside its bounds", FAULT_WITNESS, outside_its_bounds },
	{ "less time", FAULT_TIME, less_time },
	{ "another border", FAULT_BORDER, another_border },
};

static unsigned faults_of(const struct tale *tale, const struct evidence *evidence)
{
	struct account account = { 0 };
	struct verdict verdict;

	judge_span(&verdict, &tale->entry, evidence);
	account_add(&account, &verdict);
	account_judge(&account);
	return account.faults;
}

/* Tells all lies about a span that is right. NULL, or the first that is not found. */
static const char *tell_all(const struct verdict *right, const struct mark *marks, size_t count,
			    const struct evidence *evidence)
{
	struct mark *copy = malloc(count * sizeof(*copy));
	struct evidence told = { .tally = evidence->tally, .marks = copy, .mark_count = count };
	const char *missed = copy ? NULL : "memory";

	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies) && !missed; i++) {
		struct tale tale = { .entry = *right->entry,
				     .mark = &copy[right->entry->end.mark - 1],
				     .honest = &right->compared };

		memcpy(copy, marks, count * sizeof(*copy));
		lies[i].tell(&tale);
		if (!(faults_of(&tale, &told) & lies[i].fault))
			missed = lies[i].name;
	}
	free(copy);
	return missed;
}

/* A thread's marks are together, from its first one on. */
static const struct mark *marks_of(const struct evidence *evidence, uint32_t tid, size_t *count)
{
	size_t first = 0;

	while (first < evidence->mark_count && evidence->marks[first].tid != tid)
		first++;
	*count = 0;
	while (first + *count < evidence->mark_count && evidence->marks[first + *count].tid == tid)
		++*count;
	return evidence->marks + first;
}

/* Of all threads, on CPUs more than twice of what is allowed. */
static bool sum_is_found(const struct account *sum)
{
	struct account told = *sum;
	int64_t lag_ns = llabs(sum->times.on_lag_ns);

	told.times.on_error_ns += sum->times.on_ns / 500 + (int64_t)sum->slices * 1000 + 2 * lag_ns;
	account_sum_judge(&told);
	return told.worst.sum > 1;
}

const char *lies_judge(const struct entry *const *entries, size_t count, const struct account *sum,
		       const struct evidence *evidence, unsigned *told)
{
	const char *missed = sum_is_found(sum) ? NULL : "another sum";

	*told = 0;
	for (size_t i = 0; i < count && !missed; i++) {
		const struct mark *marks;
		struct verdict verdict;
		size_t mark_count;

		if (!entries[i]->first || entries[i]->wakers.context == WAKE_ANY)
			continue;
		judge_span(&verdict, entries[i], evidence);
		marks = marks_of(evidence, entries[i]->tid, &mark_count);
		if (verdict.faults || !verdict.wakes || verdict_is_blind(&verdict) ||
		    mark_count < entries[i]->end.mark)
			continue;
		missed = tell_all(&verdict, marks, mark_count, evidence);
		*told += sizeof(lies) / sizeof(*lies);
	}
	return *told ? missed : "any: nobody was right";
}
