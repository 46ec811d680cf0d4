// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/mend.h"

#include <errno.h>
#include <inttypes.h>

#include "trace/read/reader.h"
#include "trace/wire/error.h"

void mend_say(const struct mender *mender, enum mend_kind kind, struct gt_error *fault)
{
	struct gt_error told = *fault;

	mender->say(mender->ctx, kind, &told);
	gt_error_clear(fault);
	gt_error_at(fault, told.byte, told.generation, told.m);
}

unsigned mend_missing_id(const struct gt_reader *reader, uint8_t type, const uint64_t *args,
			 bool *stack)
{
	const struct shape *shape = &reader->shapes[type];

	for (int i = 0; i < 2; i++) {
		unsigned at = shape->stacks[i];

		*stack = true;
		if (at && args[at - 1] && !tables_stack(&reader->gen.tables, args[at - 1]))
			return at;
		at = shape->strings[i];
		*stack = false;
		if (at && args[at - 1] && !tables_string(&reader->gen.tables, args[at - 1]))
			return at;
	}
	return 0;
}

int mend_say_missing(struct gt_error *error, uint8_t type, bool stack, uint64_t id)
{
	error->type = type;
	return gt_fail(error, -EBADMSG, "%s: there is no %s %" PRIu64, gt_spec(type)->name,
		       stack ? "stack" : "string", id);
}

void mend_ids(struct gt_reader *reader, struct cursor *cursor)
{
	struct gt_error fault;
	unsigned at;
	bool stack;

	while ((at = mend_missing_id(reader, cursor->type, cursor->args, &stack))) {
		gt_error_clear(&fault);
		gt_error_at(&fault, reader->in.base + (uint64_t)(cursor->start - reader->in.bytes),
			    reader->gen.number, cursor->m);
		mend_say_missing(&fault, cursor->type, stack, cursor->args[at - 1]);
		reader->mender->say(reader->mender->ctx, MEND_ID, &fault);
		cursor->args[at - 1] = 0;
	}
}

/* Their rules change nothing if they refuse an event, and no other event waits for them. */
static bool tells_of_no_state(uint8_t type)
{
	const struct gt_event event = { .type = type };

	switch (gt_event_kind(&event)) {
	case GT_KIND_METRIC:
	case GT_KIND_LABEL:
	case GT_KIND_TASK_BEGIN:
	case GT_KIND_TASK_END:
	case GT_KIND_REGION_BEGIN:
	case GT_KIND_REGION_END:
	case GT_KIND_LOG:
	case GT_KIND_EXPERIMENTAL:
		return true;
	case GT_KIND_RANGE_BEGIN:
	case GT_KIND_RANGE_ACTIVE:
	case GT_KIND_RANGE_END: /* those of the collector carry numbers */
		return type != GT_EV_GC_BEGIN && type != GT_EV_GC_ACTIVE && type != GT_EV_GC_END;
	default:
		return false;
	}
}

bool mend_event(struct gt_reader *reader, uint8_t type)
{
	if (!reader->mender || reader->error.code != -EBADMSG || !tells_of_no_state(type))
		return false;
	reader->mender->say(reader->mender->ctx, MEND_EVENT, &reader->error);
	gt_error_clear(&reader->error);
	return true;
}
