// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What threads did, as both sides have it: the kernel says where a thread was,
 * Go which goroutine it had. Each M's time is accounted for piece by piece, as
 * far as something is known, and a list of totals is kept, so that any stretch
 * of it can be split later by two searches.
 */
#include "fuse/sums_core.h"

#include <errno.h>
#include <string.h>

#include "base/grow.h"

/* ---- totals ---- */

static enum sums_doing doing_of(const struct sums_m *m, const struct fuse_segment *segment)
{
	bool on = segment->state == FUSE_ON_CPU;

	if (m->go != SUMS_GO_NONE)
		return on ? SUMS_BUSY : SUMS_HELD_UP;
	if (on)
		return SUMS_RUNTIME;
	return segment->state == FUSE_QUEUE ? SUMS_CPU : SUMS_NOBODY;
}

static void take_total(struct sums *sums, struct sums_m *m, uint64_t at, enum sums_doing doing)
{
	struct sums_total *last = m->totals_count ? &m->totals[m->totals_count - 1] : NULL;
	struct sums_total *grown, next = { .at = at, .doing = (uint8_t)doing };

	if (last && last->doing == doing)
		return;
	if (last) {
		memcpy(next.before, last->before, sizeof(next.before));
		next.before[last->doing] += at - last->at;
	}
	grown = grow_array(m->totals, &m->totals_cap, m->totals_count + 1, sizeof(*grown));
	if (!grown) {
		sums_fail(sums, -ENOMEM);
		return;
	}
	m->totals = grown;
	grown[m->totals_count++] = next;
}

