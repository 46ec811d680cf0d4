// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "account.h"

#include <math.h>

/* What times may differ by from the books: a part of the time, and ns a slice. */
#define TIME_PART 0.005
#define TIME_SLICE_NS 2000.0
#define BIRTH_NS 20000.0
#define BORDER_SLICE_NS 50000.0
/* From the middle of the second witness's bounds, where these are not wide. */
#define APART_SLICE_NS 500.0
#define SUM_PART 0.001
#define SUM_SLICE_NS 500.0

static double off_ns(const struct verdict *verdict)
{
	const struct times *times = &verdict->compared.times;

	return fabs((double)(times->on_error_ns + times->wait_error_ns)) +
	       fabs((double)times->on_error_ns) / 16;
}

void account_add(struct account *account, const struct verdict *verdict)
{
	const struct compared *compared = &verdict->compared;
	const struct entry *entry = verdict->entry;

	account->spans++;
	account->torn += verdict->torn;
	account->unread += verdict->unread;
	account->faults |= verdict->faults;
	account->span_faults |= verdict->faults;
	if (verdict_is_blind(verdict))
		return;
	account->from_birth |= entry->first;
	account->voluntary += entry->end.voluntary - entry->begin.voluntary;
	account->involuntary += entry->end.involuntary - entry->begin.involuntary;
	account->calls += entry->end.calls - entry->begin.calls;
	account->wakes += verdict->wakes;
	account->by_the_dead += verdict->by_the_dead;
	account->elsewhere += verdict->elsewhere;
	account->slices += compared->slices;
	mark_add(&account->mark, &compared->mark);
	times_add(&account->times, &compared->times);
	if (!account->oddest.entry || off_ns(verdict) > off_ns(&account->oddest))
		account->oddest = *verdict;
}

/*
 * An error as a part of what is allowed: as it is, or without the lag, which
 * is known no better than where in a wide moment the trace is.
 */
static double part(int64_t error_ns, int64_t lag_ns, double limit_ns, uint64_t wide_ns,
		   bool *lagging)
{
	double whole = fabs((double)error_ns) / limit_ns;

	if (whole <= 1)
		return whole;
	*lagging = true;
	return fabs((double)(error_ns - lag_ns)) / (limit_ns + (double)wide_ns / 2);
}

static void judge_books(struct account *account, double slices)
{
	const struct times *times = &account->times;
	struct worst *worst = &account->worst;
	uint64_t wide_ns = account->mark.wide_ns;
	double border_ns = BORDER_SLICE_NS * slices;
	double time_ns = TIME_PART * (double)(times->on_ns + times->wait_ns) +
			 TIME_SLICE_NS * slices + (account->from_birth ? BIRTH_NS : 0);
	bool lagging = false;

	worst->time = part(times->on_error_ns + times->wait_error_ns,
			   times->on_lag_ns + times->wait_lag_ns, time_ns, wide_ns, &lagging);
	worst->border =
		fmax(part(times->on_error_ns, times->on_lag_ns, border_ns, wide_ns, &lagging),
		     part(times->wait_error_ns, times->wait_lag_ns, border_ns, wide_ns, &lagging));
	account->lagging = lagging;
	account->faults |= worst->time > 1 ? FAULT_TIME : 0;
	account->faults |= worst->border > 1 ? FAULT_BORDER : 0;
}

void account_judge(struct account *account)
{
	/* On a CPU when it begins, it has one slice more than it had starts. */
	double slices = (double)account->slices + !account->from_birth;
	double apart_ns = APART_SLICE_NS * slices + (double)account->mark.wide_ns / 2;
	const struct times *times = &account->times;

	if (!account->oddest.entry)
		return; /* nothing of it was judged */
	judge_books(account, slices);
	account->worst.witness =
		fmax(fabs((double)times->on_apart_ns), fabs((double)times->wait_apart_ns)) /
		apart_ns;
	account->faults |= account->worst.witness > 1 ? FAULT_WITNESS : 0;
}

void account_join(struct account *sum, const struct account *account)
{
	sum->spans += account->spans;
	sum->torn += account->torn;
	sum->unread += account->unread;
	sum->faults |= account->faults;
	sum->lagging += account->lagging;
	sum->voluntary += account->voluntary;
	sum->involuntary += account->involuntary;
	sum->calls += account->calls;
	sum->wakes += account->wakes;
	sum->by_the_dead += account->by_the_dead;
	sum->elsewhere += account->elsewhere;
	sum->slices += account->slices;
	times_add(&sum->times, &account->times);
	mark_add(&sum->mark, &account->mark);
	sum->worst.time = fmax(sum->worst.time, account->worst.time);
	sum->worst.border = fmax(sum->worst.border, account->worst.border);
	sum->worst.witness = fmax(sum->worst.witness, account->worst.witness);
}

static double sum_limit_ns(int64_t time_ns, uint64_t slices)
{
	return SUM_PART * (double)time_ns + SUM_SLICE_NS * (double)slices + 1;
}

void account_sum_judge(struct account *sum)
{
	const struct times *times = &sum->times;
	double on_ns = sum_limit_ns(times->on_ns, sum->slices);
	double wait_ns = sum_limit_ns(times->wait_ns, sum->slices);
	bool *lagging = &sum->sum_lagging;

	sum->worst.sum = fmax(part(times->on_error_ns, times->on_lag_ns, on_ns, 0, lagging),
			      part(times->wait_error_ns, times->wait_lag_ns, wait_ns, 0, lagging));
}
