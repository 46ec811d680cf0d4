// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "profile/profile.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "trace/write/strtab.h"

/* An idmap whose ids are pairs of numbers; what they stand for is numbered densely. */
struct pairmap {
	struct idmap map;
	uint64_t *keys; /* by number */
	size_t cap;
};

struct stack {
	uint64_t ns[PROFILE_TYPES];
};

struct profile {
	struct strtab texts;
	struct pairmap functions; /* name, file: ids of texts */
	struct pairmap frames;	  /* function, line */
	struct pairmap calls;	  /* caller, frame: the stacks but PROFILE_NOTHING */
	struct stack *stacks;
	size_t stack_cap;
	uint32_t stack_count;
	uint64_t cut, duration_ns;
};

const char *profile_type_name(enum profile_type type)
{
	static const char *const names[] = { "offcpu", "wait", "cpu", "syscall" };

	return names[type];
}

int profile_new(struct profile **out)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return -ENOMEM;
	profile->stacks = grow_array(NULL, &profile->stack_cap, 1, sizeof(*profile->stacks));
	if (!profile->stacks) {
		free(profile);
		return -ENOMEM;
	}
	profile->stacks[PROFILE_NOTHING] = (struct stack){ { 0 } };
	profile->stack_count = 1;
	*out = profile;
	return 0;
}

static void pairmap_fini(struct pairmap *pairs)
{
	idmap_fini(&pairs->map);
	free(pairs->keys);
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	strtab_fini(&profile->texts);
	pairmap_fini(&profile->functions);
	pairmap_fini(&profile->frames);
	pairmap_fini(&profile->calls);
	free(profile->stacks);
	free(profile);
}

/* The number of a pair. 0 or -ENOMEM. */
static int pairmap_number(struct pairmap *pairs, uint32_t high, uint32_t low, uint32_t *number)
{
	uint64_t key = (uint64_t)high << 32 | low, *grown;

	*number = idmap_find(&pairs->map, key);
	if (*number != IDMAP_NONE)
		return 0;
	grown = grow_array(pairs->keys, &pairs->cap, (size_t)pairs->map.slots + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	pairs->keys = grown;
	if (idmap_add(&pairs->map, key, number))
		return -ENOMEM;
	grown[*number] = key;
	return 0;
}

static int frame_number(struct profile *profile, const struct gt_stack_frame *frame,
			uint32_t *number)
{
	/* What is no line of a file is none. */
	uint32_t line = frame->line <= UINT32_MAX ? (uint32_t)frame->line : 0, function;
	uint64_t name, file;
	int err = strtab_add(&profile->texts, frame->func.data, frame->func.size, &name);

	if (!err)
		err = strtab_add(&profile->texts, frame->file.data, frame->file.size, &file);
	if (!err)
		err = pairmap_number(&profile->functions, (uint32_t)name, (uint32_t)file,
				     &function);
	return err ? err : pairmap_number(&profile->frames, function, line, number);
}

int profile_call(struct profile *profile, uint32_t caller, const struct gt_stack_frame *frame,
		 uint32_t *stack)
{
	struct stack *grown;
	uint32_t number;
	int err = frame_number(profile, frame, &number);

	if (err)
		return err;
	*stack = idmap_find(&profile->calls.map, (uint64_t)caller << 32 | number);
	if (*stack != IDMAP_NONE) {
		*stack += 1;
		return 0;
	}
	if (profile->stack_count == PROFILE_MAX_STACKS) {
		profile->cut++;
		*stack = caller;
		return 0;
	}
	grown = grow_array(profile->stacks, &profile->stack_cap, profile->stack_count + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	profile->stacks = grown;
	if (pairmap_number(&profile->calls, caller, number, stack))
		return -ENOMEM;
	*stack += 1;
	profile->stacks[profile->stack_count++] = (struct stack){ { 0 } };
	return 0;
}

void profile_add(struct profile *profile, uint32_t stack, enum profile_type type, uint64_t ns)
{
	profile->stacks[stack].ns[type] += ns;
}

void profile_join(struct profile *profile, enum profile_type from, enum profile_type to)
{
	for (uint32_t i = 0; i < profile->stack_count; i++) {
		profile->stacks[i].ns[to] += profile->stacks[i].ns[from];
		profile->stacks[i].ns[from] = 0;
	}
}

void profile_set_duration(struct profile *profile, uint64_t ns)
{
	profile->duration_ns = ns;
}

/* ---- what it holds ---- */

uint64_t profile_duration(const struct profile *profile)
{
	return profile->duration_ns;
}

uint32_t profile_stacks(const struct profile *profile)
{
	return profile->stack_count;
}

uint64_t profile_time(const struct profile *profile, uint32_t stack, enum profile_type type)
{
	return profile->stacks[stack].ns[type];
}

uint64_t profile_total(const struct profile *profile, enum profile_type type)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < profile->stack_count; i++)
		total += profile->stacks[i].ns[type];
	return total;
}

uint32_t profile_caller(const struct profile *profile, uint32_t stack)
{
	return (uint32_t)(profile->calls.keys[stack - 1] >> 32);
}

uint32_t profile_frame(const struct profile *profile, uint32_t stack)
{
	return (uint32_t)profile->calls.keys[stack - 1];
}

uint64_t profile_cut(const struct profile *profile)
{
	return profile->cut;
}

uint32_t profile_frames(const struct profile *profile)
{
	return profile->frames.map.slots;
}

uint32_t profile_functions(const struct profile *profile)
{
	return profile->functions.map.slots;
}

struct profile_frame profile_frame_at(const struct profile *profile, uint32_t frame)
{
	uint64_t key = profile->frames.keys[frame];

	return (struct profile_frame){ (uint32_t)(key >> 32), (uint32_t)key };
}

static struct gt_text text_of(const struct profile *profile, uint32_t id)
{
	struct gt_text text;

	text.data = strtab_text(&profile->texts, id, &text.size);
	return text;
}

struct gt_text profile_function_name(const struct profile *profile, uint32_t function)
{
	return text_of(profile, (uint32_t)(profile->functions.keys[function] >> 32));
}

struct gt_text profile_function_file(const struct profile *profile, uint32_t function)
{
	return text_of(profile, (uint32_t)profile->functions.keys[function]);
}
