// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What times may differ by: a part of the time, and ns a slice. */
#define TIME_PART 0.005
#define TIME_SLICE_NS 2000.0
#define BIRTH_NS 20000.0
#define BORDER_SLICE_NS 50000.0
#define CLOCKS_PART 0.0005 /* CLOCK_MONOTONIC may be slewed, the scheduler's clock is not */
#define SUM_PART 0.001
#define SUM_SLICE_NS 500.0
/* Events of one record are some ns apart, because no two may have the same time. */
#define WITNESS_SLICE_NS 30
#define OVERBOOKED_NS 1000000

static const char *const fault_names[FAULT_COUNT] = { "missing", "voluntary", "involuntary",
						      "slices",	 "syscalls",  "witness",
						      "waker",	 "time",      "border" };

const char *fault_text(unsigned faults, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < FAULT_COUNT && at < size; i++)
		if (faults & 1u << i)
			at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? ", " : "",
					       fault_names[i]);
	return buf;
}

static bool within(int64_t error_ns, double limit_ns)
{
	return fabs((double)error_ns) <= limit_ns;
}

/* ---- differences ---- */

static struct book book_minus(const struct book *a, const struct book *b)
{
	return (struct book){ .voluntary = a->voluntary - b->voluntary,
			      .involuntary = a->involuntary - b->involuntary,
			      .cpu_ns = a->cpu_ns - b->cpu_ns,
			      .wait_ns = a->wait_ns - b->wait_ns,
			      .slices = a->slices - b->slices,
			      .calls = a->calls - b->calls };
}

static struct sums sums_minus(const struct sums *a, const struct sums *b)
{
	return (struct sums){ .on_ns = a->on_ns - b->on_ns,
			      .wait_ns = a->wait_ns - b->wait_ns,
			      .starts = a->starts - b->starts,
			      .blocks = a->blocks - b->blocks,
			      .stops = a->stops - b->stops,
			      .calls = a->calls - b->calls };
}

static int by_thread(const void *a, const void *b)
{
	const struct mark *one = a, *other = b;

	if (one->tid != other->tid)
		return one->tid < other->tid ? -1 : 1;
	return (one->mark > other->mark) - (one->mark < other->mark);
}

void mark_sort(struct mark *marks, size_t count)
{
	qsort(marks, count, sizeof(*marks), by_thread);
}

/*
 * What the witness says of the time from a marker (0: birth) to another. A
 * thread that execs without being the leader has an earlier marker only with
 * its new tid, for it makes none before.
 */
static bool witness_between(struct mark *out, const struct evidence *evidence, uint32_t tid,
			    uint32_t from, uint32_t to)
{
	*out = (struct mark){ .tid = tid };
	for (uint32_t mark = from + 1; mark <= to; mark++) {
		const struct mark key = { .tid = tid, .mark = mark };
		const struct mark *found = bsearch(&key, evidence->marks, evidence->mark_count,
						   sizeof(key), by_thread);

		if (!found)
			return false;
		out->on.low_ns += found->on.low_ns;
		out->on.high_ns += found->on.high_ns;
		out->wait.low_ns += found->wait.low_ns;
		out->wait.high_ns += found->wait.high_ns;
		out->slices += found->slices;
	}
	return true;
}

static int64_t outside(int64_t ns, const struct bounds *bounds)
{
	if (ns < (int64_t)bounds->low_ns)
		return ns - (int64_t)bounds->low_ns;
	return ns > (int64_t)bounds->high_ns ? ns - (int64_t)bounds->high_ns : 0;
}

static void compare(struct compared *out, const struct sums *sums, const struct book *book,
		    const struct mark *mark)
{
	*out = (struct compared){
		.on_ns = sums->on_ns,
		.wait_ns = sums->wait_ns,
		.slices = sums->starts,
		.voluntary = (int64_t)(sums->blocks - book->voluntary),
		.involuntary = (int64_t)(sums->stops - book->involuntary),
		.missed = (int64_t)(sums->starts - book->slices),
		.calls = (int64_t)(sums->calls - book->calls),
		.on_error_ns = sums->on_ns - (int64_t)book->cpu_ns,
		.wait_error_ns = sums->wait_ns - (int64_t)book->wait_ns,
		.on_outside_ns = outside(sums->on_ns, &mark->on),
		.wait_outside_ns = outside(sums->wait_ns, &mark->wait),
		.width_ns =
			mark->on.high_ns - mark->on.low_ns + mark->wait.high_ns - mark->wait.low_ns,
	};
}

