// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Steps to Go's events. Each function tells one thing and keeps what goes
 * with it: which thread holds a CPU, goroutine and M ids, what is pending.
 * That an event is legal where it stands is the tables' business; sched.h
 * refuses what is not.
 */
#include "export/go/core.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"

/* So much at the end of a trace needs no event of its own. */
#define END_NS 1000000
/* So long a mark waits for its thread to run. */
#define MARK_NS 100000000

static uint64_t trace_ns(const struct export_go *go, uint64_t ts_ns)
{
	uint64_t base = go->options.time_base_ns;

	return ts_ns > base + 2 ? ts_ns - base : 2;
}

void emit_at(struct export_go *go, uint64_t ts_ns)
{
	uint64_t generation = gt_statuses_at(go->sched, trace_ns(go, ts_ns));

	go->now_ns = ts_ns;
	if (generation == go->generation)
		return;
	go->generation = generation;
	frames_generation(go->frames, generation);
}

/* ---- goroutines and Ms ---- */

/* A thread becomes a goroutine, or another one. */
static void introduce(struct export_go *go, struct goroutine *g)
{
	if (ids_new_g(go->ids, g))
		go->error = -ENOMEM;
	if (!g->m)
		ids_take_m(go->ids, g);
	g->generation = go->generation;
	g->names.generation = 0;
	g->label_pending = false;
}

static void proc_start(struct export_go *go, struct goroutine *g, uint16_t cpu)
{
	if (!g->g) /* a latecomer */
		introduce(go, g);
	gt_statuses_proc_start(go->sched, g->m, cpu);
	g->cpu = cpu;
	go->procs[cpu].running = g->thread;
}

static void leave_cpu(struct export_go *go, const struct goroutine *g)
{
	if (go->procs[g->cpu].running == g->thread)
		go->procs[g->cpu].running = NULL;
}

static void proc_stop(struct export_go *go, struct goroutine *g)
{
	gt_statuses_proc_stop(go->sched, g->m);
	leave_cpu(go, g);
	if (!g->g)
		ids_release_m(go->ids, g);
}

static void give_p(struct export_go *go, struct goroutine *g, const struct change *change)
{
	const struct goroutine *next = goroutine_of(go, change->other);

	if (change->other_comes && next->g && next != g)
		gt_statuses_proc_steal(go->sched, next->m, g->cpu, g->m);
	else
		gt_statuses_proc_stop(go->sched, g->m);
	leave_cpu(go, g);
}

static void go_create(struct export_go *go, struct goroutine *g, const struct change *change)
{
	bool waits = change->to == THREAD_RUNNABLE;

	gt_statuses_go_create(go->sched, g->m, g->g, waits ? stack_ready(go, g) : stack_own(go, g),
			      0);
}

/* A stranger's fork: on its CPU, which is idle in the trace, and on its M. */
static void create_by_stranger(struct export_go *go, struct goroutine *child,
			       const struct change *change)
{
	uint32_t tid = change->other->tid;
	uint64_t m = tid && ids_m_free(go->ids, tid) ? tid : child->m;
	uint64_t stack = stack_own(go, goroutine_of(go, change->other));

	gt_statuses_proc_start(go->sched, m, change->cpu);
	gt_statuses_go_create(go->sched, m, child->g, stack_ready(go, child), stack);
	gt_statuses_proc_stop(go->sched, m);
}

static void create_child(struct export_go *go, struct goroutine *child, const struct change *change)
{
	struct goroutine *parent = goroutine_of(go, change->other);
	uint64_t stack;

	introduce(go, child);
	if (!change->other_scope) {
		create_by_stranger(go, child, change);
		return;
	}
	stack = stack_own(go, parent);
	if (parent->state == G_SYSCALL)
		gt_statuses_syscall_end(go->sched, parent->m);
	gt_statuses_go_create(go->sched, parent->m, child->g, stack_ready(go, child), stack);
	if (parent->state == G_SYSCALL)
		gt_statuses_syscall_begin(go->sched, parent->m, stack);
}

/*
 * After an exec. A thread that took over its leader's tid moves to the M of
 * that tid, or to one of its own while the leader still has it.
 */
static void rebirth(struct export_go *go, struct goroutine *g)
{
	bool moves = g->m < TID_LIMIT && g->m != g->thread->tid;

	if (moves) {
		gt_statuses_proc_stop(go->sched, g->m);
		ids_release_m(go->ids, g);
	}
	introduce(go, g);
	if (moves)
		gt_statuses_proc_start(go->sched, g->m, g->cpu);
}

/* ---- what waits for a goroutine on a CPU ---- */

static void log_loss(struct export_go *go, struct goroutine *g, uint16_t cpu)
{
	struct proc *at = &go->procs[cpu];
	uint64_t stack = stack_loss(go, g, &at->lost, cpu);
	uint32_t category = frames_text(go->frames, "records lost");
	char text[128];
	int n = snprintf(text, sizeof(text), "%" PRIu64 " on CPU %u", at->lost.count, cpu);

	if (at->lost.from_ns)
		snprintf(text + n, sizeof(text) - n, " between %" PRIu64 " and %" PRIu64 " ns",
			 trace_ns(go, at->lost.from_ns), trace_ns(go, at->lost.to_ns));
	else
		snprintf(text + n, sizeof(text) - n, " before %" PRIu64 " ns",
			 trace_ns(go, at->lost.to_ns));
	gt_statuses_log(go->sched, g->m, category, frames_text(go->frames, text), stack);
	at->lost.count = 0;
}

