// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/said.h"

#include <stdbool.h>
#include <string.h>

#include "export/go/facts.h"
#include "report/labels.h"

/* What stands above whose it is; an empty frame if nothing does. */
static struct gt_stack_frame top_of(const struct gt_reader *reader, uint64_t stack)
{
	if (gt_reader_stack_size(reader, stack) < 2)
		return (struct gt_stack_frame){ .func = { "", 0 }, .file = { "", 0 } };
	return gt_reader_stack_frame(reader, stack, 0);
}

/* Takes a prefix off a text for people. */
static bool take_prefix(struct gt_text *text, const char *prefix)
{
	size_t size = strlen(prefix);

	if (text->size < size || memcmp(text->data, prefix, size))
		return false;
	text->data += size;
	text->size -= size;
	return true;
}

/* In a trace without facts. */
static int old_wait(struct report *report, struct gt_text func, uint32_t *id)
{
	struct gt_text rest = func;

	if (take_prefix(&rest, "preempted by "))
		return label_preempted(report, rest, id);
	if (take_prefix(&rest, "throttled"))
		return label_limit(report, func, id);
	return 0;
}

int said_wait(struct report *report, const struct gt_reader *reader,
	      const struct gt_transition *transition, uint32_t *id)
{
	struct gt_stack_frame top = top_of(reader, transition->stack);
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	*id = 0;
	if (!top.func.size)
		return 0;
	fact_read(&fact, &top, buffer);
	if (fact.kind == FACT_PREEMPTED)
		return label_preempted(report, fact.text, id);
	if (fact_is_limit(fact.kind))
		return label_limit(report, top.func, id);
	return fact.kind == FACT_NONE ? old_wait(report, top.func, id) : 0;
}

int said_sleep(struct report *report, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id)
{
	*id = 0;
	return label_sleep(report, top_of(reader, transition->stack).func,
			   gt_reader_string(reader, transition->reason), id);
}