/* ---- wakers ---- */

static bool is_one_of(const struct wakers *wakers, uint32_t tid)
{
	for (uint32_t i = 0; i < wakers->count; i++)
		if (wakers->tids[i] == tid)
			return true;
	return false;
}

static bool wake_is_right(const struct wakers *wakers, const struct wake *wake)
{
	switch (wakers->context) {
	case WAKE_TASK:
		return is_one_of(wakers, wake->waker) && !strcmp(wake->top, wakers->call);
	case WAKE_SOFTIRQ:
		return wake->waker == 0 && !strcmp(wake->top, "softirq");
	case WAKE_HARDIRQ:
		return wake->waker == 0 && !strcmp(wake->top, "hardirq");
	default:
		return true;
	}
}

static void judge_wakes(struct verdict *out, const struct life *life, const struct sums *begin,
			const struct sums *end)
{
	const struct wakers *wakers = &out->entry->wakers;

	if (wakers->context == WAKE_ANY)
		return;
	for (size_t i = begin->wakes; i < end->wakes; i++) {
		const struct wake *wake = &life->wakes[i];

		if (strcmp(wake->wait, wakers->wait) != 0)
			continue;
		out->wakes++;
		if (wake_is_right(wakers, wake) || out->wrong_wake)
			continue;
		out->wrong_wake = wake;
		out->faults |= FAULT_WAKER;
	}
}

/* ---- a span ---- */

static unsigned span_faults(const struct compared *compared)
{
	double limit_ns = WITNESS_SLICE_NS * ((double)compared->slices + 1);
	unsigned faults = 0;

	faults |= compared->voluntary ? FAULT_VOLUNTARY : 0;
	faults |= compared->involuntary ? FAULT_INVOLUNTARY : 0;
	faults |= compared->missed ? FAULT_SLICES : 0;
	faults |= compared->calls ? FAULT_CALLS : 0;
	if (!within(compared->on_outside_ns, limit_ns) ||
	    !within(compared->wait_outside_ns, limit_ns))
		faults |= FAULT_WITNESS;
	return faults;
}

static void take_broken(struct verdict *out, const struct evidence *evidence)
{
	struct compared *compared = &out->compared;
	uint64_t most;

	if (compared->voluntary >= 0)
		return;
	most = excuses_broken(evidence->excuses, out->entry->tid, (uint64_t)out->from_ns,
			      (uint64_t)out->to_ns);
	compared->broken = (uint64_t)-compared->voluntary;
	if (compared->broken > most)
		compared->broken = most;
	compared->voluntary += (int64_t)compared->broken;
	compared->involuntary -= (int64_t)compared->broken;
}

static void take_unbooked(struct verdict *out, const struct evidence *evidence)
{
	struct compared *compared = &out->compared;
	uint64_t wait_ns;

	compared->unbooked =
		excuses_unbooked(evidence->excuses, out->entry->tid, (uint64_t)out->from_ns,
				 (uint64_t)out->to_ns, &wait_ns);
	compared->missed -= (int64_t)compared->unbooked;
	compared->wait_error_ns -= (int64_t)wait_ns;
}

static bool judge_numbers(struct verdict *out, const struct evidence *evidence,
			  const struct sums *begin, const struct sums *end)
{
	const struct entry *entry = out->entry;
	struct sums sums = sums_minus(end, begin);
	struct book book = book_minus(&entry->end, &entry->begin);
	int64_t calls = (int64_t)(sums.calls - book.calls);
	struct mark mark;

	if (!witness_between(&mark, evidence, entry->tid, entry->first ? 0 : entry->begin.mark,
			     entry->end.mark))
		return false;
	if (entry->first)
		compare(&out->compared, end, &entry->end, &mark);
	else
		compare(&out->compared, &sums, &book, &mark);
	/* Before its first marker libc made some, too. */
	out->compared.calls = calls;
	take_broken(out, evidence);
	take_unbooked(out, evidence);
	out->faults |= span_faults(&out->compared);
	out->overbooked =
		out->compared.wait_error_ns < -OVERBOOKED_NS && !(out->faults & FAULT_WITNESS);
	return true;
}

