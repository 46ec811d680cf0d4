// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "books.h"

#include <bpf/btf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* One thread's side of a record. */
struct step {
	uint64_t id;
	uint64_t ts_ns;
	uint32_t num;	       /* 0: not a transition */
	uint32_t order;	       /* of the record, for equal times */
	uint8_t type;	       /* enum rec_type */
	uint8_t before, after; /* enum rec_state, of a transition */
	uint16_t sys;	       /* REC_SYS_ENTER, REC_FORK */
	const struct rec_head *head;
};

__attribute__((format(printf, 3, 4))) static void note(struct books *books, unsigned long *count,
						       const char *format, ...)
{
	va_list args;

	(*count)++;
	if (books->first[0])
		return;
	va_start(args, format);
	vsnprintf(books->first, sizeof(books->first), format, args);
	va_end(args);
}

/* ---- CPUs ---- */

static void check_switch(struct books *books, const struct rec_switch *now, bool known,
			 uint64_t running)
{
	if (known && now->prev.id != running)
		note(books, &books->cpu_breaks,
		     "cpu %u number %u: thread %u leaves, but %#llx was last switched in",
		     now->head.cpu, now->head.seq, now->prev.tid, (unsigned long long)running);
}

static void check_cpu(struct books *books, const struct rec_head **records, size_t count,
		      bool system)
{
	uint64_t running = 0, ts_ns = 0;
	bool known = false;

	for (size_t i = 0; i < count; i++) {
		const struct rec_head *head = records[i];

		if (head->seq != i)
			note(books, &books->numbers, "cpu %u: number %u at place %zu", head->cpu,
			     head->seq, i);
		if (head->ts_ns < ts_ns)
			note(books, &books->backwards, "cpu %u number %u: %llu ns back in time",
			     head->cpu, head->seq, (unsigned long long)(ts_ns - head->ts_ns));
		ts_ns = head->ts_ns;
		if (!system || head->type != REC_SWITCH)
			continue;
		check_switch(books, (const struct rec_switch *)head, known, running);
		running = ((const struct rec_switch *)head)->next.id;
		known = true;
	}
}

static void check_cpus(struct books *books, const struct collection *collection, bool system)
{
	size_t at = 0;

	for (uint32_t cpu = 0; cpu < collection->cpus; cpu++) {
		const struct rec_counters *counters = &collection->counters[cpu];
		size_t end = at;

		while (end < collection->count && collection->records[end]->cpu == cpu)
			end++;
		check_cpu(books, collection->records + at, end - at, system);
		if (counters->seq != end - at + counters->dropped)
			note(books, &books->numbers, "cpu %u: %llu records counted, %zu read", cpu,
			     (unsigned long long)counters->seq, end - at);
		books->dropped += counters->dropped;
		books->no_storage += counters->no_storage;
		books->retries += counters->retries;
		at = end;
	}
}

/* ---- threads ---- */

static size_t steps_of(struct step *out, const struct rec_head *head)
{
	const struct rec_switch *change = (const void *)head;
	const struct rec_wakeup *wakeup = (const void *)head;
	const struct rec_fork *fork = (const void *)head;
	const struct rec_thread *thread = (const void *)head;
	const struct rec_sys_enter *call = (const void *)head;
	struct step step = { .ts_ns = head->ts_ns, .type = head->type, .head = head };
	size_t count = 0;

	switch (head->type) {
	case REC_SWITCH:
		step.id = change->prev.id;
		step.num = change->prev.num;
		step.before = REC_STATE_RUNNING;
		step.after = change->flags & REC_SWITCH_DEAD	 ? REC_STATE_DEAD
			     : change->flags & REC_SWITCH_ASLEEP ? REC_STATE_ASLEEP
								 : REC_STATE_RUNNABLE;
		out[count++] = step;
		step.id = change->next.id;
		step.num = change->next.num;
		step.before = REC_STATE_RUNNABLE;
		step.after = REC_STATE_RUNNING;
		break;
	case REC_WAKEUP:
		step.id = wakeup->wakee.id;
		step.num = wakeup->wakee.num;
		step.before = REC_STATE_ASLEEP;
		step.after = REC_STATE_RUNNABLE;
		break;
	case REC_FORK:
		step.id = fork->child.id;
		step.num = fork->child.num;
		step.before = REC_STATE_NEW;
		step.after = REC_STATE_RUNNABLE;
		step.sys = fork->child_sys;
		break;
	case REC_SYS_ENTER:
	case REC_SYS_EXIT:
		step.id = call->id;
		step.sys = call->sys;
		break;
	default:
		step.id = thread->task.id;
		break;
	}
	out[count++] = step;
	return count;
}

static int by_thread_and_time(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->ts_ns != b->ts_ns)
		return a->ts_ns < b->ts_ns ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int by_transition(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (!a->num != !b->num) /* those without a number last */
		return !a->num ? 1 : -1;
	return a->num < b->num ? -1 : a->num > b->num;
}

