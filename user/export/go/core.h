/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The Go exporter's inside: what its files share. Nobody else includes this.
 *
 *   go.c      what is done with each kind of change
 *   emit.c    what a step is in Go's events: the only file that knows them
 *   stacks.c  which stack an event has
 *   code.c    frames of program code in them
 *   steps.c   which steps a change has
 *   frames.c, reasons.c, ids.c: see their headers
 */
#ifndef GOTRACE_EXPORT_GO_CORE_H
#define GOTRACE_EXPORT_GO_CORE_H

#include "export/go/code.h"
#include "export/go/frames.h"
#include "export/go/go.h"
#include "export/go/goroutine.h"
#include "export/go/ids.h"
#include "export/go/reasons.h"
#include "export/go/steps.h"
#include "syscalls/classes.h"

struct proc {
	const struct thread *running; /* whose goroutine is on it, NULL: none's */
	struct change_loss lost;      /* what the trace does not show yet */
};

struct export_go {
	struct export_go_options options;
	struct gt_statuses *sched;
	struct frames *frames;
	struct code code;
	struct sys_classes *classes;
	struct ids *ids;
	step_table steps;
	struct goroutine **goroutines; /* at the threads' slots; NULL: never needed */
	size_t room;
	struct goroutine spare; /* stands in where there is no memory for one */
	struct proc *procs;
	uint64_t generation;
	uint64_t now_ns;     /* CLOCK_MONOTONIC of what is told */
	bool marked;	     /* options.mark was told, or there is none */
	uint64_t step;	     /* whose time is set */
	bool started;	     /* what is so at the start was told */
	uint32_t proc_count; /* of the CPUs seen: one more than the highest */
	bool procs_pending;
	int error; /* -ENOMEM, once there was no memory for an id */
};

/* ---- go.c ---- */

struct goroutine *goroutine_make(struct export_go *go, const struct thread *thread);

/* What the trace holds of a thread. Its place stays for ever. */
static inline struct goroutine *goroutine_of(struct export_go *go, const struct thread *thread)
{
	if (thread->slot < go->room && go->goroutines[thread->slot])
		return go->goroutines[thread->slot];
	return goroutine_make(go, thread);
}

/* ---- stacks.c: ids of stacks of the open generation ---- */

/* What it is inside, and whose it is. */
uint64_t stack_own(struct export_go *go, struct goroutine *g);
/* The same of one that is runnable: and for which CPU it waits, if that is known. */
uint64_t stack_ready(struct export_go *go, struct goroutine *g);
/* Nothing is known, for that reason. */
uint64_t stack_gap(struct export_go *go, struct goroutine *g, enum change_gap gap);
/* The same of one that is runnable from now on: and for which CPU it waits. */
uint64_t stack_awake(struct export_go *go, struct goroutine *g, const struct change *change);
/* Records of the CPU are missing. */
uint64_t stack_loss(struct export_go *go, struct goroutine *g, const struct change_loss *loss,
		    uint16_t cpu);
/* Why it sleeps; why it left its CPU though it could go on. */
uint64_t stack_sleep(struct export_go *go, struct goroutine *g, const struct change *change);
uint64_t stack_stop(struct export_go *go, struct goroutine *g, const struct change *change);
/* By which limit it was throttled, of the wait that ends, and how long. */
uint64_t stack_share(struct export_go *go, struct goroutine *g, const struct change *change);
/* Of the waker, change->other; own: it acts as a goroutine. */
uint64_t stack_wakeup(struct export_go *go, const struct change *change, bool own);

/* ---- emit.c ---- */

/* Sets the trace's time; before any other call of this part. */
void emit_at(struct export_go *go, uint64_t ts_ns);
/* A row of a step_table. */
void emit_steps(struct export_go *go, struct goroutine *g, const uint8_t *steps,
		const struct change *change);
/* The start: a CPU with nobody, with somebody on it; a thread without a CPU. */
void emit_idle_cpu(struct export_go *go, uint16_t cpu);
void emit_running(struct export_go *go, struct goroutine *g, const struct change *change);
void emit_off_cpu(struct export_go *go, struct goroutine *g, const struct change *change);
/* It has a new comm: named so where the trace still allows it, else labelled. */
void emit_renamed(struct export_go *go, struct goroutine *g, const struct change *change);
/* What is not told yet and needs a goroutine on a CPU: any will do. */
void emit_leftovers(struct export_go *go);
/* The mark, if its thread did not run since. */
void emit_late_mark(struct export_go *go);
/* The last of all: nothing happened until then. */
void emit_end(struct export_go *go, uint64_t ts_ns);

#endif
