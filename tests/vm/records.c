// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Are the records true on this kernel? Captures workloads of which all is
 * known and compares, record by record. No order, model or trace is between:
 * a failure here is the kernel side's.
 *
 *     records [-c COMPAT] [-n TIMES] [CASE...]
 *
 * COMPAT: path of the 32-bit program. TIMES: each case so often. Needs root.
 * Says as TAP how it went.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "books.h"
#include "collect.h"
#include "facts.h"
#include "known.h"
#include "limits.h"
#include "storm.h"
#include "strangers.h"
#include "victim.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define GROUP "/gotrace-records"
#define COMPAT_GETPPID 64 /* the same number for i386 and ARM */

/* What one capture said, and what it was about. */
struct view {
	const struct collection *all;
	const struct known *known;
	long no_storage; /* wakeups of which nothing is known may be so many */
	char why[256];	 /* a case that fails says here what it found */
};

/* ---- counting ---- */

static const struct rec_snapshot *entry_by_tid(const struct view *view, pid_t tid)
{
	for (size_t i = 0; i < view->all->thread_count; i++) {
		if (view->all->threads[i].tid == (uint32_t)tid)
			return &view->all->threads[i];
	}
	return NULL;
}

/* Syscalls of tid (0: anybody's) with this number in REC_SYS_* form (0: any). */
static long calls_of(const struct view *view, pid_t tid, uint16_t sys)
{
	long count = 0;

	for (size_t i = 0; i < view->all->count; i++) {
		const struct rec_sys_enter *call = (const void *)view->all->records[i];

		count += call->head.type == REC_SYS_ENTER && (!sys || call->sys == sys) &&
			 (!tid || call->tid == (uint32_t)tid);
	}
	return count;
}

/* Wakeups of tid by context; those by `waker` also in by_waker. But not the go-ahead, by us. */
struct wakeups {
	long context[4];
	long by_waker[4];
	long interrupts; /* softirq and hardirq */
	long others;	 /* tasks but waker, and unknown */
};

static struct wakeups wakeups_of(const struct view *view, pid_t tid, pid_t waker)
{
	struct wakeups wakeups = { 0 };

	for (size_t i = 0; i < view->all->count; i++) {
		const struct rec_wakeup *wakeup = (const void *)view->all->records[i];

		if (wakeup->head.type != REC_WAKEUP || wakeup->wakee.tid != (uint32_t)tid ||
		    (wakeup->context == REC_CTX_TASK && wakeup->waker_tid == (uint32_t)getpid()))
			continue;
		wakeups.context[wakeup->context & 3]++;
		wakeups.by_waker[wakeup->context & 3] += wakeup->waker_tid == (uint32_t)waker;
	}
	wakeups.interrupts = wakeups.context[REC_CTX_SOFTIRQ] + wakeups.context[REC_CTX_HARDIRQ];
	wakeups.others = wakeups.context[REC_CTX_TASK] - wakeups.by_waker[REC_CTX_TASK];
	if (wakeups.context[REC_CTX_UNKNOWN] > view->no_storage)
		wakeups.others += wakeups.context[REC_CTX_UNKNOWN];
	return wakeups;
}

static bool realtime(void)
{
	return !access("/sys/kernel/realtime", F_OK);
}

static bool expect(struct view *view, const char *what, long got, long wanted)
{
	if (got == wanted)
		return true;
	snprintf(view->why, sizeof(view->why), "%s: %ld, expected %ld", what, got, wanted);
	return false;
}

/*
 * Nearly every round: one that ends before the thread slept wakes nobody. And
 * some more than the rounds: whoever holds a lock that the thread waits for
 * wakes it, too, and on PREEMPT_RT every lock is one to sleep on.
 */
static bool expect_most(struct view *view, const char *what, long got)
{
	long rounds = view->known->rounds;

	if (got >= rounds - rounds / 5 && got <= rounds + rounds / (realtime() ? 2 : 20))
		return true;
	snprintf(view->why, sizeof(view->why), "%s: %ld in %ld rounds", what, got, rounds);
	return false;
}

/* ---- the cases' own checks ---- */

static bool check_calls(struct view *view)
{
	return expect(view, "getppid calls",
		      calls_of(view, view->known->asker, SYS_getppid + REC_SYS_BASE),
		      view->known->rounds);
}

/* None; on PREEMPT_RT now and then: whoever holds a lock of the kernel's. */
static bool expect_none(struct view *view, const char *what, long got)
{
	if (realtime() && got <= view->known->rounds / 20)
		return true;
	return expect(view, what, got, 0);
}

