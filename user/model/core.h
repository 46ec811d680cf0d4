/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The model's inside: what its files share. Nobody else includes this.
 *
 *   model.c    the way of a capture, on top of the rest
 *   start.c    everything before the trace's start
 *   records.c  records to inputs, in the order of what one record says
 *   body.c     threads, CPUs, how an input is applied
 *   machine_*  what an input means (machine.h)
 *   emit.c     what a step is in Go's events: the only file that knows them
 *   names.c, reasons.c, threads.c: see their headers
 */
#ifndef GOTRACE_MODEL_CORE_H
#define GOTRACE_MODEL_CORE_H

#include "model/machine.h"
#include "model/model.h"
#include "model/names.h"
#include "model/reasons.h"
#include "model/threads.h"

struct cpu {
	struct thread *running; /* whose state is T_RUNNING or T_SYSCALL, here */
	bool seen;		/* stated at the start, or in a record since */
	bool blind;		/* records were lost, and none since shows who is there */
	/* Until the start is settled: a record says who is on it, and what of a
	 * syscall told so; unknown if a switch did. */
	bool shown;
	struct thread *occupant; /* NULL: the idle task */
	uint32_t occupant_moves; /* its start_moves then */
	uint16_t occupant_sys;	 /* REC_SYS_* form */
	/* A loss the trace does not show yet; lost = 0: none. CLOCK_MONOTONIC. */
	uint64_t lost;
	uint64_t lost_from_ns;
	uint64_t lost_to_ns;
};

struct model {
	struct model_options options;
	struct model_stats stats;
	struct gt_statuses *sched;
	struct names *names;
	struct sys_classes *classes;
	const machine_table *table;
	struct thread_table *threads;
	struct cpu *cpus;
	/* Stand in where a name is needed: for the idle tasks, for one not known. */
	struct thread idle;
	struct thread nobody;
	uint64_t generation;
	uint64_t end_ns; /* of the snapshot */
	bool settled;	 /* the start is stated */
	int error;	 /* the first one: -ENOMEM */
	uint32_t procs;	 /* CPUs seen: one more than the highest */
	bool procs_pending;
};

/* What an input brings along, as far as its steps need it. */
struct change {
	uint16_t cpu;
	/* Switched out: who comes next. Woken: the waker. Born: the parent, or
	 * the stranger that forked it. Never NULL there; idle if nobody. */
	struct thread *other;
	bool other_acts;  /* other has an M of its own that the event may use */
	enum top unknown; /* what is known of what is unknown */
	uint16_t prev_state;
	uint8_t fd;	    /* enum rec_fd */
	uint8_t context;    /* enum rec_context */
	uint16_t waker_sys; /* what the waker was inside; REC_SYS_* form */
};

/* ---- body.c ---- */

/* Looks up what the input means for the thread, tells it, and counts repairs. */
void model_apply(struct model *model, struct thread *thread, enum input input,
		 const struct change *change);

/*
 * The thread a record names; made if it is new. NULL: the idle task, or no
 * memory. A reused tid ends the thread that had it.
 */
struct thread *model_thread(struct model *model, uint64_t id, uint32_t tid);
/* The same, for a record of the CPU it most likely runs on. */
struct thread *model_thread_near(struct model *model, uint16_t cpu, uint64_t id, uint32_t tid);
/* Who is only named, dead or alive; never NULL. */
struct thread *model_waker(struct model *model, uint64_t id, uint32_t tid);
/* A tid that the tables take. A damaged capture may name any; 0 is the idle task's. */
uint32_t model_tid(uint32_t tid);
static inline bool model_is_idle(uint64_t id, uint32_t tid)
{
	return id == 0 && tid == 0;
}
/* In scope by the record's word, or because everybody is. */
static inline bool model_in_scope(const struct model *model, bool flag)
{
	return model->options.system_wide || flag;
}
/*
 * Is a wakeup about somebody of ours? In a scoped capture one without an id
 * may be anybody's whose storage was not found: then the tid decides.
 */
bool model_is_wakee(const struct model *model, const struct rec_task *wakee);

void model_set_attributes(struct model *model, struct thread *thread,
			  const struct rec_thread *record);
/* Its syscall from now on, unless the record does not know. */
void model_set_sys(const struct model *model, struct thread *thread, uint16_t sys);
/*
 * Takes the number of a record's transition (0: not counted) and says in change
 * whether records before it are missing. false: it is older than what is known.
 */
bool model_take_num(struct model *model, struct thread *thread, const struct rec_task *task,
		    struct change *change);

void model_see_cpu(struct model *model, uint16_t cpu);
/* Keeps a loss until the trace can show it. */
void model_note_loss(struct cpu *cpu, const struct order_item *item);
/* What the thread does on its CPU is not known from here on. */
void model_lose(struct model *model, struct thread *thread, enum top how);
/* Whoever runs on the CPU, but that one, must have left it. */
void model_evict(struct model *model, uint16_t cpu, const struct thread *but);
/* The thread is on that CPU: it must have come there if we do not have it there. */
void model_bring(struct model *model, struct thread *thread, uint16_t cpu);

/* ---- records.c ---- */

void records_step(struct model *model, const struct rec_head *head);
void records_loss(struct model *model, const struct order_item *item);

/* ---- start.c ---- */

int start_snapshot(struct model *model, const struct rec_snapshot *threads, size_t count);
/* An item before the snapshot's end. */
void start_apply(struct model *model, const struct order_item *item);
/* States what there is. 0, -ENOMEM. */
int start_settle(struct model *model);

/* ---- stacks.c: ids of stacks of the open generation ---- */

/* What it is inside, and whose it is. */
uint64_t stack_own(struct model *model, struct thread *thread);
/* Another top frame than what it is inside. */
uint64_t stack_top(struct model *model, struct thread *thread, enum top top);
/* Why it sleeps; why it left its CPU though it could go on. */
uint64_t stack_sleep(struct model *model, struct thread *thread, const struct change *change);
uint64_t stack_stop(struct model *model, struct thread *thread, const struct change *change);
/* Of the waker, change->other. */
uint64_t stack_wakeup(struct model *model, const struct change *change);

/* ---- emit.c ---- */

/* Sets the trace's time; before any other call of this part. */
void emit_at(struct model *model, uint64_t ts_ns);
void emit_step(struct model *model, struct thread *thread, enum step step,
	       const struct change *change);
/* The start: a CPU with nobody, with somebody on it; a thread without a CPU. */
void emit_idle_cpu(struct model *model, uint16_t cpu);
void emit_running(struct model *model, struct thread *thread);
void emit_off_cpu(struct model *model, struct thread *thread);
/* It has a new comm: named so where the trace still allows it, else labelled. */
void emit_renamed(struct model *model, struct thread *thread);
/* What is not told yet and needs a goroutine on a CPU: any will do. */
void emit_leftovers(struct model *model);
/* The last of all: nothing happened until then. */
void emit_end(struct model *model, uint64_t ts_ns);

#endif
