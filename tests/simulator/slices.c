/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The truth and a trace in the same form.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/names.h"
#include "raw/raw.h"
#include "simulator/slices.h"

#define GO_ID_STEP 10000000 /* the k-th goroutine of a tid has id tid + k times this */

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

/* What lies before the start is left out. */
static void add(struct slices *slices, struct slice slice, uint64_t start_ns)
{
	if (slice.from_ns < start_ns)
		slice.from_ns = start_ns;
	if (slice.to_ns > slice.from_ns)
		slices->slice[slices->count++] = slice;
}

static void name_syscall(char *name, uint16_t sys)
{
	bool compat = sys & REC_SYS_COMPAT;
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;
	const char *known = sys == REC_SYS_OTHER ? NULL : syscall_name(REC_ARCH_X86_64, compat, nr);

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

/* A life's number is the time at which it began. */
int slices_of_truth(const struct sim *sim, uint64_t start_ns, struct slices *out)
{
	size_t count;
	const struct sim_interval *intervals = sim_intervals(sim, &count);
	struct sim_interval *sorted = malloc((count + 1) * sizeof(*sorted)), *last = NULL;
	uint64_t life = 0;

	out->count = 0;
	out->slice = malloc((count + 1) * sizeof(*out->slice));
	if (!sorted || !out->slice) {
		free(sorted);
		return -ENOMEM;
	}
	if (count)
		memcpy(sorted, intervals, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), sim_compare_intervals);
	for (size_t i = 0; i < count; i++) {
		struct slice slice = slice_of_interval(&sorted[i]);

		if (!last || last->thread != sorted[i].thread || last->life != sorted[i].life ||
		    !last->scope)
			life = sorted[i].from_ns;
		last = &sorted[i];
		slice.life = life;
		if (last->scope)
			add(out, slice, start_ns);
	}
	free(sorted);
	qsort(out->slice, out->count, sizeof(*out->slice), compare_slices);
	return 0;
}

int slices_of_trace(const struct replay *replay, uint64_t start_ns, struct slices *out)
{
	size_t count;
	const struct replay_interval *intervals = replay_intervals(replay, &count);

	out->count = 0;
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
		add(out, slice, start_ns);
	}
	qsort(out->slice, out->count, sizeof(*out->slice), compare_slices);
	return 0;
}

void slices_free(struct slices *slices)
{
	free(slices->slice);
}

void slices_print(FILE *out, const char *whose, const struct slices *slices, size_t around)
{
	static const char *const names[] = { "runnable", "running", "syscall", "waiting" };

	fprintf(out, "%s:\n", whose);
	for (size_t i = around > 6 ? around - 6 : 0; i < slices->count && i < around + 6; i++) {
		const struct slice *slice = &slices->slice[i];

		fprintf(out, "%c %u/%" PRIu64 " %s cpu%d %s %" PRIu64 "..%" PRIu64 "\n",
			i == around ? '>' : ' ', slice->tid, slice->life, names[slice->state],
			(int)slice->cpu, slice->sys, slice->from_ns, slice->to_ns);
	}
}
