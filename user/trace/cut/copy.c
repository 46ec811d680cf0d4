// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/cut/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/read/reader.h"

#define NS_PER_S UINT64_C(1000000000)

void copy_init(struct copy *copy, struct encoder *encoder, const struct gt_reader *reader)
{
	memset(copy, 0, sizeof(*copy));
	copy->encoder = encoder;
	copy->reader = reader;
}

void copy_fini(struct copy *copy)
{
	idmap_fini(&copy->strings.slots);
	idmap_fini(&copy->stacks.slots);
	free(copy->strings.ids);
	free(copy->stacks.ids);
	memset(copy, 0, sizeof(*copy));
}

void copy_forget(struct copy *copy)
{
	idmap_clear(&copy->strings.slots);
	idmap_clear(&copy->stacks.slots);
}

/* Where the new id of a source's id is, or is to be kept. NULL: no memory. */
static uint64_t *new_id(struct copy *copy, struct copy_ids *ids, uint64_t id)
{
	uint32_t slot = idmap_find(&ids->slots, id);
	uint64_t *moved;

	if (slot != IDMAP_NONE)
		return &ids->ids[slot];
	moved = grow_array(ids->ids, &ids->cap, ids->slots.count + 1, sizeof(*moved));
	if (moved)
		ids->ids = moved;
	if (!moved || idmap_add(&ids->slots, id, &slot)) {
		encoder_fail(copy->encoder, -ENOMEM);
		return NULL;
	}
	moved[slot] = 0;
	return &moved[slot];
}

uint64_t copy_string(struct copy *copy, uint64_t id)
{
	uint64_t *new = id ? new_id(copy, &copy->strings, id) : NULL;
	struct gt_text text;

	if (!new)
		return 0;
	if (!*new) {
		text = gt_reader_string(copy->reader, id);
		if (text.size > GT_MAX_STRING) /* a trace before Go 1.22 has longer ones */
			text.size = GT_MAX_STRING;
		*new = encoder_string(copy->encoder, text.data, text.size);
	}
	return *new;
}

uint64_t copy_stack(struct copy *copy, uint64_t id)
{
	const struct tables *tables = &copy->reader->gen.tables;
	const struct stack_entry *stack = id ? tables_stack(tables, id) : NULL;
	uint64_t *new = stack ? new_id(copy, &copy->stacks, id) : NULL;
	struct wire_frame frames[GT_MAX_FRAMES];
	uint32_t count;

	if (!new)
		return 0;
	if (*new)
		return *new;
	count = stack->count < GT_MAX_FRAMES ? stack->count : GT_MAX_FRAMES;
	for (uint32_t i = 0; i < count; i++) {
		frames[i] = tables->frames[tables->refs[stack->first + i]];
		frames[i].func = copy_string(copy, frames[i].func);
		frames[i].file = copy_string(copy, frames[i].file);
	}
	return *new = encoder_stack(copy->encoder, frames, count);
}

void copy_args(struct copy *copy, unsigned type, uint64_t *args)
{
	const struct gt_spec *spec = gt_spec(type);

	for (int i = 0; i < 2; i++) {
		uint64_t *string = spec->strings[i] ? &args[spec->strings[i] - 1] : NULL;
		uint64_t *stack = spec->stacks[i] ? &args[spec->stacks[i] - 1] : NULL;

		if (string)
			*string = copy_string(copy, *string);
		if (stack)
			*stack = copy_stack(copy, *stack);
	}
}

void copy_sample(struct copy *copy, const struct gt_event *sample)
{
	const struct encoder_sample out = {
		.time = (uint64_t)sample->time,
		.m = sample->m,
		.p = sample->p,
		.g = sample->g == GT_NO_ID ? 0 : sample->g,
		.stack = copy_stack(copy, sample->args[0]),
	};

	encoder_sample(copy->encoder, &out);
}

void copy_experiments(struct copy *copy)
{
	const struct generation *gen = &copy->reader->gen;

	for (size_t i = 0; i < gen->experiments_count; i++) {
		const struct experiment_ref *ref = &gen->experiments[i];
		int64_t time = generation_ns(gen, ref->time);

		encoder_experiment(copy->encoder, ref->experiment, ref->m,
				   time > 0 ? (uint64_t)time : 1,
				   copy->reader->in.bytes + ref->offset, ref->size);
	}
}

struct gt_clock copy_clock(const struct gt_clock *clock, const struct encoder *encoder)
{
	uint64_t time = encoder_time(encoder);
	int64_t ahead = (int64_t)((uint64_t)clock->trace - time);
	uint64_t late = ahead < 0 ? -(uint64_t)ahead : 0; /* by which it is moved on */
	uint64_t nsec = clock->wall_nsec + late % NS_PER_S;
	uint64_t sec = (uint64_t)clock->wall_sec + late / NS_PER_S + nsec / NS_PER_S;

	return (struct gt_clock){
		.trace = (int64_t)(ahead > 0 ? (uint64_t)clock->trace : time),
		.mono_ns = clock->mono_ns + late,
		.wall_sec = (int64_t)sec,
		.wall_nsec = (uint32_t)(nsec % NS_PER_S),
	};
}
