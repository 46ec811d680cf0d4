// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect.h"

#define GROUP "gotrace-limits"
#define MOST_THREADS 8
#define LIMITED_US 1000000
#define LIFTED_US 200000

/* A group with a limit, and where its threads are: in it or below it. */
struct group {
	char path[512], inner[600];
	bool v2;
};

/* ---- files ---- */

static bool put(const char *folder, const char *file, const char *text)
{
	char path[700];
	ssize_t size = (ssize_t)strlen(text);
	int fd;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, text, (size_t)size) == size;
	if (fd >= 0)
		close(fd);
	return good;
}

/* The number behind a word in the group's cpu.stat, or 0. */
static uint64_t stat_of(const struct group *group, const char *word)
{
	char path[700], line[128];
	uint64_t number = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/cpu.stat", group->path);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, word, strlen(word)) && line[strlen(word)] == ' ')
			number = strtoull(line + strlen(word), NULL, 10);
	if (file)
		fclose(file);
	return number;
}

static uint64_t throttled_ns(const struct group *group)
{
	return group->v2 ? stat_of(group, "throttled_usec") * 1000
			 : stat_of(group, "throttled_time");
}

/* ---- the group ---- */

/* Where the cpu controller is mounted; of v2 if there is no other. */
static bool find_controller(struct group *group)
{
	char line[1024], path[256], type[32], options[512];
	FILE *mounts = fopen("/proc/mounts", "re");
	bool found = false;

	while (mounts && fgets(line, sizeof(line), mounts)) {
		if (sscanf(line, "%*s %255s %31s %511s", path, type, options) != 3)
			continue;
		if (!strcmp(type, "cgroup") && strstr(options, ",cpu") &&
		    !strstr(options, ",cpuacct") && !strstr(options, ",cpuset")) {
			group->v2 = false;
		} else if (!strcmp(type, "cgroup2") && !found &&
			   put(path, "cgroup.subtree_control", "+cpu")) {
			group->v2 = true;
		} else {
			continue;
		}
		snprintf(group->path, sizeof(group->path), "%s/" GROUP, path);
		found = true;
		if (!group->v2)
			break;
	}
	if (mounts)
		fclose(mounts);
	return found;
}

static void remove_group(const struct group *group)
{
	rmdir(group->inner);
	rmdir(group->path);
}

static bool make_group(struct group *group, bool below)
{
	if (!find_controller(group))
		return false;
	snprintf(group->inner, sizeof(group->inner), "%s%s", group->path, below ? "/inner" : "");
	if (mkdir(group->path, 0755) && errno != EEXIST)
		return false;
	if (below && group->v2)
		put(group->path, "cgroup.subtree_control", "+cpu");
	return !below || !mkdir(group->inner, 0755) || errno == EEXIST;
}

/* 5 ms in 50; or none. */
static bool set_limit(const struct group *group, bool on)
{
	if (group->v2)
		return put(group->path, "cpu.max", on ? "5000 50000" : "max 50000");
	return put(group->path, "cpu.cfs_period_us", "50000") &&
	       put(group->path, "cpu.cfs_quota_us", on ? "5000" : "-1");
}

/* ---- threads ---- */

static void pin_to_first(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static pid_t start_busy(void)
{
	pid_t child = fork();

	if (!child) {
		pin_to_first();
		for (;;)
			;
	}
	return child;
}

static void finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct crew {
	struct group group;
	pid_t pids[MOST_THREADS];
	int count;
	bool limited; /* the limit could be set */
	uint64_t throttled_ns;
};

/* While it is recorded. When it ends nobody is throttled, so no wait is open because of it. */
static void limit_a_while(void *arg)
{
	struct crew *crew = arg;
	uint64_t before_ns = throttled_ns(&crew->group);

	crew->limited = set_limit(&crew->group, true);
	usleep(LIMITED_US);
	set_limit(&crew->group, false);
	usleep(LIFTED_US);
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

static void start_crew(struct crew *crew)
{
	for (int i = 0; i < crew->count; i++) {
		char number[16];

		crew->pids[i] = start_busy();
		snprintf(number, sizeof(number), "%d", crew->pids[i]);
		put(crew->group.inner, "cgroup.procs", number);
	}
}

enum limits_result limits_check(int threads, bool below, char *why, size_t size)
{
	const struct capture_options options = { .scope = REC_SCOPE_SYSTEM };
	struct crew crew = { .count = threads };
	struct collection all = { 0 };
	struct diag diag = { "" };
	enum limits_result result = LIMITS_WRONG;

	if (!make_group(&crew.group, below)) {
		snprintf(why, size, "no group can be made");
		return LIMITS_CANNOT;
	}
	start_crew(&crew);
	if (collect(&all, &options, limit_a_while, &crew, &diag))
		snprintf(why, size, "%s", diag.text);
	else
		result = judge(&all, &crew, why, size);
	collection_fini(&all);
	for (int i = 0; i < crew.count; i++)
		finish(crew.pids[i]);
	remove_group(&crew.group);
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

static void sleep_a_while(void *arg)
{
	(void)arg;
	usleep(300000);
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
	err = collect(&all, &options, sleep_a_while, NULL, &diag);
	for (size_t i = 0; i < all.count; i++) {
		const struct rec_switch *record = (const void *)all.records[i];

		causes += record->head.type == REC_SWITCH && record->prev.tid == (uint32_t)pid &&
			  rec_switch_cause(record) == REC_CAUSE_DEADLINE;
	}
	snprintf(why, size, "%s%ld times its runtime was used up", diag.text, causes);
	collection_fini(&all);
	finish(pid);
	return !err && causes >= 10 ? LIMITS_RIGHT : LIMITS_WRONG;
}
