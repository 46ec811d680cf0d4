/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace replayed: goroutines and the Ps that Ms hold, event by event.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tracetext.h"
#include "simulator/replay.h"

#define NONE UINT64_MAX

struct go {
	uint64_t id;
	struct replay_interval now; /* open */
};

struct em {
	uint64_t id;
	uint64_t go, proc;
};

struct replay {
	uint64_t offset_ns;
	struct go *gos; /* alive, in no order */
	size_t go_count, go_size;
	struct em *ems;
	size_t em_count, em_size;
	struct replay_interval *intervals;
	size_t count, size;
	int err;
};

/* One line: its time, its M and what it says. */
struct line {
	uint64_t ts_ns, m;
	char event[32];
	const char *args;
};

static void *room(struct replay *replay, void *array, size_t *size, size_t count, size_t each)
{
	size_t more = *size ? 2 * *size : 64;
	void *grown;

	if (count < *size)
		return array;
	grown = reallocarray(array, more, each);
	if (!grown) {
		replay->err = -ENOMEM;
		return array;
	}
	*size = more;
	return grown;
}

static struct em *find_em(struct replay *replay, uint64_t id)
{
	static struct em nobody;

	for (size_t i = 0; i < replay->em_count; i++)
		if (replay->ems[i].id == id)
			return &replay->ems[i];
	replay->ems =
		room(replay, replay->ems, &replay->em_size, replay->em_count, sizeof(*replay->ems));
	if (replay->err)
		return &nobody;
	replay->ems[replay->em_count] = (struct em){ .id = id, .go = NONE, .proc = NONE };
	return &replay->ems[replay->em_count++];
}

static struct go *find_go(struct replay *replay, uint64_t id)
{
	for (size_t i = 0; i < replay->go_count; i++)
		if (replay->gos[i].id == id)
			return &replay->gos[i];
	return NULL;
}

static void close_interval(struct replay *replay, struct go *go, uint64_t ts_ns)
{
	replay->intervals = room(replay, replay->intervals, &replay->size, replay->count,
				 sizeof(*replay->intervals));
	if (replay->err)
		return;
	go->now.to_ns = ts_ns;
	replay->intervals[replay->count++] = go->now;
}

static void begin_go(struct replay *replay, const struct line *line, uint64_t id,
		     enum replay_state state)
{
	replay->gos =
		room(replay, replay->gos, &replay->go_size, replay->go_count, sizeof(*replay->gos));
	if (replay->err)
		return;
	replay->gos[replay->go_count++] = (struct go){
		.id = id,
		.now = { .g = id, .state = state, .cpu = REPLAY_NO_CPU, .from_ns = line->ts_ns },
	};
}

static void end_go(struct replay *replay, const struct line *line, uint64_t id)
{
	struct go *go = find_go(replay, id);

	if (!go) {
		replay->err = -EINVAL;
		return;
	}
	close_interval(replay, go, line->ts_ns);
	*go = replay->gos[--replay->go_count];
}

static void change_go(struct replay *replay, const struct line *line, uint64_t id,
		      enum replay_state state, uint64_t proc)
{
	struct go *go = find_go(replay, id);
	const char *stack = strstr(line->args, " stack=");

	if (!go) {
		replay->err = -EINVAL;
		return;
	}
	close_interval(replay, go, line->ts_ns);
	go->now.state = state;
	go->now.cpu = proc == NONE ? REPLAY_NO_CPU : (uint32_t)proc;
	go->now.from_ns = line->ts_ns;
	go->now.sys[0] = 0;
	if (state == REPLAY_SYSCALL && stack)
		snprintf(go->now.sys, sizeof(go->now.sys), "%.*s", (int)strcspn(stack + 7, "<"),
			 stack + 7);
}

static uint64_t number(const struct line *line, const char *key)
{
	const char *at = strstr(line->args, key);

	if (!at || at[strlen(key)] == '-')
		return NONE;
	return strtoull(at + strlen(key), NULL, 10);
}

/* A statement of one that is known already says nothing new. */
static void apply_status(struct replay *replay, const struct line *line)
{
	static const char *const names[] = { "gstatus=Runnable", "gstatus=Running",
					     "gstatus=Syscall", "gstatus=Waiting" };
	struct em *em = find_em(replay, number(line, " m="));
	uint64_t id = number(line, " g=");

	if (find_go(replay, id))
		return;
	for (unsigned state = 0; state < 4; state++) {
		if (!strstr(line->args, names[state]))
			continue;
		begin_go(replay, line, id, (enum replay_state)state);
		if (em->id != NONE) {
			em->go = id;
			change_go(replay, line, id, (enum replay_state)state, em->proc);
		}
	}
}

