// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "facts.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "busy.h"
#include "collect.h"
#include "groups.h"

#define NICE 7
#define OTHER_NICE 12 /* that the other one gets while it is recorded */
#define WORDS "two words"

/* Who is there before the start, and who comes later. */
struct cast {
	pid_t stopped;
	pid_t pinned; /* busy, nice, on CPU 0 */
	pid_t other;  /* busy there, too */
	pid_t execed;
	int status; /* of execed */
	const char *group;
	pid_t frozen; /* in the group, which is frozen at the start, thawed, and frozen again */
};

static pid_t start_stopped(void)
{
	pid_t child = fork();

	if (!child) {
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(child, NULL, WUNTRACED);
	return child;
}

/* Until all of it is. */
static void freeze(const char *group, bool on)
{
	group_put(group, "cgroup.freeze", on ? "1" : "0");
	for (int i = 0; i < 500 && group_number(group, "cgroup.events", "frozen") != on; i++)
		usleep(2000);
}

static pid_t start_frozen(const char *group)
{
	pid_t child = busy_start(0, 0);

	group_join(group, child);
	freeze(group, true);
	return child;
}

/* While it is recorded: an exec, and a move of one that is runnable. */
static void play(void *arg)
{
	struct cast *cast = arg;
	long before;

	cast->execed = fork();
	if (!cast->execed) {
		execl("/proc/self/exe", "facts", FACTS_EXEC_ARGUMENT, WORDS, NULL);
		_exit(1);
	}
	waitpid(cast->execed, &cast->status, 0);
	pin_to(cast->pinned, 1);
	setpriority(PRIO_PROCESS, (id_t)cast->other, OTHER_NICE);
	busy_run_anew(cast->pinned);
	busy_run_anew(cast->other);
	if (!cast->group)
		return;
	before = busy_runs(cast->frozen);
	freeze(cast->group, false);
	busy_wait(cast->frozen, before);
	freeze(cast->group, true);
}

/* ---- looking ---- */

static bool wrong(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s", what);
	return false;
}

static const struct rec_snapshot *entry_of(const struct collection *all, pid_t tid)
{
	for (size_t i = 0; i < all->thread_count; i++)
		if (all->threads[i].tid == (uint32_t)tid)
			return &all->threads[i];
	return NULL;
}

static const struct rec_exit *record_of(const struct collection *all, uint8_t type, pid_t tid)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct rec_exit *record = (const void *)all->records[i];

		if (record->head.type == type && record->task.tid == (uint32_t)tid)
			return record;
	}
	return NULL;
}

static bool check_entries(const struct collection *all, const struct cast *cast, char *why,
			  size_t size)
{
	const struct rec_snapshot *stopped = entry_of(all, cast->stopped);
	const struct rec_snapshot *pinned = entry_of(all, cast->pinned);
	const uint8_t known =
		REC_KNOWN_AFFINITY | REC_KNOWN_POLICY | REC_KNOWN_NAMESPACE | REC_KNOWN_CGROUP;

	if (!stopped || !pinned)
		return wrong(why, size, "a thread is not listed");
	if (stopped->where != (REC_WHERE_KNOWN | REC_WHERE_STOPPED) || !(stopped->task_state & 4))
		return wrong(why, size, "the stopped one is not said to be");
	if (pinned->where != REC_WHERE_KNOWN)
		return wrong(why, size, "the busy one is said to be elsewhere");
	if (pinned->more.known != known)
		return wrong(why, size, "not all is known of the busy one");
	if (pinned->more.nice != NICE || pinned->more.policy != SCHED_OTHER ||
	    pinned->more.rt_priority)
		return wrong(why, size, "the busy one's nice value or policy");
	if (pinned->more.cpus_allowed != 1 || pinned->more.cpus_allowed_count != 1)
		return wrong(why, size, "the busy one's CPUs");
	if (pinned->more.ns_tid != (uint32_t)cast->pinned ||
	    pinned->more.ns_tgid != (uint32_t)cast->pinned)
		return wrong(why, size, "the busy one's ids in its namespace");
	return true;
}

