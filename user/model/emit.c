// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Steps to Go's events. Each function tells one thing and keeps what goes
 * with it: which thread holds a CPU, goroutine and M ids, what is pending.
 * That an event is legal where it stands is the tables' business; statuses.h
 * refuses what is not.
 */
#include "model/core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* So much at the end of a trace needs no event of its own. */
#define END_NS 1000000

static uint64_t trace_ns(const struct model *model, uint64_t ts_ns)
{
	uint64_t base = model->options.time_base_ns;

	return ts_ns > base + 2 ? ts_ns - base : 2;
}

void emit_at(struct model *model, uint64_t ts_ns)
{
	model->generation = gt_statuses_at(model->sched, trace_ns(model, ts_ns));
	names_generation(model->names, model->generation);
}

/* ---- goroutines and Ms ---- */

/* A thread becomes a goroutine, or another one. */
static void introduce(struct model *model, struct thread *thread)
{
	if (!thread->g_generation)
		model->stats.threads++;
	thread_new_g(model->threads, thread);
	if (!thread->m)
		thread_take_m(model->threads, thread);
	thread->g_generation = model->generation;
	thread->names.generation = 0;
	thread->label_pending = false;
}

static void end_goroutine(struct model *model, struct thread *thread)
{
	thread->g = 0;
	thread_release_m(model->threads, thread);
}

static void proc_start(struct model *model, struct thread *thread, uint16_t cpu)
{
	/* A latecomer. Where everybody is in scope it should have come by a fork. */
	if (!thread->g) {
		model->stats.repairs += model->options.system_wide != 0;
		introduce(model, thread);
	}
	gt_statuses_proc_start(model->sched, thread->m, cpu);
	thread->cpu = cpu;
	model->cpus[cpu].running = thread;
}

static void leave_cpu(struct model *model, struct thread *thread)
{
	if (model->cpus[thread->cpu].running == thread)
		model->cpus[thread->cpu].running = NULL;
}

static void proc_stop(struct model *model, struct thread *thread)
{
	gt_statuses_proc_stop(model->sched, thread->m);
	leave_cpu(model, thread);
	if (!thread->g)
		thread_release_m(model->threads, thread);
}

static void give_p(struct model *model, struct thread *thread, const struct change *change)
{
	if (change->other_acts && change->other != thread)
		gt_statuses_proc_steal(model->sched, change->other->m, thread->cpu, thread->m);
	else
		gt_statuses_proc_stop(model->sched, thread->m);
	leave_cpu(model, thread);
}

static void go_create(struct model *model, struct thread *thread)
{
	gt_statuses_go_create(model->sched, thread->m, thread->g, stack_own(model, thread), 0);
}

/* A stranger's fork: on its CPU, which is idle in the trace, and on its M. */
static void create_by_stranger(struct model *model, struct thread *child,
			       const struct change *change)
{
	const struct thread *stranger = change->other;
	uint64_t m = stranger->tid && thread_m_free(model->threads, stranger->tid) ? stranger->tid
										   : child->m;
	uint64_t stack = stack_own(model, change->other);

	gt_statuses_proc_start(model->sched, m, change->cpu);
	gt_statuses_go_create(model->sched, m, child->g, stack_own(model, child), stack);
	gt_statuses_proc_stop(model->sched, m);
}

static void create_child(struct model *model, struct thread *child, const struct change *change)
{
	struct thread *parent = change->other;
	uint64_t stack;

	introduce(model, child);
	if (!change->other_acts) {
		create_by_stranger(model, child, change);
		return;
	}
	stack = stack_own(model, parent);
	if (parent->state == T_SYSCALL)
		gt_statuses_syscall_end(model->sched, parent->m);
	gt_statuses_go_create(model->sched, parent->m, child->g, stack_own(model, child), stack);
	if (parent->state == T_SYSCALL)
		gt_statuses_syscall_begin(model->sched, parent->m, stack);
}

/*
 * After an exec. A thread that took over its leader's tid moves to the M of
 * that tid, or to one of its own while the leader still has it.
 */
