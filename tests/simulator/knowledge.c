/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What can be known: lists of what tells, each sorted by whom it tells of.
 */
#include <errno.h>
#include <stdlib.h>

#include "simulator/knowledge.h"

/* A record that tells what a thread does from then on. */
struct mention {
	uint32_t thread;
	bool lost;
	bool entry; /* of the snapshot */
	bool exec;
	uint64_t ts_ns;
};

/* Where a thread's, a tid's or a CPU's part of a list begins; the next one's is its end. */
struct parts {
	size_t *begin;
};

struct tid {
	uint32_t tid;
	uint32_t thread;
};

struct knowledge {
	const struct sim *sim;
	uint64_t start_ns;
	size_t threads;
	struct sim_gap *gaps; /* by CPU, then time */
	size_t gap_count;
	struct parts gaps_of;	    /* a CPU */
	struct sim_interval *truth; /* by thread, then time */
	size_t truth_count;
	struct parts truth_of;	  /* a thread */
	struct mention *mentions; /* by thread, then time */
	size_t mention_count;
	struct parts mentions_of; /* a thread */
	struct tid *tids;	  /* by tid */
	uint32_t *tid_threads;
	size_t tid_count;
};

/* ---- sorting ---- */

static int compare_pairs(uint64_t a, uint64_t b, uint64_t then_a, uint64_t then_b)
{
	if (a != b)
		return a < b ? -1 : 1;
	return then_a < then_b ? -1 : then_a > then_b;
}

static int compare_gaps(const void *a, const void *b)
{
	const struct sim_gap *x = a, *y = b;

	return compare_pairs(x->cpu, y->cpu, x->seq, y->seq);
}

static int compare_mentions(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;

	return compare_pairs(x->thread, y->thread, x->ts_ns, y->ts_ns);
}

static int compare_tids(const void *a, const void *b)
{
	const struct tid *x = a, *y = b;

	return compare_pairs(x->tid, y->tid, x->thread, y->thread);
}

/* Of a sorted list: first points to the number it is sorted by in its first element. */
static int make_parts(struct parts *parts, size_t numbers, const uint32_t *first, size_t count,
		      size_t size)
{
	size_t at = 0;

	parts->begin = calloc(numbers + 1, sizeof(*parts->begin));
	if (!parts->begin)
		return -ENOMEM;
	for (size_t number = 0; number <= numbers; number++) {
		while (at < count && *(const uint32_t *)((const char *)first + at * size) < number)
			at++;
		parts->begin[number] = at;
	}
	parts->begin[numbers] = count;
	return 0;
}

/* ---- the lists ---- */

static void mention(struct knowledge *knowledge, const struct sim_record *record, uint64_t id)
{
	if (id)
		knowledge->mentions[knowledge->mention_count++] = (struct mention){
			.thread = (uint32_t)((id & 0xffffffffff) - 1),
			.lost = record->lost,
			.exec = record->any.head.type == REC_EXEC,
			.ts_ns = record->true_ns,
		};
}

static void mention_record(struct knowledge *knowledge, const struct sim_record *record)
{
	const union rectext_any *any = &record->any;

	switch (any->head.type) {
	case REC_SWITCH:
		mention(knowledge, record, any->sw.prev.id);
		mention(knowledge, record, any->sw.next.id);
		break;
	case REC_WAKEUP:
		mention(knowledge, record, any->wakeup.wakee.id);
		break;
	case REC_FORK:
		mention(knowledge, record, any->fork.child.id);
		break;
	case REC_SYS_ENTER:
	case REC_SYS_EXIT:
		mention(knowledge, record, any->sys_enter.id);
		break;
	case REC_EXEC:
		mention(knowledge, record, any->thread.task.id);
		break;
	default:
		break;
	}
}

/* Records, and the entries of the snapshot. */
static int list_mentions(struct knowledge *knowledge)
{
	const struct sim *sim = knowledge->sim;
	size_t entries;
	const struct rec_snapshot *snapshot = sim_snapshot(sim, &entries, &knowledge->start_ns);

	knowledge->mentions =
		calloc(2 * sim_record_count(sim) + entries + 1, sizeof(*knowledge->mentions));
	if (!knowledge->mentions)
		return -ENOMEM;
	for (size_t i = 0; i < entries; i++)
		knowledge->mentions[knowledge->mention_count++] = (struct mention){
			.thread = (uint32_t)((snapshot[i].id & 0xffffffffff) - 1),
			.entry = true,
			.ts_ns = sim_snapshot_ns(sim, i),
		};
	for (size_t i = 0; i < sim_record_count(sim); i++)
		mention_record(knowledge, sim_record(sim, i));
	qsort(knowledge->mentions, knowledge->mention_count, sizeof(*knowledge->mentions),
	      compare_mentions);
	return make_parts(&knowledge->mentions_of, knowledge->threads, &knowledge->mentions->thread,
			  knowledge->mention_count, sizeof(*knowledge->mentions));
}

