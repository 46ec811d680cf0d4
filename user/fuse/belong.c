// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/belong.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "trace/read/reader.h"
#include "trace/wire/header.h"

#define GO_TICK_NS 64 /* of every Go from 1.22 on Linux */
#define PERCENT_REFUSED 2
/* By activity: so many events are needed, ... */
#define MIN_SAMPLES 8
#define OTHERS_OFF 4 /* ... and any other thread is off the CPU at this part of them */

void belong_fini(struct belong *belong)
{
	idmap_fini(&belong->ids);
	free(belong->ms);
	memset(belong, 0, sizeof(*belong));
}

struct belong_m *belong_find(const struct belong *belong, uint64_t m)
{
	uint32_t slot = idmap_find(&belong->ids, m);

	return slot == IDMAP_NONE ? NULL : &belong->ms[slot];
}

/* ---- on or off ---- */

static bool is_away(const struct fuse_segment *segment)
{
	return fuse_is_off(segment) || segment->state == FUSE_ABSENT;
}

bool belong_is_off(const struct fuse_kernel *kernel, const struct fuse_thread *thread, uint64_t at,
		   size_t *hint)
{
	size_t i = fuse_thread_seek(thread, at, hint), first, last;

	if (i == SIZE_MAX)
		return true;
	if (!is_away(&thread->segments[i]))
		return false;
	for (first = i; first && is_away(&thread->segments[first - 1]);)
		first--;
	for (last = i; last + 1 < thread->count && is_away(&thread->segments[last + 1]);)
		last++;
	return at > thread->segments[first].at + FUSE_SLACK_NS &&
	       at + FUSE_SLACK_NS < fuse_segment_end(kernel, thread, last);
}

bool belong_is_witness(const struct gt_event *event)
{
	switch (event->type) {
	case GT_EV_CPU_SAMPLE:
	case GT_EV_PROC_STATUS:
	case GT_EV_GO_STATUS:
	case GT_EV_GO_STATUS_STACK:
		return false;
	}
	return !event->derived;
}

/* ---- reading ---- */

static struct belong_m *take_m(struct belong *belong, const struct fuse_kernel *kernel, uint64_t id)
{
	struct belong_m *m = belong_find(belong, id), *grown;
	uint32_t slot;

	if (m)
		return m;
	grown = grow_array(belong->ms, &belong->cap, belong->count + 1, sizeof(*grown));
	if (grown)
		belong->ms = grown;
	if (!grown || idmap_add(&belong->ids, id, &slot))
		return NULL;
	belong->count++;
	grown[slot] = (struct belong_m){ .id = id, .stride = 1 };
	grown[slot].thread = fuse_kernel_thread(kernel, id);
	return &grown[slot];
}

static void take_sample(struct belong_m *m, uint64_t at)
{
	if (m->events % m->stride)
		return;
	if (m->count == BELONG_SAMPLES) {
		for (unsigned i = 0; i < BELONG_SAMPLES / 2; i++)
			m->samples[i] = m->samples[2 * i];
		m->count = BELONG_SAMPLES / 2;
		m->stride *= 2;
		if (m->events % m->stride)
			return;
	}
	m->samples[m->count++] = at;
}

/* The M that a status names may have no event of its own. */
static int take_named_m(struct belong *belong, const struct fuse_kernel *kernel,
			const struct gt_event *event)
{
	if (event->type != GT_EV_GO_STATUS && event->type != GT_EV_GO_STATUS_STACK)
		return 0;
	return event->args[1] == GT_NO_ID || take_m(belong, kernel, event->args[1]) ? 0 : -ENOMEM;
}

