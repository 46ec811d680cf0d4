// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Records to inputs. A record names threads and a CPU; each thread gets its
 * input in the order in which the record's things happen. What contradicts
 * the model is cleared away first, so that the tables see one thing at a time:
 *
 *   evict()  the CPU shows somebody else than we thought: that one has left
 *   bring()  the thread acts on a CPU where we did not have it: it came in
 *
 * Was it lost or never seen? A gap in the thread's transition numbers, or a
 * loss just before on that CPU, says lost; without either nobody recorded it.
 */
#include "model/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raw/raw.h"

#define MAX_CPUS 65536 /* rec_head.cpu has 16 bits */

static void apply(struct model *model, struct thread *thread, enum input input,
		  const struct change *change)
{
	const struct cell *cell;

	if (thread->state == T_DEAD)
		return;
	cell = &(*model->table)[thread->state][input];
	if (cell->why != SEEN)
		model->stats.repairs++;
	if (cell->why == BRIDGE && change->unknown == TOP_UNSEEN)
		model->stats.unseen++;
	for (unsigned i = 0; i < CELL_STEPS && cell->steps[i] != STEP_END; i++)
		emit_step(model, thread, cell->steps[i], change);
	thread->state = cell->next;
	if (thread->state == T_LOST)
		thread->lost_how = change->unknown;
	if (thread->state == T_DEAD)
		thread_table_drop(model->threads, thread);
	else if (thread->orphan && !thread_on_cpu(thread))
		apply(model, thread, GONE, change);
}

/* ---- threads ---- */

/* Its tid has a new owner, so it is dead, though it may still have to leave its CPU. */
static void retire(struct model *model, struct thread *thread)
{
	struct change change = { .other = &model->idle, .unknown = TOP_RECORDS_LOST };

	thread->orphan = true;
	if (!thread_on_cpu(thread))
		apply(model, thread, GONE, &change);
}

/* A damaged capture may name any number; 0 is the idle task's. */
static uint32_t sane_tid(uint32_t tid)
{
	return tid % TID_LIMIT ? tid % TID_LIMIT : TID_LIMIT - 1;
}

static struct thread *add_thread(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread = thread_table_add(model->threads, id, tid);

	if (thread)
		model->stats.threads++;
	else
		model->error = -ENOMEM;
	return thread;
}

struct thread *model_thread(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread;

	if (model_is_idle(id, tid))
		return NULL;
	tid = sane_tid(tid);
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
	thread = thread_by_tid(model->threads, tid);
	if (thread && thread->id == 0) {
		thread_set_id(model->threads, thread, id);
		return thread;
	}
	if (thread)
		retire(model, thread);
	return add_thread(model, id, tid);
}

/* The same, for a record of the CPU it most likely runs on. */
static struct thread *thread_near(struct model *model, uint16_t cpu, uint64_t id, uint32_t tid)
{
	struct thread *thread = model->cpus[cpu].running;

	if (thread && id && thread->id == id && thread->tid == tid)
		return thread;
	return model_thread(model, id, tid);
}

/* Who is only named, dead or alive; never NULL. */
static struct thread *find_waker(struct model *model, uint64_t id, uint32_t tid)
{
	struct thread *thread;

	if (model_is_idle(id, tid))
		return &model->idle;
	thread = id ? thread_by_id(model->threads, id)
		    : thread_by_tid(model->threads, sane_tid(tid));
	if (!thread && id)
		thread = thread_dead_by_id(model->threads, id);
	return thread ? thread : &model->nobody;
}

void model_set_attributes(struct model *model, struct thread *thread,
			  const struct rec_thread *record)
{
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
	if (model->options.arch == RAW_ARCH_ARM64 && sys_inside(thread->born_sys) &&
	    sys == thread->born_sys)
		sys = REC_SYS_NONE;
	thread->sys = sys;
}

/*
 * Takes a transition's number (0: not counted) and says in change whether
 * records before it are missing. false: it is older than what is known.
 */