/* Of the wait that ends with this start, so much was due to a limit. */
static void log_share(struct export_go *go, struct goroutine *g, const struct change *change)
{
	uint64_t stack = stack_share(go, g, change);
	uint32_t category = frames_text(go->frames, "throttled");
	char text[32];

	quantity_format_time(text, sizeof(text), change->in.throttled_ns);
	gt_statuses_log(go->sched, g->m, category, frames_text(go->frames, text), stack);
}

static void tell_label(struct export_go *go, struct goroutine *g)
{
	gt_statuses_label(go->sched, g->m, frames_comm(go->frames, g));
	g->label_pending = false;
}

static void tell_procs(struct export_go *go, struct goroutine *g)
{
	gt_statuses_procs_change(go->sched, g->m, go->proc_count, stack_own(go, g));
	go->procs_pending = false;
}

static void tell_mark(struct export_go *go, struct goroutine *g)
{
	const struct export_mark *mark = go->options.mark;

	gt_statuses_log(go->sched, g->m, frames_text(go->frames, mark->category),
			frames_text(go->frames, mark->text), stack_own(go, g));
	go->marked = true;
}

/* Is it time, and is this who it is about? Whoever does not run soon is spoken for. */
static bool is_marked(const struct export_go *go, const struct goroutine *g)
{
	const struct export_mark *mark = go->options.mark;

	if (go->now_ns < mark->ts_ns)
		return false;
	return !mark->id || mark->id == g->thread->id || go->now_ns - mark->ts_ns >= MARK_NS;
}

static void tell_pending(struct export_go *go, struct goroutine *g)
{
	if (g->label_pending)
		tell_label(go, g);
	if (go->procs_pending)
		tell_procs(go, g);
	if (go->procs[g->cpu].lost.count)
		log_loss(go, g, g->cpu);
	if (!go->marked && is_marked(go, g))
		tell_mark(go, g);
}

/* A goroutine that annotations may stand on: running, not in a syscall. NULL: none. */
static struct goroutine *any_running(struct export_go *go)
{
	for (uint32_t i = 0; i < go->options.cpus; i++) {
		const struct thread *thread = go->procs[i].running;

		if (thread && goroutine_of(go, thread)->state == G_RUNNING)
			return goroutine_of(go, thread);
	}
	return NULL;
}

void emit_leftovers(struct export_go *go)
{
	struct goroutine *any = any_running(go);

	if (!any)
		return;
	if (go->procs_pending)
		tell_procs(go, any);
	for (uint32_t i = 0; i < go->options.cpus; i++)
		if (go->procs[i].lost.count)
			log_loss(go, any, i);
}

void emit_late_mark(struct export_go *go)
{
	struct goroutine *any = go->marked ? NULL : any_running(go);

	if (any)
		tell_mark(go, any);
}

/*
 * A trace ends with its last event. What slept from then to the capture's end
 * would not be seen to sleep; of a process that hangs there would be nothing.
 */
void emit_end(struct export_go *go, uint64_t ts_ns)
{
	uint64_t last = gt_statuses_last_ts(go->sched);

	if (last && trace_ns(go, ts_ns) > last + END_NS)
		gt_statuses_end(go->sched);
}

/* ---- unblocking ---- */

static void unblock(struct export_go *go, struct goroutine *g, const struct change *change)
{
	const struct goroutine *waker = goroutine_of(go, change->other);
	bool own = waker->g && change->other_scope && change->wake.context == REC_CTX_TASK;

	gt_statuses_go_unblock(go->sched, own ? waker->m : GT_NO_ID, g->g,
			       stack_wakeup(go, change, own));
}

/* ---- steps ---- */

static void go_block(struct export_go *go, struct goroutine *g, const struct change *change)
{
	enum reason reason =
		reason_of_sleep(reason_class(go->classes, g->thread), change->out.fd,
				change->out.prev_state, thread_is_kernel(g->thread));
	uint64_t stack = stack_sleep(go, g, change);

	gt_statuses_go_block(go->sched, g->m, frames_reason(go->frames, reason), stack);
}

static void go_block_unknown(struct export_go *go, struct goroutine *g, const struct change *change)
{
	uint64_t stack = stack_gap(go, g, change->gap);

	gt_statuses_go_block(go->sched, g->m, frames_reason(go->frames, REASON_NONE), stack);
}

static void go_stop(struct export_go *go, struct goroutine *g, const struct change *change)
{
	uint64_t stack = stack_stop(go, g, change);

	gt_statuses_go_stop(go->sched, g->m, frames_reason(go->frames, REASON_PREEMPTED), stack);
}

