/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace against the truth, without what only the wire needs: a goroutine
 * that blocks in a syscall runs for a nanosecond in between.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/compare.h"
#include "simulator/slices.h"

static bool is_same_life(const struct slice *a, const struct slice *b)
{
	return a->tid == b->tid && a->life == b->life;
}

/* ---- to the nanosecond ---- */

/* Drops what is too short to be true, joins what is the same. */
static void tidy(struct slices *slices)
{
	size_t kept = 0;

	for (size_t i = 0; i < slices->count; i++) {
		struct slice *slice = &slices->slice[i];
		struct slice *last = kept ? &slices->slice[kept - 1] : NULL;

		if (slice->to_ns - slice->from_ns < SIM_RECORD_NS)
			continue;
		if (last && is_same_life(last, slice) && last->state == slice->state &&
		    last->cpu == slice->cpu)
			last->to_ns = slice->to_ns;
		else
			slices->slice[kept++] = *slice;
	}
	slices->count = kept;
}

static size_t life_end(const struct slices *slices, size_t from)
{
	size_t to = from;

	while (to < slices->count && is_same_life(&slices->slice[to], &slices->slice[from]))
		to++;
	return to;
}

static bool is_near(uint64_t truth_ns, uint64_t trace_ns)
{
	return trace_ns + SIM_RECORD_NS > truth_ns && truth_ns + SIM_RECORD_NS > trace_ns;
}

static bool is_equal(const struct slice *truth, const struct slice *trace)
{
	return truth->tid == trace->tid && truth->state == trace->state &&
	       truth->cpu == trace->cpu && is_near(truth->from_ns, trace->from_ns) &&
	       is_near(truth->to_ns, trace->to_ns) &&
	       (!truth->sys[0] || !strcmp(truth->sys, trace->sys));
}

/* The first life that differs: what follows may be out of step. */
static int compare_lives(const struct slices *truth, const struct slices *trace, FILE *out)
{
	for (size_t i = 0, k = 0; i < truth->count || k < trace->count;) {
		size_t i_end = life_end(truth, i), k_end = life_end(trace, k);
		size_t n = 0;

		while (i + n < i_end && k + n < k_end &&
		       is_equal(&truth->slice[i + n], &trace->slice[k + n]))
			n++;
		if (i + n < i_end || k + n < k_end) {
			slices_print(out, "truth", truth, i + n);
			slices_print(out, "trace", trace, k + n);
			return 1;
		}
		i = i_end;
		k = k_end;
	}
	return 0;
}

int compare_exactly(const struct sim *sim, const struct replay *replay, uint64_t start_ns,
		    FILE *out)
{
	struct slices truth = { 0 }, trace = { 0 };
	int err;

	err = slices_of_truth(sim, start_ns, &truth);
	if (!err)
		err = slices_of_trace(replay, start_ns, &trace);
	if (!err) {
		tidy(&truth);
		tidy(&trace);
		err = compare_lives(&truth, &trace, out);
	}
	slices_free(&truth);
	slices_free(&trace);
	return err;
}

/* ---- in order only ---- */

/*
 * With wrong clocks a slice may be as short as what only the wire needs. So a
 * stay on a CPU counts as one step, however often it goes in and out of
 * syscalls, followed by a step for each syscall of another name; and the step
 * before a life's first stay on a CPU does not count (an exec goes on where it
 * is, but a goroutine begins runnable).
 */
static bool is_on_cpu(const struct slice *slice)
{
	return slice->cpu != REPLAY_NO_CPU;
}

