// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A thread's way from state to state is told as the exporter of Go traces tells
 * it, with the same stations where something was not recorded: one that must
 * have been on a CPU is told to have been there, for no time.
 */
#include "report/changes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/go/facts.h"
#include "export/go/reasons.h"
#include "report/inside.h"
#include "report/labels.h"
#include "syscalls/classes.h"
#include "syscalls/names.h"

/* As traces end: so much without a change is no time of the capture's. */
#define END_NS 1000000
#define NO_LIFE UINT32_MAX

struct report_changes {
	struct report *report;
	struct sys_classes *classes;
	struct inside inside;
	uint32_t arch;
	uint32_t *lives; /* at the threads' slots */
	size_t room;
	uint64_t start_ns, last_ns;
};

int report_changes_new(struct report_changes **out, struct report *report, uint32_t arch)
{
	struct report_changes *changes = calloc(1, sizeof(*changes));

	if (!changes)
		return -ENOMEM;
	changes->report = report;
	changes->arch = arch;
	if (sys_classes_new(&changes->classes, arch) ||
	    inside_init(&changes->inside, report, arch)) {
		report_changes_free(changes);
		return -ENOMEM;
	}
	report_know(report, REPORT_KNOWS_CALLS);
	*out = changes;
	return 0;
}

void report_changes_free(struct report_changes *changes)
{
	if (!changes)
		return;
	sys_classes_free(changes->classes);
	inside_fini(&changes->inside);
	free(changes->lives);
	free(changes);
}

/* ---- lives ---- */

/* Where the slot's life stands; NULL: no memory. */
static uint32_t *life_of(struct report_changes *changes, const struct thread *thread)
{
	size_t old = changes->room;
	uint32_t *grown;

	if (thread->slot < old)
		return &changes->lives[thread->slot];
	grown = grow_array(changes->lives, &changes->room, (size_t)thread->slot + 1,
			   sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0xff, (changes->room - old) * sizeof(*grown)); /* NO_LIFE */
	changes->lives = grown;
	return &grown[thread->slot];
}

/* As the root of its stacks in a trace has it, which lies in frame. */
static struct gt_text name_of(const struct thread *thread, struct fact_frame *frame)
{
	const struct fact fact = {
		.kind = FACT_THREAD_NAMED,
		.name = { thread->comm, strlen(thread->comm) },
	};

	fact_write(frame, &fact);
	return (struct gt_text){ frame->func, frame->func_size };
}

static int take_who(struct report_changes *changes, uint32_t life, const struct thread *thread)
{
	struct report_who who = {
		.tid = thread->tid, .recurs = true, .pid = thread->tgid, .attributes = thread->more
	};
	size_t size = strlen(thread->leader_comm);

	if (thread->more.known & REC_KNOWN_NAMESPACE)
		who.ns_pid = thread->more.ns_tgid;
	if (strcmp(thread->leader_comm, "?") != 0 &&
	    report_add_text(changes->report, thread->leader_comm, size, &who.process))
		return -ENOMEM;
	return report_describe(changes->report, life, &who);
}

static int take_name(struct report_changes *changes, uint32_t life, const struct thread *thread)
{
	struct fact_frame frame;
	struct gt_text name = name_of(thread, &frame);
	int err;

	if (life == NO_LIFE)
		return 0;
	err = report_name(changes->report, life, name.data, name.size);
	return err ? err : take_who(changes, life, thread);
}

static uint64_t now_of(const struct report_changes *changes, const struct change *change)
{
	return change->ts_ns - changes->start_ns;
}

static int enter(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = report_enter(changes->report, life, now_of(changes, change));

	return err ? err : take_name(changes, *life, change->thread);
}

static int leave(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = 0;

	if (*life != NO_LIFE)
		err = report_leave(changes->report, *life, now_of(changes, change));
	*life = NO_LIFE;
	return err;
}

/* ---- why ---- */

