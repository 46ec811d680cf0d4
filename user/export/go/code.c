// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/go/code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "records/records.h"
#include "symbols/kernel.h"

/* What stands where no function is known, and at the end of what is not whole. */
static const struct symbol unknown = { .func = "[unknown]", .file = "[kernel]" };
static const struct symbol lost = { .func = "[stack lost]", .file = "[kernel]" };
static const struct symbol truncated = { .func = "[truncated]", .file = "[kernel]" };

struct code_frame {
	struct symbol symbol;
	struct gt_frame ids; /* of the stack's generation */
};

static void forget(struct code_stack *stack)
{
	free(stack->frames);
	*stack = (struct code_stack){ 0 };
}

void code_fini(struct code *code)
{
	for (size_t i = 0; i < code->room; i++)
		forget(&code->stacks[i]);
	free(code->stacks);
}

static struct code_stack *place_of(struct code *code, uint32_t number)
{
	size_t old = code->room;
	struct code_stack *grown;

	if (number <= old)
		return &code->stacks[number - 1];
	grown = grow_array(code->stacks, &code->room, number, sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0, (code->room - old) * sizeof(*grown));
	code->stacks = grown;
	return &grown[number - 1];
}

/* Names of all frames, where the leaf's address is a return address like the others. */
static void name_all(const struct code *code, const struct change_stack *stack,
		     struct symbol *symbols)
{
	for (size_t i = 0; i < stack->count; i++)
		if (!symbols_find(code->symbols, stack->frames[i] - 1, &symbols[i]))
			symbols[i] = unknown;
}

int code_take(struct code *code, const struct change_stack *stack)
{
	struct symbol symbols[CODE_FRAMES];
	const char *names[CODE_FRAMES];
	struct code_stack *place;
	size_t first, count, kept;

	if (stack->kind != REC_STACK_KERNEL || stack->count > CODE_FRAMES)
		return 0;
	place = place_of(code, stack->number);
	if (!place)
		return -ENOMEM;
	forget(place);
	name_all(code, stack, symbols);
	for (size_t i = 0; i < stack->count; i++)
		names[i] = symbols[i].func;
	count = kernel_trim(names, stack->count, &first);
	kept = count < CODE_KERNEL_FRAMES ? count : CODE_KERNEL_FRAMES;
	place->frames = calloc(kept + 1, sizeof(*place->frames));
	if (!place->frames)
		return -ENOMEM;
	for (size_t i = 0; i < kept; i++)
		place->frames[i].symbol = symbols[first + i];
	if (kept < count || stack->stop == REC_STOP_FULL)
		place->frames[kept++].symbol = truncated;
	place->count = kept;
	return 0;
}

static struct gt_frame frame_of(struct frames *frames, const struct symbol *symbol)
{
	return frames_code(frames, symbol->func, kernel_name_size(symbol->func), symbol->file,
			   symbol->line);
}

size_t code_frames(struct code *code, struct frames *frames, uint32_t number,
		   struct gt_frame out[CODE_FRAMES])
{
	struct code_stack *stack = number <= code->room ? &code->stacks[number - 1] : NULL;
	uint64_t open = frames_open(frames);

	if (!stack || !stack->frames) {
		out[0] = frame_of(frames, &lost);
		return 1;
	}
	for (size_t i = 0; i < stack->count; i++) {
		if (stack->generation != open)
			stack->frames[i].ids = frame_of(frames, &stack->frames[i].symbol);
		out[i] = stack->frames[i].ids;
	}
	stack->generation = open;
	return stack->count;
}
