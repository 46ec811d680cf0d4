// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "syscalls/names.h"

#define NAMES (UINT16_MAX + 1)

struct inside_call {
	uint64_t since;
	uint16_t sys; /* REC_SYS_UNKNOWN: none that was seen to begin */
};

int inside_init(struct inside *inside, struct report *report, uint32_t arch)
{
	*inside = (struct inside){ .report = report, .arch = arch };
	inside->names = calloc(NAMES, sizeof(*inside->names));
	return inside->names ? 0 : -ENOMEM;
}

void inside_fini(struct inside *inside)
{
	free(inside->calls);
	free(inside->names);
}

static struct inside_call *call_of(struct inside *inside, uint32_t slot)
{
	size_t old = inside->room;
	struct inside_call *grown;

	if (slot < old)
		return &inside->calls[slot];
	grown = grow_array(inside->calls, &inside->room, (size_t)slot + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0, (inside->room - old) * sizeof(*grown));
	inside->calls = grown;
	return &grown[slot];
}

static int name_of(struct inside *inside, uint16_t sys, uint32_t *name)
{
	char buffer[SYSCALL_TEXT_MAX];
	const char *text;

	*name = inside->names[sys];
	if (*name)
		return 0;
	text = syscall_text(buffer, inside->arch, sys);
	if (report_add_text(inside->report, text, strlen(text), name))
		return -ENOMEM;
	inside->names[sys] = *name;
	return 0;
}

static int end_call(struct inside *inside, uint32_t life, const struct inside_call *begun,
		    int64_t result, uint64_t now)
{
	struct report_call call = {
		.has_result = true, .result = result, .from = begun->since, .to = now
	};

	if (name_of(inside, begun->sys, &call.name))
		return -ENOMEM;
	return report_add_call(inside->report, life, &call);
}

int inside_take(struct inside *inside, uint32_t life, const struct change *change, uint64_t now)
{
	struct inside_call *call = call_of(inside, change->thread->slot);
	struct inside_call begun;

	if (!call)
		return -ENOMEM;
	if (change->kind == CHANGE_SYS_ENTER) {
		*call = (struct inside_call){ .since = now, .sys = change->sys };
		return 0;
	}
	/* What leads into a state that nobody saw, or out of one, may hide an end. */
	if (change->kind != CHANGE_SYS_EXIT && change->repair != CHANGE_BRIDGE &&
	    change->to != THREAD_LOST && change->to != THREAD_DEAD && change->to != THREAD_ABSENT)
		return 0;
	begun = *call;
	call->sys = REC_SYS_UNKNOWN;
	if (change->kind != CHANGE_SYS_EXIT || begun.sys == REC_SYS_UNKNOWN ||
	    change->repair != CHANGE_SEEN || begun.sys != change->sys)
		return 0;
	return end_call(inside, life, &begun, change->sys_exit.ret, now);
}