static int why_asleep(struct report_changes *changes, const struct change *change, uint32_t *why)
{
	const struct thread *thread = change->thread;
	bool inside = sys_inside(change->sys), kernel = thread_is_kernel(thread);
	enum reason reason = reason_of_sleep(sys_class_get(changes->classes, change->sys),
					     change->out.fd, change->out.prev_state, kernel);
	const char *name = sleep_name(change->out.prev_state, inside, kernel);
	char buffer[SYSCALL_TEXT_MAX];

	if (!name)
		name = syscall_text(buffer, changes->arch, change->sys);
	return label_sleep(changes->report, label_of(name), label_of(reason_text(reason)), why);
}

static int why_unknown(struct report_changes *changes, enum change_gap gap, uint32_t *why)
{
	static const char *const texts[] = { [GAP_NONE] = "",
					     [GAP_LOST] = "records lost",
					     [GAP_UNSEEN] = "unseen",
					     [GAP_SCOPE] = "left scope" };

	*why = 0;
	return report_add_text(changes->report, texts[gap], strlen(texts[gap]), why);
}

static bool is_limit(enum change_cause cause)
{
	return cause == CAUSE_THROTTLED || cause == CAUSE_DEADLINE || cause == CAUSE_REALTIME ||
	       cause == CAUSE_LIMIT;
}

static int why_waiting(struct report_changes *changes, const struct change *change, uint32_t *why)
{
	struct fact_frame frame;

	*why = 0;
	if (is_limit(change->cause))
		return label_limit(changes->report, label_of(""), why);
	if (change->cause != CAUSE_PREEMPTED)
		return 0;
	return label_preempted(changes->report, name_of(change->other, &frame), why);
}

/* ---- from state to state ---- */

static int go(struct report_changes *changes, uint32_t life, const struct change *change,
	      enum report_state state, uint32_t why)
{
	const struct report_step step = {
		.state = state,
		.now = now_of(changes, change),
		.cpu = change->cpu,
		.why = why,
		.limited = change->kind == CHANGE_OUT_RUNNABLE && is_limit(change->cause),
	};

	return report_go(changes->report, life, &step);
}

static bool has_cpu(const struct report_changes *changes, uint32_t life)
{
	enum report_state state = report_state_of(changes->report, life);

	return state == REPORT_RUNNING || state == REPORT_SYSCALL;
}

/* It left its CPU, and nobody knows how. */
static int go_astray(struct report_changes *changes, uint32_t life, const struct change *change)
{
	uint32_t why;
	int err = why_unknown(changes, change->gap, &why);

	return err ? err : go(changes, life, change, REPORT_ASLEEP, why);
}

static enum report_state on_cpu(const struct change *change)
{
	return sys_inside(change->thread->sys) ? REPORT_SYSCALL : REPORT_RUNNING;
}

static int come_on_cpu(struct report_changes *changes, uint32_t life, const struct change *change)
{
	int err = 0;

	if (has_cpu(changes, life)) /* another one */
		err = go_astray(changes, life, change);
	if (!err && report_state_of(changes->report, life) != REPORT_WAITING)
		err = go(changes, life, change, REPORT_WAITING, 0);
	return err ? err : go(changes, life, change, on_cpu(change), 0);
}

static int fall_asleep(struct report_changes *changes, uint32_t life, const struct change *change)
{
	uint32_t why = 0;
	int err = 0;

	if (report_state_of(changes->report, life) == REPORT_ASLEEP)
		return 0;
	if (!has_cpu(changes, life))
		err = come_on_cpu(changes, life, change);
	if (!err)
		err = why_asleep(changes, change, &why);
	return err ? err : go(changes, life, change, REPORT_ASLEEP, why);
}

static int become_runnable(struct report_changes *changes, uint32_t life,
			   const struct change *change)
{
	uint32_t why = 0;
	int err = 0;

	if (report_state_of(changes->report, life) == REPORT_WAITING)
		return 0;
	if (has_cpu(changes, life) && change->kind == CHANGE_OUT_RUNNABLE)
		err = why_waiting(changes, change, &why);
	else if (has_cpu(changes, life))
		err = go_astray(changes, life, change);
	return err ? err : go(changes, life, change, REPORT_WAITING, why);
}

/* It runs another program: a life of its own. */
static int exec(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = leave(changes, life, change);

	if (!err)
		err = enter(changes, life, change);
	return err ? err : come_on_cpu(changes, *life, change);
}