static bool check_pipe(struct view *view)
{
	const struct known *known = view->known;
	struct wakeups of_answerer = wakeups_of(view, known->answerer, known->asker);
	struct wakeups of_asker = wakeups_of(view, known->asker, known->answerer);

	return expect_most(view, "the answerer's wakeups by the asker",
			   of_answerer.by_waker[REC_CTX_TASK] - 1) &&
	       expect(view, "the answerer's wakeups by an interrupt", of_answerer.interrupts, 0) &&
	       expect_none(view, "the answerer's other wakeups", of_answerer.others) &&
	       expect_most(view, "the asker's naps that an interrupt ends", of_asker.interrupts) &&
	       expect_none(view, "the asker's other wakeups", of_asker.others);
}

/* On PREEMPT_RT the timers of ordinary threads run in a softirq. */
static bool check_timer(struct view *view)
{
	struct wakeups wakeups = wakeups_of(view, view->known->asker, 0);
	long timers = wakeups.context[realtime() ? REC_CTX_SOFTIRQ : REC_CTX_HARDIRQ];

	return expect_most(view, "wakeups by a timer", timers) &&
	       expect(view, "wakeups by another kind of interrupt", wakeups.interrupts, timers) &&
	       expect_none(view, "other wakeups", wakeups.others);
}

static bool check_local(struct view *view)
{
	struct wakeups wakeups = wakeups_of(view, view->known->answerer, view->known->asker);

	return expect_most(view, "wakeups by a softirq", wakeups.context[REC_CTX_SOFTIRQ] - 1) &&
	       expect_none(view, "wakeups by a task", wakeups.context[REC_CTX_TASK]) &&
	       expect(view, "wakeups by a hard interrupt", wakeups.context[REC_CTX_HARDIRQ], 0);
}

/* Births, ends and the syscall they are born inside; of forks or threads. */
static bool check_births(struct view *view)
{
	const struct known *known = view->known;
#if defined(__x86_64__)
	const bool inside = true;
#else
	const bool inside = false;
#endif
	long births = 0, ends = 0, wrong = 0;

	for (size_t i = 0; i < view->all->count; i++) {
		const struct rec_head *head = view->all->records[i];
		const struct rec_fork *fork = (const void *)head;
		const struct rec_switch *change = (const void *)head;

		if (head->type == REC_FORK && fork->parent_tid == (uint32_t)known->asker) {
			births++;
			wrong += inside != (fork->child_sys != REC_SYS_NONE);
		}
		ends += head->type == REC_SWITCH && change->flags & REC_SWITCH_DEAD &&
			change->flags & REC_SWITCH_PREV_SCOPE &&
			change->prev.tid != (uint32_t)known->asker;
	}
	return expect(view, "births", births, known->rounds) &&
	       expect(view, "born in the wrong syscall", wrong, 0) &&
	       expect(view, "ends", ends, known->rounds);
}

static bool check_forks(struct view *view)
{
	return check_births(view) &&
	       expect(view, "the children's getppid calls",
		      calls_of(view, 0, SYS_getppid + REC_SYS_BASE), view->known->rounds);
}

static bool check_threads(struct view *view)
{
	long renames = 0;

	for (size_t i = 0; i < view->all->count; i++) {
		const struct rec_thread *thread = (const void *)view->all->records[i];

		renames += thread->head.type == REC_RENAME && !strcmp(thread->comm, "named");
	}
	return check_births(view) && expect(view, "renames", renames, view->known->rounds);
}

static bool check_compat(struct view *view)
{
	uint16_t sys = (COMPAT_GETPPID + REC_SYS_BASE) | REC_SYS_COMPAT;
	long execs = 0;

	for (size_t i = 0; i < view->all->count; i++) {
		const struct rec_thread *thread = (const void *)view->all->records[i];

		execs += thread->head.type == REC_EXEC && !strncmp(thread->comm, "compat", 6);
	}
	return expect(view, "execs", execs, 1) &&
	       expect(view, "32-bit getppid calls", calls_of(view, view->known->asker, sys),
		      view->known->rounds);
}

/* ---- running a case ---- */

