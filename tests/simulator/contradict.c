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

#define GO_ID_STEP 10000000

/* A record that tells what a thread does from then on. */
struct mention {
	uint32_t thread;
	bool lost;
	bool entry; /* of the snapshot */
	uint64_t ts_ns;
};

/* The tids a thread had: execs change them, seldom and once. */
#define TIDS 4

struct judge {
	const struct sim *sim;
	uint32_t (*tids)[TIDS]; /* by thread */
	const struct sim_gap *gaps;
	size_t gap_count;
	struct sim_interval *truth; /* by thread, then time */
	size_t truth_count;
	struct mention *mentions; /* by thread, then time */
	size_t mention_count;
	const struct replay_interval *shown;
	size_t shown_count;
	uint64_t start_ns;
};

static int by_thread(const void *a, const void *b)
{
	const struct sim_interval *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

static int by_thread_too(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->ts_ns < y->ts_ns ? -1 : x->ts_ns > y->ts_ns;
}

/* ---- what the records tell ---- */

static void mention(struct judge *judge, const struct sim_record *record, uint64_t id)
{
	if (id)
		judge->mentions[judge->mention_count++] = (struct mention){
			.thread = (uint32_t)((id & 0xffffffffff) - 1),
			.lost = record->lost,
			.ts_ns = record->true_ns,
		};
}

/* Records, and the entries of the snapshot. */
static void list_mentions(struct judge *judge)
{
	size_t entries;
	uint64_t end_ns;
	const struct rec_snapshot *snapshot = sim_snapshot(judge->sim, &entries, &end_ns);

	for (size_t i = 0; i < entries; i++)
		judge->mentions[judge->mention_count++] = (struct mention){
			.thread = (uint32_t)((snapshot[i].id & 0xffffffffff) - 1),
			.entry = true,
			.ts_ns = sim_snapshot_ns(judge->sim, i),
		};
	for (size_t i = 0; i < sim_record_count(judge->sim); i++) {
		const struct sim_record *record = sim_record(judge->sim, i);
		const union rectext_any *any = &record->any;

		switch (any->head.type) {
		case REC_SWITCH:
			mention(judge, record, any->sw.prev.id);
			mention(judge, record, any->sw.next.id);
			break;
		case REC_WAKEUP:
			mention(judge, record, any->wakeup.wakee.id);
			break;
		case REC_FORK:
			mention(judge, record, any->fork.child.id);
			break;
		case REC_SYS_ENTER:
		case REC_SYS_EXIT:
			mention(judge, record, any->sys_enter.id);
			break;
		case REC_EXEC:
			mention(judge, record, any->thread.task.id);
			break;
		default:
			break;
		}
	}
	qsort(judge->mentions, judge->mention_count, sizeof(*judge->mentions), by_thread_too);
}

static bool in_gap(const struct judge *judge, uint32_t cpu, uint64_t from_ns, uint64_t to_ns)
{
	for (size_t i = 0; i < judge->gap_count; i++)
		if (judge->gaps[i].cpu == cpu && judge->gaps[i].from_ns < to_ns &&
		    judge->gaps[i].to_ns > from_ns)
			return true;
	return false;
}

/* Its first record, so that it is not there before it is next on a CPU. */
static bool is_birth_lost(const struct judge *judge, uint32_t thread)
{
	for (size_t i = 0; i < judge->mention_count; i++)
		if (judge->mentions[i].thread == thread)
			return judge->mentions[i].lost;
	return false;
}

/*
 * After a loss before the start it takes a record of the thread on its CPU to
 * be sure that it runs there: its entry may be older.
 */
static bool is_start_blind(const struct judge *judge, const struct sim_interval *in)
{
	for (size_t i = 0; i < judge->gap_count; i++) {
		const struct sim_gap *gap = &judge->gaps[i];
		bool shown = false;

		if (in->state != REC_STATE_RUNNING || in->from_ns >= judge->start_ns ||
		    gap->cpu != in->cpu || gap->from_ns >= judge->start_ns)
			continue;
		for (size_t k = 0; k < judge->mention_count; k++) {
			const struct mention *m = &judge->mentions[k];

			shown |= m->thread == in->thread && !m->entry && !m->lost &&
				 m->ts_ns >= gap->to_ns && m->ts_ns >= in->from_ns &&
				 m->ts_ns < judge->start_ns;
		}
		if (!shown)
			return true;
	}
	return false;
}

/* Between the mentions around ts_ns: was any lost, or a CPU it ran on blind? */
static bool is_uncertain(const struct judge *judge, uint32_t thread, uint64_t ts_ns)
{
	uint64_t before = 0, after = UINT64_MAX;

	for (size_t i = 0; i < judge->mention_count; i++) {
		const struct mention *m = &judge->mentions[i];

		if (m->thread != thread || m->lost)
			continue;
		if (m->ts_ns <= ts_ns)
			before = m->ts_ns;
		else if (m->ts_ns < after)
			after = m->ts_ns;
	}
	for (size_t i = 0; i < judge->mention_count; i++)
		if (judge->mentions[i].thread == thread && judge->mentions[i].lost &&
		    judge->mentions[i].ts_ns > before && judge->mentions[i].ts_ns < after)
			return true;
	for (size_t i = 0; i < judge->truth_count; i++) {
		const struct sim_interval *in = &judge->truth[i];

		if (in->thread == thread && in->state == REC_STATE_RUNNING && in->from_ns < after &&
		    in->to_ns > before &&
		    in_gap(judge, in->cpu, before > in->from_ns ? before : in->from_ns,
			   after < in->to_ns ? after : in->to_ns))
			return true;
	}
	return false;
}

/* ---- what is shown against what is so ---- */

static bool is_same(const struct sim_interval *in, const struct replay_interval *shown)
{
	switch (in->state) {
	case REC_STATE_ASLEEP:
		return shown->state == REPLAY_WAITING;
	case REC_STATE_RUNNABLE:
		return shown->state == REPLAY_RUNNABLE;
	default:
		if (shown->cpu != in->cpu)
			return false;
		if (!in->known)
			return shown->state == REPLAY_RUNNING || shown->state == REPLAY_SYSCALL;
		return shown->state == (in->sys == REC_SYS_NONE ? REPLAY_RUNNING : REPLAY_SYSCALL);
	}
}

static void add_tid(struct judge *judge, uint32_t thread, uint32_t tid)
{
	for (unsigned i = 0; i < TIDS; i++) {
		if (judge->tids[thread][i] == tid)
			return;
		if (!judge->tids[thread][i]) {
			judge->tids[thread][i] = tid;
			return;
		}
	}
}

static bool has_tid(const struct judge *judge, const struct sim_interval *in, uint64_t g)
{
	for (unsigned i = 0; i < TIDS; i++)
		if (judge->tids[in->thread][i] == g % GO_ID_STEP)
			return true;
	return false;
}

static int complain(const struct judge *judge, FILE *out, const char *what, uint64_t g,
		    uint64_t ts_ns)
{
	size_t i = 0;

	while (i + 1 < sim_record_count(judge->sim) && sim_record(judge->sim, i)->true_ns < ts_ns)
		i++;
	fprintf(out, "%s: G %" PRIu64 " at %" PRIu64 "\n", what, g, ts_ns);
	for (size_t k = 0; k < judge->shown_count; k++)
		if (judge->shown[k].g % GO_ID_STEP == g % GO_ID_STEP &&
		    judge->shown[k].to_ns + 50000 > ts_ns &&
		    judge->shown[k].from_ns < ts_ns + 50000)
			fprintf(out,
				"  shown: G %" PRIu64 " state %d cpu %d %" PRIu64 "..%" PRIu64 "\n",
				judge->shown[k].g, judge->shown[k].state, (int)judge->shown[k].cpu,
				judge->shown[k].from_ns, judge->shown[k].to_ns);
	for (size_t k = 0; k < judge->truth_count; k++)
		if (has_tid(judge, &judge->truth[k], g) && judge->truth[k].to_ns + 50000 > ts_ns &&
		    judge->truth[k].from_ns < ts_ns + 50000)
			fprintf(out,
				"  truth: thread %u state %d cpu %u sys %u %" PRIu64 "..%" PRIu64
				"\n",
				judge->truth[k].thread, judge->truth[k].state, judge->truth[k].cpu,
				judge->truth[k].sys, judge->truth[k].from_ns,
				judge->truth[k].to_ns);
	sim_print_around(out, judge->sim, i, 25);
	return 1;
}

/*
 * Is what is shown at ts_ns so, or could nobody know? A thread that is not
 * there (not yet, no more, or a stranger) can excuse it only by being uncertain.
 */
static bool is_excused(const struct judge *judge, const struct replay_interval *shown,
		       uint64_t ts_ns)
{
	if (shown->cpu != REPLAY_NO_CPU && in_gap(judge, shown->cpu, ts_ns, ts_ns + 1))
		return true;
	for (size_t i = 0; i < judge->truth_count; i++) {
		const struct sim_interval *in = &judge->truth[i];
		bool now;

		if (!has_tid(judge, in, shown->g))
			continue;
		now = in->from_ns <= ts_ns && ts_ns < in->to_ns;
		if (now && is_same(in, shown))
			return true;
		/* A slice on a CPU is never excused by its thread alone. */
		if (shown->cpu == REPLAY_NO_CPU &&
		    (is_uncertain(judge, in->thread, ts_ns) || (now && is_start_blind(judge, in))))
			return true;
	}
	return false;
}

/* Every stretch that is shown, cut where the truth changes. */
static int check_shown(const struct judge *judge, FILE *out)
{
	for (size_t k = 0; k < judge->shown_count; k++) {
		const struct replay_interval *shown = &judge->shown[k];
		uint64_t from = shown->from_ns;

		while (from + SIM_RECORD_NS < shown->to_ns) {
			uint64_t to = shown->to_ns;

			for (size_t i = 0; i < judge->truth_count; i++) {
				const struct sim_interval *in = &judge->truth[i];

				if (!has_tid(judge, in, shown->g))
					continue;
				if (in->from_ns > from && in->from_ns < to)
					to = in->from_ns;
				if (in->to_ns > from && in->to_ns < to)
					to = in->to_ns;
			}
			if (to - from >= SIM_RECORD_NS && from >= judge->start_ns &&
			    !is_excused(judge, shown, from + (to - from) / 2))
				return complain(judge, out, "shown, but not so", shown->g,
						from + (to - from) / 2);
			from = to;
		}
	}
	return 0;
}

/* Whether a goroutine of the tid is shown to do so; *there: or something else. */
static bool is_shown(const struct judge *judge, const struct sim_interval *in, uint64_t ts_ns,
		     bool *there)
{
	for (size_t k = 0; k < judge->shown_count; k++) {
		const struct replay_interval *shown = &judge->shown[k];

		if (!has_tid(judge, in, shown->g) || shown->from_ns > ts_ns ||
		    shown->to_ns <= ts_ns)
			continue;
		*there = true;
		if (is_same(in, shown))
			return true;
	}
	return false;
}

/*
 * What is certain must be shown. Two moments are tried: what only the wire
 * needs lasts some nanoseconds, and may be in the way of one.
 */
static int check_certain(const struct judge *judge, FILE *out)
{
	for (size_t i = 0; i < judge->truth_count; i++) {
		const struct sim_interval *in = &judge->truth[i];
		uint64_t from = in->from_ns > judge->start_ns ? in->from_ns : judge->start_ns;
		uint64_t half = from + (in->to_ns - from) / 2;
		uint64_t third = from + (in->to_ns - from) / 3;
		bool there = false;

		if (!in->scope || in->to_ns < from + 6 * SIM_RECORD_NS ||
		    is_uncertain(judge, in->thread, half) || is_start_blind(judge, in) ||
		    is_shown(judge, in, half, &there) || is_shown(judge, in, third, &there))
			continue;
		if (in->state == REC_STATE_RUNNING || (there && !is_birth_lost(judge, in->thread)))
			return complain(judge, out, "certain, but not shown", in->tid, half);
	}
	return 0;
}

int contradict_find(const struct sim *sim, const struct replay *replay, FILE *out)
{
	struct judge judge = { .sim = sim };
	const struct sim_interval *truth = sim_intervals(sim, &judge.truth_count);
	size_t entries, threads;
	int found = -ENOMEM;

	sim_snapshot(sim, &entries, &judge.start_ns);
	judge.gaps = sim_gaps(sim, &judge.gap_count);
	judge.shown = replay_intervals(replay, &judge.shown_count);
	judge.truth = calloc(judge.truth_count + 1, sizeof(*judge.truth));
	judge.mentions = calloc(2 * sim_record_count(sim) + entries + 1, sizeof(*judge.mentions));
	sim_threads(sim, &threads);
	judge.tids = calloc(threads + 1, sizeof(*judge.tids));
	if (judge.truth && judge.mentions && judge.tids) {
		for (size_t i = 0; i < judge.truth_count; i++) {
			judge.truth[i] = truth[i];
			add_tid(&judge, truth[i].thread, truth[i].tid);
			add_tid(&judge, truth[i].thread, truth[i].tid_now);
		}
		qsort(judge.truth, judge.truth_count, sizeof(*judge.truth), by_thread);
		list_mentions(&judge);
		found = check_shown(&judge, out);
		if (!found)
			found = check_certain(&judge, out);
	}
	free(judge.tids);
	free(judge.truth);
	free(judge.mentions);
	return found;
}
