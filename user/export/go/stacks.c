// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Which stack an event has.
 *
 * A name gets its id when it is asked for, and C may evaluate arguments in
 * any order: so never two such calls in one list of arguments, or another
 * compiler's trace has other bytes.
 */
#include "export/go/core.h"

uint64_t stack_own(struct export_go *go, struct goroutine *g)
{
	return frames_own(go->frames, g);
}

uint64_t stack_ready(struct export_go *go, struct goroutine *g)
{
	uint32_t queue = frames_queue(go->frames, g->thread->queue);
	uint32_t top = frames_syscall(go->frames, g->thread->sys);

	return top ? frames_stack(go->frames, g, top, queue)
		   : frames_stack(go->frames, g, queue, 0);
}

static uint32_t gap_top(struct export_go *go, enum change_gap gap)
{
	static const uint8_t kinds[] = {
		[GAP_NONE] = FACT_NONE,
		[GAP_LOST] = FACT_LOST,
		[GAP_UNSEEN] = FACT_UNSEEN,
		[GAP_SCOPE] = FACT_SCOPE,
	};

	return gap == GAP_NONE ? 0 : frames_plain(go->frames, kinds[gap]);
}

uint64_t stack_gap(struct export_go *go, struct goroutine *g, enum change_gap gap)
{
	return frames_stack(go->frames, g, gap_top(go, gap), 0);
}

uint64_t stack_awake(struct export_go *go, struct goroutine *g, const struct change *change)
{
	uint32_t top = gap_top(go, change->gap), queue = 0;

	if (change->to == THREAD_RUNNABLE)
		queue = frames_queue(go->frames, g->thread->queue);
	return frames_stack(go->frames, g, top, queue);
}

uint64_t stack_loss(struct export_go *go, struct goroutine *g, const struct change_loss *loss,
		    uint16_t cpu)
{
	uint32_t tops[3] = { frames_number(go->frames, FACT_LOST, loss->count) };

	tops[1] = frames_queue(go->frames, cpu);
	if (loss->from_ns)
		tops[2] = frames_number(go->frames, FACT_SPAN, loss->to_ns - loss->from_ns);
	return frames_rare_stack(go->frames, g, tops, 3);
}

/* Both tops, over the kernel's frames. */
static uint64_t stack_code(struct export_go *go, struct goroutine *g, const uint32_t tops[2],
			   uint32_t kernel)
{
	struct gt_frame frames[CODE_FRAMES];
	size_t count = code_frames(&go->code, go->frames, kernel, frames);

	return frames_deep_stack(go->frames, g, tops, frames, count);
}

uint64_t stack_sleep(struct export_go *go, struct goroutine *g, const struct change *change)
{
	const struct thread *thread = g->thread;
	const char *name = sleep_name(change->out.prev_state, sys_inside(thread->sys),
				      thread_is_kernel(thread));
	uint32_t top, under;

	if (!name && !change->kernel_stack)
		return stack_own(go, g);
	top = name ? frames_asleep(go->frames, name) : 0;
	under = frames_syscall(go->frames, thread->sys);
	if (change->kernel_stack)
		return stack_code(go, g, (uint32_t[]){ top, under }, change->kernel_stack);
	return frames_stack(go->frames, g, top, under);
}

static uint32_t stop_top(struct export_go *go, const struct change *change)
{
	struct goroutine *next = goroutine_of(go, change->other);

	if (change->cause == CAUSE_YIELDED)
		return frames_yielded_to(go->frames, next);
	if (change->cause == CAUSE_THROTTLED)
		return frames_limit(go->frames, FACT_LIMIT_CPU, change->out.group);
	if (change->cause == CAUSE_REALTIME)
		return frames_limit(go->frames, FACT_LIMIT_RT, change->out.group);
	if (change->cause == CAUSE_DEADLINE)
		return frames_plain(go->frames, FACT_LIMIT_DEADLINE);
	if (change->cause == CAUSE_LIMIT)
		return frames_plain(go->frames, FACT_LIMIT);
	return frames_preempted_by(go->frames, next);
}

uint64_t stack_stop(struct export_go *go, struct goroutine *g, const struct change *change)
{
	uint32_t top = stop_top(go, change);

	return frames_stack(go->frames, g, top, frames_syscall(go->frames, g->thread->sys));
}

uint64_t stack_share(struct export_go *go, struct goroutine *g, const struct change *change)
{
	uint32_t tops[2] = { frames_limit(go->frames, FACT_LIMIT_CPU, change->in.group) };

	tops[1] = frames_number(go->frames, FACT_SPAN, change->in.throttled_ns);
	return frames_rare_stack(go->frames, g, tops, 2);
}

/* Of a wakeup that no thread of the trace made. */
static uint32_t stranger_top(struct export_go *go, const struct change *change,
			     struct goroutine *waker)
{
	switch (change->wake.context) {
	case REC_CTX_TASK:
		return frames_woken_by(go->frames, waker);
	case REC_CTX_SOFTIRQ:
		return frames_plain(go->frames, FACT_SOFTIRQ);
	case REC_CTX_HARDIRQ:
		return frames_plain(go->frames, FACT_HARDIRQ);
	default:
		return frames_plain(go->frames, FACT_CONTEXT);
	}
}

uint64_t stack_wakeup(struct export_go *go, const struct change *change, bool own)
{
	struct goroutine *waker = goroutine_of(go, change->other);
	/* By now it may be inside another one. */
	uint16_t sys = change->wake.waker_sys != REC_SYS_UNKNOWN ? change->wake.waker_sys
								 : change->other->sys;
	uint32_t top, queue;

	if (!own)
		top = stranger_top(go, change, waker);
	else if (sys_inside(sys))
		top = frames_syscall(go->frames, sys);
	else
		top = frames_plain(go->frames, FACT_WAKEUP);
	queue = frames_queue(go->frames, change->wake.target_cpu);
	return frames_stack(go->frames, waker, top, queue);
}
