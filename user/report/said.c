// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/said.h"

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

/* As the name of a thread in the trace is shown, in frame. */
static struct gt_text name_of(struct gt_text comm, struct fact_frame *frame)
{
	fact_write(frame, &(struct fact){ .kind = FACT_THREAD_NAMED, .name = comm });
	return (struct gt_text){ frame->func, frame->func_size };
}

/* For which CPU, if a frame says it. */
static uint64_t queue_of(const struct gt_reader *reader, uint64_t stack)
{
	size_t size = gt_reader_stack_size(reader, stack);
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	for (size_t i = 0; i + 1 < size; i++) {
		struct gt_stack_frame frame = gt_reader_stack_frame(reader, stack, i);

		fact_read(&fact, &frame, buffer);
		if (fact.kind == FACT_CPU)
			return fact.number;
	}
	return REPORT_UNKNOWN_CPU;
}

/* It could go on: who is to blame for that if nobody was there. */
static int said_stop(struct report *report, const struct gt_stack_frame *top, struct said *said)
{
	char buffer[FACT_FILE_MAX];
	struct fact_frame by;
	struct fact fact;

	fact_read(&fact, top, buffer);
	if (fact.kind == FACT_PREEMPTED)
		return label_preempted(report, name_of(fact.text, &by), &said->why);
	if (!fact_is_limit(fact.kind))
		return 0;
	said->all = fact.kind == FACT_LIMIT_DEADLINE || fact.kind == FACT_LIMIT_RT;
	said->limited = !said->all;
	return label_limit(report, top->func, &said->why);
}

bool said_by_stranger(const struct gt_reader *reader, uint64_t stack)
{
	struct gt_stack_frame top = top_of(reader, stack);
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	fact_read(&fact, &top, buffer);
	return fact.kind == FACT_WOKEN;
}

int said_wait(struct report *report, const struct gt_reader *reader, uint64_t stack,
	      struct said *said)
{
	struct gt_stack_frame top = top_of(reader, stack);

	*said = (struct said){ .queue = queue_of(reader, stack) };
	return top.func.size ? said_stop(report, &top, said) : 0;
}

int said_limit(struct report *report, const struct gt_reader *reader, uint64_t stack, uint64_t *ns,
	       uint32_t *what)
{
	struct gt_stack_frame top = top_of(reader, stack), under;
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	*what = 0;
	fact_read(&fact, &top, buffer);
	if (!fact_is_limit(fact.kind))
		return 0;
	under = gt_reader_stack_frame(reader, stack, 1);
	fact_read(&fact, &under, buffer);
	if (fact.kind != FACT_SPAN)
		return 0;
	*ns = fact.number;
	return label_limit(report, top.func, what);
}

int said_sleep(struct report *report, const struct gt_reader *reader,
	       const struct gt_transition *transition, uint32_t *id)
{
	*id = 0;
	return label_sleep(report, top_of(reader, transition->stack).func,
			   gt_reader_string(reader, transition->reason), id);
}

/* What only passes a call on to the kernel. */
static bool passes_on(struct gt_text func)
{
	static const char *const begins[] = { "syscall.Syscall",   "syscall.RawSyscall",
					      "syscall.syscall",   "syscall.rawSyscall",
					      "internal/runtime/", "runtime/internal/",
					      "runtime.",	   "internal/poll.ignoringEINTR" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t size = strlen(begins[i]);

		if (func.size >= size && !memcmp(func.data, begins[i], size))
			return true;
	}
	return false;
}

int said_call(struct report *report, const struct gt_reader *reader, uint64_t stack, bool asleep,
	      uint32_t *id)
{
	size_t size = gt_reader_stack_size(reader, stack), at = 0;
	struct gt_text func = { "", 0 };

	while (at + 1 < size && passes_on(gt_reader_stack_frame(reader, stack, at).func))
		at++;
	if (at < size)
		func = gt_reader_stack_frame(reader, stack, at).func;
	*id = 0;
	return label_sleep(report, func, asleep ? label_of("syscall") : label_of(""), id);
}
