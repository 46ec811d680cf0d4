// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Which stack an event has.
 *
 * A name gets its id when it is asked for, and C may evaluate arguments in
 * any order: so never two such calls in one list of arguments, or another
 * compiler's trace has other bytes.
 */
#include "model/core.h"

uint64_t stack_own(struct model *model, struct thread *thread)
{
	return names_stack(model->names, thread, names_syscall(model->names, thread->sys), 0);
}

uint64_t stack_top(struct model *model, struct thread *thread, enum top top)
{
	return names_stack(model->names, thread, names_top(model->names, top), 0);
}

uint64_t stack_sleep(struct model *model, struct thread *thread, const struct change *change)
{
	bool inside = sys_inside(thread->sys);
	const char *name = sleep_name(change->prev_state, inside, thread_is_kernel(thread));
	uint32_t under;

	if (!name)
		return stack_own(model, thread);
	under = names_syscall(model->names, thread->sys);
	return names_stack(model->names, thread, names_text(model->names, name), under);
}

/*
 * Nobody takes a CPU to be idle. A thread that could go on, and whose CPU is
 * idle all the same, has used up what it may: a limit of its cgroup (cpu.max)
 * or of the real-time class.
 */
static bool is_throttled(const struct model *model, const struct change *change)
{
	return change->other == &model->idle && change->prev_state == 0;
}

static uint32_t stop_top(struct model *model, const struct thread *thread,
			 const struct change *change)
{
	if (sys_class_get(model->classes, thread->sys) == SYS_YIELD)
		return names_yielded_to(model->names, change->other);
	if (is_throttled(model, change))
		return names_top(model->names, TOP_THROTTLED);
	return names_preempted_by(model->names, change->other);
}

uint64_t stack_stop(struct model *model, struct thread *thread, const struct change *change)
{
	uint32_t top = stop_top(model, thread, change);

	return names_stack(model->names, thread, top, names_syscall(model->names, thread->sys));
}

/* Of a wakeup that no thread of the trace made. */
static uint32_t stranger_top(struct model *model, const struct change *change)
{
	switch (change->context) {
	case REC_CTX_TASK:
		return names_woken_by(model->names, change->other);
	case REC_CTX_SOFTIRQ:
		return names_top(model->names, TOP_SOFTIRQ);
	case REC_CTX_HARDIRQ:
		return names_top(model->names, TOP_HARDIRQ);
	default:
		return names_top(model->names, TOP_UNKNOWN_CONTEXT);
	}
}

uint64_t stack_wakeup(struct model *model, const struct change *change)
{
	struct thread *waker = change->other;
	/* By now it may be inside another one. */
	uint16_t sys = change->waker_sys != REC_SYS_UNKNOWN ? change->waker_sys : waker->sys;
	uint32_t top;

	if (!change->other_acts)
		top = stranger_top(model, change);
	else if (sys_inside(sys))
		top = names_syscall(model->names, sys);
	else
		top = names_top(model->names, TOP_WAKEUP);
	return names_stack(model->names, waker, top, 0);
}