static int take_event(struct belong *belong, const struct fuse_kernel *kernel,
		      const struct gt_event *event)
{
	uint64_t at = (uint64_t)event->time;
	struct belong_m *m;

	if (take_named_m(belong, kernel, event))
		return -ENOMEM;
	if (event->m == GT_NO_ID || event->derived)
		return 0;
	m = take_m(belong, kernel, event->m);
	if (!m)
		return -ENOMEM;
	m->last = at;
	if (!belong_is_witness(event) || at < kernel->begin || at >= kernel->end)
		return 0;
	take_sample(m, at);
	m->events++;
	belong->events++;
	if (!m->thread || belong_is_off(kernel, m->thread, at, &m->hint)) {
		m->off++;
		belong->off++;
	}
	return 0;
}

static int take_point(struct belong *belong, const struct gt_reader *reader, struct diag *diag)
{
	unsigned version = gt_reader_version(reader);

	belong->version = version;
	if (gt_header_is_v1(version))
		return diag_set(diag, -EPROTONOSUPPORT,
				"it is of Go 1.21 or older, whose clock is the CPU's and not "
				"CLOCK_MONOTONIC: Go 1.22 or newer is needed");
	if (!reader->open)
		return 0;
	belong->generations++;
	if (reader->gen.period == GO_TICK_NS)
		return 0;
	return diag_set(
		diag, -EINVAL,
		"its clock has ticks of %g ns, a Go program's own trace on Linux has %d: it "
		"is none, or it is fused already",
		reader->gen.period, GO_TICK_NS);
}

static int read_all(struct belong *belong, const struct fuse_kernel *kernel,
		    struct gt_reader *reader, struct diag *diag)
{
	const struct gt_event *event;
	int err = 0;

	while (!err && !gt_reader_next(reader, &event) && event) {
		if (!belong->begin)
			belong->begin = (uint64_t)event->time;
		belong->end = (uint64_t)event->time;
		if (event->type == GT_EV_SYNC_POINT)
			err = take_point(belong, reader, diag);
		else
			err = take_event(belong, kernel, event);
	}
	return err;
}

/* ---- which thread is an M, by activity ---- */

static unsigned samples_off(const struct fuse_kernel *kernel, const struct belong_m *m,
			    const struct fuse_thread *thread, unsigned enough)
{
	unsigned off = 0;
	size_t hint = 0;

	for (unsigned i = 0; i < m->count && off < enough; i++)
		off += belong_is_off(kernel, thread, m->samples[i], &hint);
	return off;
}

/* The one thread that was on a CPU at all of the M's events; NULL: there is not one alone. */
static struct fuse_thread *thread_by_activity(const struct fuse_kernel *kernel,
					      const struct belong_m *m, uint32_t tgid)
{
	unsigned enough = m->count / OTHERS_OFF;
	struct fuse_thread *best = NULL;

	if (m->count < MIN_SAMPLES)
		return NULL;
	for (size_t i = 0; i < kernel->threads_count; i++) {
		struct fuse_thread *thread = &kernel->threads[i];
		unsigned off;

		if (tgid && thread->tgid != tgid)
			continue;
		off = samples_off(kernel, m, thread, enough ? enough : 1);
		if (off && off < enough)
			return NULL; /* as good as a second one */
		if (off)
			continue;
		if (best)
			return NULL;
		best = thread;
	}
	return best;
}

/* The process that most Ms are of. */
static uint32_t common_tgid(const struct belong *belong)
{
	uint32_t best = 0;
	size_t most = 0;

	for (size_t i = 0; i < belong->count; i++) {
		uint32_t tgid = belong->ms[i].thread ? belong->ms[i].thread->tgid : 0;
		size_t count = 0;

		for (size_t k = 0; tgid && k < belong->count; k++)
			count += belong->ms[k].thread && belong->ms[k].thread->tgid == tgid;
		if (count > most) {
			most = count;
			best = tgid;
		}
	}
	return best;
}

