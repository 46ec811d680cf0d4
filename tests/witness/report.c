// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"
#include "records.h"

#define EVENTS_SHOWN 40
#define FAULTS_SHOWN 4
#define NEAR_NS 100000
/* Of the CPUs' time, so that what one thread loses is another's in the sum. */
#define OWN_PART 0.5

struct judgement {
	const struct report_input *input;
	struct evidence evidence;
	const struct entry **entries; /* those in use, by thread and time */
	size_t entry_count;
	struct account all, crowded;
	unsigned threads, shown, faults[FAULT_COUNT];
	bool failed;
};

static void say(struct judgement *judgement, bool good, const char *format, ...)
{
	va_list args;

	judgement->failed |= !good;
	fputs(good ? "ok - " : "not ok - ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* A number of the statistics; -1: it is not there. */
static long long stats_number(const char *path, const char *key)
{
	char text[8192] = "", quoted[64];
	FILE *file = fopen(path, "r");
	const char *at;

	if (!file)
		return -1;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(text, quoted);
	return at ? strtoll(at + strlen(quoted), NULL, 10) : -1;
}

/* To the granularity of the kernel's counter, of which one unit may be another's. */
static uint64_t stolen_ns(const struct ledger *ledger)
{
	return ledger->steals
		       ? (ledger->stolen_ticks + 1) * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK))
		       : 0;
}

/* ---- printing ---- */

static void print_head(void)
{
	printf("# %-12s %5s %5s %6s %6s %6s %6s %9s %10s %9s %9s %9s  %s\n", "kind", "tid", "spans",
	       "slices", "vol", "invol", "calls", "on/us", "wait/us", "d on/us", "d wait/us",
	       "bounds/ns", "off");
}

static void print_account(const struct account *account)
{
	char faults[128];

	printf("# %-12s %5u %5u %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64
	       " %9.0f %10.0f %9.1f %9.1f %9.0f  %s\n",
	       account->entry->kind, account->entry->tid, account->spans, account->slices,
	       account->voluntary, account->involuntary, account->calls,
	       (double)account->on_ns / 1e3, (double)account->wait_ns / 1e3,
	       (double)account->on_error_ns / 1e3, (double)account->wait_error_ns / 1e3,
	       (double)account->width_ns / (2.0 * (double)(account->slices + 1)),
	       fault_text(account->faults, faults, sizeof(faults)));
}

static void print_wake(const struct wake *wake)
{
	printf("#   at %" PRId64 " its %s was ended by thread %u, %s < %s\n", wake->time_ns,
	       wake->wait, wake->waker, wake->top, wake->root);
}

/* What the trace and the capture have of a span that is off. */
static void print_span(const struct judgement *judgement, const struct verdict *verdict)
{
	const struct compared *compared = &verdict->compared;
	const struct entry *entry = verdict->entry;
	int64_t from_ns = verdict->from_ns, to_ns = verdict->to_ns;
	char faults[128];

	printf("# off: %s, thread %u, from %" PRId64 " to %" PRId64 ": %s\n", entry->kind,
	       entry->tid, from_ns, to_ns, fault_text(verdict->faults, faults, sizeof(faults)));
	printf("#   trace less books: voluntary %+" PRId64 ", involuntary %+" PRId64
	       ", slices %+" PRId64 ", syscalls %+" PRId64 ", on CPU %+" PRId64
	       " ns, on run queue %+" PRId64 " ns\n",
	       compared->voluntary, compared->involuntary, compared->missed, compared->calls,
	       compared->on_error_ns, compared->wait_error_ns);
	printf("#   outside the second witness's bounds: on CPU %+" PRId64
	       " ns, on run queue %+" PRId64 " ns\n",
	       compared->on_outside_ns, compared->wait_outside_ns);
	if (verdict->wrong_wake) {
		print_wake(verdict->wrong_wake);
		from_ns = verdict->wrong_wake->time_ns - NEAR_NS;
		to_ns = verdict->wrong_wake->time_ns + NEAR_NS;
	}
	if (verdict->faults & FAULT_MISSING)
		return;
	tally_print(stdout, judgement->input->trace, entry->tid, from_ns, to_ns, EVENTS_SHOWN);
	records_print(stdout, judgement->input->capture, entry->tid, (uint64_t)from_ns,
		      (uint64_t)to_ns, EVENTS_SHOWN);
}

