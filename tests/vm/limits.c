// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "busy.h"
#include "collect.h"
#include "groups.h"

#define GROUP "gotrace-limits"
#define MOST_THREADS 8
#define LIMITED_US 1000000

static uint64_t throttled_ns(const struct group *group)
{
	return group->v2 ? group_number(group->path, "cpu.stat", "throttled_usec") * 1000
			 : group_number(group->path, "cpu.stat", "throttled_time");
}

/* 1 ms in 100, which they reach on the busiest machine; or none. */
static bool set_limit(const struct group *group, bool on)
{
	if (group->v2)
		return group_put(group->path, "cpu.max", on ? "1000 100000" : "max 100000");
	return group_put(group->path, "cpu.cfs_period_us", "100000") &&
	       group_put(group->path, "cpu.cfs_quota_us", on ? "1000" : "-1");
}

/* ---- threads ---- */

struct crew {
	struct group group; /* it has the limit */
	char inner[600];    /* where the threads are: it, or one below */
	pid_t pids[MOST_THREADS];
	int count;
	bool limited; /* the limit could be set */
	uint64_t throttled_ns;
};

/* Then no wait is open that had begun before. */
static void run_all_anew(const struct crew *crew)
{
	for (int i = 0; i < crew->count; i++)
		busy_run_anew(crew->pids[i]);
}

/* While it is recorded: no wait that is due to the limit begins before or ends after. */
static void limit_a_while(void *arg)
{
	struct crew *crew = arg;
	uint64_t before_ns = throttled_ns(&crew->group);

	run_all_anew(crew);
	crew->limited = set_limit(&crew->group, true);
	usleep(LIMITED_US);
	set_limit(&crew->group, false);
	run_all_anew(crew);
	crew->throttled_ns = throttled_ns(&crew->group) - before_ns;
}

/* ---- looking ---- */

struct sums {
	uint64_t ns;
	long shares, begun, causes, unknown, others;
};

static bool is_one_of(const struct crew *crew, uint32_t tid)
{
	for (int i = 0; i < crew->count; i++)
		if ((uint32_t)crew->pids[i] == tid)
			return true;
	return false;
}

static void add_switch(struct sums *sums, const struct crew *crew, const struct rec_switch *record,
		       uint64_t group_id)
{
	struct rec_throttled share;

	if (is_one_of(crew, record->prev.tid))
		sums->causes += rec_switch_cause(record) == REC_CAUSE_BANDWIDTH;
	if (!is_one_of(crew, record->next.tid))
		return;
	sums->unknown += !rec_switch_throttled(record, true, &share);
	sums->ns += share.ns;
	sums->shares += share.ns != 0;
	sums->others += share.ns != 0 && share.by != group_id;
	sums->begun += share.flags & REC_THROTTLED_BEGIN;
}

static enum limits_result judge(const struct collection *all, const struct crew *crew, char *why,
				size_t size)
{
	uint64_t wanted_ns = crew->throttled_ns * (uint64_t)crew->count;
	struct sums sums = { 0 };
	struct stat folder = { 0 };

	stat(crew->group.path, &folder);
	for (size_t i = 0; i < all->count; i++)
		if (all->records[i]->type == REC_SWITCH)
			add_switch(&sums, crew, (const void *)all->records[i], folder.st_ino);
	snprintf(why, size,
		 "%.1f ms of waits were throttled, %d times the group's are %.1f; %ld shares, %ld "
		 "at the begin, %ld of another group, %ld unknown, %ld causes",
		 (double)sums.ns / 1e6, crew->count, (double)wanted_ns / 1e6, sums.shares,
		 sums.begun, sums.others, sums.unknown, sums.causes);
	if (!crew->limited)
		return LIMITS_CANNOT;
	return wanted_ns > 50000000 && sums.ns > wanted_ns - wanted_ns / 20 &&
			       sums.ns < wanted_ns + wanted_ns / 20 && !sums.others &&
			       !sums.unknown && sums.causes
		       ? LIMITS_RIGHT
		       : LIMITS_WRONG;
}

static bool make_groups(struct crew *crew, bool below)
{
	if (!group_make(&crew->group, "cpu", GROUP))
		return false;
	snprintf(crew->inner, sizeof(crew->inner), "%s%s", crew->group.path, below ? "/inner" : "");
	if (below && crew->group.v2)
		group_put(crew->group.path, "cgroup.subtree_control", "+cpu");
	return !below || !mkdir(crew->inner, 0755) || errno == EEXIST;
}

static void start_crew(struct crew *crew)
{
	for (int i = 0; i < crew->count; i++) {
		crew->pids[i] = busy_start(0, 0);
		group_join(crew->inner, crew->pids[i]);
	}
}

static void finish_crew(struct crew *crew)
{
	for (int i = 0; i < crew->count; i++)
		busy_finish(crew->pids[i]);
	rmdir(crew->inner);
	group_remove(&crew->group);
}

enum limits_result limits_check(int threads, bool below, char *why, size_t size)
{
	const struct capture_options options = { .scope = REC_SCOPE_SYSTEM };
	struct crew crew = { .count = threads };
	struct collection all = { 0 };
	struct diag diag = { "" };
	enum limits_result result = LIMITS_WRONG;

	if (!make_groups(&crew, below)) {
		snprintf(why, size, "no group can be made");
		return LIMITS_CANNOT;
	}
	start_crew(&crew);
	if (collect(&all, &options, limit_a_while, &crew, &diag))
		snprintf(why, size, "%s", diag.text);
	else
		result = judge(&all, &crew, why, size);
	collection_fini(&all);
	finish_crew(&crew);
	return result;
}

/* ---- deadline ---- */

/* As the kernel has it; C libraries do not all. */
struct deadline {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

#define POLICY_DEADLINE 6

static bool be_deadline(void)
{
	const struct deadline wanted = { .size = sizeof(wanted),
					 .policy = POLICY_DEADLINE,
					 .runtime_ns = 2000000,
					 .deadline_ns = 10000000,
					 .period_ns = 10000000 };

	return !syscall(SYS_sched_setattr, 0, &wanted, 0);
}

static pid_t start_deadline(void)
{
	pid_t child = fork();

	if (!child) {
		if (!be_deadline())
			_exit(1);
		for (;;)
			;
	}
	return child;
}

/* While it is recorded: it goes, and comes back in its next period. */
static void let_it_run(void *arg)
{
	const pid_t *pid = arg;

	busy_wait(*pid, busy_runs(*pid) + 10);
}

enum limits_result limits_check_deadline(char *why, size_t size)
{
	const struct capture_options options = { .scope = REC_SCOPE_SYSTEM };
	struct collection all = { 0 };
	struct diag diag = { "" };
	pid_t pid = start_deadline();
	long causes = 0;
	int err;

	usleep(50000);
	if (waitpid(pid, NULL, WNOHANG)) {
		snprintf(why, size, "no deadline thread can be made");
		return LIMITS_CANNOT;
	}
	err = collect(&all, &options, let_it_run, &pid, &diag);
	for (size_t i = 0; i < all.count; i++) {
		const struct rec_switch *record = (const void *)all.records[i];

		causes += record->head.type == REC_SWITCH && record->prev.tid == (uint32_t)pid &&
			  rec_switch_cause(record) == REC_CAUSE_DEADLINE;
	}
	snprintf(why, size, "%s%ld times its runtime was used up", diag.text, causes);
	collection_fini(&all);
	busy_finish(pid);
	return !err && causes >= 3 ? LIMITS_RIGHT : LIMITS_WRONG;
}
