/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The event types of traces of Go 1.11 to 1.21 (v1), and what each has on the
 * wire. The numbers are those of Go's internal/trace/internal/tracev1.
 *
 * A table and nothing else: how events stand in a file is in v1_raw.h, what they
 * mean in v1_check.h and v1_convert.h. Headers 1.11, 1.19 and 1.21 exist; a Go in
 * between writes the one before it.
 */
#ifndef GOTRACE_TRACE_WIRE_V1SPEC_H
#define GOTRACE_TRACE_WIRE_V1SPEC_H

#include <stdbool.h>
#include <stdint.h>

enum v1_type {
	V1_NONE = 0,
	V1_BATCH,
	V1_FREQUENCY,
	V1_STACK,
	V1_GOMAXPROCS,
	V1_PROC_START,
	V1_PROC_STOP,
	V1_GC_START,
	V1_GC_DONE,
	V1_STW_START,
	V1_STW_DONE,
	V1_GC_SWEEP_START,
	V1_GC_SWEEP_DONE,
	V1_GO_CREATE,
	V1_GO_START,
	V1_GO_END,
	V1_GO_STOP,
	V1_GO_SCHED,
	V1_GO_PREEMPT,
	V1_GO_SLEEP,
	V1_GO_BLOCK,
	V1_GO_UNBLOCK,
	V1_GO_BLOCK_SEND,
	V1_GO_BLOCK_RECV,
	V1_GO_BLOCK_SELECT,
	V1_GO_BLOCK_SYNC,
	V1_GO_BLOCK_COND,
	V1_GO_BLOCK_NET,
	V1_GO_SYSCALL,
	V1_GO_SYSEXIT,
	V1_GO_SYSBLOCK,
	V1_GO_WAITING,
	V1_GO_IN_SYSCALL,
	V1_HEAP_ALLOC,
	V1_HEAP_GOAL,
	V1_TIMER_GOROUTINE,
	V1_FUTILE_WAKEUP,
	V1_STRING,
	V1_GO_START_LOCAL,
	V1_GO_UNBLOCK_LOCAL,
	V1_GO_SYSEXIT_LOCAL,
	V1_GO_START_LABEL,
	V1_GO_BLOCK_GC,
	V1_MARK_ASSIST_START,
	V1_MARK_ASSIST_DONE,
	V1_USER_TASK_CREATE,
	V1_USER_TASK_END,
	V1_USER_REGION,
	V1_USER_LOG,
	V1_CPU_SAMPLE,
	V1_COUNT
};

#define V1_MAX_ARGS 5 /* values of an event, its time and stack among them; not of a Stack */

struct v1_spec {
	const char *name;
	uint8_t values; /* on the wire: time, arguments, stack */
	bool stack;	/* the last one is a stack id */
	bool untimed;	/* the first one is no time */
	uint8_t since;	/* minor of the first header that has it */
};

/* NULL for a number that no event has. */
const struct v1_spec *v1_spec(unsigned type);

#endif