/* ---- judging ---- */

static int by_thread(const void *a, const void *b)
{
	const struct entry *one = *(const struct entry *const *)a;
	const struct entry *other = *(const struct entry *const *)b;

	if (one->tid != other->tid)
		return one->tid < other->tid ? -1 : 1;
	return (one->begin.mark > other->begin.mark) - (one->begin.mark < other->begin.mark);
}

static bool entries_sort(struct judgement *judgement)
{
	const struct ledger *ledger = judgement->input->ledger;
	size_t count = ledger->count < LEDGER_ENTRIES ? ledger->count : LEDGER_ENTRIES;

	judgement->entries = calloc(count + 1, sizeof(*judgement->entries));
	if (!judgement->entries)
		return false;
	for (size_t i = 0; i < count; i++)
		judgement->entries[i] = &ledger->entries[i];
	qsort(judgement->entries, count, sizeof(*judgement->entries), by_thread);
	judgement->entry_count = count;
	return true;
}

static void judge_entry(struct judgement *judgement, struct account *account,
			const struct entry *entry)
{
	struct verdict verdict;

	judge_span(&verdict, entry, &judgement->evidence);
	account_add(account, &verdict);
	if (verdict.faults && judgement->shown++ < FAULTS_SHOWN)
		print_span(judgement, &verdict);
}

/* All entries of a thread, from the first one on. Returns the next thread's first. */
static size_t judge_thread(struct judgement *judgement, size_t first)
{
	const struct entry **entries = judgement->entries;
	struct account account = { .entry = entries[first] };
	size_t i = first;

	do
		judge_entry(judgement, &account, entries[i++]);
	while (i < judgement->entry_count && entries[i]->tid == account.entry->tid);
	judge_account(&account, &judgement->evidence);
	sum_add(&judgement->all, &account);
	if (account.entry->crowded)
		sum_add(&judgement->crowded, &account);
	judgement->threads++;
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		judgement->faults[fault] += !!(account.faults & 1u << fault);
	if (account.faults || judgement->input->verbose)
		print_account(&account);
	return i;
}

static void say_claims(struct judgement *judgement)
{
	static const char *const claims[FAULT_COUNT] = {
		"every thread is in the trace",
		"voluntary switches are exact",
		"involuntary switches are exact",
		"slices are exact",
		"syscalls are exact",
		"times are within what a second BPF program measured around",
		"who woke whom, from where, is right",
		"on-CPU and run-queue time together are the kernel's",
		"each of them is, as near as the kernel draws the border",
	};

	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		say(judgement, judgement->faults[fault] == 0, "%s", claims[fault]);
	if ((double)judgement->crowded.on_ns > OWN_PART * (double)judgement->input->ledger->cpu_ns)
		say(judgement, judge_sum(&judgement->crowded, &judgement->evidence),
		    "the sums over all threads are the kernel's");
	else
		printf("# the sums are not judged: others used the CPUs\n");
	say(judgement, judgement->all.blind * 5 <= judgement->all.spans,
	    "what the machine hides leaves enough to judge");
}

static void print_sum(const char *name, const struct account *sum)
{
	printf("# %s: on CPUs %.3f ms, %+.3f %% or %+.2f us a slice; on run queues %.3f ms, "
	       "%+.3f %% or %+.2f us a slice\n",
	       name, (double)sum->on_ns / 1e6,
	       100.0 * (double)sum->on_error_ns / (double)sum->on_ns,
	       (double)sum->on_error_ns / 1e3 / (double)sum->slices, (double)sum->wait_ns / 1e6,
	       100.0 * (double)sum->wait_error_ns / (double)sum->wait_ns,
	       (double)sum->wait_error_ns / 1e3 / (double)sum->slices);
}