static bool check_exec(const struct collection *all, const struct cast *cast, char *why,
		       size_t size)
{
	static const char wanted[] = "facts\0" FACTS_EXEC_ARGUMENT "\0" WORDS;
	const struct rec_exit *exec = record_of(all, REC_EXEC, cast->execed);
	const struct rec_exit *leave = record_of(all, REC_EXIT, cast->execed);
	const char *command;
	size_t bytes = 0;

	if (!exec || !leave)
		return wrong(why, size, "no exec, or no exit");
	command = rec_exec_command((const struct rec_thread *)exec, &bytes);
	if (bytes != sizeof(wanted) || memcmp(command, wanted, bytes) != 0)
		return wrong(why, size, "the command line");
	if (rec_exit_status(leave) != cast->status ||
	    WEXITSTATUS(cast->status) != FACTS_EXIT_STATUS)
		return wrong(why, size, "the exit status");
	return true;
}

/* A THREAD that says the nice value and the CPUs. */
static bool is_told(const struct collection *all, pid_t tid, int nice, uint64_t cpus)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct rec_thread *record = (const void *)all->records[i];
		const struct rec_attributes *more;

		if (record->head.type != REC_THREAD || record->task.tid != (uint32_t)tid)
			continue;
		more = rec_thread_attributes(record);
		if (more && more->nice == nice && more->cpus_allowed == cpus)
			return true;
	}
	return false;
}

static bool check_changes(const struct collection *all, const struct cast *cast, char *why,
			  size_t size)
{
	if (!is_told(all, cast->other, OTHER_NICE, 1))
		return wrong(why, size, "a new nice value is not told");
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1 && !is_told(all, cast->pinned, NICE, 2))
		return wrong(why, size, "other CPUs are not told");
	return true;
}

static bool check_move(const struct collection *all, const struct cast *cast, char *why,
		       size_t size)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct rec_migrate *record = (const void *)all->records[i];

		if (record->head.type == REC_MIGRATE &&
		    record->task.tid == (uint32_t)cast->pinned && record->from_cpu == 0 &&
		    record->to_cpu == 1)
			return true;
	}
	return wrong(why, size, "the move to another CPU");
}

static bool check_frozen(const struct collection *all, const struct cast *cast, char *why,
			 size_t size)
{
	const struct rec_snapshot *entry = entry_of(all, cast->frozen);
	long times = 0;

	if (!entry || entry->where != (REC_WHERE_KNOWN | REC_WHERE_FROZEN))
		return wrong(why, size, "the frozen one is not said to be");
	for (size_t i = 0; i < all->count; i++) {
		const struct rec_switch *record = (const void *)all->records[i];

		if (record->head.type != REC_SWITCH || !(record->prev_state & 0x8000))
			continue;
		if (record->prev.tid != (uint32_t)cast->frozen)
			return wrong(why, size, "another than the frozen one is said to be");
		times++;
	}
	return times == 1 || wrong(why, size, "it is frozen once, but that is not told once");
}

bool facts_check(const char *group, char *why, size_t size)
{
	const struct capture_options options = { .scope = REC_SCOPE_SYSTEM };
	struct cast cast = { .stopped = start_stopped(), .group = group };
	struct collection all;
	struct diag diag = { "" };
	bool good;

	cast.pinned = busy_start(0, NICE);
	cast.other = busy_start(0, NICE);
	if (group)
		cast.frozen = start_frozen(group);
	usleep(100000);
	if (collect(&all, &options, play, &cast, &diag))
		good = wrong(why, size, diag.text);
	else
		good = check_entries(&all, &cast, why, size) &&
		       check_exec(&all, &cast, why, size) &&
		       check_changes(&all, &cast, why, size) &&
		       (sysconf(_SC_NPROCESSORS_ONLN) < 2 || check_move(&all, &cast, why, size)) &&
		       (!group || check_frozen(&all, &cast, why, size));
	collection_fini(&all);
	busy_finish(cast.stopped);
	busy_finish(cast.pinned);
	busy_finish(cast.other);
	if (group) {
		kill(cast.frozen, SIGKILL);
		freeze(group, false);
		waitpid(cast.frozen, NULL, 0);
	}
	return good;
}
