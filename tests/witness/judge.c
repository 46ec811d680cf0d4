// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gotrace.h"

/*
 * Events of one record are some ns apart, because no two may have the same
 * time: that much may a time be beyond the second witness's bounds.
 */
#define OUTSIDE_SLICE_NS 30
#define PAGE_FAULT "page fault" /* may come anywhere */

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

static void spell_add(struct spell *sum, const struct spell *spell)
{
	sum->low_ns += spell->low_ns;
	sum->high_ns += spell->high_ns;
	sum->ns += spell->ns;
	sum->clock_ns += spell->clock_ns;
}

void mark_add(struct mark *sum, const struct mark *mark)
{
	spell_add(&sum->on, &mark->on);
	spell_add(&sum->wait, &mark->wait);
	sum->stolen_ns += mark->stolen_ns;
	sum->unbooked_ns += mark->unbooked_ns;
	sum->overbooked_ns += mark->overbooked_ns;
	sum->moved_ns += mark->moved_ns;
	sum->wide_ns += mark->wide_ns;
	sum->slices += mark->slices;
	sum->torn += mark->torn;
	sum->broken += mark->broken;
	sum->unbooked += mark->unbooked;
	sum->overbooked += mark->overbooked;
	sum->wide += mark->wide;
	sum->moves += mark->moves;
}

void times_add(struct times *sum, const struct times *times)
{
	sum->on_ns += times->on_ns;
	sum->wait_ns += times->wait_ns;
	sum->on_error_ns += times->on_error_ns;
	sum->wait_error_ns += times->wait_error_ns;
	sum->on_lag_ns += times->on_lag_ns;
	sum->wait_lag_ns += times->wait_lag_ns;
	sum->on_apart_ns += times->on_apart_ns;
	sum->wait_apart_ns += times->wait_apart_ns;
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
		mark_add(out, found);
	}
	return true;
}

static int64_t outside(int64_t ns, const struct spell *bounds)
{
	if (ns < (int64_t)bounds->low_ns)
		return ns - (int64_t)bounds->low_ns;
	return ns > (int64_t)bounds->high_ns ? ns - (int64_t)bounds->high_ns : 0;
}

static void compare(struct compared *out, const struct sums *sums, const struct book *book,
		    const struct mark *mark)
{
	/* Waiting that is none in the books, and the reverse. */
	int64_t unbooked_ns = (int64_t)(mark->unbooked_ns + mark->moved_ns);
	int64_t overbooked_ns = (int64_t)mark->overbooked_ns;

	*out = (struct compared){
		.slices = sums->starts,
		.voluntary = (int64_t)(sums->blocks + mark->broken - book->voluntary),
		.involuntary = (int64_t)(sums->stops - mark->broken - book->involuntary),
		.missed = (int64_t)(sums->starts - mark->unbooked - book->slices),
		.calls = (int64_t)(sums->calls - book->calls),
		.on_outside_ns = outside(sums->on_ns, &mark->on),
		.wait_outside_ns = outside(sums->wait_ns, &mark->wait),
		.mark = *mark,
	};
	out->times = (struct times){
		.on_ns = sums->on_ns,
		.wait_ns = sums->wait_ns,
		.on_error_ns = sums->on_ns - (int64_t)(book->cpu_ns + mark->stolen_ns),
		.wait_error_ns =
			sums->wait_ns - unbooked_ns + overbooked_ns - (int64_t)book->wait_ns,
		.on_lag_ns = mark->on.ns - (int64_t)mark->stolen_ns - mark->on.clock_ns,
		.wait_lag_ns = mark->wait.ns - (int64_t)mark->unbooked_ns - mark->wait.clock_ns,
		.on_apart_ns = sums->on_ns - mark->on.ns,
		.wait_apart_ns = sums->wait_ns - mark->wait.ns,
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

/* A wakeup may be on its way to another CPU when its waker ends: then it is no goroutine's. */
#define FLIGHT_NS 1000000

static bool is_by_the_dead(const struct tally *tally, const struct wakers *wakers,
			   const struct wake *wake)
{
	static const char by[] = "woken by ";
	size_t length = sizeof(by) - 1;

	if (wakers->context != WAKE_TASK || wake->waker || strncmp(wake->top, by, length) != 0 ||
	    strcmp(wake->top + length, wake->root) != 0)
		return false;
	for (uint32_t i = 0; i < wakers->count; i++) {
		const struct life *life = tally_find(tally, wakers->tids[i], 0);

		if (life && life->state == GT_STATE_NOT_EXIST &&
		    life->now.time_ns <= wake->time_ns &&
		    wake->time_ns - life->now.time_ns < FLIGHT_NS)
			return true;
	}
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

static void judge_wakes(struct verdict *out, const struct tally *tally, const struct life *life,
			const struct sums *begin, const struct sums *end)
{
	const struct wakers *wakers = &out->entry->wakers;

	if (wakers->context == WAKE_ANY)
		return;
	for (size_t i = begin->wakes; i < end->wakes; i++) {
		const struct wake *wake = &life->wakes[i];

		if (strcmp(wake->wait, wakers->wait) != 0) {
			if (strcmp(wake->wait, PAGE_FAULT) != 0) {
				out->elsewhere++;
				out->other_wake = wake;
			}
			continue;
		}
		out->wakes++;
		if (wake_is_right(wakers, wake))
			continue;
		if (is_by_the_dead(tally, wakers, wake)) {
			out->by_the_dead++;
			continue;
		}
		if (out->wrong_wake)
			continue;
		out->wrong_wake = wake;
		out->faults |= FAULT_WAKER;
	}
}

/* ---- a span ---- */

static unsigned span_faults(const struct compared *compared)
{
	/* On a CPU at its begin, it has one slice more than it had starts. */
	int64_t outside_most = OUTSIDE_SLICE_NS * ((int64_t)compared->slices + 1);
	unsigned faults = 0;

	faults |= compared->voluntary ? FAULT_VOLUNTARY : 0;
	faults |= compared->involuntary ? FAULT_INVOLUNTARY : 0;
	faults |= compared->missed ? FAULT_SLICES : 0;
	faults |= compared->calls ? FAULT_CALLS : 0;
	if (llabs(compared->on_outside_ns) > outside_most ||
	    llabs(compared->wait_outside_ns) > outside_most)
		faults |= FAULT_WITNESS;
	return faults;
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
	out->torn = mark.torn != 0;
	if (!out->torn)
		out->faults |= span_faults(&out->compared);
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
	out->unread = entry->unread != 0;
	if (out->unread)
		return;
	if (!judge_numbers(out, evidence, begin, end))
		out->faults = FAULT_MISSING;
	else if (!out->torn)
		judge_wakes(out, evidence->tally, life, begin, end);
}

bool verdict_is_blind(const struct verdict *verdict)
{
	return verdict->torn || verdict->unread || verdict->faults & FAULT_MISSING;
}