/* How many of an M's samples say that its thread is off the CPU, as a share of its events. */
static void count_again(struct belong *belong, const struct fuse_kernel *kernel)
{
	belong->events = belong->off = 0;
	for (size_t i = 0; i < belong->count; i++) {
		struct belong_m *m = &belong->ms[i];

		m->off = 0;
		if (!m->thread)
			continue; /* it had too little to do to be known by that */
		if (m->count)
			m->off = m->events * samples_off(kernel, m, m->thread, m->count) / m->count;
		belong->events += m->events;
		belong->off += m->off;
	}
}

static void map_by_activity(struct belong *belong, const struct fuse_kernel *kernel)
{
	uint32_t tgid;

	for (size_t i = 0; i < belong->count; i++)
		belong->ms[i].thread = thread_by_activity(kernel, &belong->ms[i], 0);
	tgid = common_tgid(belong);
	for (size_t i = 0; tgid && i < belong->count; i++)
		belong->ms[i].thread = thread_by_activity(kernel, &belong->ms[i], tgid);
	for (size_t i = 0; i < belong->count; i++)
		belong->ms[i].hint = 0;
	belong->mapped = true;
	count_again(belong, kernel);
}

/* ---- the verdict ---- */

static bool is_refused(const struct belong *belong)
{
	return belong->off * 100 > belong->events * PERCENT_REFUSED || !belong->events;
}

/* "threads 4, 5 and 3 more are not in the capture" */
static void name_unknown(const struct belong *belong, char *text, size_t size)
{
	unsigned said = 0, more = 0;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < belong->count; i++) {
		if (belong->ms[i].thread || !belong->ms[i].events)
			continue;
		if (said++ >= 4 || used + 64 > size) {
			more++;
			continue;
		}
		used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64,
					 used ? ", " : "; not in the capture: threads ",
					 belong->ms[i].id);
	}
	if (more)
		snprintf(text + used, size - used, " and %u more", more);
}

static int refuse(const struct belong *belong, struct diag *diag)
{
	char unknown[200];

	name_unknown(belong, unknown, sizeof(unknown));
	return diag_set(diag, -EINVAL,
			"they do not belong together: %" PRIu64 " of %" PRIu64
			" events of the Go program were written by threads that the capture has "
			"off the CPU%s",
			belong->off, belong->events, unknown);
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static int find_common_time(struct belong *belong, const struct fuse_kernel *kernel,
			    struct diag *diag)
{
	belong->common_begin = belong->begin > kernel->begin ? belong->begin : kernel->begin;
	belong->common_end = belong->end < kernel->end ? belong->end : kernel->end;
	if (belong->common_begin < belong->common_end && belong->events)
		return 0;
	return diag_set(
		diag, -EINVAL,
		"they have no time in common: the Go program's trace is from %.3f to %.3f s "
		"of CLOCK_MONOTONIC, the capture from %.3f to %.3f s",
		seconds(belong->begin), seconds(belong->end), seconds(kernel->begin),
		seconds(kernel->end));
}

static int judge(struct belong *belong, const struct fuse_kernel *kernel, struct diag *diag)
{
	struct belong direct = *belong;

	if (is_refused(belong)) {
		struct belong_m *ms = malloc(belong->count * sizeof(*ms) + 1);

		if (!ms)
			return -ENOMEM;
		memcpy(ms, belong->ms, belong->count * sizeof(*ms));
		map_by_activity(belong, kernel);
		direct.ms = ms;
		if (is_refused(belong))
			refuse(&direct, diag);
		free(ms);
		if (is_refused(belong))
			return -EINVAL;
	}
	belong->tgid = common_tgid(belong);
	return 0;
}

int belong_read(struct belong *belong, const struct fuse_kernel *kernel, struct gt_reader *reader,
		struct diag *diag)
{
	int err = read_all(belong, kernel, reader, diag);

	if (err)
		return err;
	if (!belong->generations)
		return diag_set(diag, -EINVAL, "it has no whole generation: %s",
				gt_reader_error(reader)->text);
	err = find_common_time(belong, kernel, diag);
	return err ? err : judge(belong, kernel, diag);
}
