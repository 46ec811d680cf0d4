// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What an event means, as Go's API for traces has it (internal/trace/event.go). */
#include "gotrace/reader.h"

static const uint8_t kind_of[256] = {
	[GT_EV_CPU_SAMPLE] = GT_KIND_STACK_SAMPLE,
	[GT_EV_PROCS_CHANGE] = GT_KIND_METRIC,
	[GT_EV_PROC_START] = GT_KIND_TRANSITION,
	[GT_EV_PROC_STOP] = GT_KIND_TRANSITION,
	[GT_EV_PROC_STEAL] = GT_KIND_TRANSITION,
	[GT_EV_PROC_STATUS] = GT_KIND_TRANSITION,
	[GT_EV_GO_CREATE] = GT_KIND_TRANSITION,
	[GT_EV_GO_CREATE_SYSCALL] = GT_KIND_TRANSITION,
	[GT_EV_GO_START] = GT_KIND_TRANSITION,
	[GT_EV_GO_DESTROY] = GT_KIND_TRANSITION,
	[GT_EV_GO_DESTROY_SYSCALL] = GT_KIND_TRANSITION,
	[GT_EV_GO_STOP] = GT_KIND_TRANSITION,
	[GT_EV_GO_BLOCK] = GT_KIND_TRANSITION,
	[GT_EV_GO_UNBLOCK] = GT_KIND_TRANSITION,
	[GT_EV_GO_SYSCALL_BEGIN] = GT_KIND_TRANSITION,
	[GT_EV_GO_SYSCALL_END] = GT_KIND_TRANSITION,
	[GT_EV_GO_SYSCALL_END_BLOCKED] = GT_KIND_TRANSITION,
	[GT_EV_GO_STATUS] = GT_KIND_TRANSITION,
	[GT_EV_STW_BEGIN] = GT_KIND_RANGE_BEGIN,
	[GT_EV_STW_END] = GT_KIND_RANGE_END,
	[GT_EV_GC_ACTIVE] = GT_KIND_RANGE_ACTIVE,
	[GT_EV_GC_BEGIN] = GT_KIND_RANGE_BEGIN,
	[GT_EV_GC_END] = GT_KIND_RANGE_END,
	[GT_EV_GC_SWEEP_ACTIVE] = GT_KIND_RANGE_ACTIVE,
	[GT_EV_GC_SWEEP_BEGIN] = GT_KIND_RANGE_BEGIN,
	[GT_EV_GC_SWEEP_END] = GT_KIND_RANGE_END,
	[GT_EV_GC_MARK_ASSIST_ACTIVE] = GT_KIND_RANGE_ACTIVE,
	[GT_EV_GC_MARK_ASSIST_BEGIN] = GT_KIND_RANGE_BEGIN,
	[GT_EV_GC_MARK_ASSIST_END] = GT_KIND_RANGE_END,
	[GT_EV_HEAP_ALLOC] = GT_KIND_METRIC,
	[GT_EV_HEAP_GOAL] = GT_KIND_METRIC,
	[GT_EV_GO_LABEL] = GT_KIND_LABEL,
	[GT_EV_USER_TASK_BEGIN] = GT_KIND_TASK_BEGIN,
	[GT_EV_USER_TASK_END] = GT_KIND_TASK_END,
	[GT_EV_USER_REGION_BEGIN] = GT_KIND_REGION_BEGIN,
	[GT_EV_USER_REGION_END] = GT_KIND_REGION_END,
	[GT_EV_USER_LOG] = GT_KIND_LOG,
	[GT_EV_GO_SWITCH] = GT_KIND_TRANSITION,
	[GT_EV_GO_SWITCH_DESTROY] = GT_KIND_TRANSITION,
	[GT_EV_GO_CREATE_BLOCKED] = GT_KIND_TRANSITION,
	[GT_EV_GO_STATUS_STACK] = GT_KIND_TRANSITION,
	[GT_EV_SPAN] = GT_KIND_EXPERIMENTAL,
	[GT_EV_SPAN_ALLOC] = GT_KIND_EXPERIMENTAL,
	[GT_EV_SPAN_FREE] = GT_KIND_EXPERIMENTAL,
	[GT_EV_HEAP_OBJECT] = GT_KIND_EXPERIMENTAL,
	[GT_EV_HEAP_OBJECT_ALLOC] = GT_KIND_EXPERIMENTAL,
	[GT_EV_HEAP_OBJECT_FREE] = GT_KIND_EXPERIMENTAL,
	[GT_EV_GOROUTINE_STACK] = GT_KIND_EXPERIMENTAL,
	[GT_EV_GOROUTINE_STACK_ALLOC] = GT_KIND_EXPERIMENTAL,
	[GT_EV_GOROUTINE_STACK_FREE] = GT_KIND_EXPERIMENTAL,
	[GT_EV_SYNC_POINT] = GT_KIND_SYNC,
};

