// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/labels.h"
#include "report/pairs.h"
#include "report/slices.h"
#include "base/grow.h"
#include "base/idmap.h"
#include "trace/write/strtab.h"

/* More no kernel has; the rest of a broken trace's are not looked at. */
#define CPUS_MAX 8192

struct goroutine {
	enum gt_state state;
	uint64_t since;
	uint32_t name;
	uint32_t proc; /* where it has been last, and in which slice */
	uint64_t slice;
	uint32_t why; /* RUNNABLE: label_wait(); WAITING: label_sleep() */
};

struct report {
	struct strtab texts;
	struct report_thread *threads; /* of the name at its id */
	size_t thread_count, thread_cap;
	struct pairs waits, sleeps;
	struct idmap g_map, p_map;
	struct goroutine *gs;
	size_t g_cap;
	struct slices *procs;
	size_t proc_count, proc_cap;
	int64_t start, end;
	bool started;
};

int report_new(struct report **out)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return -ENOMEM;
	report->threads = grow_array(NULL, &report->thread_cap, 1, sizeof(*report->threads));
	if (!report->threads) {
		free(report);
		return -ENOMEM;
	}
	report->threads[0] = (struct report_thread){ 0 };
	report->thread_count = 1;
	*out = report;
	return 0;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	strtab_fini(&report->texts);
	pairs_fini(&report->waits);
	pairs_fini(&report->sleeps);
	idmap_fini(&report->g_map);
	idmap_fini(&report->p_map);
	for (size_t i = 0; i < report->proc_count; i++)
		slices_fini(&report->procs[i]);
	free(report->procs);
	free(report->gs);
	free(report->threads);
	free(report);
}

/* ---- names ---- */

/* A row for each text: more than there are names, but then an id is an index. */
static int thread_of(struct report *report, uint32_t name, struct report_thread **out)
{
	struct report_thread *grown = grow_array(report->threads, &report->thread_cap,
					      (size_t)name + 1, sizeof(*report->threads));

	if (!grown)
		return -ENOMEM;
	report->threads = grown;
	for (; report->thread_count <= name; report->thread_count++)
		grown[report->thread_count] =
			(struct report_thread){ .name = (uint32_t)report->thread_count };
	*out = &grown[name];
	return 0;
}

/* ---- sums ---- */

/* What is longer ago than slices are kept. 0 or -ENOMEM. */
static int add_forgotten(struct report *report, const struct goroutine *g,
			 const struct slices *proc, uint64_t *rest)
{
	static const char text[] = "(too long ago to say)";
	const struct slice *oldest = slices_back(proc, SLICES_KEPT - 1);
	uint64_t ns = oldest && oldest->from > g->since ? oldest->from - g->since : 0;
	uint32_t id;

	*rest -= ns;
	if (!ns)
		return 0;
	if (label_text(&report->texts, text, sizeof(text) - 1, &id))
		return -ENOMEM;
	return pairs_add(&report->waits, g->name, id, ns, g->since);
}

/* A wait that ended on a CPU: each who ran there has its part, nobody the rest. */
static int split_wait(struct report *report, const struct goroutine *g, const struct slices *proc,
		      uint64_t to)
{
	const struct slice *slice;
	uint64_t rest = to - g->since;

	for (uint64_t back = 0; (slice = slices_back(proc, back)); back++) {
		uint64_t part = slice_part(slice, g->since, to);

		if (part && pairs_add(&report->waits, g->name, slice->name, part, g->since))
			return -ENOMEM;
		rest -= part;
		if (slice->from <= g->since)
			break;
	}
	if (add_forgotten(report, g, proc, &rest))
		return -ENOMEM;
	return rest ? pairs_add(&report->waits, g->name, g->why, rest, g->since) : 0;
}

/* proc: where it got a CPU, or NULL. */
static int leave_wait(struct report *report, struct goroutine *g, const struct slices *proc,
		      struct report_thread *thread, uint64_t now)
{
	uint64_t ns = now - g->since;