static bool take_num(struct model *model, struct thread *thread, uint32_t num,
		     struct change *change)
{
	if (num && thread->num && !num_newer(num, thread->num)) {
		model->stats.repairs++;
		return false;
	}
	change->unknown = TOP_UNSEEN;
	if (thread->state == T_LOST)
		change->unknown = thread->lost_how;
	if (num && thread->num && num != thread->num + 1)
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

static void lose(struct model *model, struct thread *thread, enum top how)
{
	struct change change = { .cpu = thread->cpu, .other = &model->idle, .unknown = how };

	apply(model, thread, LOSE, &change);
}

static void evict(struct model *model, uint16_t cpu, const struct thread *but)
{
	struct thread *thread = model->cpus[cpu].running;

	if (thread && thread != but)
		lose(model, thread, TOP_UNSEEN);
}

static enum top how_unknown(const struct model *model, const struct thread *thread, uint16_t cpu)
{
	if (model->cpus[cpu].blind)
		return TOP_RECORDS_LOST;
	return thread->state == T_LOST ? thread->lost_how : TOP_UNSEEN;
}

static void bring(struct model *model, struct thread *thread, uint16_t cpu)
{
	struct change change = { .cpu = cpu, .other = &model->idle };

	if (thread_on_cpu(thread) && thread->cpu == cpu)
		return;
	evict(model, cpu, thread);
	change.unknown = how_unknown(model, thread, cpu);
	/* The one case in which the table takes it for an ordinary switch. */
	if (thread->state == T_RUNNABLE) {
		model->stats.repairs++;
		model->stats.unseen += change.unknown == TOP_UNSEEN;
	}
	thread->scope = true;
	apply(model, thread, sys_inside(thread->sys) ? IN_SYS : IN, &change);
}

/* ---- records ---- */

/* Next comes onto the CPU as a goroutine that already has an M. */
static bool next_acts(const struct model *model, const struct rec_switch *record,
		      const struct thread *next)
{
	return next && next->g && !thread_on_cpu(next) &&
	       model_in_scope(model, record->flags & REC_SWITCH_NEXT_SCOPE) &&
	       !(record->flags & REC_SWITCH_NEXT_LEFT) &&
	       (!record->next.num || !next->num || num_newer(record->next.num, next->num));
}

static enum input out_input(const struct rec_switch *record, const struct thread *prev)
{
	bool inside = sys_inside(prev->sys);

	if (record->flags & REC_SWITCH_ASLEEP)
		return inside ? SLEEP_SYS : SLEEP;
	return inside ? STOP_SYS : STOP;
}

static void switch_out(struct model *model, const struct rec_switch *record, struct thread *prev,
		       struct thread *next)
{
	struct change change = { .cpu = record->head.cpu,
				 .other = next ? next : &model->idle,
				 .other_acts = next_acts(model, record, next),
				 .prev_state = record->prev_state,
				 .fd = record->prev_fd };