static void apply_proc(struct replay *replay, const struct line *line, struct em *em)
{
	if (!strcmp(line->event, "ProcStart"))
		em->proc = number(line, " p=");
	else if (!strcmp(line->event, "ProcStop"))
		em->proc = NONE;
	else if (!strcmp(line->event, "ProcSteal"))
		find_em(replay, number(line, " m="))->proc = NONE;
	else if (!strcmp(line->event, "ProcStatus") && em->id != NONE)
		em->proc = number(line, " p=");
}

/* What ends with its M holding no G. */
static void leave(struct replay *replay, const struct line *line, struct em *em,
		  enum replay_state state)
{
	change_go(replay, line, em->go, state, NONE);
	em->go = NONE;
}

static void apply(struct replay *replay, const struct line *line)
{
	struct em *em = find_em(replay, line->m);
	const char *event = line->event;

	if (!strncmp(event, "GoStatus", 8)) {
		apply_status(replay, line);
	} else if (!strcmp(event, "GoCreate")) {
		begin_go(replay, line, number(line, " new_g="), REPLAY_RUNNABLE);
	} else if (!strcmp(event, "GoStart")) {
		em->go = number(line, " g=");
		change_go(replay, line, em->go, REPLAY_RUNNING, em->proc);
	} else if (!strcmp(event, "GoStop") || !strcmp(event, "GoSyscallEndBlocked")) {
		leave(replay, line, em, REPLAY_RUNNABLE);
	} else if (!strcmp(event, "GoBlock")) {
		leave(replay, line, em, REPLAY_WAITING);
	} else if (!strcmp(event, "GoUnblock")) {
		change_go(replay, line, number(line, " g="), REPLAY_RUNNABLE, NONE);
	} else if (!strcmp(event, "GoSyscallBegin")) {
		change_go(replay, line, em->go, REPLAY_SYSCALL, em->proc);
	} else if (!strcmp(event, "GoSyscallEnd")) {
		change_go(replay, line, em->go, REPLAY_RUNNING, em->proc);
	} else if (!strncmp(event, "GoDestroy", 9)) {
		end_go(replay, line, em->go);
		em->go = NONE;
	} else if (!strncmp(event, "Proc", 4)) {
		apply_proc(replay, line, em);
	}
}

/* "994 M=100 GoStart g=100"; other lines say nothing of the order. */
static void apply_text(struct replay *replay, const char *text)
{
	struct line line;
	int at;

	if (sscanf(text, "%lu M=%n", &line.ts_ns, &at) != 1)
		return;
	line.ts_ns += replay->offset_ns;
	line.m = text[at] == '-' ? NONE : strtoull(text + at, NULL, 10);
	line.args = strchr(text + at, ' ');
	if (!line.args || sscanf(line.args, " %31s", line.event) != 1) {
		replay->err = -EINVAL;
		return;
	}
	apply(replay, &line);
}

int replay_new(struct replay **out, const void *trace, size_t size, uint64_t offset_ns,
	       uint64_t end_ns)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	char *text = NULL, *line, *rest;
	size_t text_size = 0;
	FILE *file = open_memstream(&text, &text_size);
	int err = -ENOMEM;

	if (!replay || !file)
		goto out;
	replay->offset_ns = offset_ns;
	err = tracetext_print(file, trace, size);
out:
	if (file)
		fclose(file);
	for (line = text; !err && (line = strtok_r(line, "\n", &rest)); line = NULL) {
		apply_text(replay, line);
		err = replay->err;
	}
	free(text);
	for (size_t i = 0; !err && i < replay->go_count; i++) {
		close_interval(replay, &replay->gos[i], end_ns);
		err = replay->err;
	}
	if (err)
		replay_free(replay);
	else
		*out = replay;
	return err;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	free(replay->gos);
	free(replay->ems);
	free(replay->intervals);
	free(replay);
}

const struct replay_interval *replay_intervals(const struct replay *replay, size_t *count)
{
	*count = replay->count;
	return replay->intervals;
}