static int list_gaps(struct knowledge *knowledge)
{
	const struct sim_gap *gaps = sim_gaps(knowledge->sim, &knowledge->gap_count);

	knowledge->gaps = calloc(knowledge->gap_count + 1, sizeof(*gaps));
	if (!knowledge->gaps)
		return -ENOMEM;
	for (size_t i = 0; i < knowledge->gap_count; i++)
		knowledge->gaps[i] = gaps[i];
	qsort(knowledge->gaps, knowledge->gap_count, sizeof(*gaps), compare_gaps);
	return make_parts(&knowledge->gaps_of, sim_options(knowledge->sim)->cpus,
			  &knowledge->gaps->cpu, knowledge->gap_count, sizeof(*gaps));
}

static int list_truth(struct knowledge *knowledge)
{
	const struct sim_interval *truth = sim_intervals(knowledge->sim, &knowledge->truth_count);

	knowledge->truth = calloc(knowledge->truth_count + 1, sizeof(*truth));
	if (!knowledge->truth)
		return -ENOMEM;
	for (size_t i = 0; i < knowledge->truth_count; i++)
		knowledge->truth[i] = truth[i];
	qsort(knowledge->truth, knowledge->truth_count, sizeof(*truth), sim_compare_intervals);
	return make_parts(&knowledge->truth_of, knowledge->threads, &knowledge->truth->thread,
			  knowledge->truth_count, sizeof(*truth));
}

/* An exec may change a thread's tid. */
static int list_tids(struct knowledge *knowledge)
{
	size_t kept = 0;

	knowledge->tids = calloc(2 * knowledge->truth_count + 1, sizeof(*knowledge->tids));
	knowledge->tid_threads =
		calloc(2 * knowledge->truth_count + 1, sizeof(*knowledge->tid_threads));
	if (!knowledge->tids || !knowledge->tid_threads)
		return -ENOMEM;
	for (size_t i = 0; i < knowledge->truth_count; i++) {
		const struct sim_interval *in = &knowledge->truth[i];

		knowledge->tids[2 * i] = (struct tid){ in->tid, in->thread };
		knowledge->tids[2 * i + 1] = (struct tid){ in->tid_now, in->thread };
	}
	qsort(knowledge->tids, 2 * knowledge->truth_count, sizeof(*knowledge->tids), compare_tids);
	for (size_t i = 0; i < 2 * knowledge->truth_count; i++)
		if (!kept || compare_tids(&knowledge->tids[kept - 1], &knowledge->tids[i]))
			knowledge->tids[kept++] = knowledge->tids[i];
	knowledge->tid_count = kept;
	for (size_t i = 0; i < kept; i++)
		knowledge->tid_threads[i] = knowledge->tids[i].thread;
	return 0;
}

int knowledge_new(struct knowledge **out, const struct sim *sim)
{
	struct knowledge *knowledge = calloc(1, sizeof(*knowledge));

	if (!knowledge)
		return -ENOMEM;
	knowledge->sim = sim;
	sim_threads(sim, &knowledge->threads);
	if (list_mentions(knowledge) || list_gaps(knowledge) || list_truth(knowledge) ||
	    list_tids(knowledge)) {
		knowledge_free(knowledge);
		return -ENOMEM;
	}
	*out = knowledge;
	return 0;
}

void knowledge_free(struct knowledge *knowledge)
{
	if (!knowledge)
		return;
	free(knowledge->mentions);
	free(knowledge->mentions_of.begin);
	free(knowledge->gaps);
	free(knowledge->gaps_of.begin);
	free(knowledge->truth);
	free(knowledge->truth_of.begin);
	free(knowledge->tids);
	free(knowledge->tid_threads);
	free(knowledge);
}

/* ---- answers ---- */

const uint32_t *knowledge_threads(const struct knowledge *knowledge, uint32_t tid, size_t *count)
{
	size_t low = 0, high = knowledge->tid_count, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (knowledge->tids[mid].tid < tid)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < knowledge->tid_count && knowledge->tids[end].tid == tid;)
		end++;
	*count = end - low;
	return knowledge->tid_threads + low;
}

const struct sim_interval *knowledge_truth(const struct knowledge *knowledge, uint32_t thread,
					   size_t *count)
{
	const size_t *begin = &knowledge->truth_of.begin[thread];

	*count = begin[1] - begin[0];
	return knowledge->truth + begin[0];
}

