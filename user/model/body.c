// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The model's body: its threads and CPUs, and how an input is applied to one
 * of them. What records say stands in records.c.
 *
 * Was something lost or never seen? A gap in the thread's transition numbers,
 * or a loss just before on that CPU, says lost; without either nobody recorded
 * it.
 */
#include "model/core.h"

#include <errno.h>
#include <string.h>

void model_apply(struct model *model, struct thread *thread, enum input input,
		 const struct change *change)
{
	const struct cell *cell;
	uint8_t was = thread->state;

	if (was == T_DEAD)
		return;
	cell = &(*model->table)[was][input];
	if (cell->why != SEEN)
		model->stats.repairs++;
	if (cell->why == BRIDGE && change->unknown == TOP_UNSEEN)
		model->stats.unseen++;
	for (unsigned i = 0; i < CELL_STEPS && cell->steps[i] != STEP_END; i++)
		emit_step(model, thread, cell->steps[i], change);
	thread->state = cell->next;
	if (thread->state == T_LOST)
		thread->lost_how = change->unknown;
	if (thread->state == T_DEAD) {
		thread->presumed = input == GONE;
		thread->presumed_from = thread->g ? was : T_ABSENT;
		thread_table_drop(model->threads, thread);
	} else if (thread->orphan && !thread_on_cpu(thread)) {
		model_apply(model, thread, GONE, change);
	}
}

/* ---- threads ---- */

/* Its tid has a new owner, so it is dead, though it may still have to leave its CPU. */
static void retire(struct model *model, struct thread *thread)
{
	struct change change = { .other = &model->idle, .unknown = TOP_RECORDS_LOST };

	thread->orphan = true;
	if (!thread_on_cpu(thread))
		model_apply(model, thread, GONE, &change);
}

uint32_t model_tid(uint32_t tid)
{
	return tid % TID_LIMIT ? tid % TID_LIMIT : TID_LIMIT - 1;
}

static struct thread *add_thread(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread = thread_table_add(model->threads, id, tid);

	if (!thread)
		model->error = -ENOMEM;
	return thread;
}

/* Presumed dead, but here is a record of it. */
static struct thread *revive(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread = thread_dead_by_id(model->threads, id);
	struct thread *owner = thread_by_tid(model->threads, tid);

	if (!thread || !thread->presumed)
		return NULL;
	if (owner && owner->tid != thread->tid)
		retire(model, owner); /* the leader, whose tid it took over */
	thread_table_revive(model->threads, thread, tid);
	return thread;
}

struct thread *model_thread(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread;

	if (model_is_idle(id, tid))
		return NULL;
	tid = model_tid(tid);
	if (id == 0) {
		model->stats.no_number++;
		thread = thread_by_tid(model->threads, tid);
		return thread ? thread : add_thread(model, 0, tid);
	}
	thread = thread_by_id(model->threads, id);
	if (thread) {
		if (thread->tid != tid)
			thread_set_tid(model->threads, thread, tid);
		return thread;
	}
	thread = revive(model, id, tid);
	if (thread)
		return thread;
	thread = thread_by_tid(model->threads, tid);
	if (thread && thread->id == 0) {
		thread_set_id(model->threads, thread, id);
		return thread;
	}
	/* Before the start both may be older than the list: see start.c. */
	if (thread && model->settled)
		retire(model, thread);
	return add_thread(model, id, tid);
}

struct thread *model_thread_near(struct model *model, uint16_t cpu, uint64_t id, uint32_t tid)
{
	struct thread *thread = model->cpus[cpu].running;

	if (thread && id && thread->id == id && thread->tid == tid)
		return thread;
	return model_thread(model, id, tid);
}

struct thread *model_waker(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread;

	if (model_is_idle(id, tid))
		return &model->idle;
	thread = id ? thread_by_id(model->threads, id)
		    : thread_by_tid(model->threads, model_tid(tid));
	if (!thread && id)
		thread = thread_dead_by_id(model->threads, id);
	return thread ? thread : &model->nobody;
}

