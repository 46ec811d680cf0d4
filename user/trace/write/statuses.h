/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The scheduler view of a trace being written: what a reader will hold.
 *
 * It keeps the status of every G and P and which M holds them, gives the
 * sequence numbers, states a G or P again when a generation needs it, makes
 * times unique and rising, and opens generations. Its callers say what
 * happens; it says it legally. It knows Go's rules (internal/trace/order.go)
 * and nothing of Linux.
 *
 * An event that the rules do not allow is refused: -EINVAL, nothing written,
 * counted. A correct caller never sees that. Whatever is called in whatever
 * order, a reader accepts what was written. Out of memory is -ENOMEM, and
 * nothing is written after it.
 *
 * Times: gt_statuses_at() sets the time of what follows; each event gets that
 * time or the last event's plus one, whichever is later, below 2^62.
 *
 * Ids are below 2^63, those of Gs from 1; a destroyed G's id may be used again.
 */
#ifndef GOTRACE_TRACE_WRITE_STATUSES_H
#define GOTRACE_TRACE_WRITE_STATUSES_H

#include <stdint.h>

#include "trace/wire/wire.h"
#include "trace/write/writer.h"

#define GT_MAX_PROC 65535 /* viewers loop over all Ps up to the highest */

struct gt_statuses_options {
	int version;		   /* as the writer's */
	uint64_t generation_ns;	   /* a new generation after this long, as 10^9; 0: never */
	uint64_t generation_bytes; /* or after this many (gt_writer_generation_bytes()); 0: never */
};

struct gt_statuses;

int gt_statuses_new(struct gt_statuses **out, struct gt_writer *writer,
		    const struct gt_statuses_options *options);
void gt_statuses_free(struct gt_statuses *statuses);

/*
 * Sets the time of what follows, ns, from 2 up. Opens a new generation when
 * one is due, so string and stack ids made after this call are valid for the
 * events until the next one. Returns the open generation's number.
 */
uint64_t gt_statuses_at(struct gt_statuses *statuses, uint64_t ts);

/*
 * Introduces what existed at the start; only before the first other event.
 * m: the M that holds it, GT_NO_M for an idle P and a runnable or waiting G. A
 * P comes before the G on its M, and is in a syscall (GT_PROC_SYSCALL, not
 * running) if that G is; a running G needs a P, one in a syscall does not.
 * stack: 0 or what it is in and whose it is (written from 1.23).
 */
int gt_statuses_proc(struct gt_statuses *statuses, uint64_t p, enum gt_proc_status status,
		     uint64_t m);
int gt_statuses_go(struct gt_statuses *statuses, uint64_t g, enum gt_go_status status, uint64_t m,
		   uint64_t stack);

/*
 * Transitions. m is the M in whose batch the event stands. What must hold, and
 * what holds after it, is Go's; what is not obvious:
 *
 * proc_start: a P that was never introduced is stated as idle just before. The
 *	M may have a G in a syscall (which then ends blocked).
 * proc_stop: not under a running G. Under one in a syscall it stays there.
 * proc_steal: P is in a syscall on from_m, which may be m itself.
 * go_create: m has a P and either no G or a running one.
 * go_unblock: m may be GT_NO_M; it needs no P.
 * go_destroy_syscall: only if m has no P.
 * syscall_end: on the P it began on; else it is syscall_end_blocked, after
 *	which the G is runnable and on no M.
 */
int gt_statuses_proc_start(struct gt_statuses *statuses, uint64_t m, uint64_t p);
int gt_statuses_proc_stop(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_proc_steal(struct gt_statuses *statuses, uint64_t m, uint64_t p, uint64_t from_m);
int gt_statuses_go_create(struct gt_statuses *statuses, uint64_t m, uint64_t g, uint64_t new_stack,
			  uint64_t stack);
int gt_statuses_go_start(struct gt_statuses *statuses, uint64_t m, uint64_t g);
int gt_statuses_go_stop(struct gt_statuses *statuses, uint64_t m, uint64_t reason, uint64_t stack);
int gt_statuses_go_block(struct gt_statuses *statuses, uint64_t m, uint64_t reason, uint64_t stack);
int gt_statuses_go_unblock(struct gt_statuses *statuses, uint64_t m, uint64_t g, uint64_t stack);
int gt_statuses_go_destroy(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_go_destroy_syscall(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_syscall_begin(struct gt_statuses *statuses, uint64_t m, uint64_t stack);
int gt_statuses_syscall_end(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_syscall_end_blocked(struct gt_statuses *statuses, uint64_t m);

/* Annotations; m has a running G. procs: from 1 to GT_MAX_PROC + 1. */
int gt_statuses_label(struct gt_statuses *statuses, uint64_t m, uint64_t label);
int gt_statuses_log(struct gt_statuses *statuses, uint64_t m, uint64_t key, uint64_t value,
		    uint64_t stack);
int gt_statuses_procs_change(struct gt_statuses *statuses, uint64_t m, uint64_t procs,
			     uint64_t stack);

/*
 * The trace goes on until now, though nothing happened: states a P again, which
 * viewers pass over but for the time. Nothing may follow it. -EINVAL: no P.
 */
int gt_statuses_end(struct gt_statuses *statuses);

/* What a reader holds now: GT_NO_ID if nothing; 0 as status if unknown. */
uint64_t gt_statuses_m_proc(const struct gt_statuses *statuses, uint64_t m);
uint64_t gt_statuses_m_go(const struct gt_statuses *statuses, uint64_t m);
int gt_statuses_go_status(const struct gt_statuses *statuses, uint64_t g);

uint64_t gt_statuses_refused(const struct gt_statuses *statuses);
/* The time of the last event written; 0 before the first. */
uint64_t gt_statuses_last_ts(const struct gt_statuses *statuses);

#endif
