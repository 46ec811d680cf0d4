// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/cut/seen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void seen_init(struct seen *seen, struct gt_reader *reader, struct rules *mirror)
{
	memset(seen, 0, sizeof(*seen));
	seen->reader = reader;
	seen->mirror = mirror;
}

/* ---- frames and stacks ---- */

/* Holds the text of a string id, the empty one if there is none (before Go 1.22). 0 or -ENOMEM. */
static int keep_text(struct seen *seen, uint64_t id, uint32_t *text)
{
	int err = rules_text(seen->mirror, id, text);

	if (err == -ENOENT)
		err = rules_text(seen->mirror, 0, text);
	if (!err)
		texts_hold(&seen->reader->texts, *text);
	return err;
}

/* A frame of the open generation with texts that are held. 0 or -ENOMEM. */
static int keep_frame(struct seen *seen, const struct wire_frame *from, struct seen_frame *frame)
{
	if (keep_text(seen, from->func, &frame->func))
		return -ENOMEM;
	if (keep_text(seen, from->file, &frame->file)) {
		texts_drop(&seen->reader->texts, frame->func);
		return -ENOMEM;
	}
	frame->pc = from->pc;
	frame->line = from->line;
	return 0;
}

static void drop_frame(struct seen *seen, const struct seen_frame *frame)
{
	texts_drop(&seen->reader->texts, frame->func);
	texts_drop(&seen->reader->texts, frame->file);
}

static void drop_stack(struct seen *seen, struct seen_stack *stack)
{
	if (!stack || --stack->holders)
		return;
	for (uint32_t i = 0; i < stack->count; i++)
		drop_frame(seen, &stack->frames[i]);
	free(stack);
}

/* A stack of the open generation, held once. NULL: no memory. Those before Go 1.22 may be longer.
 */
static struct seen_stack *keep_stack(struct seen *seen, const struct stack_entry *entry)
{
	const struct tables *tables = &seen->reader->gen.tables;
	uint32_t count = entry->count < GT_MAX_FRAMES ? entry->count : GT_MAX_FRAMES;
	struct seen_stack *stack = malloc(sizeof(*stack) + count * sizeof(stack->frames[0]));

	if (!stack)
		return NULL;
	*stack = (struct seen_stack){ .holders = 1 };
	for (; stack->count < count; stack->count++) {
		uint32_t ref = tables->refs[entry->first + stack->count];

		if (keep_frame(seen, &tables->frames[ref], &stack->frames[stack->count])) {
			drop_stack(seen, stack);
			return NULL;
		}
	}
	return stack;
}

/* The kept form of a stack of the open generation, which has frames. 0 or -ENOMEM. */
static int find_stack(struct seen *seen, uint64_t id, struct seen_stack **out)
{
	uint32_t slot = idmap_find(&seen->stack_ids, id);
	struct seen_stack **stacks;

	if (slot != IDMAP_NONE) {
		*out = seen->stacks[slot];
		return 0;
	}
	stacks = grow_array(seen->stacks, &seen->stacks_cap, seen->stack_ids.count + 1,
			    sizeof(struct seen_stack *));
	if (!stacks)
		return -ENOMEM;
	seen->stacks = stacks;
	*out = keep_stack(seen, tables_stack(&seen->reader->gen.tables, id));
	if (!*out)
		return -ENOMEM;
	if (idmap_add(&seen->stack_ids, id, &slot)) {
		drop_stack(seen, *out);
		return -ENOMEM;
	}
	stacks[slot] = *out;
	return 0;
}

/* Nothing is ever deleted from the map, so its slots are the first ones. */
void seen_forget_ids(struct seen *seen)
{
	for (size_t i = 0; i < seen->stack_ids.count; i++)
		drop_stack(seen, seen->stacks[i]);
	idmap_clear(&seen->stack_ids);
}

void seen_fini(struct seen *seen)
{
	seen_forget_ids(seen);
	for (size_t i = 0; i < seen->gs_count; i++) {
		if (seen->gs[i].named)
			drop_frame(seen, &seen->gs[i].root);
		drop_stack(seen, seen->gs[i].last);
	}
	idmap_fini(&seen->stack_ids);
	idmap_fini(&seen->text_ids);
	free(seen->gs);
	free(seen->stacks);
	free(seen->strings);
}

/* ---- goroutines ---- */

static struct seen_g *g_at(struct seen *seen, uint32_t slot)
{
	struct seen_g *gs = grow_array(seen->gs, &seen->gs_cap, (size_t)slot + 1, sizeof(*gs));

	if (!gs)
		return NULL;
	seen->gs = gs;
	while (seen->gs_count <= slot)
		gs[seen->gs_count++] = (struct seen_g){ 0 };
	return &gs[slot];
}

