/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Can what a v1 trace says have happened? A P runs one goroutine at a time, a
 * goroutine is blocked before it is unblocked, a GC ends before the next one,
 * tasks have one id each, regions nest. By the rules of Go's reader (Go 1.26,
 * tracev1): one of its checks to one here, and none more.
 *
 * It also finishes the events: the network's wakeups and the GC's begins get
 * Ps of their own, stacks that do not exist become none, and of a syscall is
 * said whether it blocks. That is known from the events after it: the first
 * pass over a trace notes it (a bit a syscall), the second one says it.
 *
 * Memory: what is alive (goroutines, also dead ones; Ps, tasks, open regions).
 */
#ifndef GOTRACE_TRACE_READ_V1_CHECK_H
#define GOTRACE_TRACE_READ_V1_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "gotrace/reader.h"
#include "trace/read/tables.h"
#include "trace/read/v1_event.h"

struct v1_region {
	uint64_t task, name;
};

struct v1_go {
	uint8_t state;
	uint8_t blocked_by; /* the type of what blocked it or made it runnable; 0: none */
	bool assists;
	uint64_t syscall; /* its last event was this one, counted from 1; 0: it was none */
	struct v1_region *regions;
	size_t regions_count, regions_cap;
};

struct v1_p {
	uint64_t g; /* 0: none */
	bool running, sweeps;
};

struct v1_check {
	const struct tables *tables; /* borrowed: for stacks */
	struct idmap go_ids, p_ids, tasks;
	struct v1_go *gos;
	size_t gos_cap, gos_used; /* used: whose regions are to be freed */
	struct v1_p *ps;
	size_t ps_cap;
	bool gc, stw;

	uint8_t *blocks; /* a bit for each syscall: it blocks */
	size_t blocks_cap;
	uint64_t syscalls;
	bool second; /* blocks is full */
};

/* A zeroed struct with tables is ready for the first pass. */
void v1_check_fini(struct v1_check *check);

/* Before the first event again, but blocks is known. */
void v1_check_rewind(struct v1_check *check);

/* Checks and finishes an event. 0 or *error. */
int v1_check_event(struct v1_check *check, struct v1_event *event, struct gt_error *error);

#endif