/* All that it did before a time. */
static void totals_at(const struct sums_m *m, uint64_t at, uint64_t doing[SUMS_DOINGS])
{
	size_t low = 0, high = m->totals_count;

	memset(doing, 0, SUMS_DOINGS * sizeof(*doing));
	if (!high || at <= m->totals[0].at)
		return;
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (m->totals[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	memcpy(doing, m->totals[low].before, SUMS_DOINGS * sizeof(*doing));
	doing[m->totals[low].doing] += at - m->totals[low].at;
}

void sums_split(const struct sums_m *m, uint64_t from, uint64_t to, uint64_t doing[SUMS_DOINGS])
{
	uint64_t first[SUMS_DOINGS], last[SUMS_DOINGS], known = 0;

	totals_at(m, from, first);
	totals_at(m, to, last);
	for (size_t i = 0; i < SUMS_DOINGS; i++) {
		doing[i] += last[i] - first[i];
		known += last[i] - first[i];
	}
	doing[SUMS_NOBODY] += to - from - known; /* before its first event, it was nowhere */
}

/* ---- times off the CPU ---- */

static void note_longest(struct sums *sums, const struct sums_longest *one)
{
	size_t at = sums->longest_count;

	if (at == SUMS_LONGEST && one->ns <= sums->longest[at - 1].ns)
		return;
	if (at == SUMS_LONGEST)
		at--;
	else
		sums->longest_count++;
	for (; at && sums->longest[at - 1].ns < one->ns; at--)
		sums->longest[at] = sums->longest[at - 1];
	sums->longest[at] = *one;
}

void sums_end_away(struct sums *sums, struct sums_m *m)
{
	if (m->off)
		note_longest(sums, &m->away);
	m->off = false;
}

static void note_away(struct sums *sums, struct sums_m *m, const struct fuse_segment *segment,
		      uint64_t at, uint64_t ns, uint32_t cause)
{
	if (!m->off)
		m->away = (struct sums_longest){ .at = at,
						 .g = m->g,
						 .m = sums->belong->ms[m - sums->state->ms].id,
						 .name = sums->rows[m->row].name,
						 .cause = cause };
	m->off = true;
	m->away.ns += ns;
	m->away.off[fuse_class_of(segment)] += ns;
}

/* ---- waits, for the sums of who ran meanwhile ---- */

static void take_edge(struct sums *sums, uint64_t at, uint16_t cpu, int32_t step)
{
	struct sums_state *state = sums->state;
	struct sums_edge *grown =
		grow_array(state->edges, &state->edges_cap, state->edges_count + 1, sizeof(*grown));

	if (!grown) {
		sums_fail(sums, -ENOMEM);
		return;
	}
	state->edges = grown;
	grown[state->edges_count++] = (struct sums_edge){ at, cpu, step };
}

/* It waited for the CPU that it got next, if it got one. */
static void note_wait(struct sums *sums, const struct sums_m *m, size_t segment, uint64_t from,
		      uint64_t to)
{
	const struct fuse_segment *segments = m->thread->segments;
	size_t next = segment + 1;

	while (next < m->thread->count && segments[next].state == FUSE_QUEUE)
		next++;
	if (next == m->thread->count || segments[next].state != FUSE_ON_CPU)
		return;
	take_edge(sums, from, segments[next].cpu, 1);
	take_edge(sums, to, segments[next].cpu, -1);
}

/* ---- pieces ---- */

static void run_off(struct sums *sums, struct sums_m *m, size_t i, uint64_t from, uint64_t to)
{
	const struct fuse_segment *segment = &m->thread->segments[i];
	struct sums_row *row = &sums->rows[m->row];
	uint32_t cause = 0;

	row->off[fuse_class_of(segment)] += to - from;
	sums_fail(sums, fuse_cause_text(sums->kernel, segment, &cause));
	if (segment->state == FUSE_ASLEEP) {
		sums_fail(sums,
			  fuse_pairs_add(&sums->slept, row->name, segment->word, to - from, from));
	} else {
		sums_fail(sums, fuse_pairs_add(&sums->waited, row->name, cause, to - from, from));
		note_wait(sums, m, i, from, to);
	}
	note_away(sums, m, segment, from, to - from, cause);
}

static void run(struct sums *sums, struct sums_m *m, const struct fuse_segment *segment, size_t i,
		uint64_t from, uint64_t to)
{
	struct sums_row *row = &sums->rows[m->row];

	row->running += to - from;
	if (fuse_is_off(segment)) {
		run_off(sums, m, i, from, to);
		return;
	}
	sums_end_away(sums, m);
	if (segment->state == FUSE_ON_CPU)
		row->on_cpu += to - from;
	else
		row->unseen += to - from;
}

static void call(struct sums *sums, struct sums_m *m, const struct fuse_segment *segment,
		 uint64_t from, uint64_t to)
{
	struct sums_row *row = &sums->rows[m->row];
	struct sums_call *own = &sums->calls[m->call];
	uint64_t ns = to - from;

	row->syscall += ns;
	own->ns += ns;
	switch (segment->state) {
	case FUSE_ON_CPU:
		row->syscall_on += ns;
		own->on_cpu += ns;
		break;
	case FUSE_QUEUE:
		row->syscall_queue += ns;
		own->queue += ns;
		break;
	case FUSE_ASLEEP:
		row->syscall_asleep += ns;
		own->asleep += ns;
		sums_fail(sums, fuse_pairs_add(&sums->inside, own->name, segment->word, ns, from));
		break;
	default:
		row->syscall_unseen += ns;
		own->unseen += ns;
	}
}

static void take_piece(struct sums *sums, struct sums_m *m, size_t i, uint64_t from, uint64_t to)
{
	static const struct fuse_segment nowhere = { .state = FUSE_UNSEEN };
	const struct fuse_segment *segment =
		m->thread && i != SIZE_MAX ? &m->thread->segments[i] : &nowhere;

	take_total(sums, m, from, doing_of(m, segment));
	if (m->go == SUMS_GO_SYSCALL)
		call(sums, m, segment, from, to);
	else if (m->go == SUMS_GO_RUNNING)
		run(sums, m, segment, i, from, to);
	else if (segment->state == FUSE_ON_CPU)
		sums->without_cpu += to - from;
}

void sums_advance(struct sums *sums, struct sums_m *m, uint64_t until)
{
	uint64_t from = sums_clip(sums, m->since), to;
	size_t i = SIZE_MAX;

	until = sums_clip(sums, until);
	if (m->thread)
		i = fuse_thread_seek(m->thread, from, &m->hint);
	while (from < until && !sums->state->err) {
		to = until;
		if (m->thread && i == SIZE_MAX && m->thread->count)
			to = m->thread->segments[0].at;
		else if (m->thread && i != SIZE_MAX)
			to = fuse_segment_end(sums->kernel, m->thread, i);
		if (to > until || to <= from)
			to = until;
		take_piece(sums, m, i, from, to);
		from = to;
		if (m->thread)
			i = fuse_thread_seek(m->thread, from, &m->hint);
	}
	if (until > m->since)
		m->since = until;
}