enum gt_kind gt_event_kind(const struct gt_event *event)
{
	return kind_of[event->type];
}

const char *gt_kind_name(enum gt_kind kind)
{
	static const char *const names[] = {
		[GT_KIND_BAD] = "Bad",
		[GT_KIND_SYNC] = "Sync",
		[GT_KIND_METRIC] = "Metric",
		[GT_KIND_LABEL] = "Label",
		[GT_KIND_STACK_SAMPLE] = "StackSample",
		[GT_KIND_RANGE_BEGIN] = "RangeBegin",
		[GT_KIND_RANGE_ACTIVE] = "RangeActive",
		[GT_KIND_RANGE_END] = "RangeEnd",
		[GT_KIND_TASK_BEGIN] = "TaskBegin",
		[GT_KIND_TASK_END] = "TaskEnd",
		[GT_KIND_REGION_BEGIN] = "RegionBegin",
		[GT_KIND_REGION_END] = "RegionEnd",
		[GT_KIND_LOG] = "Log",
		[GT_KIND_TRANSITION] = "StateTransition",
		[GT_KIND_EXPERIMENTAL] = "Experimental",
	};

	return names[kind <= GT_KIND_EXPERIMENTAL ? kind : GT_KIND_BAD];
}

const char *gt_state_name(enum gt_state state)
{
	static const char *const names[] = {
		[GT_STATE_UNDETERMINED] = "Undetermined",
		[GT_STATE_NOT_EXIST] = "NotExist",
		[GT_STATE_RUNNABLE] = "Runnable",
		[GT_STATE_RUNNING] = "Running",
		[GT_STATE_WAITING] = "Waiting",
		[GT_STATE_SYSCALL] = "Syscall",
		[GT_STATE_IDLE] = "Idle",
	};

	return names[state <= GT_STATE_IDLE ? state : GT_STATE_UNDETERMINED];
}

const char *gt_event_name(const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);

	return spec ? spec->name : event->type == GT_EV_SYNC_POINT ? "Sync" : "Bad";
}

uint64_t gt_event_stack(const struct gt_event *event)
{
	const struct gt_spec *spec = gt_spec(event->type);

	if (event->type == GT_EV_CPU_SAMPLE)
		return event->args[0];
	return spec && spec->stacks[0] ? event->args[spec->stacks[0] - 1] : 0;
}

static enum gt_state proc_state(uint64_t status)
{
	static const uint8_t states[] = {
		[0] = GT_STATE_UNDETERMINED,
		[GT_PROC_RUNNING] = GT_STATE_RUNNING,
		[GT_PROC_IDLE] = GT_STATE_IDLE,
		[GT_PROC_SYSCALL] = GT_STATE_RUNNING,
		[GT_PROC_SYSCALL_ABANDONED] = GT_STATE_IDLE,
	};

	return states[(uint8_t)status < sizeof(states) ? (uint8_t)status : 0];
}

static enum gt_state go_state(uint64_t status)
{
	static const uint8_t states[] = {
		[0] = GT_STATE_UNDETERMINED,	    [GT_GO_RUNNABLE] = GT_STATE_RUNNABLE,
		[GT_GO_RUNNING] = GT_STATE_RUNNING, [GT_GO_SYSCALL] = GT_STATE_SYSCALL,
		[GT_GO_WAITING] = GT_STATE_WAITING,
	};