	thread->waiting += ns;
	if (ns > thread->longest_wait) {
		thread->longest_wait = ns;
		thread->longest_from = g->since;
	}
	return proc ? split_wait(report, g, proc, now)
		    : pairs_add(&report->waits, g->name, g->why, ns, g->since);
}

static int leave_state(struct report *report, struct goroutine *g, const struct slices *proc,
		       uint64_t now)
{
	struct report_thread *thread;
	uint64_t ns = now - g->since;

	if (thread_of(report, g->name, &thread))
		return -ENOMEM;
	switch (g->state) {
	case GT_STATE_RUNNING:
		thread->running += ns;
		return 0;
	case GT_STATE_SYSCALL:
		thread->in_syscall += ns;
		return 0;
	case GT_STATE_RUNNABLE:
		return leave_wait(report, g, proc, thread, now);
	case GT_STATE_WAITING:
		thread->blocked += ns;
		return pairs_add(&report->sleeps, g->name, g->why, ns, g->since);
	default:
		return 0;
	}
}

/* ---- who is on a CPU ---- */

static bool has_cpu(enum gt_state state)
{
	return state == GT_STATE_RUNNING || state == GT_STATE_SYSCALL;
}

/* *slot: IDMAP_NONE if there are too many. */
static int proc_of(struct report *report, uint64_t id, uint32_t *slot)
{
	struct slices *grown;

	*slot = idmap_find(&report->p_map, id);
	if (*slot != IDMAP_NONE || report->proc_count >= CPUS_MAX)
		return 0;
	grown = grow_array(report->procs, &report->proc_cap, report->proc_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	report->procs = grown;
	grown[report->proc_count++] = (struct slices){
		0
	}; /* one more than the map has, should that fail: freed all the same */
	return idmap_add(&report->p_map, id, slot);
}

/* ---- events ---- */

static int goroutine_of(struct report *report, uint64_t id, struct goroutine **out)
{
	uint32_t slot = idmap_find(&report->g_map, id);
	struct goroutine *grown;

	if (slot == IDMAP_NONE) {
		if (idmap_add(&report->g_map, id, &slot))
			return -ENOMEM;
		grown = grow_array(report->gs, &report->g_cap, (size_t)slot + 1, sizeof(*grown));
		if (!grown) {
			idmap_del(&report->g_map, id);
			return -ENOMEM;
		}
		report->gs = grown;
		grown[slot] = (struct goroutine){ 0 };
	}
	*out = &report->gs[slot];
	return 0;
}

/* As viewers do it: by the root of the first stack. */
static int take_name(struct report *report, const struct gt_reader *reader, struct goroutine *g,
		     uint64_t stack)
{
	size_t size = gt_reader_stack_size(reader, stack);
	struct report_thread *thread;
	struct gt_text func;
	int err;

	if (g->name || !size)
		return 0;
	func = gt_reader_stack_frame(reader, stack, size - 1).func;
	err = label_text(&report->texts, func.data, func.size, &g->name);
	if (!err)
		err = thread_of(report, g->name, &thread);
	if (!err)
		thread->threads++;
	return err;
}

static int go_transition(struct report *report, const struct gt_reader *reader,
			 const struct gt_event *event, const struct gt_transition *to,
			 struct goroutine *g)
{
	uint64_t now = (uint64_t)(event->time - report->start);
	bool gets_cpu = has_cpu(to->to) && !has_cpu(g->state);
	bool gives_cpu = !has_cpu(to->to) && has_cpu(g->state);
	struct slices *proc = NULL;
	int err = 0;

	if (gets_cpu && event->p != GT_NO_ID)
		err = proc_of(report, event->p, &g->proc);
	if (!err && gets_cpu && event->p != GT_NO_ID && g->proc != IDMAP_NONE)
		proc = &report->procs[g->proc];
	if (!err)
		err = leave_state(report, g, proc, now);
	if (gets_cpu)
		g->slice = 0;
	if (!err && proc)
		err = slices_open(proc, g->name, now, &g->slice);
	if (gives_cpu && g->slice)
		slices_close(&report->procs[g->proc], g->slice, now);
	g->state = to->to;
	g->since = now;
	if (!err && to->to == GT_STATE_WAITING)
		err = label_sleep(&report->texts, reader, to, &g->why);
	else if (!err && to->to == GT_STATE_RUNNABLE)
		err = label_wait(&report->texts, reader, to, &g->why);
	return err;
}

int report_add(struct report *report, const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_transition to;
	struct goroutine *g;
	int err;

	if (gt_event_kind(event) == GT_KIND_SYNC)
		return 0; /* its time is the reader's */
	if (!report->started)
		report->start = event->time;
	report->started = true;
	report->end = event->time;
	if (!gt_event_transition(event, &to))
		return 0;
	if (to.of_proc) {
		uint32_t slot;

		return proc_of(report, to.id, &slot);
	}
	err = goroutine_of(report, to.id, &g);
	if (!err)
		err = take_name(report, reader, g, to.stack);
	if (!err && to.from != to.to)
		err = go_transition(report, reader, event, &to, g);
	if (!err && to.to == GT_STATE_NOT_EXIST)
		idmap_del(&report->g_map, to.id);
	return err;
}

/* ---- the end ---- */

static int by_running(const void *a, const void *b)
{
	const struct report_thread *x = a, *y = b;
	uint64_t x_ns = x->running + x->in_syscall, y_ns = y->running + y->in_syscall;

	if (x_ns != y_ns)
		return x_ns < y_ns ? 1 : -1;
	return (x->name > y->name) - (x->name < y->name);
}

/* Whatever goes on; which CPU a thread that still waits will get nobody knows. */
static int end_all(struct report *report)
{
	static const char text[] = "(it waits still)";
	uint32_t still;

	if (label_text(&report->texts, text, sizeof(text) - 1, &still))
		return -ENOMEM;
	for (size_t i = 0; i < report->g_map.size; i++) {
		uint32_t slot = report->g_map.entries[i].slot;
		struct goroutine *g;

		if (slot == IDMAP_NONE)
			continue;
		g = &report->gs[slot];
		if (g->state == GT_STATE_RUNNABLE)
			g->why = still;
		if (leave_state(report, g, NULL, report_duration(report)))
			return -ENOMEM;
	}
	return 0;
}

int report_end(struct report *report)
{
	size_t kept = 0;

	if (end_all(report))
		return -ENOMEM;
	for (size_t i = 0; i < report->thread_count; i++) {
		const struct report_thread *thread = &report->threads[i];

		if (thread->threads || thread->running || thread->waiting || thread->blocked)
			report->threads[kept++] = *thread;
	}
	report->thread_count = kept;
	if (kept)
		qsort(report->threads, kept, sizeof(*report->threads), by_running);
	pairs_sort(&report->waits);
	pairs_sort(&report->sleeps);
	return 0;
}

uint64_t report_duration(const struct report *report)
{
	return (uint64_t)(report->end - report->start);
}

size_t report_cpus(const struct report *report)
{
	return report->proc_count;
}

const struct report_thread *report_threads(const struct report *report, size_t *count)
{
	*count = report->thread_count;
	return report->threads;
}

const struct report_pair *report_waits(const struct report *report, size_t *count)
{
	*count = report->waits.count;
	return report->waits.rows;
}

const struct report_pair *report_sleeps(const struct report *report, size_t *count)
{
	*count = report->sleeps.count;
	return report->sleeps.rows;
}

struct gt_text report_text(const struct report *report, uint32_t id)
{
	struct gt_text text = { "?", 1 };

	if (id)
		text.data = strtab_text(&report->texts, id, &text.size);
	return text;
}
