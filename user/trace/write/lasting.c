// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/write/lasting.h"

#include "base/utf8.h"

#define DEFAULT_STRINGS 65536
#define DEFAULT_STACKS 16384

void lasting_init(struct lasting *lasting, size_t max_strings, size_t max_stacks)
{
	if (!max_strings)
		max_strings = DEFAULT_STRINGS;
	if (max_strings < LASTING_MIN_STRINGS)
		max_strings = LASTING_MIN_STRINGS;
	recent_init(&lasting->strings, max_strings);
	recent_init(&lasting->stacks, max_stacks ? max_stacks : DEFAULT_STACKS);
	lasting->forgotten = 0;
	lasting->used = false;
}

void lasting_fini(struct lasting *lasting)
{
	recent_fini(&lasting->strings);
	recent_fini(&lasting->stacks);
}

/* Calls what for each string of a stack's frames. */
static void each_string(struct lasting *lasting, const struct recent_entry *stack,
			void (*what)(struct recent *, struct recent_entry *))
{
	const struct gt_frame *frames = (const void *)stack->bytes;

	for (size_t i = 0; i < stack->size / sizeof(*frames); i++) {
		const uint64_t ids[] = { frames[i].func, frames[i].file };

		for (int k = 0; k < 2; k++)
			if (ids[k])
				what(&lasting->strings, recent_get(&lasting->strings, ids[k]));
	}
}

static void forget_stack(struct lasting *lasting)
{
	struct recent_entry *stack = recent_oldest(&lasting->stacks);

	each_string(lasting, stack, recent_drop);
	recent_forget(&lasting->stacks, stack);
}

/* If all strings are held, a stack has to go with those that only it holds. */
static void make_room(struct lasting *lasting)
{
	while (recent_is_full(&lasting->strings)) {
		struct recent_entry *string = recent_oldest(&lasting->strings);

		if (string)
			recent_forget(&lasting->strings, string);
		else
			forget_stack(lasting);
	}
}

int lasting_string(struct lasting *lasting, const char *text, size_t size, uint64_t *id)
{
	char fit[GT_MAX_STRING];
	struct recent_entry *entry;
	int err = 0;

	size = utf8_repair(fit, sizeof(fit), text, size);
	entry = recent_find(&lasting->strings, fit, size);
	if (!entry) {
		make_room(lasting);
		lasting->used = true;
		err = recent_add(&lasting->strings, fit, size, &entry);
	}
	if (!err)
		*id = recent_id(&lasting->strings, entry);
	return err;
}

/* Do the frames' strings last? They are the latest then. */
static bool strings_last(struct lasting *lasting, const struct gt_frame *frames, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if ((frames[i].func && !recent_get(&lasting->strings, frames[i].func)) ||
		    (frames[i].file && !recent_get(&lasting->strings, frames[i].file)))
			return false;
	return true;
}

int lasting_stack(struct lasting *lasting, const struct gt_frame *frames, unsigned count,
		  uint64_t *id)
{
	size_t size = count * sizeof(*frames);
	struct recent_entry *entry = recent_find(&lasting->stacks, frames, size);
	int err;

	if (!entry) {
		*id = 0;
		if (!strings_last(lasting, frames, count))
			return 0;
		if (recent_is_full(&lasting->stacks))
			forget_stack(lasting);
		lasting->used = true;
		err = recent_add(&lasting->stacks, frames, size, &entry);
		if (err)
			return err;
		each_string(lasting, entry, recent_hold);
	}
	*id = recent_id(&lasting->stacks, entry);
	return 0;
}

struct recent_entry *lasting_get(struct lasting *lasting, struct recent *of, uint64_t id)
{
	struct recent_entry *entry = recent_get(of, id);

	if (!entry)
		lasting->forgotten++;
	return entry;
}