static const struct rec_snapshot *entry_of(const struct collection *collection, uint64_t id)
{
	size_t low = 0, high = collection->thread_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (collection->threads[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < collection->thread_count && collection->threads[low].id == id
		       ? &collection->threads[low]
		       : NULL;
}

/* One thread's steps in the order of time. */
static void check_thread_syscalls(struct books *books, const struct step *steps, size_t count,
				  const struct rec_snapshot *entry)
{
	bool known = false, inside = false, named = entry;

	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		named = named || step->type == REC_THREAD;
		if (step->type == REC_FORK) {
			known = true;
			inside = step->sys != REC_SYS_NONE;
		} else if (step->type == REC_SYS_ENTER) {
			if (known && inside)
				note(books, &books->syscalls,
				     "thread %#llx enters %#x inside another (cpu %u number %u)",
				     (unsigned long long)step->id, step->sys, step->head->cpu,
				     step->head->seq);
			known = inside = true;
		} else if (step->type == REC_SYS_EXIT) {
			if (known && !inside)
				note(books, &books->syscalls,
				     "thread %#llx leaves no syscall (cpu %u number %u)",
				     (unsigned long long)step->id, step->head->cpu,
				     step->head->seq);
			known = true;
			inside = false;
		}
	}
	if (!named)
		note(books, &books->nameless, "thread %#llx has no name",
		     (unsigned long long)steps[0].id);
}

/* The state before the first record. A thread may have ended before the snapshot came to it. */
static uint8_t first_state(const struct collection *collection, const struct step *step,
			   const struct rec_snapshot *entry)
{
	if (entry)
		return entry->state;
	return step->ts_ns < collection->snapshot_end_ns ? REC_STATE_UNKNOWN : REC_STATE_NEW;
}

/* One thread's steps in the order of their transition numbers. */
static void check_thread_transitions(struct books *books, const struct collection *collection,
				     const struct step *steps, size_t count,
				     const struct rec_snapshot *entry)
{
	uint32_t num = entry ? entry->num : 0;
	uint8_t state = first_state(collection, steps, entry);

	for (size_t i = 0; i < count && steps[i].num; i++) {
		const struct step *step = &steps[i];

		if (step->num <= num && entry && step->num <= entry->num)
			continue;
		if (step->num != num + 1)
			note(books, &books->transitions, "thread %#llx: transition %u after %u",
			     (unsigned long long)step->id, step->num, num);
		else if (state != step->before && state != REC_STATE_UNKNOWN)
			note(books, &books->unseen,
			     "thread %#llx: transition %u (type %u, cpu %u number %u) from state "
			     "%u",
			     (unsigned long long)step->id, step->num, step->type, step->head->cpu,
			     step->head->seq, state);
		num = step->num;
		state = step->after;
	}
}

static void check_threads(struct books *books, const struct collection *collection)
{
	struct step *steps = calloc(2 * collection->count + 1, sizeof(*steps));
	size_t count = 0;

	if (!steps) {
		note(books, &books->damaged, "no memory for the check");
		return;
	}
	for (size_t i = 0; i < collection->count; i++)
		count += steps_of(steps + count, collection->records[i]);
	for (size_t i = 0; i < count; i++)
		steps[i].order = i;
	qsort(steps, count, sizeof(*steps), by_thread_and_time);
	for (size_t at = 0, end; at < count; at = end) {
		const struct rec_snapshot *entry = entry_of(collection, steps[at].id);

		for (end = at; end < count && steps[end].id == steps[at].id; end++)
			;
		if (steps[at].id == 0) /* the idle task */
			continue;
		check_thread_syscalls(books, steps + at, end - at, entry);
		qsort(steps + at, end - at, sizeof(*steps), by_transition);
		check_thread_transitions(books, collection, steps + at, end - at, entry);
	}
	free(steps);
}

/* As user/capture/kernel.c finds out. */
static bool lookups_fail(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool fail = btf && btf__find_by_name_kind(btf, "bpf_task_storage_busy", BTF_KIND_VAR) > 0 &&
		    btf__find_by_name_kind(btf, "bpf_task_storage_get_recur", BTF_KIND_FUNC) < 0;

	btf__free(btf);
	return fail;
}

/* One in a hundred records, at most. */
static bool few_without_storage(const struct books *books, const struct collection *collection)
{
	return books->no_storage <= 3 + collection->count / 100 &&
	       books->unseen <= books->no_storage && lookups_fail();
}

bool books_check(struct books *out, const struct collection *collection, bool system)
{
	memset(out, 0, sizeof(*out));
	out->damaged = collection->damaged;
	out->missed = collection->missed;
	check_cpus(out, collection, system);
	check_threads(out, collection);
	if ((out->no_storage || out->unseen) && !few_without_storage(out, collection))
		return false;
	return !(out->damaged || out->dropped || out->missed || out->numbers || out->backwards ||
		 out->cpu_breaks || out->transitions || out->syscalls || out->nameless);
}
