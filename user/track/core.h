/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The tracker's inside: what its files share. Nobody else includes this.
 *
 *   track.c    the way of a capture, on top of the rest
 *   start.c    the list of threads, and telling what is so at the start
 *   silent.c   records before that
 *   records.c  records to changes, in the order of what one record says
 *   who.c      the threads that records name
 *   apply.c    a change to a thread: its state, its CPU, who is told
 *   machine.c  what a change means in a state
 *   threads.c  the table of threads
 */
#ifndef GOTRACE_TRACK_CORE_H
#define GOTRACE_TRACK_CORE_H

#include "syscalls/classes.h"
#include "track/change.h"
#include "track/machine.h"
#include "track/processes.h"
#include "track/stacks.h"
#include "track/threads.h"
#include "track/track.h"

struct cpu {
	struct thread *running; /* whose state is THREAD_ON_CPU, here */
	bool seen;		/* told of, or named by a record before the start */
	bool blind;		/* records were lost, and none since shows who is there */
	/* Until the start is settled: a record says who is on it, and what of a
	 * syscall told so; unknown if a switch did. */
	bool shown;
	struct thread *occupant; /* NULL: the idle task */
	uint32_t occupant_moves; /* its start_moves then */
	uint16_t occupant_sys;	 /* REC_SYS_* form */
	/* Until then: what was lost. */
	struct change_loss lost;
};

struct track {
	struct track_options options;
	struct track_stats stats;
	change_fn tell;
	void *ctx;
	struct sys_classes *classes;
	struct thread_table *threads;
	struct processes *processes;
	struct cpu *cpus;
	struct stacks stacks;
	/* Stand in where a thread is named that is none. */
	struct thread idle;
	struct thread nobody;
	uint64_t end_ns; /* of the snapshot */
	bool settled;	 /* the start was told */
	bool silent;	 /* nothing is told */
	int error;	 /* the first one */
	/* Of the item under way, for every change that comes of it. */
	uint64_t ts_ns;
	uint64_t step;
	uint64_t kernel_ns;
};

/* ---- apply.c ---- */

/* Why a thread sleeps, by its state's bits. */
enum change_cause track_cause_of_sleep(uint16_t prev_state);
/* Tells a change that no state depends on; kind and what it is about are filled in. */
void track_tell(struct track *track, struct change *change);
/*
 * The change happens to the thread: looks up what it means, tells it, and
 * counts repairs. thread, kind, from, to, sys and repair are filled in here.
 */
void track_apply(struct track *track, struct thread *thread, enum change_kind kind,
		 struct change *change);
/* What the thread does on its CPU is not known from here on. */
void track_lose(struct track *track, struct thread *thread, enum change_gap gap);
/* Whoever runs on the CPU, but that one, must have left it. */
void track_evict(struct track *track, uint16_t cpu, const struct thread *but);
/* The thread is on that CPU: it must have come there if we do not have it there. */
void track_bring(struct track *track, struct thread *thread, uint16_t cpu);
/* It is dead, and its slot will be free some time after. */
void track_drop(struct track *track, struct thread *thread);

/*
 * The number of the stack with that id, for a change that is told next; who is
 * told of the change knows of it then. 0: no id; STACK_LOST.
 */
uint32_t track_stack(struct track *track, uint64_t id);

/* ---- who.c ---- */

/*
 * The thread a record names; made if it is new. NULL: the idle task, or no
 * memory. A reused tid ends the thread that had it.
 */
struct thread *who_is(struct track *track, uint64_t id, uint32_t tid);
/* The same, for a record of the CPU it most likely runs on. */
struct thread *who_is_near(struct track *track, uint16_t cpu, uint64_t id, uint32_t tid);
/* Who is only named, dead or alive; never NULL. */
struct thread *who_wakes(struct track *track, uint64_t id, uint32_t tid);
/* A tid that the tables take. A damaged capture may name any; 0 is the idle task's. */
uint32_t who_tid(uint32_t tid);
static inline bool who_is_idle(uint64_t id, uint32_t tid)
{
	return id == 0 && tid == 0;
}
/* In scope by the record's word, or because everybody is. */
static inline bool who_in_scope(const struct track *track, bool flag)
{
	return track->options.system_wide || flag;
}
/*
 * Is a wakeup about somebody of ours? In a scoped capture one without an id
 * may be anybody's whose storage was not found: then the tid decides.
 */
bool who_is_wakee(const struct track *track, const struct rec_task *wakee);

/* The thread's process and cgroup, by what is known of it now. */
void who_set_belonging(struct track *track, struct thread *thread);
/* It is a process of its own from now on. like: whose command line it has, or NULL. */
void who_begin_process(struct track *track, struct thread *thread,
		       const struct thread_process *like);
/* It runs a new program. */
void who_takes_program(struct track *track, struct thread *thread, const struct rec_thread *record);
void who_set_attributes(struct track *track, struct thread *thread,
			const struct rec_thread *record);
/* Its syscall from now on, unless the record does not know. */
void who_set_sys(const struct track *track, struct thread *thread, uint16_t sys);
/*
 * Takes the number of a record's transition (0: not counted) and says in change
 * whether records before it are missing. false: it is older than what is known.
 */
bool who_take_num(struct track *track, struct thread *thread, const struct rec_task *task,
		  struct change *change);

/* ---- records.c ---- */

void records_step(struct track *track, const struct rec_head *head);
void records_loss(struct track *track, const struct order_item *item);

/* ---- silent.c ---- */

/* An item before the snapshot's end. */
void silent_step(struct track *track, const struct order_item *item);

/* ---- start.c ---- */

int start_snapshot(struct track *track, const struct rec_snapshot *threads, size_t count);
/* Tells what is so. 0, -ENOMEM. */
int start_settle(struct track *track);
/* Tells what is so now, long after that. 0, -ENOMEM. */
int start_tell_again(struct track *track, uint64_t ts_ns);

#endif