	if (!take_num(model, prev, record->prev.num, &change))
		return;
	if (thread_on_cpu(prev) && prev->cpu != record->head.cpu)
		lose(model, prev, change.unknown);
	model_set_sys(model, prev, record->prev_sys);
	if (record->flags & REC_SWITCH_DEAD) {
		apply(model, prev, DIE, &change);
		return;
	}
	prev->scope = model_in_scope(model, record->flags & REC_SWITCH_PREV_SCOPE);
	apply(model, prev, prev->scope ? out_input(record, prev) : LEAVE, &change);
}

static void switch_in(struct model *model, const struct rec_switch *record, struct thread *next)
{
	struct change change = { .cpu = record->head.cpu, .other = &model->idle };

	if (!take_num(model, next, record->next.num, &change))
		return;
	model_set_sys(model, next, record->next_sys);
	next->scope = model_in_scope(model, record->flags & REC_SWITCH_NEXT_SCOPE) &&
		      !(record->flags & REC_SWITCH_NEXT_LEFT);
	if (!next->scope) {
		change.unknown = TOP_LEFT_SCOPE;
		apply(model, next, LEAVE, &change);
		return;
	}
	/* Everybody is in scope, and yet it comes without a fork. */
	if (next->state == T_ABSENT && model->options.system_wide)
		model->stats.repairs++;
	apply(model, next, sys_inside(next->sys) ? IN_SYS : IN, &change);
}

static void step_switch(struct model *model, const struct rec_switch *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *next = model_thread(model, record->next.id, record->next.tid);
	struct thread *prev = NULL;

	/* Nothing is to be told of one who is first seen to die. */
	if (!(record->flags & REC_SWITCH_DEAD) || record->prev.id == 0 ||
	    thread_by_id(model->threads, record->prev.id))
		prev = thread_near(model, cpu, record->prev.id, record->prev.tid);
	evict(model, cpu, prev);
	if (prev)
		switch_out(model, record, prev, next);
	evict(model, cpu, next);
	if (next)
		switch_in(model, record, next);
}

static void step_wakeup(struct model *model, const struct rec_wakeup *record)
{
	struct thread *wakee = model_thread(model, record->wakee.id, record->wakee.tid);
	struct thread *waker = find_waker(model, record->waker_id, record->waker_tid);
	struct change change = { .cpu = record->head.cpu,
				 .other = waker,
				 .context = record->context };

	if (!wakee || !take_num(model, wakee, record->wakee.num, &change))
		return;
	change.other_acts = waker->g && record->context == REC_CTX_TASK &&
			    model_in_scope(model, record->flags & REC_WAKEUP_WAKER_SCOPE);
	wakee->scope = true;
	/* Without a number nobody says that it was asleep. */
	if (thread_on_cpu(wakee) && record->wakee.num == 0) {
		model->stats.repairs++;
		return;
	}
	apply(model, wakee, WAKE, &change);
}

static void step_fork(struct model *model, const struct rec_fork *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *child = model_thread(model, record->child.id, record->child.tid);
	struct thread *parent = thread_near(model, cpu, record->parent_id, record->parent_tid);
	struct change change = { .cpu = cpu, .other = parent ? parent : &model->idle };

	if (!child || !take_num(model, child, record->child.num, &change))
		return;
	child->flags = record->flags;
	child->scope = model_in_scope(model, record->flags & REC_THREAD_SCOPE);
	if (!child->scope)
		return;
	if (child->state == T_ABSENT)
		child->sys = child->born_sys = record->child_sys;
	change.other_acts = parent && model_in_scope(model, record->parent_scope);
	if (!change.other_acts)
		evict(model, cpu, NULL);
	else if (model->cpus[cpu].running != parent) {
		/* What the child is born inside is what its parent is inside. */
		model_set_sys(model, parent, record->child_sys);
		bring(model, parent, cpu);
	}
	apply(model, child, FORK, &change);
}

static void step_sys_enter(struct model *model, const struct rec_sys_enter *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *thread = thread_near(model, cpu, record->id, record->tid);
	struct change change = { .cpu = cpu, .other = &model->idle };

	if (!thread)
		return;
	if (model->cpus[cpu].running != thread) {
		thread->sys = REC_SYS_NONE;
		bring(model, thread, cpu);
	}
	thread->born_sys = REC_SYS_NONE;
	thread->sys = sys_inside(record->sys) ? record->sys : REC_SYS_OTHER;
	apply(model, thread, ENTER, &change);
}

static void rename_thread(struct model *model, struct thread *thread, const char *comm)
{
	names_clean_comm(thread->comm, comm);
	emit_renamed(model, thread);
}

static void step_sys_exit(struct model *model, const struct rec_sys_exit *record)
{
	uint16_t cpu = record->head.cpu;
	struct thread *thread = thread_near(model, cpu, record->id, record->tid);
	struct change change = { .cpu = cpu, .other = &model->idle };

	if (!thread)
		return;
	thread->sys = REC_SYS_NONE;
	if (model->cpus[cpu].running != thread)
		bring(model, thread, cpu);
	else
		apply(model, thread, EXIT, &change);
	/* The exec that it was held for has failed. */
	if (thread->held_valid)
		rename_thread(model, thread, thread->held_comm);
	thread->held_valid = false;
}

static void step_thread(struct model *model, const struct rec_thread *record)
{
	struct thread *thread = model_thread(model, record->task.id, record->task.tid);
	char old[REC_COMM_LEN];

	if (!thread)
		return;
	memcpy(old, thread->comm, sizeof(old));
	model_set_attributes(model, thread, record);
	if (memcmp(old, thread->comm, sizeof(old)) != 0)
		emit_renamed(model, thread);
}

static void step_rename(struct model *model, const struct rec_thread *record)
{
	struct thread *thread = model_thread(model, record->task.id, record->task.tid);

	if (!thread)
		return;
	if (sys_class_get(model->classes, thread->sys) == SYS_EXEC) {
		memcpy(thread->held_comm, record->comm, sizeof(thread->held_comm));
		thread->held_valid = true;
		return;
	}
	rename_thread(model, thread, record->comm);
}

/*
 * Who was not the leader takes over the leader's tid, and the leader, which
 * is dying but may still have to leave its CPU, has the old one from then on.
 */
static void swap_tids(struct model *model, const struct rec_thread *record)
{
	struct thread *leader = thread_by_tid(model->threads, sane_tid(record->task.tid));

	if (record->old_tid != record->task.tid && leader && leader->id != record->task.id)
		thread_set_tid(model->threads, leader, sane_tid(record->old_tid));
}

static void step_exec(struct model *model, const struct rec_thread *record)
{
	uint16_t cpu = record->head.cpu;
	struct change change = { .cpu = cpu, .other = &model->idle };
	struct thread *thread;
	bool late;

	swap_tids(model, record);
	thread = thread_near(model, cpu, record->task.id, record->task.tid);
	if (!thread)
		return;
	if (sys_class_get(model->classes, thread->sys) != SYS_EXEC)
		thread->sys = sys_classes_exec(model->classes);
	late = thread->state == T_ABSENT;
	if (!late)
		bring(model, thread, cpu);
	thread->held_valid = false;
	model_set_attributes(model, thread, record);
	if (late)
		bring(model, thread, cpu);
	else
		apply(model, thread, EXEC, &change);
}

static void step_loss(struct model *model, const struct order_item *item)
{
	struct cpu *cpu = &model->cpus[item->cpu];

	if (cpu->running)
		lose(model, cpu->running, TOP_RECORDS_LOST);
	cpu->blind = true;
	model_note_loss(cpu, item);
}

static void step_record(struct model *model, const struct rec_head *head)
{
	switch (head->type) {
	case REC_SWITCH:
		step_switch(model, (const struct rec_switch *)head);
		break;
	case REC_WAKEUP:
		step_wakeup(model, (const struct rec_wakeup *)head);
		break;
	case REC_FORK:
		step_fork(model, (const struct rec_fork *)head);
		break;
	case REC_SYS_ENTER:
		step_sys_enter(model, (const struct rec_sys_enter *)head);
		break;
	case REC_SYS_EXIT:
		step_sys_exit(model, (const struct rec_sys_exit *)head);
		break;
	case REC_THREAD:
		step_thread(model, (const struct rec_thread *)head);
		break;
	case REC_RENAME:
		step_rename(model, (const struct rec_thread *)head);
		break;
	case REC_EXEC:
		step_exec(model, (const struct rec_thread *)head);
		break;
	case REC_EXIT: /* it still runs: its end is its last switch out */
	default:       /* of a newer version */
		break;
	}
	model->cpus[head->cpu].blind = false;
}

/* ---- public ---- */

int model_new(struct model **out, const struct model_options *options, struct gt_writer *writer,
	      struct gt_sched *sched)
{
	struct model *model;