static void print_figures(const struct judgement *judgement)
{
	const struct account *all = &judgement->all;

	printf("# %u threads, %u spans, of which %u not judged: %zu switches to hidden threads, "
	       "%zu blind spots\n",
	       judgement->threads, all->spans, all->blind,
	       excuses_hidden(judgement->evidence.excuses),
	       excuses_spots(judgement->evidence.excuses));
	printf("# judged: %" PRIu64 " voluntary and %" PRIu64 " involuntary switches, %" PRIu64
	       " syscalls, %" PRIu64 " wakeups of known waker, %" PRIu64 " slices\n",
	       all->voluntary, all->involuntary, all->calls, all->wakes, all->slices);
	printf("# broken sleeps that the kernel calls voluntary switches: %" PRIu64 "\n",
	       all->broken);
	printf("# the kernel did not book %" PRIu64 " slices and their waits, and booked too much "
	       "waiting in %u spans; the hypervisor stole %.0f ms\n",
	       all->unbooked, all->overbooked, (double)judgement->evidence.stolen_ns / 1e6);
	printf("# the second witness's bounds are %.0f ns a slice wide\n",
	       (double)all->width_ns / (2.0 * (double)(all->slices + 1)));
	print_sum("trace less books, all", all);
	print_sum("trace less books, crowded", &judgement->crowded);
}

/* ---- the judge itself ---- */

/* A lie about a span; which fault it must be found as. */
static unsigned lie_about(struct entry *lie, unsigned nth)
{
	switch (nth) {
	case 0:
		lie->end.voluntary++;
		return FAULT_VOLUNTARY;
	case 1:
		lie->end.involuntary--;
		return FAULT_INVOLUNTARY;
	case 2:
		lie->end.slices++;
		return FAULT_SLICES;
	case 3:
		lie->end.calls++;
		return FAULT_CALLS;
	case 4:
		lie->end.mark--; /* times, at least, are others */
		return FAULT_WITNESS | FAULT_CALLS;
	case 5:
		lie->wakers.context = lie->wakers.context == WAKE_TASK ? WAKE_HARDIRQ : WAKE_TASK;
		return FAULT_WAKER;
	default:
		return 0;
	}
}

/* What is off by one has to be found: on some entry with wakeups that is judged and true. */
static void judge_lies(struct judgement *judgement)
{
	struct verdict verdict = { 0 };
	size_t i = 0;
	unsigned fault;

	do
		judge_span(&verdict, judgement->entries[i++], &judgement->evidence);
	while (i < judgement->entry_count && !verdict.wakes);
	for (unsigned nth = 0;; nth++) {
		struct entry lie = *verdict.entry;
		struct verdict found;
		char text[64];

		fault = lie_about(&lie, nth);
		if (!fault)
			break;
		judge_span(&found, &lie, &judgement->evidence);
		say(judgement, (found.faults & fault) != 0, "a lie is found: %s",
		    fault_text(fault, text, sizeof(text)));
	}
}

/* ---- all ---- */

static bool judge_run(struct judgement *judgement)
{
	const char *stats = judgement->input->stats;

	if (!entries_sort(judgement) || !judgement->entry_count)
		return false;
	printf("# %" PRIu64 " events, %zu threads in the trace\n",
	       tally_events(judgement->evidence.tally), tally_lives(judgement->evidence.tally));
	say(judgement, stats_number(stats, "lost") == 0, "no record was lost");
	print_head();
	for (size_t i = 0; i < judgement->entry_count;)
		i = judge_thread(judgement, i);
	say_claims(judgement);
	judge_lies(judgement);
	print_figures(judgement);
	free(judgement->entries);
	return true;
}

bool report(const struct report_input *input)
{
	struct judgement judgement = { .input = input };
	struct tally *tally = NULL;
	struct excuses *excuses = NULL;
	char error[512];
	int err = tally_new(&tally, input->trace, error, sizeof(error));

	if (err)
		say(&judgement, false, "the trace is read: %s", error);
	if (!err && (err = excuses_new(&excuses, input->capture)))
		say(&judgement, false, "the capture is read: %s", strerror(-err));
	if (!err) {
		mark_sort(input->marks, input->mark_count);
		judgement.evidence = (struct evidence){ .tally = tally,
							.excuses = excuses,
							.marks = input->marks,
							.mark_count = input->mark_count,
							.stolen_ns = stolen_ns(input->ledger) };
		if (!judge_run(&judgement))
			say(&judgement, false, "the workload said what it did");
	}
	excuses_free(excuses);
	tally_free(tally);
	return !judgement.failed;
}
