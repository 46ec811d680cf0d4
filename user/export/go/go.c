// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What is done with each kind of change; and what the exporter holds. */
#include "export/go/go.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/go/core.h"

int export_go_new(struct export_go **out, const struct export_go_options *options,
		  struct gt_writer *writer, struct gt_statuses *sched)
{
	struct export_go *go = calloc(1, sizeof(*go));

	if (!go)
		return -ENOMEM;
	go->options = *options;
	go->marked = !options->mark;
	go->sched = sched;
	steps_make(go->steps, options->mapping);
	go->procs = calloc(options->cpus + 1, sizeof(*go->procs));
	if (!go->procs || frames_new(&go->frames, writer, options->arch, options->cpus) ||
	    sys_classes_new(&go->classes, options->arch) || ids_new(&go->ids)) {
		export_go_free(go);
		return -ENOMEM;
	}
	*out = go;
	return 0;
}

void export_go_free(struct export_go *go)
{
	if (!go)
		return;
	ids_free(go->ids);
	code_fini(&go->code);
	sys_classes_free(go->classes);
	frames_free(go->frames);
	for (size_t i = 0; i < go->room; i++)
		free(go->goroutines[i]);
	free(go->goroutines);
	free(go->procs);
	free(go);
}

void export_go_set_symbols(struct export_go *go, const struct symbols *symbols)
{
	go->code.symbols = symbols;
}

/* ---- what hangs on threads ---- */

static int make_room(struct export_go *go, uint32_t slot)
{
	size_t old = go->room;
	struct goroutine **grown =
		grow_array(go->goroutines, &go->room, (size_t)slot + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	memset(grown + old, 0, (go->room - old) * sizeof(*grown));
	go->goroutines = grown;
	return 0;
}

struct goroutine *goroutine_make(struct export_go *go, const struct thread *thread)
{
	struct goroutine *g = NULL;

	if (thread->slot < go->room || !make_room(go, thread->slot))
		g = go->goroutines[thread->slot] = calloc(1, sizeof(*g));
	if (!g) {
		go->error = -ENOMEM;
		g = &go->spare;
	}
	g->thread = thread;
	return g;
}

/* ---- kinds of changes ---- */

static void set_time(struct export_go *go, const struct change *change)
{
	if (change->step == go->step)
		return;
	go->step = change->step;
	emit_at(go, change->ts_ns);
}

/* One nanosecond for each status, all before the first record. */
static void start(struct export_go *go, const struct change *change)
{
	uint64_t room = change->start.threads + go->options.cpus + 4;

	emit_at(go, change->ts_ns > room ? change->ts_ns - room : 0);
}

static void see_cpu(struct export_go *go, const struct change *change)
{
	if (change->cpu >= go->proc_count) {
		go->proc_count = change->cpu + 1u;
		go->procs_pending = true;
	}
	if (!go->started && !change->thread)
		emit_idle_cpu(go, change->cpu);
}

static void is_so(struct export_go *go, const struct change *change)
{
	struct goroutine *g = goroutine_of(go, change->thread);

	g->in_syscall = sys_inside(change->sys) &&
			(change->to == THREAD_ON_CPU ||
			 (change->to == THREAD_ASLEEP && go->options.mapping == EXPORT_GO_RUNTIME));
	g->state = go_state_of(change->to, g->in_syscall);
	if (change->to == THREAD_ON_CPU)
		emit_running(go, g, change);
	else
		emit_off_cpu(go, g, change);
}

/* Kept until the trace can show it. */
static void lose_records(struct export_go *go, const struct change *change)
{
	struct proc *proc = &go->procs[change->cpu];

	if (proc->lost.count == 0)
		proc->lost.from_ns = change->loss->from_ns;
	proc->lost.count += change->loss->count;
	proc->lost.to_ns = change->loss->to_ns;
}

/*
 * An end that was told was none. Its goroutine goes on, if it was left as it
 * stood; its M is one that no other thread has.
 */
static void revive(struct export_go *go, struct goroutine *g)
{
	uint64_t was = g->g;

	if (!was)
		return;
	if (ids_new_g(go->ids, g)) /* an id for its M */
		go->error = -ENOMEM;
	ids_take_m(go->ids, g);
	g->g = was;
}

static void forget(struct goroutine *g)
{
	*g = (struct goroutine){ .thread = g->thread };
}

/* What the state machine's table is about: told step by step. */
static void tell(struct export_go *go, struct goroutine *g, const struct change *change)
{
	bool inside = sys_inside(change->thread->sys);

	emit_steps(go, g, go->steps[g->state][change->kind][inside], change);
	if (change->to == THREAD_DEAD)
		ids_release_m(go->ids, g);
	/* A goroutine may outlive its thread, as it stands: the trace cannot end it. */
	if (!g->g)
		g->state = G_ABSENT;
	else if (change->to != THREAD_DEAD)
		g->state = go_state_of(change->to, g->in_syscall);
}

static void other_kinds(struct export_go *go, const struct change *change)
{
	switch ((enum change_kind)change->kind) {
	case CHANGE_START:
		start(go, change);
		break;
	case CHANGE_CPU:
		see_cpu(go, change);
		break;
	case CHANGE_IS:
		is_so(go, change);
		break;
	case CHANGE_STARTED:
		go->started = true;
		go->procs_pending = true;
		emit_leftovers(go);
		break;
	case CHANGE_LOSS:
		lose_records(go, change);
		break;
	case CHANGE_STACK:
		if (code_take(&go->code, change->stack))
			go->error = -ENOMEM;
		break;
	case CHANGE_RENAMED:
		set_time(go, change);
		emit_renamed(go, goroutine_of(go, change->thread), change);
		break;
	case CHANGE_CGROUP:
		if (frames_know_cgroup(go->frames, change->cgroup))
			go->error = -ENOMEM;
		break;
	case CHANGE_REVIVED:
		revive(go, goroutine_of(go, change->thread));
		break;
	case CHANGE_FORGOTTEN:
		forget(goroutine_of(go, change->thread));
		break;
	default: /* nothing that a Go trace shows */
		break;
	}
}

static int on_change(void *ctx, const struct change *change)
{
	struct export_go *go = ctx;

	if (change->kind >= CHANGE_INPUTS) {
		other_kinds(go, change);
	} else if (change->repair != CHANGE_DROP) {
		set_time(go, change);
		tell(go, goroutine_of(go, change->thread), change);
	}
	return go->error ? go->error : frames_error(go->frames);
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	struct export_go *go = ctx;

	emit_at(go, end_ns);
	emit_leftovers(go);
	emit_late_mark(go);
	emit_end(go, end_ns);
	return go->error ? go->error : frames_error(go->frames);
}

struct exporter export_go_exporter(struct export_go *go)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };

	return (struct exporter){ .ops = &ops, .ctx = go };
}