static void rebirth(struct model *model, struct thread *thread)
{
	uint16_t cpu = thread->cpu;
	bool moves = thread->m < TID_LIMIT && thread->m != thread->tid;

	if (moves) {
		gt_statuses_proc_stop(model->sched, thread->m);
		thread_release_m(model->threads, thread);
	}
	introduce(model, thread);
	if (moves)
		gt_statuses_proc_start(model->sched, thread->m, cpu);
}

/* ---- what waits for a goroutine on a CPU ---- */

static void log_loss(struct model *model, struct thread *thread, uint16_t cpu)
{
	struct cpu *at = &model->cpus[cpu];
	uint64_t stack = stack_top(model, thread, TOP_RECORDS_LOST);
	uint32_t category = names_top(model->names, TOP_RECORDS_LOST);
	char text[128];
	int n = snprintf(text, sizeof(text), "%" PRIu64 " on CPU %u", at->lost, cpu);

	if (at->lost_from_ns)
		snprintf(text + n, sizeof(text) - n, " between %" PRIu64 " and %" PRIu64 " ns",
			 trace_ns(model, at->lost_from_ns), trace_ns(model, at->lost_to_ns));
	else
		snprintf(text + n, sizeof(text) - n, " before %" PRIu64 " ns",
			 trace_ns(model, at->lost_to_ns));
	gt_statuses_log(model->sched, thread->m, category, names_text(model->names, text), stack);
	at->lost = 0;
}

static void tell_label(struct model *model, struct thread *thread)
{
	gt_statuses_label(model->sched, thread->m, names_comm(model->names, thread));
	thread->label_pending = false;
}

static void tell_procs(struct model *model, struct thread *thread)
{
	gt_statuses_procs_change(model->sched, thread->m, model->procs, stack_own(model, thread));
	model->procs_pending = false;
}

static void tell_pending(struct model *model, struct thread *thread)
{
	if (thread->label_pending)
		tell_label(model, thread);
	if (model->procs_pending)
		tell_procs(model, thread);
	if (model->cpus[thread->cpu].lost)
		log_loss(model, thread, thread->cpu);
}

void emit_renamed(struct model *model, struct thread *thread)
{
	names_renamed(model->names, thread);
	if (!thread->g || thread->g_generation == model->generation)
		return;
	thread->label_pending = true;
	if (thread->state == T_RUNNING)
		tell_label(model, thread);
}

void emit_leftovers(struct model *model)
{
	struct thread *any = NULL;

	for (uint32_t i = 0; i < model->options.cpus && !any; i++) {
		any = model->cpus[i].running;
		/* An annotation's goroutine must be running, not in a syscall. */
		if (any && any->state != T_RUNNING)
			any = NULL;
	}
	if (!any)
		return;
	if (model->procs_pending)
		tell_procs(model, any);
	for (uint32_t i = 0; i < model->options.cpus; i++)
		if (model->cpus[i].lost)
			log_loss(model, any, i);
}

/*
 * A trace ends with its last event. What slept from then to the capture's end
 * would not be seen to sleep; of a process that hangs there would be nothing.
 */
void emit_end(struct model *model, uint64_t ts_ns)
{
	uint64_t last = gt_statuses_last_ts(model->sched);

	if (last && trace_ns(model, ts_ns) > last + END_NS)
		gt_statuses_end(model->sched);
}

/* ---- unblocking ---- */

static void unblock(struct model *model, struct thread *thread, const struct change *change)
{
	uint64_t m = change->other_acts ? change->other->m : GT_NO_M;

	gt_statuses_go_unblock(model->sched, m, thread->g, stack_wakeup(model, change));
}

/* ---- steps ---- */

static void go_block(struct model *model, struct thread *thread, const struct change *change)
{
	enum reason reason = reason_of_sleep(sys_class_get(model->classes, thread->sys), change->fd,
					     change->prev_state, thread_is_kernel(thread));
	uint64_t stack = stack_sleep(model, thread, change);

	gt_statuses_go_block(model->sched, thread->m, names_reason(model->names, reason), stack);
}

