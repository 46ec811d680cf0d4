// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "records.h"

#define EVENTS_SHOWN 40
#define NEAR_NS 100000

/* ---- a thread ---- */

void show_head(void)
{
	printf("# times in us; d: trace less books, lag: of that the kernel's clock,\n"
	       "# w/ns: trace less second witness, ns a slice\n");
	printf("# %-12s %7s %5s %6s %6s %6s %6s %8s %9s %8s %8s %8s %8s %5s %5s %5s  %s\n", "kind",
	       "tid", "spans", "slices", "vol", "invol", "calls", "on", "wait", "d on", "d wait",
	       "lag on", "lag wait", "w/ns", "w/ns", "moves", "off");
}

void show_account(const struct account *account)
{
	const struct times *times = &account->times;
	double slices = (double)(account->slices ? account->slices : 1);
	char faults[128];

	printf("# %-12s %7u %5u %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64
	       " %8.0f %9.0f %8.1f %8.1f %8.1f %8.1f %5.0f %5.0f %5u  %s\n",
	       account->entry->kind, account->entry->tid, account->spans, account->slices,
	       account->voluntary, account->involuntary, account->calls, (double)times->on_ns / 1e3,
	       (double)times->wait_ns / 1e3, (double)times->on_error_ns / 1e3,
	       (double)times->wait_error_ns / 1e3, (double)times->on_lag_ns / 1e3,
	       (double)times->wait_lag_ns / 1e3, (double)times->on_apart_ns / slices,
	       (double)times->wait_apart_ns / slices, account->mark.moves,
	       fault_text(account->faults, faults, sizeof(faults)));
}

/* ---- a span ---- */

static void show_wake(const struct wake *wake)
{
	printf("#   at %" PRId64 " its %s was ended by thread %u, %s < %s\n", wake->time_ns,
	       wake->wait, wake->waker, wake->top, wake->root);
}

static void show_differences(const struct compared *compared)
{
	const struct times *times = &compared->times;

	printf("#   trace less books: voluntary %+" PRId64 ", involuntary %+" PRId64
	       ", slices %+" PRId64 ", syscalls %+" PRId64 ", on CPU %+" PRId64
	       " ns, on run queue %+" PRId64 " ns\n",
	       compared->voluntary, compared->involuntary, compared->missed, compared->calls,
	       times->on_error_ns, times->wait_error_ns);
	printf("#   of which the kernel's clock: on CPU %+" PRId64 " ns, on run queue %+" PRId64
	       " ns\n",
	       times->on_lag_ns, times->wait_lag_ns);
	printf("#   trace less second witness: on CPU %+" PRId64 " ns, on run queue %+" PRId64
	       " ns; outside its bounds %+" PRId64 " and %+" PRId64
	       " ns; %u moments wide, %llu ns\n",
	       times->on_apart_ns, times->wait_apart_ns, compared->on_outside_ns,
	       compared->wait_outside_ns, compared->mark.wide, compared->mark.wide_ns);
}

void show_span(const struct verdict *verdict, const char *trace, const char *capture)
{
	const struct entry *entry = verdict->entry;
	int64_t from_ns = verdict->from_ns, to_ns = verdict->to_ns;
	char faults[128];

	printf("# off: %s, thread %u, %" PRIu64 " slices from %" PRId64 " to %" PRId64 ": %s\n",
	       entry->kind, entry->tid, verdict->compared.slices, from_ns, to_ns,
	       fault_text(verdict->faults, faults, sizeof(faults)));
	show_differences(&verdict->compared);
	if (verdict->wrong_wake) {
		show_wake(verdict->wrong_wake);
		from_ns = verdict->wrong_wake->time_ns - NEAR_NS;
		to_ns = verdict->wrong_wake->time_ns + NEAR_NS;
	}
	if (verdict->faults & FAULT_MISSING)
		return;
	events_print(stdout, trace, entry->tid, from_ns, to_ns, EVENTS_SHOWN);
	records_print(stdout, capture, entry->tid, (uint64_t)from_ns, (uint64_t)to_ns,
		      EVENTS_SHOWN);
}

void show_remark(const struct verdict *verdict)
{
	const char *what = NULL;

	if (verdict->unread)
		what = "its books could not be read";
	else if (verdict->torn)
		what = "something of it was hidden";
	else if (verdict->other_wake)
		what = "it slept elsewhere, too";
	if (!what)
		return;
	printf("# %s, thread %u, from %" PRId64 " to %" PRId64 ": %s\n", verdict->entry->kind,
	       verdict->entry->tid, verdict->from_ns, verdict->to_ns, what);
	if (verdict->other_wake)
		show_wake(verdict->other_wake);
}

/* ---- all ---- */

static double per_cent(int64_t part, int64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void show_sum(const struct account *sum)
{
	const struct times *times = &sum->times;
	double slices = (double)(sum->slices ? sum->slices : 1);

	printf("# all threads, trace less books: on CPUs %.3f ms, %+.3f %% or %+.2f us a slice; "
	       "on run queues %.3f ms, %+.3f %% or %+.2f us a slice: %.0f %% of what is "
	       "allowed%s\n",
	       (double)times->on_ns / 1e6, per_cent(times->on_error_ns, times->on_ns),
	       (double)times->on_error_ns / 1e3 / slices, (double)times->wait_ns / 1e6,
	       per_cent(times->wait_error_ns, times->wait_ns),
	       (double)times->wait_error_ns / 1e3 / slices, 100 * sum->worst.sum,
	       sum->sum_lagging ? ", without the lag" : "");
}

static void show_worst(const struct account *sum)
{
	printf("# worst thread, of what is allowed: on-CPU and run-queue time together %.0f %%, "
	       "one alone %.0f %%, against the second witness %.0f %%; without the lag of the "
	       "kernel's clock: %u threads\n",
	       100 * sum->worst.time, 100 * sum->worst.border, 100 * sum->worst.witness,
	       sum->lagging);
}

void show_figures(const struct account *sum, unsigned threads)
{
	const struct mark *mark = &sum->mark;

	printf("# %u threads, %u spans; not judged: %u that the machine hid something of, %u "
	       "whose books could not be read\n",
	       threads, sum->spans, sum->torn, sum->unread);
	printf("# judged: %" PRIu64 " voluntary and %" PRIu64 " involuntary switches, %" PRIu64
	       " syscalls, %" PRIu64 " wakeups of known waker (%" PRIu64
	       " by one that had ended, %" PRIu64 " from other sleeps), %" PRIu64 " slices\n",
	       sum->voluntary, sum->involuntary, sum->calls, sum->wakes, sum->by_the_dead,
	       sum->elsewhere, sum->slices);
	printf("# the books: %u slices not counted (one in %" PRIu64
	       "), %u sleeps that a signal broke, %u waits too "
	       "long by %.3f ms, %u moves that waited %.3f ms more, %.3f ms stolen\n",
	       mark->unbooked, mark->unbooked ? sum->slices / mark->unbooked : 0, mark->broken,
	       mark->overbooked, (double)mark->overbooked_ns / 1e6, mark->moves,
	       (double)mark->moved_ns / 1e6, (double)mark->stolen_ns / 1e6);
	printf("# the second witness: bounds %.0f ns a slice wide, %u moments beyond 0.8 us\n",
	       (double)(mark->on.high_ns - mark->on.low_ns + mark->wait.high_ns -
			mark->wait.low_ns) /
		       (2.0 * (double)(sum->slices + 1)),
	       mark->wide);
	show_worst(sum);
	show_sum(sum);
}