static const struct test_case {
	const char *name;
	enum known_kind kind;
	enum rec_scope scope;
	int rounds;
	bool (*check)(struct view *view);
} cases[] = {
	{ "calls", KNOWN_CALLS, REC_SCOPE_SYSTEM, 5000, check_calls },
	{ "pipe", KNOWN_PIPE, REC_SCOPE_SYSTEM, 200, check_pipe },
	{ "timer", KNOWN_TIMER, REC_SCOPE_SYSTEM, 200, check_timer },
	{ "softirq", KNOWN_LOCAL, REC_SCOPE_SYSTEM, 200, check_local },
	{ "forks", KNOWN_FORKS, REC_SCOPE_PROCESS, 50, check_forks },
	{ "threads", KNOWN_THREADS, REC_SCOPE_PROCESS, 50, check_threads },
	{ "compat", KNOWN_COMPAT, REC_SCOPE_PROCESS, 1000, check_compat },
	{ "process-calls", KNOWN_CALLS, REC_SCOPE_PROCESS, 5000, check_calls },
	{ "process-pipe", KNOWN_PIPE, REC_SCOPE_PROCESS, 200, check_pipe },
	{ "cgroup-pipe", KNOWN_PIPE, REC_SCOPE_CGROUP, 200, check_pipe },
};

static void print_books(const struct books *books, const struct view *view)
{
	printf("#   %zu records, %zu threads at the start, %lu retries\n", view->all->count,
	       view->all->thread_count, books->retries);
	if (!books->first[0] && !books->dropped && !books->no_storage && !books->missed)
		return;
	printf("#   damaged %lu, dropped %lu, without storage %lu, missed %lu, numbers %lu, "
	       "backwards %lu, cpu breaks %lu, transitions %lu, unseen %lu, syscalls %lu, "
	       "nameless %lu; first: %s\n",
	       books->damaged, books->dropped, books->no_storage, books->missed, books->numbers,
	       books->backwards, books->cpu_breaks, books->transitions, books->unseen,
	       books->syscalls, books->nameless, books->first);
}

/* Are records only about those in scope? Everybody else may stand in a switch's other half. */
static bool check_scope(struct view *view, const struct test_case *test)
{
	long strangers = 0;

	if (test->scope == REC_SCOPE_SYSTEM || test->kind == KNOWN_FORKS)
		return expect(view, "the tracer's own syscalls", calls_of(view, getpid(), 0), 0);
	for (size_t i = 0; i < view->all->count; i++) {
		const struct rec_sys_enter *call = (const void *)view->all->records[i];
		const struct rec_snapshot *entry;

		if (call->head.type != REC_SYS_ENTER)
			continue;
		entry = entry_by_tid(view, call->tid);
		strangers += entry && entry->tgid != (uint32_t)view->known->asker;
	}
	return expect(view, "syscalls of strangers", strangers, 0);
}

static void report(const char *name, const char *part, bool good, const char *why)
{
	printf("%s - %s: %s\n", good ? "ok" : "not ok", name, part);
	if (!good)
		printf("#   %s\n", why);
	fflush(stdout);
}

static bool judge(const struct test_case *test, const struct collection *all,
		  const struct known *known)
{
	struct view view = { .all = all, .known = known };
	struct books books;
	bool whole, right;

	if (known->unable) {
		printf("ok - %s # SKIP this kernel does not run 32-bit programs\n", test->name);
		return true;
	}
	whole = books_check(&books, all, test->scope == REC_SCOPE_SYSTEM);
	view.no_storage = (long)books.no_storage;
	print_books(&books, &view);
	report(test->name, "nothing is missing", whole, books.first);
	right = expect(&view, "workload failed", known->failed, false) && test->check(&view) &&
		check_scope(&view, test);
	report(test->name, "what is known is there", right, view.why);
	return whole && right;
}

static bool run_case(const struct test_case *test, const char *compat, const char *cgroup)
{
	struct known wanted = { .kind = test->kind, .rounds = test->rounds, .compat = compat };
	struct capture_options options = { .scope = test->scope,
					   .children = true,
					   .cgroup = cgroup };
	struct diag diag = { "" };
	struct collection all = { 0 };
	struct known *known = NULL;
	bool good = false;
	int err;

	if (test->scope == REC_SCOPE_CGROUP)
		wanted.cgroup = cgroup;
	err = known_start(&known, &wanted);
	if (!err && test->scope == REC_SCOPE_PROCESS) {
		options.pids = &known->pid;
		options.pid_count = 1;
	}
	if (!err)
		err = collect(&all, &options, known_run, known, &diag);
	if (err)
		report(test->name, diag.text[0] ? diag.text : strerror(-err), false, "no capture");
	else
		good = judge(test, &all, known);
	known_free(known);
	collection_fini(&all);
	return good;
}