static void go_block_unknown(struct model *model, struct thread *thread,
			     const struct change *change)
{
	uint64_t stack = stack_top(model, thread, change->unknown);

	gt_statuses_go_block(model->sched, thread->m, names_reason(model->names, REASON_NONE),
			     stack);
}

static void go_stop(struct model *model, struct thread *thread, const struct change *change)
{
	uint64_t stack = stack_stop(model, thread, change);

	gt_statuses_go_stop(model->sched, thread->m, names_reason(model->names, REASON_PREEMPTED),
			    stack);
}

void emit_step(struct model *model, struct thread *thread, enum step step,
	       const struct change *change)
{
	struct gt_statuses *sched = model->sched;

	switch (step) {
	case STEP_END:
		break;
	case PROC_START:
		proc_start(model, thread, change->cpu);
		break;
	case PROC_STOP:
		proc_stop(model, thread);
		break;
	case GIVE_P:
		give_p(model, thread, change);
		break;
	case GO_CREATE:
		go_create(model, thread);
		break;
	case CREATE_CHILD:
		create_child(model, thread, change);
		break;
	case GO_START:
		gt_statuses_go_start(sched, thread->m, thread->g);
		tell_pending(model, thread);
		break;
	case GO_STOP:
		go_stop(model, thread, change);
		break;
	case GO_BLOCK:
		go_block(model, thread, change);
		break;
	case BLOCK_UNKNOWN:
		go_block_unknown(model, thread, change);
		break;
	case UNBLOCK:
		unblock(model, thread, change);
		break;
	case UNBLOCK_UNKNOWN:
		gt_statuses_go_unblock(sched, GT_NO_M, thread->g,
				       stack_top(model, thread, change->unknown));
		break;
	case GO_DESTROY:
		gt_statuses_go_destroy(sched, thread->m);
		thread->g = 0;
		break;
	case DESTROY_SYSCALL:
		gt_statuses_go_destroy_syscall(sched, thread->m);
		end_goroutine(model, thread);
		break;
	case SYS_BEGIN:
		gt_statuses_syscall_begin(sched, thread->m, stack_own(model, thread));
		break;
	case SYS_END:
		gt_statuses_syscall_end(sched, thread->m);
		tell_pending(model, thread);
		break;
	case SYS_END_BLOCKED:
		gt_statuses_syscall_end_blocked(sched, thread->m);
		break;
	case REBIRTH:
		rebirth(model, thread);
		break;
	}
}

/* ---- the start ---- */

/* GoStatusStack came with 1.23. */
static uint64_t status_stack(struct model *model, struct thread *thread)
{
	if (model->options.version < 23)
		return 0;
	if (thread->state == T_LOST)
		return stack_top(model, thread, TOP_RECORDS_LOST);
	return stack_own(model, thread);
}

void emit_idle_cpu(struct model *model, uint16_t cpu)
{
	gt_statuses_proc(model->sched, cpu, GT_PROC_IDLE, GT_NO_M);
}

void emit_running(struct model *model, struct thread *thread)
{
	bool inside = thread->state == T_SYSCALL;

	introduce(model, thread);
	gt_statuses_proc(model->sched, thread->cpu, inside ? GT_PROC_SYSCALL : GT_PROC_RUNNING,
			 thread->m);
	gt_statuses_go(model->sched, thread->g, inside ? GT_GO_SYSCALL : GT_GO_RUNNING, thread->m,
		       status_stack(model, thread));
}

void emit_off_cpu(struct model *model, struct thread *thread)
{
	enum gt_go_status status = thread->state == T_RUNNABLE	? GT_GO_RUNNABLE
				   : thread->state == T_BLOCKED ? GT_GO_SYSCALL
								: GT_GO_WAITING;

	introduce(model, thread);
	gt_statuses_go(model->sched, thread->g, status,
		       thread->state == T_BLOCKED ? thread->m : GT_NO_M,
		       status_stack(model, thread));
}