static void set_last(struct seen *seen, struct seen_g *g, struct seen_stack *stack)
{
	if (stack)
		stack->holders++;
	drop_stack(seen, g->last);
	g->last = stack;
}

static int set_root(struct seen *seen, struct seen_g *g, const struct stack_entry *stack)
{
	const struct tables *tables = &seen->reader->gen.tables;
	uint32_t ref = tables->refs[stack->first + stack->count - 1];
	int err = keep_frame(seen, &tables->frames[ref], &g->root);

	g->named = !err;
	return err;
}

/* The slot was another's. */
static void forget_g(struct seen *seen, struct seen_g *g)
{
	if (g->named)
		drop_frame(seen, &g->root);
	g->named = false;
	set_last(seen, g, NULL);
}

int seen_take(struct seen *seen, uint32_t slot, const struct gt_transition *transition)
{
	const struct stack_entry *stack =
		tables_stack(&seen->reader->gen.tables, transition->stack);
	struct seen_g *g = g_at(seen, slot);
	struct seen_stack *kept;

	if (!g)
		return -ENOMEM;
	if (transition->from == GT_STATE_NOT_EXIST || transition->from == GT_STATE_UNDETERMINED)
		forget_g(seen, g);
	if (stack && !stack->count)
		stack = NULL;
	if (stack && !g->named && set_root(seen, g, stack))
		return -ENOMEM;
	/* A stack from before it ran says nothing of why it waits now. */
	if (transition->to == GT_STATE_RUNNING || transition->from == GT_STATE_RUNNING)
		set_last(seen, g, NULL);
	if (!stack || transition->to == GT_STATE_RUNNING)
		return 0;
	if (find_stack(seen, transition->stack, &kept))
		return -ENOMEM;
	set_last(seen, g, kept);
	return 0;
}

/* ---- parts ---- */

void seen_begin_part(struct seen *seen)
{
	idmap_clear(&seen->text_ids);
	for (size_t i = 0; i < seen->gs_count; i++)
		if (seen->gs[i].last)
			seen->gs[i].last->id = 0;
}

/* A text of the reader's as a string of the part. */
static uint64_t write_text(struct seen *seen, uint32_t text_id, struct encoder *encoder)
{
	const struct text *text = &seen->reader->texts.list[text_id];
	size_t size = text->size < GT_MAX_STRING ? text->size : GT_MAX_STRING;
	uint32_t slot = idmap_find(&seen->text_ids, text_id);
	uint64_t *strings;

	if (slot != IDMAP_NONE)
		return seen->strings[slot];
	strings = grow_array(seen->strings, &seen->strings_cap, seen->text_ids.count + 1,
			     sizeof(*strings));
	if (strings)
		seen->strings = strings;
	if (!strings || idmap_add(&seen->text_ids, text_id, &slot)) {
		encoder_fail(encoder, -ENOMEM);
		return 0;
	}
	return strings[slot] = encoder_string(encoder, text->bytes, size);
}

static struct wire_frame write_frame(struct seen *seen, const struct seen_frame *frame,
				     struct encoder *encoder)
{
	return (struct wire_frame){
		.pc = frame->pc,
		.line = frame->line,
		.func = write_text(seen, frame->func, encoder),
		.file = write_text(seen, frame->file, encoder),
	};
}

/* The last stack of a G; root takes the place of its last frame if that has another name. */
static uint64_t write_stack(struct seen *seen, const struct seen_g *g, bool renamed,
			    struct encoder *encoder)
{
	struct wire_frame frames[GT_MAX_FRAMES];
	uint32_t count = g->last->count;

	for (uint32_t i = 0; i < count; i++)
		frames[i] = write_frame(seen, &g->last->frames[i], encoder);
	if (renamed)
		frames[count - 1] = write_frame(seen, &g->root, encoder);
	return encoder_stack(encoder, frames, count);
}

uint64_t seen_write(struct seen *seen, uint32_t slot, struct encoder *encoder)
{
	const struct seen_g *g = slot < seen->gs_count ? &seen->gs[slot] : NULL;
	struct wire_frame frame;
	bool renamed;

	if (!g || !g->named)
		return 0;
	if (!g->last) {
		frame = write_frame(seen, &g->root, encoder);
		return encoder_stack(encoder, &frame, 1);
	}
	renamed = g->last->frames[g->last->count - 1].func != g->root.func;
	if (renamed)
		return write_stack(seen, g, true, encoder);
	if (!g->last->id)
		g->last->id = write_stack(seen, g, false, encoder);
	return g->last->id;
}