static bool is_wanted(const char *name, char **names, int count)
{
	for (int i = 0; i < count; i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return count == 0;
}

/* ---- storms ---- */

static const struct storm_case {
	const char *name;
	struct storm storm;
	bool overflows;
} storms[] = {
	{ "storm", { .seconds = 3, .poll_us = 1000, .buffer_bytes = 512 << 10 }, false },
	{ "overload", { .seconds = 3, .poll_us = 2500000, .buffer_bytes = 512 << 10 }, true },
};

static bool run_storm(const struct storm_case *test)
{
	struct strict_found found = { .first = "" };
	struct diag diag = { "" };
	bool good = false;
	int err = storm_run(&test->storm, &good, &found, &diag);

	if (err) {
		report(test->name, diag.text[0] ? diag.text : strerror(-err), false, "no capture");
		return false;
	}
	strict_print(stdout, &found);
	report(test->name, "the words are consistent", good, found.first);
	if (!test->overflows)
		return good;
	report(test->name, "something was lost, and counted", found.lost, "nothing was lost");
	return good && found.lost;
}

/* ---- limits ---- */

static bool report_limit(const char *name, enum limits_result result, const char *why)
{
	if (result == LIMITS_CANNOT)
		printf("ok - %s # SKIP %s\n", name, why);
	else
		report(name, "as the kernel counts", result == LIMITS_RIGHT, why);
	if (result == LIMITS_RIGHT)
		printf("#   %s\n", why);
	return result != LIMITS_WRONG;
}

static bool run_limits(void)
{
	char why[256] = "";
	bool good;

	good = report_limit("one throttled thread", limits_check(1, false, why, sizeof(why)), why);
	good &= report_limit("four throttled threads", limits_check(4, true, why, sizeof(why)),
			     why);
	return report_limit("a deadline thread", limits_check_deadline(why, sizeof(why)), why) &&
	       good;
}

/* Where cgroup v2 is mounted, with our own group below it; NULL if nowhere. */
static const char *make_group(char *out, size_t size)
{
	FILE *mounts = fopen("/proc/mounts", "re");
	char line[1024], path[512], type[64];
	const char *made = NULL;

	while (mounts && !made && fgets(line, sizeof(line), mounts)) {
		if (sscanf(line, "%*s %511s %63s", path, type) != 2 || strcmp(type, "cgroup2"))
			continue;
		snprintf(out, size, "%s" GROUP, path);
		if (!mkdir(out, 0755) || errno == EEXIST)
			made = out;
	}
	if (mounts)
		fclose(mounts);
	return made;
}

int main(int argc, char **argv)
{
	const char *compat = NULL;
	const char *cgroup;
	char group[600], why[256] = "";
	int times = 1, option;
	bool good = true;

	if (argc > 1 && !strcmp(argv[1], FACTS_EXEC_ARGUMENT))
		return FACTS_EXIT_STATUS;
	while ((option = getopt(argc, argv, "c:n:")) != -1) {
		if (option == 'c')
			compat = optarg;
		else if (option == 'n')
			times = atoi(optarg);
		else
			return 2;
	}
	cgroup = make_group(group, sizeof(group));
	for (size_t i = 0; i < COUNT_OF(cases) * times; i++) {
		const struct test_case *test = &cases[i % COUNT_OF(cases)];

		if (!is_wanted(test->name, argv + optind, argc - optind))
			continue;
		if (test->kind == KNOWN_COMPAT && !compat)
			printf("ok - %s # SKIP no 32-bit program given\n", test->name);
		else if (test->scope == REC_SCOPE_CGROUP && !cgroup)
			printf("ok - %s # SKIP no cgroup v2\n", test->name);
		else
			good &= run_case(test, compat, cgroup);
	}
	for (size_t i = 0; i < COUNT_OF(storms) * times; i++) {
		const struct storm_case *test = &storms[i % COUNT_OF(storms)];

		if (is_wanted(test->name, argv + optind, argc - optind))
			good &= run_storm(test);
	}
	if (is_wanted("facts", argv + optind, argc - optind)) {
		bool right = facts_check(cgroup, why, sizeof(why));

		report("facts", "what is known is there", right, why);
		good &= right;
	}
	if (is_wanted("strangers", argv + optind, argc - optind)) {
		bool right = strangers_check(why, sizeof(why));

		report("strangers", "who ran meanwhile is told", right, why);
		good &= right;
	}
	if (is_wanted("victim", argv + optind, argc - optind)) {
		int told = victim_check(why, sizeof(why));

		if (told < 0)
			printf("ok - victim # SKIP no limit of memory\n");
		else
			report("victim", "who is killed for memory is told", told, why);
		good &= told != 0;
	}
	if (is_wanted("limits", argv + optind, argc - optind))
		good &= run_limits();
	if (cgroup)
		rmdir(cgroup);
	return !good;
}
