// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/said.h"

#include "export/go/facts.h"
#include "report/labels.h"

/* What stands above whose it is; an empty frame if nothing does. */
static struct gt_stack_frame top_of(const struct gt_reader *reader, uint64_t stack)
{
	if (gt_reader_stack_size(reader, stack) < 2)
		return (struct gt_stack_frame){ .func = { "", 0 }, .file = { "", 0 } };
	return gt_reader_stack_frame(reader, stack, 0);
}

/* As the name of a thread in the trace is shown, in frame. */
static struct gt_text name_of(struct gt_text comm, struct fact_frame *frame)
{
	fact_write(frame, &(struct fact){ .kind = FACT_THREAD_NAMED, .name = comm });
	return (struct gt_text){ frame->func, frame->func_size };
}

int said_wait(struct report *report, const struct gt_reader *reader,
	      const struct gt_transition *transition, uint32_t *id)
{
	struct gt_stack_frame top = top_of(reader, transition->stack);
	char buffer[FACT_FILE_MAX];
	struct fact_frame by;
	struct fact fact;

	*id = 0;
	if (!top.func.size)
		return 0;
	fact_read(&fact, &top, buffer);
	if (fact.kind == FACT_PREEMPTED)
		return label_preempted(report, name_of(fact.text, &by), id);
	return fact_is_limit(fact.kind) ? label_limit(report, top.func, id) : 0;
}

int said_sleep(struct report *report, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id)
{
	*id = 0;
	return label_sleep(report, top_of(reader, transition->stack).func,
			   gt_reader_string(reader, transition->reason), id);
}