	return states[(uint8_t)status < sizeof(states) ? (uint8_t)status : 0];
}

/* From which state to which, where the type alone says it, and whose. */
static const struct rule {
	uint8_t from, to;
	bool set, of_proc;
	bool named; /* args[0] is the id, else it is the event's own */
	bool own_stack, reason;
} rules[256] = {
	[GT_EV_PROC_START] = { GT_STATE_IDLE, GT_STATE_RUNNING, true, true, true },
	[GT_EV_PROC_STOP] = { GT_STATE_RUNNING, GT_STATE_IDLE, true, true },
	[GT_EV_PROC_STEAL] = { 0, GT_STATE_IDLE, true, true, true },
	[GT_EV_PROC_STATUS] = { 0, 0, true, true, true },
	[GT_EV_GO_CREATE] = { GT_STATE_NOT_EXIST, GT_STATE_RUNNABLE, true, .named = true },
	[GT_EV_GO_CREATE_BLOCKED] = { GT_STATE_NOT_EXIST, GT_STATE_WAITING, true, .named = true },
	[GT_EV_GO_CREATE_SYSCALL] = { GT_STATE_NOT_EXIST, GT_STATE_SYSCALL, true, .named = true },
	[GT_EV_GO_START] = { GT_STATE_RUNNABLE, GT_STATE_RUNNING, true, .named = true },
	[GT_EV_GO_DESTROY] = { GT_STATE_RUNNING, GT_STATE_NOT_EXIST, true },
	[GT_EV_GO_DESTROY_SYSCALL] = { GT_STATE_SYSCALL, GT_STATE_NOT_EXIST, true },
	[GT_EV_GO_STOP] = { GT_STATE_RUNNING, GT_STATE_RUNNABLE, true, .own_stack = true,
			    .reason = true },
	[GT_EV_GO_BLOCK] = { GT_STATE_RUNNING, GT_STATE_WAITING, true, .own_stack = true,
			     .reason = true },
	[GT_EV_GO_UNBLOCK] = { GT_STATE_WAITING, GT_STATE_RUNNABLE, true, .named = true },
	[GT_EV_GO_SWITCH] = { GT_STATE_WAITING, GT_STATE_RUNNABLE, true, .named = true },
	[GT_EV_GO_SWITCH_DESTROY] = { GT_STATE_WAITING, GT_STATE_RUNNABLE, true, .named = true },
	[GT_EV_GO_SYSCALL_BEGIN] = { GT_STATE_RUNNING, GT_STATE_SYSCALL, true, .own_stack = true },
	[GT_EV_GO_SYSCALL_END] = { GT_STATE_SYSCALL, GT_STATE_RUNNING, true },
	[GT_EV_GO_SYSCALL_END_BLOCKED] = { GT_STATE_SYSCALL, GT_STATE_RUNNABLE, true },
	[GT_EV_GO_STATUS] = { 0, 0, true, .named = true, .own_stack = true },
	[GT_EV_GO_STATUS_STACK] = { 0, 0, true, .named = true, .own_stack = true },
};

bool gt_event_transition(const struct gt_event *event, struct gt_transition *transition)
{
	const struct rule *rule = &rules[event->type];
	struct gt_transition out = {
		.of_proc = rule->of_proc,
		.id = rule->named     ? event->args[0]
		      : rule->of_proc ? event->p
				      : event->g,
		.from = rule->from,
		.to = rule->to,
	};

	if (!rule->set)
		return false;
	if (rule->reason)
		out.reason = event->args[0];
	if (rule->own_stack)
		out.stack = gt_event_stack(event);
	out.has_stack = out.stack;
	switch (event->type) {
	case GT_EV_PROC_STEAL:
		out.from = event->from;
		break;
	case GT_EV_PROC_STATUS:
		out.from = event->from;
		out.to = proc_state(event->args[1]);
		break;
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
		out.from = event->from;
		out.to = go_state(event->args[2]);
		break;
	case GT_EV_GO_CREATE:
	case GT_EV_GO_CREATE_BLOCKED:
		out.stack = event->args[1];
		out.has_stack = true;
		break;
	}
	*transition = out;
	return true;
}