static void emit_step(struct export_go *go, struct goroutine *g, enum step step,
		      const struct change *change)
{
	struct gt_statuses *sched = go->sched;

	switch (step) {
	case STEP_END:
		break;
	case PROC_START:
		proc_start(go, g, change->cpu);
		break;
	case PROC_STOP:
		proc_stop(go, g);
		break;
	case GIVE_P:
		give_p(go, g, change);
		break;
	case GO_CREATE:
		go_create(go, g, change);
		break;
	case CREATE_CHILD:
		create_child(go, g, change);
		break;
	case GO_START:
		gt_statuses_go_start(sched, g->m, g->g);
		tell_pending(go, g);
		if (change->kind == CHANGE_IN && change->from == THREAD_RUNNABLE &&
		    change->in.throttled_ns)
			log_share(go, g, change);
		break;
	case GO_STOP:
		go_stop(go, g, change);
		break;
	case GO_BLOCK:
		go_block(go, g, change);
		break;
	case BLOCK_UNKNOWN:
		go_block_unknown(go, g, change);
		break;
	case UNBLOCK:
		unblock(go, g, change);
		break;
	case UNBLOCK_UNKNOWN:
		gt_statuses_go_unblock(sched, GT_NO_ID, g->g, stack_awake(go, g, change));
		break;
	case GO_DESTROY:
		gt_statuses_go_destroy(sched, g->m);
		g->g = 0;
		break;
	case DESTROY_SYSCALL:
		gt_statuses_go_destroy_syscall(sched, g->m);
		g->in_syscall = false;
		g->g = 0;
		ids_release_m(go->ids, g);
		break;
	case SYS_BEGIN:
		gt_statuses_syscall_begin(sched, g->m, stack_own(go, g));
		g->in_syscall = true;
		break;
	case SYS_END:
		gt_statuses_syscall_end(sched, g->m);
		g->in_syscall = false;
		tell_pending(go, g);
		break;
	case SYS_END_BLOCKED:
		gt_statuses_syscall_end_blocked(sched, g->m);
		g->in_syscall = false;
		break;
	case REBIRTH:
		rebirth(go, g);
		break;
	}
}

void emit_steps(struct export_go *go, struct goroutine *g, const uint8_t *steps,
		const struct change *change)
{
	for (unsigned i = 0; i < STEPS_MAX && steps[i] != STEP_END; i++)
		emit_step(go, g, steps[i], change);
}

/* A name that a thread takes late is another goroutine's: viewers know one name of each. */
static bool become_another(struct export_go *go, struct goroutine *g, const struct change *change)
{
	static const uint8_t running[STEPS_MAX] = { GO_DESTROY, REBIRTH, GO_CREATE, GO_START };
	static const uint8_t in_syscall[STEPS_MAX] = { SYS_END,	  GO_DESTROY, REBIRTH,
						       GO_CREATE, GO_START,   SYS_BEGIN };

	if (!g->g || (g->state != G_RUNNING && g->state != G_SYSCALL))
		return false;
	emit_steps(go, g, g->state == G_SYSCALL ? in_syscall : running, change);
	return true;
}

void emit_renamed(struct export_go *go, struct goroutine *g, const struct change *change)
{
	if (change->renamed.anew && become_another(go, g, change))
		return;
	frames_renamed(go->frames, g);
	if (!g->g || g->generation == go->generation)
		return;
	g->label_pending = true;
	if (g->state == G_RUNNING)
		tell_label(go, g);
}

/* ---- the start ---- */

/* GoStatusStack came with 1.23; before 1.22 a goroutine of the start is created with a stack. */
static uint64_t status_stack(struct export_go *go, struct goroutine *g, const struct change *change)
{
	if (go->options.version == 22)
		return 0;
	if (g->state == G_LOST)
		return stack_gap(go, g, change->gap);
	if (change->cause != CAUSE_NONE)
		return stack_sleep(go, g, change);
	return g->state == G_RUNNABLE ? stack_ready(go, g) : stack_own(go, g);
}

void emit_idle_cpu(struct export_go *go, uint16_t cpu)
{
	gt_statuses_proc(go->sched, cpu, GT_PROC_IDLE, GT_NO_ID);
}

void emit_running(struct export_go *go, struct goroutine *g, const struct change *change)
{
	bool inside = g->state == G_SYSCALL;

	introduce(go, g);
	g->cpu = change->cpu;
	go->procs[g->cpu].running = g->thread;
	gt_statuses_proc(go->sched, g->cpu, inside ? GT_PROC_SYSCALL : GT_PROC_RUNNING, g->m);
	gt_statuses_go(go->sched, g->g, inside ? GT_GO_SYSCALL : GT_GO_RUNNING, g->m,
		       status_stack(go, g, change));
}

void emit_off_cpu(struct export_go *go, struct goroutine *g, const struct change *change)
{
	enum gt_go_status status = g->state == G_RUNNABLE  ? GT_GO_RUNNABLE
				   : g->state == G_BLOCKED ? GT_GO_SYSCALL
							   : GT_GO_WAITING;

	introduce(go, g);
	gt_statuses_go(go->sched, g->g, status, g->state == G_BLOCKED ? g->m : GT_NO_ID,
		       status_stack(go, g, change));
}
