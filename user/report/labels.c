// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/labels.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int label_text(struct strtab *texts, const char *text, size_t size, uint32_t *id)
{
	uint64_t added;
	int err = size ? strtab_add(texts, text, size, &added) : 0;

	if (!err)
		*id = size ? (uint32_t)added : 0;
	return err;
}

static struct gt_text top_of(const struct gt_reader *reader, uint64_t stack)
{
	if (gt_reader_stack_size(reader, stack) < 2)
		return (struct gt_text){ "", 0 };
	return gt_reader_stack_frame(reader, stack, 0).func;
}

int label_sleep(struct strtab *texts, const struct gt_reader *reader,
		const struct gt_transition *transition, uint32_t *id)
{
	struct gt_text top = top_of(reader, transition->stack);
	struct gt_text reason = gt_reader_string(reader, transition->reason);
	char text[256];
	int size;

	if (top.size && reason.size)
		size = snprintf(text, sizeof(text), "%.*s (%.*s)",
				top.size < 128 ? (int)top.size : 128, top.data,
				reason.size < 64 ? (int)reason.size : 64, reason.data);
	else if (top.size)
		return label_text(texts, top.data, top.size, id);
	else
		return label_text(texts, reason.data, reason.size, id);
	return label_text(texts, text, (size_t)size, id);
}

static bool begins_with(struct gt_text text, const char *prefix)
{
	size_t size = strlen(prefix);

	return text.size >= size && !memcmp(text.data, prefix, size);
}

int label_wait(struct strtab *texts, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id)
{
	struct gt_text top = top_of(reader, transition->stack);
	char text[160];
	int size;

	*id = 0;
	if (begins_with(top, "throttled"))
		return label_text(texts, top.data, top.size, id);
	if (!begins_with(top, "preempted by "))
		return 0;
	size = snprintf(text, sizeof(text), "(nobody in the trace; %.*s)",
			top.size < 128 ? (int)top.size : 128, top.data);
	return label_text(texts, text, (size_t)size, id);
}
