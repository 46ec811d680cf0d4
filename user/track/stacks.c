// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "track/stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static void forget_all(struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->count; i++)
		free((void *)stacks->entries[i].stack.frames);
	stacks->count = 0;
	idmap_clear(&stacks->ids);
}

void stacks_fini(struct stacks *stacks)
{
	forget_all(stacks);
	idmap_fini(&stacks->ids);
	free(stacks->entries);
}

int stacks_add(struct stacks *stacks, const struct rec_stack *record)
{
	struct stack_entry *grown;
	uint64_t *frames;
	uint32_t slot;

	if (!record->id || idmap_find(&stacks->ids, record->id) != IDMAP_NONE)
		return 0;
	if (stacks->count == STACKS_MOST)
		forget_all(stacks);
	grown = grow_array(stacks->entries, &stacks->cap, stacks->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	stacks->entries = grown;
	frames = malloc((size_t)record->count * sizeof(*frames) + 1);
	if (!frames || idmap_add(&stacks->ids, record->id, &slot)) {
		free(frames);
		return -ENOMEM;
	}
	memcpy(frames, record->frames, (size_t)record->count * sizeof(*frames));
	grown[stacks->count++] = (struct stack_entry){
		.stack = { .number = slot + 1,
			   .count = record->count,
			   .kind = record->kind,
			   .stop = record->stop,
			   .frames = frames },
	};
	return 0;
}

struct stack_entry *stacks_find(struct stacks *stacks, uint64_t id)
{
	uint32_t slot = idmap_find(&stacks->ids, id);

	return slot == IDMAP_NONE ? NULL : &stacks->entries[slot];
}