static int stay_on_cpu(struct report_changes *changes, uint32_t life, const struct change *change)
{
	if (report_state_of(changes->report, life) == on_cpu(change))
		return 0;
	return go(changes, life, change, on_cpu(change), 0);
}

static int take_state(struct report_changes *changes, uint32_t life, const struct change *change)
{
	switch (change->to) {
	case THREAD_ON_CPU:
		return change->kind == CHANGE_IN ? come_on_cpu(changes, life, change)
						 : stay_on_cpu(changes, life, change);
	case THREAD_ASLEEP:
		return fall_asleep(changes, life, change);
	case THREAD_RUNNABLE:
		return become_runnable(changes, life, change);
	case THREAD_LOST:
		return change->from == THREAD_LOST ? 0 : go_astray(changes, life, change);
	default:
		return 0;
	}
}

/* Who leaves by a switch was on that CPU. */
static int go_for_good(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = 0;

	if (*life != NO_LIFE && change->kind != CHANGE_GONE && !has_cpu(changes, *life))
		err = come_on_cpu(changes, *life, change);
	return err ? err : leave(changes, life, change);
}

static int take_input(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = 0;

	if (change->repair == CHANGE_DROP)
		return 0;
	changes->last_ns = change->ts_ns;
	if (change->to == THREAD_ABSENT || change->to == THREAD_DEAD) {
		err = inside_take(&changes->inside, *life, change, now_of(changes, change));
		return err ? err : go_for_good(changes, life, change);
	}
	if (change->kind == CHANGE_EXEC)
		return exec(changes, life, change);
	if (*life == NO_LIFE)
		err = enter(changes, life, change);
	if (!err)
		err = take_state(changes, *life, change);
	return err ? err : inside_take(&changes->inside, *life, change, now_of(changes, change));
}

/* ---- the start, and all else ---- */

/* What it sleeps in is known by name alone. */
static int is_asleep(struct report_changes *changes, uint32_t life, const struct change *change)
{
	char buffer[SYSCALL_TEXT_MAX];
	const char *name = "";
	uint32_t why = 0;
	int err;

	if (sys_inside(change->sys))
		name = syscall_text(buffer, changes->arch, change->sys);
	err = report_add_text(changes->report, name, strlen(name), &why);
	return err ? err : go(changes, life, change, REPORT_ASLEEP, why);
}

static int take_start(struct report_changes *changes, uint32_t *life, const struct change *change)
{
	int err = enter(changes, life, change);

	if (err)
		return err;
	switch (change->to) {
	case THREAD_ON_CPU:
		return go(changes, *life, change, on_cpu(change), 0);
	case THREAD_RUNNABLE:
		return go(changes, *life, change, REPORT_WAITING, 0);
	case THREAD_ASLEEP:
		return is_asleep(changes, *life, change);
	default:
		return go_astray(changes, *life, change);
	}
}

static int on_change(void *ctx, const struct change *change)
{
	struct report_changes *changes = ctx;
	uint32_t *life = change->thread ? life_of(changes, change->thread) : NULL;

	if (change->thread && !life)
		return -ENOMEM;
	if (change->kind < CHANGE_INPUTS)
		return take_input(changes, life, change);
	switch ((enum change_kind)change->kind) {
	case CHANGE_START:
		changes->start_ns = changes->last_ns = change->ts_ns;
		return 0;
	case CHANGE_CPU:
		return report_see_cpu(changes->report, change->cpu, now_of(changes, change));
	case CHANGE_LOSS:
		return report_lose_cpu(changes->report, change->cpu, now_of(changes, change));
	case CHANGE_IS:
		return take_start(changes, life, change);
	case CHANGE_DESCRIBED:
	case CHANGE_RENAMED:
		return take_name(changes, *life, change->thread);
	default:
		return 0;
	}
}

static int on_finish(void *ctx, uint64_t end_ns)
{
	struct report_changes *changes = ctx;

	if (end_ns <= changes->last_ns + END_NS)
		end_ns = changes->last_ns;
	return report_end(changes->report, end_ns - changes->start_ns);
}

struct exporter report_changes_exporter(struct report_changes *changes)
{
	static const struct exporter_ops ops = { .change = on_change, .finish = on_finish };

	return (struct exporter){ .ops = &ops, .ctx = changes };
}