static const struct mention *mentions_of(const struct knowledge *knowledge, uint32_t thread,
					 size_t *count)
{
	const size_t *begin = &knowledge->mentions_of.begin[thread];

	*count = begin[1] - begin[0];
	return knowledge->mentions + begin[0];
}

bool knowledge_in_gap(const struct knowledge *knowledge, uint32_t cpu, uint64_t from_ns,
		      uint64_t to_ns)
{
	size_t low = knowledge->gaps_of.begin[cpu], end = knowledge->gaps_of.begin[cpu + 1];
	size_t high = end;

	while (low < high) { /* the first that ends later than from_ns */
		size_t mid = low + (high - low) / 2;

		if (knowledge->gaps[mid].to_ns <= from_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low < end && knowledge->gaps[low].from_ns < to_ns;
}

/* It was there from the start, and the snapshot does not say so. */
static bool is_unlisted(const struct knowledge *knowledge, uint32_t thread)
{
	size_t count, truth_count;
	const struct mention *mentions = mentions_of(knowledge, thread, &count);
	const struct sim_interval *truth = knowledge_truth(knowledge, thread, &truth_count);

	for (size_t i = 0; i < count; i++)
		if (mentions[i].entry)
			return false;
	return truth_count && truth[0].from_ns <= sim_on_ns(knowledge->sim);
}

bool knowledge_is_late(const struct knowledge *knowledge, uint32_t thread)
{
	size_t count;
	const struct mention *mentions = mentions_of(knowledge, thread, &count);

	return (count && mentions[0].lost) || is_unlisted(knowledge, thread);
}

bool knowledge_is_exec_lost(const struct knowledge *knowledge, uint32_t thread, uint64_t ts_ns)
{
	size_t count;
	const struct mention *mentions = mentions_of(knowledge, thread, &count);

	for (size_t i = 0; i < count && mentions[i].ts_ns <= ts_ns; i++)
		if (mentions[i].exec && mentions[i].lost)
			return true;
	return false;
}

/* A record of the thread that came, between the gap and the start. */
static bool is_shown_after(const struct knowledge *knowledge, const struct sim_gap *gap,
			   const struct sim_interval *in)
{
	size_t count;
	const struct mention *mentions = mentions_of(knowledge, in->thread, &count);

	for (size_t i = 0; i < count; i++)
		if (!mentions[i].entry && !mentions[i].lost && mentions[i].ts_ns >= gap->to_ns &&
		    mentions[i].ts_ns >= in->from_ns && mentions[i].ts_ns < knowledge->start_ns)
			return true;
	return false;
}

bool knowledge_is_start_blind(const struct knowledge *knowledge, const struct sim_interval *in)
{
	if (in->state != REC_STATE_RUNNING || in->from_ns >= knowledge->start_ns)
		return false;
	for (size_t i = knowledge->gaps_of.begin[in->cpu];
	     i < knowledge->gaps_of.begin[in->cpu + 1]; i++)
		if (knowledge->gaps[i].from_ns < knowledge->start_ns &&
		    !is_shown_after(knowledge, &knowledge->gaps[i], in))
			return true;
	return false;
}

/* Between the two times the thread was on a CPU that lost records. */
static bool is_blind_between(const struct knowledge *knowledge, uint32_t thread, uint64_t before_ns,
			     uint64_t after_ns)
{
	size_t count;
	const struct sim_interval *truth = knowledge_truth(knowledge, thread, &count);

	for (size_t i = 0; i < count && truth[i].from_ns < after_ns; i++) {
		const struct sim_interval *in = &truth[i];

		if (in->state == REC_STATE_RUNNING && in->to_ns > before_ns &&
		    knowledge_in_gap(knowledge, in->cpu,
				     before_ns > in->from_ns ? before_ns : in->from_ns,
				     after_ns < in->to_ns ? after_ns : in->to_ns))
			return true;
	}
	return false;
}

bool knowledge_is_uncertain(const struct knowledge *knowledge, uint32_t thread, uint64_t ts_ns)
{
	uint64_t before_ns = 0, after_ns = UINT64_MAX;
	size_t count, first = 0;
	const struct mention *mentions = mentions_of(knowledge, thread, &count);
	size_t i;

	for (i = 0; i < count && after_ns == UINT64_MAX; i++) {
		if (mentions[i].lost)
			continue;
		if (mentions[i].ts_ns > ts_ns) {
			after_ns = mentions[i].ts_ns;
		} else {
			before_ns = mentions[i].ts_ns;
			first = i;
		}
	}
	for (i = first; i < count && mentions[i].ts_ns < after_ns; i++)
		if (mentions[i].lost && mentions[i].ts_ns > before_ns)
			return true;
	if (!before_ns && is_unlisted(knowledge, thread))
		return true;
	return is_blind_between(knowledge, thread, before_ns, after_ns);
}