/* Makes steps of slices; on a CPU all are "running", then each "syscall". */
static int make_steps(const struct slices *slices, struct slices *steps)
{
	struct slice *step = malloc((2 * slices->count + 1) * sizeof(*step));
	size_t count = 0;

	if (!step)
		return -ENOMEM;
	for (size_t i = 0; i < slices->count; i++) {
		const struct slice *slice = &slices->slice[i];
		struct slice *last = count ? &step[count - 1] : NULL;
		bool more = last && is_same_life(last, slice);

		if (is_on_cpu(slice) && !(more && last->cpu == slice->cpu)) {
			if (more && last->state == REPLAY_RUNNABLE &&
			    (count == 1 || !is_same_life(&step[count - 2], last)))
				count--;
			step[count] = *slice;
			step[count].state = REPLAY_RUNNING;
			step[count++].sys[0] = 0;
			last = &step[count - 1];
			more = true;
		}
		if (more && last->cpu == slice->cpu &&
		    (slice->state == REPLAY_RUNNING ||
		     (last->state == slice->state && !strcmp(last->sys, slice->sys)))) {
			last->to_ns = slice->to_ns;
			continue;
		}
		step[count++] = *slice;
	}
	*steps = (struct slices){ step, count };
	return 0;
}

static size_t tid_end(const struct slices *steps, size_t from)
{
	size_t to = from;

	while (to < steps->count && steps->slice[to].tid == steps->slice[from].tid)
		to++;
	return to;
}

static bool is_same_step(const struct slice *truth, const struct slice *trace)
{
	return truth->state == trace->state && truth->cpu == trace->cpu &&
	       (!truth->sys[0] || !trace->sys[0] || !strcmp(truth->sys, trace->sys));
}

/*
 * From the end back: the trace begins at some moment of the truth, not later
 * than start_ns; a stay on a CPU may have gone through syscalls before.
 */
static bool is_same_end(const struct slice *truth, size_t truth_count, const struct slice *trace,
			size_t trace_count, uint64_t start_ns)
{
	while (truth_count && trace_count &&
	       is_same_step(&truth[truth_count - 1], &trace[trace_count - 1])) {
		truth_count--;
		trace_count--;
	}
	if (trace_count == 1 && trace->state == REPLAY_RUNNING && truth_count &&
	    truth[truth_count - 1].cpu == trace->cpu) {
		trace_count = 0;
		while (truth_count && truth[truth_count - 1].cpu == trace->cpu)
			truth_count--;
	}
	if (!trace_count && truth_count && truth[truth_count - 1].state == REPLAY_RUNNABLE)
		truth_count--; /* as above: it does not count in the trace */
	return !trace_count &&
	       (!truth_count || truth[truth_count - 1].to_ns <= start_ns + SIM_RECORD_NS);
}

static int compare_steps(const struct slices *truth, const struct slices *trace, uint64_t start_ns,
			 FILE *out)
{
	for (size_t i = 0, k = 0; i < truth->count || k < trace->count;) {
		uint32_t tid = i < truth->count ? truth->slice[i].tid : UINT32_MAX;
		size_t i_end = i, k_end = k;

		if (k < trace->count && trace->slice[k].tid < tid)
			tid = trace->slice[k].tid;
		if (i < truth->count && truth->slice[i].tid == tid)
			i_end = tid_end(truth, i);
		if (k < trace->count && trace->slice[k].tid == tid)
			k_end = tid_end(trace, k);
		if (!is_same_end(truth->slice + i, i_end - i, trace->slice + k, k_end - k,
				 start_ns)) {
			fprintf(out, "tid %u: another order\n", tid);
			slices_print(out, "truth, its end", truth, i_end);
			slices_print(out, "trace, its end", trace, k_end);
			return 1;
		}
		i = i_end;
		k = k_end;
	}
	return 0;
}

int compare_order(const struct sim *sim, const struct replay *replay, uint64_t start_ns, FILE *out)
{
	struct slices truth = { 0 }, trace = { 0 }, true_steps = { 0 }, steps = { 0 };
	int err;

	err = slices_of_truth(sim, 0, &truth);
	if (!err)
		err = slices_of_trace(replay, 0, &trace);
	if (!err)
		err = make_steps(&truth, &true_steps);
	if (!err)
		err = make_steps(&trace, &steps);
	if (!err)
		err = compare_steps(&true_steps, &steps, start_ns, out);
	slices_free(&steps);
	slices_free(&true_steps);
	slices_free(&trace);
	slices_free(&truth);
	return err;
}
