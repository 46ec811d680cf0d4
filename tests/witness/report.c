// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "lies.h"
#include "show.h"

#define FAULTS_SHOWN 4
/* Spans that one switch from a hidden thread may tear: of who comes, of who was woken. */
#define TORN_BY_HOLE 3
/* Of the spans, those that an old kernel may tear; and those without books. */
#define TORN_PART 0.03
#define UNREAD_PART 0.05

/* Of the wakeups of known waker: what the kernel's own locks may bring. */
#define ELSEWHERE_PART 0.0001

struct judgement {
	const struct report_input *input;
	struct evidence evidence;
	const struct entry **entries; /* those in use, by thread and time */
	size_t entry_count;
	struct account all;
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

static void show_fault(struct judgement *judgement, const struct verdict *verdict)
{
	if (judgement->shown++ < FAULTS_SHOWN)
		show_span(verdict, judgement->input->trace, judgement->input->capture);
}

/* All entries of a thread, from the first one on. Returns the next thread's first. */
static size_t judge_thread(struct judgement *judgement, size_t first)
{
	const struct entry **entries = judgement->entries;
	struct account account = { .entry = entries[first] };
	struct verdict verdict;
	size_t i = first;

	do {
		judge_span(&verdict, entries[i++], &judgement->evidence);
		account_add(&account, &verdict);
		if (verdict.faults)
			show_fault(judgement, &verdict);
		else if (judgement->input->verbose)
			show_remark(&verdict);
	} while (i < judgement->entry_count && entries[i]->tid == account.entry->tid);
	account_judge(&account);
	if (account.faults & ~account.span_faults) {
		account.oddest.faults |= account.faults;
		show_fault(judgement, &account.oddest);
	}
	account_join(&judgement->all, &account);
	judgement->threads++;
	for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
		judgement->faults[fault] += !!(account.faults & 1u << fault);
	if (account.faults || judgement->input->verbose)
		show_account(&account);
	return i;
}

/* Beside the first process of the workload, which the capture starts. */
static void say_made(struct judgement *judgement)
{
	const struct ledger *ledger = judgement->input->ledger;
	size_t lives = tally_lives(judgement->evidence.tally);

	if (ledger->command)
		say(judgement, lives == (size_t)ledger->made + 1,
		    "the trace has %zu threads, the workload made %u and was one", lives,
		    ledger->made);
}

/* Each reason for not judging a span explains only so many. */
static void say_blind(struct judgement *judgement)
{
	const struct ledger *ledger = judgement->input->ledger;
	const struct account *all = &judgement->all;
	double torn_most = TORN_BY_HOLE * (double)ledger->holes;

	if (ledger->lookups_fail)
		torn_most += TORN_PART * (double)all->spans;
	say(judgement, all->torn <= torn_most,
	    "%u spans are hidden, by %" PRIu64 " switches of hidden threads", all->torn,
	    ledger->holes);
	say(judgement, all->unread <= 2 + UNREAD_PART * (double)all->spans,
	    "the books of all but %u of %u spans are read", all->unread, all->spans);
}

static void say_claims(struct judgement *judgement)
{
	struct account *all = &judgement->all;
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
	account_sum_judge(all);
	say(judgement, all->worst.sum <= 1, "the sums over all threads are the kernel's");
	say(judgement, (double)all->elsewhere <= 1 + ELSEWHERE_PART * (double)all->wakes,
	    "those whose waker is known sleep nowhere else");
	say_blind(judgement);
	say_made(judgement);
}

/* ---- all ---- */

static bool judge_run(struct judgement *judgement)
{
	const char *stats = judgement->input->stats, *missed;
	long long lost;
	unsigned told;

	if (!entries_sort(judgement) || !judgement->entry_count)
		return false;
	printf("# %llu events, %zu threads in the trace\n",
	       (unsigned long long)tally_events(judgement->evidence.tally),
	       tally_lives(judgement->evidence.tally));
	lost = stats_number(stats, "lost");
	say(judgement, lost == 0, "no record was lost%s",
	    lost ? ": too busy to judge anything" : "");
	if (lost)
		return true;
	if (judgement->input->verbose)
		show_head();
	for (size_t i = 0; i < judgement->entry_count;)
		i = judge_thread(judgement, i);
	say_claims(judgement);
	missed = lies_judge(judgement->entries, judgement->entry_count, &judgement->all,
			    &judgement->evidence, &told);
	say(judgement, !missed, "told %u lies, the judge finds them%s%s", told,
	    missed ? ", but not " : "", missed ? missed : "");
	show_figures(&judgement->all, judgement->threads);
	return true;
}

bool report(const struct report_input *input)
{
	struct judgement judgement = { .input = input };
	struct tally *tally = NULL;
	char error[512];
	int err = tally_new(&tally, input->trace, input->ledger->vdso, error, sizeof(error));

	if (err)
		say(&judgement, false, "the trace is read: %s", error);
	if (!err) {
		mark_sort(input->marks, input->mark_count);
		judgement.evidence = (struct evidence){ .tally = tally,
							.marks = input->marks,
							.mark_count = input->mark_count };
		if (!judge_run(&judgement))
			say(&judgement, false, "the workload said what it did");
	}
	free(judgement.entries);
	tally_free(tally);
	return !judgement.failed;
}
