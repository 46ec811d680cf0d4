/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace with losses against the truth.
 *
 * A goroutine is known by its tid only: whose it is, which of a tid's many, a
 * loss may leave open. So it is enough that some thread that ever had the tid
 * did what is shown.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "simulator/contradict.h"
#include "simulator/knowledge.h"

#define GO_ID_STEP 10000000

struct judge {
	const struct sim *sim;
	const struct knowledge *known;
	struct replay_interval *shown; /* by tid, then time */
	size_t shown_count;
	uint64_t start_ns;
	uint64_t slack_ns; /* a record's events, and a message of each CPU's losses */
};

static uint32_t tid_of(const struct replay_interval *shown)
{
	return (uint32_t)(shown->g % GO_ID_STEP);
}

static int compare_shown(const void *a, const void *b)
{
	const struct replay_interval *x = a, *y = b;

	if (tid_of(x) != tid_of(y))
		return tid_of(x) < tid_of(y) ? -1 : 1;
	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return x->to_ns < y->to_ns ? -1 : x->to_ns > y->to_ns;
}

/* What is shown of the tid. */
static const struct replay_interval *shown_of(const struct judge *judge, uint32_t tid,
					      size_t *count)
{
	size_t low = 0, high = judge->shown_count, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (tid_of(&judge->shown[mid]) < tid)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < judge->shown_count && tid_of(&judge->shown[end]) == tid;)
		end++;
	*count = end - low;
	return judge->shown + low;
}

/* ---- what is shown against what is so ---- */

static bool is_same(const struct judge *judge, const struct sim_interval *in,
		    const struct replay_interval *shown)
{
	switch (in->state) {
	case REC_STATE_ASLEEP:
		return shown->state == REPLAY_WAITING;
	case REC_STATE_RUNNABLE:
		return shown->state == REPLAY_RUNNABLE;
	default:
		if (shown->cpu != in->cpu)
			return false;
		if (!in->known || knowledge_is_exec_lost(judge->known, in->thread, in->from_ns))
			return shown->state == REPLAY_RUNNING || shown->state == REPLAY_SYSCALL;
		return shown->state == (in->sys == REC_SYS_NONE ? REPLAY_RUNNING : REPLAY_SYSCALL);
	}
}

static void print_thread(const struct judge *judge, FILE *out, uint32_t thread, uint64_t ts_ns)
{
	size_t count;
	const struct sim_interval *in = knowledge_truth(judge->known, thread, &count);

	for (; count > 0; count--, in++)
		if (in->to_ns + 50000 > ts_ns && in->from_ns < ts_ns + 50000)
			fprintf(out,
				"  truth: thread %u state %d cpu %u sys %u %" PRIu64 "..%" PRIu64
				"\n",
				thread, in->state, in->cpu, in->sys, in->from_ns, in->to_ns);
}

static int complain(const struct judge *judge, FILE *out, const char *what, uint32_t tid,
		    uint64_t ts_ns)
{
	size_t i = 0, shown_count, thread_count;
	const struct replay_interval *shown = shown_of(judge, tid, &shown_count);
	const uint32_t *threads = knowledge_threads(judge->known, tid, &thread_count);

	while (i + 1 < sim_record_count(judge->sim) && sim_record(judge->sim, i)->true_ns < ts_ns)
		i++;
	fprintf(out, "%s: tid %u at %" PRIu64 "\n", what, tid, ts_ns);
	for (size_t k = 0; k < shown_count; k++)
		if (shown[k].to_ns + 50000 > ts_ns && shown[k].from_ns < ts_ns + 50000)
			fprintf(out,
				"  shown: G %" PRIu64 " state %d cpu %d %" PRIu64 "..%" PRIu64 "\n",
				shown[k].g, shown[k].state, (int)shown[k].cpu, shown[k].from_ns,
				shown[k].to_ns);
	for (size_t k = 0; k < thread_count; k++)
		print_thread(judge, out, threads[k], ts_ns);
	sim_print_around(out, judge->sim, i, 25);
	return 1;
}

/* Does the thread do at ts_ns what is shown, or could nobody know that it does not? */
static bool is_excused_by(const struct judge *judge, const struct replay_interval *shown,
			  uint32_t thread, uint64_t ts_ns)
{
	size_t count;
	const struct sim_interval *in = knowledge_truth(judge->known, thread, &count), *now = NULL;

	for (; count > 0 && in->from_ns <= ts_ns; count--, in++)
		if (ts_ns < in->to_ns)
			now = in;
	if (now && is_same(judge, now, shown))
		return true;
	if (now && now->state == REC_STATE_RUNNING && now->cpu == shown->cpu &&
	    knowledge_is_exec_lost(judge->known, thread, ts_ns))
		return true;
	/* Otherwise a slice on a CPU is never excused by its thread alone. */
	return shown->cpu == REPLAY_NO_CPU &&
	       (knowledge_is_uncertain(judge->known, thread, ts_ns) ||
		(now && knowledge_is_start_blind(judge->known, now)));
}

/*
 * Is what is shown at ts_ns so, or could nobody know? A thread that is not
 * there (not yet, no more, or a stranger) can excuse it only by being uncertain.
 */
static bool is_excused(const struct judge *judge, const struct replay_interval *shown,
		       uint64_t ts_ns)
{
	size_t count;
	const uint32_t *threads = knowledge_threads(judge->known, tid_of(shown), &count);

	if (shown->cpu != REPLAY_NO_CPU &&
	    knowledge_in_gap(judge->known, shown->cpu, ts_ns, ts_ns + 1))
		return true;
	for (; count > 0; count--, threads++)
		if (is_excused_by(judge, shown, *threads, ts_ns))
			return true;
	return false;
}

