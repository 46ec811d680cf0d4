// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "strangers.h"

#include <stdio.h>
#include <string.h>

#include "busy.h"
#include "collect.h"

#define WAITS 10 /* wanted */

/* While it is recorded. */
static void play(void *arg)
{
	const pid_t *ours = arg;

	busy_wait(*ours, busy_runs(*ours) + WAITS);
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
	pid_t ours = busy_start(0, 0);
	const pid_t strangers[] = { busy_start(0, 0), busy_start(0, 0) };
	const struct capture_options options = { .scope = REC_SCOPE_PROCESS,
						 .pids = &ours,
						 .pid_count = 1 };
	struct collection all = { 0 };
	struct diag diag = { "" };
	struct found found = { 0 };
	int err = collect(&all, &options, play, &ours, &diag);

	if (!err)
		found = look(&all, ours, strangers);
	snprintf(why, size,
		 "%s%ld waits, in %ld of them both strangers ran; %ld gaps, %ld switches elsewhere",
		 diag.text, found.waits, found.named, found.broken, found.elsewhere);
	collection_fini(&all);
	busy_finish(ours);
	busy_finish(strangers[0]);
	busy_finish(strangers[1]);
	return !err && found.waits > 3 && found.named && !found.broken && !found.elsewhere;
}