bool model_is_wakee(const struct model *model, const struct rec_task *wakee)
{
	const struct thread *thread;

	if (wakee->id || model->options.system_wide)
		return true;
	thread = thread_by_tid(model->threads, model_tid(wakee->tid));
	return thread && thread->scope;
}

void model_set_attributes(struct model *model, struct thread *thread,
			  const struct rec_thread *record)
{
	thread->start_ns = record->start_ns;
	thread->tgid = record->tgid;
	thread->flags = record->flags;
	thread->scope |= model_in_scope(model, record->flags & REC_THREAD_SCOPE);
	names_clean_comm(thread->comm, record->comm);
	names_clean_comm(thread->leader_comm, record->leader_comm);
}

void model_set_sys(const struct model *model, struct thread *thread, uint16_t sys)
{
	if (sys == REC_SYS_UNKNOWN)
		sys = thread->sys;
	/* arm64's new thread returns from its clone without a sys_exit. */
	if (model->options.arch == REC_ARCH_ARM64 && sys_inside(thread->born_sys) &&
	    sys == thread->born_sys)
		sys = REC_SYS_NONE;
	thread->sys = sys;
}

bool model_take_num(struct model *model, struct thread *thread, const struct rec_task *task,
		    struct change *change)
{
	uint32_t num = task->num;

	if (num && thread->num && !num_newer(num, thread->num)) {
		model->stats.repairs++;
		return false;
	}
	change->unknown = TOP_UNSEEN;
	if (thread->state == T_LOST)
		change->unknown = thread->lost_how;
	/* A thread's first transition is number 1. Strangers have no numbers, but that
	 * it became one had: see scope.bpf.h. */
	if (num ? num != thread->num + 1 : task->id != 0)
		change->unknown = TOP_RECORDS_LOST;
	if (num)
		thread->num = num;
	return true;
}

/* ---- CPUs ---- */

void model_note_loss(struct cpu *cpu, const struct order_item *item)
{
	if (cpu->lost == 0)
		cpu->lost_from_ns = item->lost_from_ns;
	cpu->lost += item->lost;
	cpu->lost_to_ns = item->lost_to_ns;
}

void model_see_cpu(struct model *model, uint16_t cpu)
{
	model->cpus[cpu].seen = true;
	if (cpu >= model->procs) {
		model->procs = cpu + 1u;
		model->procs_pending = true;
	}
}

void model_lose(struct model *model, struct thread *thread, enum top how)
{
	struct change change = { .cpu = thread->cpu, .other = &model->idle, .unknown = how };

	model_apply(model, thread, LOSE, &change);
}

void model_evict(struct model *model, uint16_t cpu, const struct thread *but)
{
	struct thread *thread = model->cpus[cpu].running;

	if (thread && thread != but)
		model_lose(model, thread, TOP_UNSEEN);
}

static enum top how_unknown(const struct model *model, const struct thread *thread, uint16_t cpu)
{
	if (model->cpus[cpu].blind)
		return TOP_RECORDS_LOST;
	return thread->state == T_LOST ? thread->lost_how : TOP_UNSEEN;
}

void model_bring(struct model *model, struct thread *thread, uint16_t cpu)
{
	struct change change = { .cpu = cpu, .other = &model->idle };

	if (thread_on_cpu(thread) && thread->cpu == cpu)
		return;
	model_evict(model, cpu, thread);
	change.unknown = how_unknown(model, thread, cpu);
	/* The one case in which the table takes it for an ordinary switch. */
	if (thread->state == T_RUNNABLE) {
		model->stats.repairs++;
		model->stats.unseen += change.unknown == TOP_UNSEEN;
	}
	thread->scope = true;
	model_apply(model, thread, sys_inside(thread->sys) ? IN_SYS : IN, &change);
}