/* The next moment after from_ns, before to_ns, at which the truth of the tid changes; or to_ns. */
static uint64_t next_change(const struct judge *judge, uint32_t tid, uint64_t from_ns,
			    uint64_t to_ns)
{
	size_t count;
	const uint32_t *threads = knowledge_threads(judge->known, tid, &count);

	for (; count > 0; count--, threads++) {
		size_t left;
		const struct sim_interval *in = knowledge_truth(judge->known, *threads, &left);

		for (; left > 0 && in->from_ns < to_ns; left--, in++) {
			if (in->from_ns > from_ns)
				to_ns = in->from_ns;
			else if (in->to_ns > from_ns && in->to_ns < to_ns)
				to_ns = in->to_ns;
		}
	}
	return to_ns;
}

/* Every stretch that is shown, cut where the truth changes. */
static int check_shown(const struct judge *judge, FILE *out)
{
	for (size_t k = 0; k < judge->shown_count; k++) {
		const struct replay_interval *shown = &judge->shown[k];
		uint64_t from = shown->from_ns;

		while (from + SIM_RECORD_NS < shown->to_ns) {
			uint64_t to = next_change(judge, tid_of(shown), from, shown->to_ns);

			if (to - from >= judge->slack_ns && from >= judge->start_ns &&
			    !is_excused(judge, shown, from + (to - from) / 2))
				return complain(judge, out, "shown, but not so", tid_of(shown),
						from + (to - from) / 2);
			from = to;
		}
	}
	return 0;
}

/* Whether a goroutine of the tid is shown to do so; *there: or something else. */
static bool is_shown_as(const struct judge *judge, const struct sim_interval *in, uint32_t tid,
			uint64_t ts_ns, bool *there)
{
	size_t count;
	const struct replay_interval *shown = shown_of(judge, tid, &count);

	for (; count > 0 && shown->from_ns <= ts_ns; count--, shown++) {
		if (shown->to_ns <= ts_ns)
			continue;
		*there = true;
		if (is_same(judge, in, shown))
			return true;
	}
	return false;
}

/* By any tid that the thread had until then. */
static bool is_shown(const struct judge *judge, const struct sim_interval *in, uint64_t ts_ns,
		     bool *there)
{
	size_t count;
	const struct sim_interval *life = knowledge_truth(judge->known, in->thread, &count);
	uint32_t last = 0;

	for (; count > 0; count--, life++) {
		if (life->tid != last && is_shown_as(judge, in, life->tid, ts_ns, there))
			return true;
		if (life->tid_now != life->tid &&
		    is_shown_as(judge, in, life->tid_now, ts_ns, there))
			return true;
		last = life->tid;
	}
	return false;
}

/* Nobody else ever had its tids, so that a goroutine which is there is its own. */
static bool is_alone(const struct judge *judge, const struct sim_interval *in)
{
	size_t count, count_now;

	knowledge_threads(judge->known, in->tid, &count);
	knowledge_threads(judge->known, in->tid_now, &count_now);
	return count == 1 && count_now == 1;
}

/*
 * What is certain must be shown. Two moments are tried: what only the wire
 * needs lasts some nanoseconds, and may be in the way of one.
 */
static int check_certain(const struct judge *judge, const struct sim_interval *in, FILE *out)
{
	uint64_t from = in->from_ns > judge->start_ns ? in->from_ns : judge->start_ns;
	uint64_t half = from + (in->to_ns - from) / 2;
	uint64_t third = from + (in->to_ns - from) / 3;
	bool there = false;

	if (!in->scope || in->to_ns < from + 6 * SIM_RECORD_NS ||
	    knowledge_is_uncertain(judge->known, in->thread, half) ||
	    knowledge_is_start_blind(judge->known, in) || is_shown(judge, in, half, &there) ||
	    is_shown(judge, in, third, &there))
		return 0;
	if (in->state == REC_STATE_RUNNING ||
	    (there && is_alone(judge, in) && !knowledge_is_late(judge->known, in->thread)))
		return complain(judge, out, "certain, but not shown", in->tid, half);
	return 0;
}

static int check_all_certain(const struct judge *judge, FILE *out)
{
	size_t threads;

	sim_threads(judge->sim, &threads);
	for (uint32_t thread = 0; thread < threads; thread++) {
		size_t count;
		const struct sim_interval *in = knowledge_truth(judge->known, thread, &count);

		for (; count > 0; count--, in++)
			if (check_certain(judge, in, out))
				return 1;
	}
	return 0;
}

int contradict_find(const struct sim *sim, const struct replay *replay, uint64_t start_ns,
		    FILE *out)
{
	struct judge judge = { .sim = sim,
			       .start_ns = start_ns,
			       .slack_ns = SIM_RECORD_NS + sim_options(sim)->cpus };
	const struct replay_interval *shown = replay_intervals(replay, &judge.shown_count);
	struct knowledge *known;
	int found = -ENOMEM;

	if (knowledge_new(&known, sim))
		return -ENOMEM;
	judge.known = known;
	judge.shown = calloc(judge.shown_count + 1, sizeof(*judge.shown));
	if (judge.shown) {
		for (size_t i = 0; i < judge.shown_count; i++)
			judge.shown[i] = shown[i];
		qsort(judge.shown, judge.shown_count, sizeof(*judge.shown), compare_shown);
		found = check_shown(&judge, out);
		if (!found)
			found = check_all_certain(&judge, out);
	}
	free(judge.shown);
	knowledge_free(known);
	return found;
}