	if (options->cpus == 0 || options->cpus > MAX_CPUS)
		return -EINVAL;
	model = calloc(1, sizeof(*model));
	if (!model)
		return -ENOMEM;
	model->options = *options;
	model->sched = sched;
	model->table = options->mapping == MODEL_GO ? &machine_go : &machine_sched;
	model->cpus = calloc(options->cpus, sizeof(*model->cpus));
	strcpy(model->idle.comm, "idle");
	strcpy(model->idle.leader_comm, "idle");
	strcpy(model->nobody.comm, "?");
	strcpy(model->nobody.leader_comm, "?");
	if (!model->cpus || names_new(&model->names, writer, options->arch) ||
	    sys_classes_new(&model->classes, options->arch) || thread_table_new(&model->threads)) {
		model_free(model);
		return -ENOMEM;
	}
	*out = model;
	return 0;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	thread_table_free(model->threads);
	sys_classes_free(model->classes);
	names_free(model->names);
	free(model->cpus);
	free(model);
}

int model_snapshot(struct model *model, const struct rec_snapshot *threads, size_t count,
		   uint64_t end_ns)
{
	model->end_ns = end_ns;
	return start_snapshot(model, threads, count);
}

int model_step(struct model *model, const struct order_item *item)
{
	if (item->cpu >= model->options.cpus)
		return -EINVAL;
	if (item->kind == ORDER_LOSS)
		model->stats.lost += item->lost;
	else
		model->stats.records++;
	model_see_cpu(model, item->cpu);
	if (!model->settled && item->ts_ns < model->end_ns) {
		start_apply(model, item);
		return model->error;
	}
	if (!model->settled && start_settle(model) < 0)
		return -ENOMEM;
	emit_at(model, item->ts_ns);
	if (item->kind == ORDER_LOSS)
		step_loss(model, item);
	else
		step_record(model, item->record);
	return model->error;
}

int model_finish(struct model *model, uint64_t end_ns)
{
	if (!model->settled && start_settle(model) < 0)
		return -ENOMEM;
	emit_at(model, end_ns);
	emit_leftovers(model);
	return model->error;
}

const struct model_stats *model_stats(const struct model *model)
{
	return &model->stats;
}
