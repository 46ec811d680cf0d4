/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace against the truth. Both are brought to the same form: slices, which
 * are intervals of one state on one CPU without what only the wire needs (a
 * goroutine that blocks in a syscall runs for a nanosecond in between).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/syscalls.h"
#include "raw/raw.h"
#include "simulator/compare.h"

#define GO_ID_STEP 10000000 /* the k-th goroutine of a tid has id tid + k times this */

struct slice {
	uint32_t tid;
	uint64_t life; /* any number that tells lives of a tid from each other */
	enum replay_state state;
	uint32_t cpu;
	char sys[REPLAY_NAME];
	uint64_t from_ns, to_ns;
};

struct slices {
	struct slice *slice;
	size_t count;
};

/* Of a tid, by life, by time. Lives begin one after the other. */
static int compare_slices(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (x->life != y->life)
		return x->life < y->life ? -1 : 1;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* Drops what is too short to be true, joins what is the same. */
static void tidy(struct slices *slices)
{
	size_t kept = 0;

	qsort(slices->slice, slices->count, sizeof(*slices->slice), compare_slices);
	for (size_t i = 0; i < slices->count; i++) {
		struct slice *slice = &slices->slice[i];
		struct slice *last = kept ? &slices->slice[kept - 1] : NULL;

		if (slice->to_ns - slice->from_ns < SIM_RECORD_NS)
			continue;
		if (last && last->tid == slice->tid && last->life == slice->life &&
		    last->state == slice->state && last->cpu == slice->cpu)
			last->to_ns = slice->to_ns;
		else
			slices->slice[kept++] = *slice;
	}
	slices->count = kept;
}

/* What lies before the trace's start is not in it. */
static bool clip(struct slice *slice, uint64_t start_ns)
{
	if (slice->from_ns < start_ns)
		slice->from_ns = start_ns;
	return slice->to_ns > slice->from_ns;
}

/* ---- the two sides ---- */

static void name_syscall(char *name, uint16_t sys)
{
	bool compat = sys & REC_SYS_COMPAT;
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;
	const char *known = sys == REC_SYS_OTHER ? NULL : syscall_name(RAW_ARCH_X86_64, compat, nr);

	snprintf(name, REPLAY_NAME, "%s", known ? known : "");
}

/*
 * Until the kernel side knows whether a thread that was on a CPU at the start
 * is inside a syscall, it is shown running.
 */
static struct slice slice_of_interval(const struct sim_interval *in)
{
	struct slice slice = {
		.tid = in->tid,
		.cpu = REPLAY_NO_CPU,
		.state = in->state == REC_STATE_ASLEEP ? REPLAY_WAITING : REPLAY_RUNNABLE,
		.from_ns = in->from_ns,
		.to_ns = in->to_ns,
	};

	if (in->state == REC_STATE_RUNNING) {
		slice.cpu = in->cpu;
		slice.state =
			in->known && in->sys != REC_SYS_NONE ? REPLAY_SYSCALL : REPLAY_RUNNING;
		if (slice.state == REPLAY_SYSCALL)
			name_syscall(slice.sys, in->sys);
	}
	return slice;
}

static int compare_intervals(const void *a, const void *b)
{
	const struct sim_interval *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* A life's number is the time at which it began. */
static int take_truth(const struct sim *sim, uint64_t start_ns, struct slices *out)
{
	size_t count;
	const struct sim_interval *intervals = sim_intervals(sim, &count);
	struct sim_interval *sorted = malloc((count + 1) * sizeof(*sorted)), *last = NULL;
	uint64_t life = 0;

	out->slice = malloc((count + 1) * sizeof(*out->slice));
	if (!sorted || !out->slice) {
		free(sorted);
		return -ENOMEM;
	}
	if (count)
		memcpy(sorted, intervals, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_intervals);
	for (size_t i = 0; i < count; i++) {
		struct slice slice = slice_of_interval(&sorted[i]);

		if (!last || last->thread != sorted[i].thread || last->life != sorted[i].life ||
		    !last->scope)
			life = sorted[i].from_ns;
		last = &sorted[i];
		slice.life = life;
		if (last->scope && clip(&slice, start_ns))
			out->slice[out->count++] = slice;
	}
	free(sorted);
	return 0;
}

static int take_trace(const struct replay *replay, uint64_t start_ns, struct slices *out)
{
	size_t count;
	const struct replay_interval *intervals = replay_intervals(replay, &count);

	out->slice = malloc((count + 1) * sizeof(*out->slice));
	if (!out->slice)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct slice slice = {
			.tid = (uint32_t)(intervals[i].g % GO_ID_STEP),
			.life = intervals[i].g / GO_ID_STEP,
			.state = intervals[i].state,
			.cpu = intervals[i].cpu,
			.from_ns = intervals[i].from_ns,
			.to_ns = intervals[i].to_ns,
		};

		memcpy(slice.sys, intervals[i].sys, sizeof(slice.sys));
		if (clip(&slice, start_ns))
			out->slice[out->count++] = slice;
	}
	return 0;
}

/* ---- the comparison ---- */

static size_t life_end(const struct slices *slices, size_t from)
{
	size_t to = from;

	while (to < slices->count && slices->slice[to].tid == slices->slice[from].tid &&
	       slices->slice[to].life == slices->slice[from].life)
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

static void print_life(FILE *out, const char *whose, const struct slices *slices, size_t from,
		       size_t to, size_t around)
{
	static const char *const names[] = { "runnable", "running", "syscall", "waiting" };

	fprintf(out, "%s:\n", whose);
	for (size_t i = from; i < to; i++) {
		const struct slice *slice = &slices->slice[i];

		if (i + 6 < around || i > around + 6)
			continue;
		fprintf(out, "%c %3zu %u/%lu %s cpu%d %s %lu..%lu\n", i == around ? '>' : ' ',
			i - from, slice->tid, slice->life, names[slice->state], (int)slice->cpu,
			slice->sys, slice->from_ns, slice->to_ns);
	}
}

static int compare_lives(const struct slices *truth, const struct slices *trace, FILE *out)
{
	int wrong = 0;

	for (size_t i = 0, k = 0; i < truth->count || k < trace->count;) {
		size_t i_end = i < truth->count ? life_end(truth, i) : i;
		size_t k_end = k < trace->count ? life_end(trace, k) : k;
		size_t n = 0;

		while (i + n < i_end && k + n < k_end &&
		       is_equal(&truth->slice[i + n], &trace->slice[k + n]))
			n++;
		if ((i + n < i_end || k + n < k_end) && !wrong++) {
			print_life(out, "truth", truth, i, i_end, i + n);
			print_life(out, "trace", trace, k, k_end, k + n);
			return wrong; /* what follows may be out of step */
		}
		i = i_end;
		k = k_end;
	}
	return wrong;
}

int compare_exactly(const struct sim *sim, const struct replay *replay, FILE *out)
{
	struct slices truth = { 0 }, trace = { 0 };
	uint64_t start_ns;
	size_t entries;
	int err;

	sim_snapshot(sim, &entries, &start_ns);
	err = take_truth(sim, start_ns, &truth);
	if (!err)
		err = take_trace(replay, start_ns, &trace);
	if (!err) {
		tidy(&truth);
		tidy(&trace);
		err = compare_lives(&truth, &trace, out);
	}
	free(truth.slice);
	free(trace.slice);
	return err;
}
