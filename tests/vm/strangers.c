// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "strangers.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect.h"

#define PLAY_US 400000

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static pid_t start_busy(int cpu)
{
	pid_t child = fork();

	if (!child) {
		pin(cpu);
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

static void play(void *arg)
{
	(void)arg;
	usleep(PLAY_US);
}

struct found {
	long waits;	/* that have both ends */
	long broken;	/* a switch does not go on from the one before */
	long named;	/* waits in which both strangers were seen to run */
	long elsewhere; /* switches between strangers on another CPU */
};

/* A wait that goes on: who has run in it. */
struct wait {
	bool open, both[2];
	uint64_t last; /* id of who runs */
};

static void step(struct found *found, struct wait *wait, const struct rec_switch *record,
		 pid_t ours, const pid_t *strangers)
{
	bool joins = record->prev.id == wait->last;

	if (wait->open) {
		found->broken += !joins;
		for (int i = 0; i < 2; i++)
			wait->both[i] |= record->prev.tid == (uint32_t)strangers[i];
	}
	wait->last = record->next.id;
	if (wait->open && record->next.tid == (uint32_t)ours) {
		found->waits++;
		found->named += wait->both[0] && wait->both[1];
		wait->open = false;
	}
	if (record->prev.tid == (uint32_t)ours && !(record->flags & REC_SWITCH_ASLEEP)) {
		wait->open = true;
		wait->both[0] = wait->both[1] = false;
	}
}

/* Records are by CPU, then by number. */
static struct found look(const struct collection *all, pid_t ours, const pid_t *strangers)
{
	struct found found = { 0 };
	struct wait wait = { 0 };

	for (size_t i = 0; i < all->count; i++) {
		const struct rec_switch *record = (const void *)all->records[i];
		uint8_t scope = REC_SWITCH_PREV_SCOPE | REC_SWITCH_NEXT_SCOPE;

		if (record->head.type != REC_SWITCH)
			continue;
		if (record->head.cpu == 0)
			step(&found, &wait, record, ours, strangers);
		else
			found.elsewhere += !(record->flags & scope);
	}
	return found;
}

bool strangers_check(char *why, size_t size)
{
	pid_t ours = start_busy(0);
	const pid_t strangers[] = { start_busy(0), start_busy(0) };
	const struct capture_options options = { .scope = REC_SCOPE_PROCESS,
						 .pids = &ours,
						 .pid_count = 1 };
	struct collection all = { 0 };
	struct diag diag = { "" };
	struct found found = { 0 };
	int err = collect(&all, &options, play, NULL, &diag);

	if (!err)
		found = look(&all, ours, strangers);
	snprintf(why, size,
		 "%s%ld waits, in %ld of them both strangers ran; %ld gaps, %ld switches elsewhere",
		 diag.text, found.waits, found.named, found.broken, found.elsewhere);
	collection_fini(&all);
	finish(ours);
	finish(strangers[0]);
	finish(strangers[1]);
	return !err && found.waits > 3 && found.named && !found.broken && !found.elsewhere;
}