void judge_span(struct verdict *out, const struct entry *entry, const struct evidence *evidence)
{
	const struct life *life = tally_find(evidence->tally, entry->tid, entry->end.mark);
	const struct sums *begin, *end;

	*out = (struct verdict){ .entry = entry };
	if (!entry->done || !life || !life->born || entry->begin.mark == 0) {
		out->faults = FAULT_MISSING;
		return;
	}
	begin = &life->marks[entry->begin.mark - 1];
	end = &life->marks[entry->end.mark - 1];
	out->from_ns = entry->first ? life->born_ns : begin->time_ns;
	out->to_ns = end->time_ns;
	out->blind = excuses_blind(evidence->excuses, entry->tid, (uint64_t)out->from_ns,
				   (uint64_t)out->to_ns);
	out->blind |= entry->unread != 0;
	if (out->blind)
		return;
	if (!judge_numbers(out, evidence, begin, end))
		out->faults = FAULT_MISSING;
	else
		judge_wakes(out, life, begin, end);
}

/* ---- a thread, and all of them ---- */

void account_add(struct account *account, const struct verdict *verdict)
{
	const struct compared *compared = &verdict->compared;
	const struct entry *entry = verdict->entry;

	account->spans++;
	account->blind += verdict->blind;
	account->faults |= verdict->faults;
	if (verdict->blind || verdict->faults & FAULT_MISSING)
		return;
	account->from_birth |= entry->first;
	account->voluntary += entry->end.voluntary - entry->begin.voluntary;
	account->involuntary += entry->end.involuntary - entry->begin.involuntary;
	account->calls += entry->end.calls - entry->begin.calls;
	account->wakes += verdict->wakes;
	account->slices += compared->slices;
	account->unbooked += compared->unbooked;
	account->broken += compared->broken;
	account->overbooked += verdict->overbooked;
	if (verdict->overbooked)
		return;
	account->on_ns += compared->on_ns;
	account->wait_ns += compared->wait_ns;
	account->on_error_ns += compared->on_error_ns;
	account->wait_error_ns += compared->wait_error_ns;
	account->width_ns += compared->width_ns;
}

/*
 * Stolen time: on a CPU by our clock, not by the books'; or it fell between
 * the kernel's reading of its clock and ours. It may be any thread's.
 */
static bool within_stolen(int64_t error_ns, double limit_ns, const struct evidence *evidence)
{
	return within(error_ns, limit_ns + (double)evidence->stolen_ns);
}

void judge_account(struct account *account, const struct evidence *evidence)
{
	double slices = (double)account->slices + 1;
	double time = (double)(account->on_ns + account->wait_ns);
	double birth = account->from_birth ? BIRTH_NS : 0;
	/* The witness's own programs come between the kernel's clock and ours. */
	double own = (double)account->width_ns;
	double border = BORDER_SLICE_NS * slices + CLOCKS_PART * time + birth;
	int64_t both_ns = account->on_error_ns + account->wait_error_ns;

	if (!within_stolen(both_ns, TIME_PART * time + TIME_SLICE_NS * slices + own + birth,
			   evidence))
		account->faults |= FAULT_TIME;
	if (!within_stolen(account->on_error_ns, border, evidence) ||
	    !within_stolen(account->wait_error_ns, border, evidence))
		account->faults |= FAULT_BORDER;
}

void sum_add(struct account *sum, const struct account *account)
{
	sum->spans += account->spans;
	sum->blind += account->blind;
	sum->faults |= account->faults;
	sum->voluntary += account->voluntary;
	sum->involuntary += account->involuntary;
	sum->calls += account->calls;
	sum->wakes += account->wakes;
	sum->slices += account->slices;
	sum->unbooked += account->unbooked;
	sum->broken += account->broken;
	sum->overbooked += account->overbooked;
	sum->on_ns += account->on_ns;
	sum->wait_ns += account->wait_ns;
	sum->on_error_ns += account->on_error_ns;
	sum->wait_error_ns += account->wait_error_ns;
	sum->width_ns += account->width_ns;
}

bool judge_sum(const struct account *sum, const struct evidence *evidence)
{
	double slices = SUM_SLICE_NS * (double)sum->slices;

	return within_stolen(sum->on_error_ns, SUM_PART * (double)sum->on_ns + slices, evidence) &&
	       within_stolen(sum->wait_error_ns, SUM_PART * (double)sum->wait_ns + slices,
			     evidence);
}
