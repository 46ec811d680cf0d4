// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The beginning of a part: what is there.
 */
#include <errno.h>
#include <stdlib.h>

#include "trace/cut/cut_core.h"

static void state_proc(struct cut *cut, uint64_t m, uint32_t slot, uint64_t *time)
{
	const struct rules_p *p = &cut->mirror.ps[slot];
	uint64_t args[] = { p->id, p->status };

	encoder_event(&cut->part->encoder, m, (*time)++, GT_EV_PROC_STATUS, args, 2);
	if (p->sweeping)
		encoder_event(&cut->part->encoder, m, (*time)++, GT_EV_GC_SWEEP_ACTIVE, args, 1);
}

/* m: in whose batch; on: the M that the status names. */
static void state_go(struct cut *cut, uint64_t m, uint64_t on, uint32_t slot, uint64_t *time)
{
	const struct rules_g *g = &cut->mirror.gs[slot];
	uint64_t stack = cut->part->encoder.version > 22
				 ? seen_write(&cut->seen, slot, &cut->part->encoder)
				 : 0;
	uint64_t args[] = { g->id, on, g->status, stack };

	encoder_event(&cut->part->encoder, m, (*time)++,
		      stack ? GT_EV_GO_STATUS_STACK : GT_EV_GO_STATUS, args, stack ? 4 : 3);
	for (uint32_t i = 0; i < g->ranges_count; i++)
		if (g->ranges[i].assist)
			encoder_event(&cut->part->encoder, m, (*time)++,
				      GT_EV_GC_MARK_ASSIST_ACTIVE, args, 1);
}

/* What stands on Ms, and who is thereby stated. */
struct stated {
	bool *gs, *ps;
};

static void state_ms(struct cut *cut, struct stated *stated, uint64_t *time)
{
	for (size_t i = 0; i < cut->mirror.m_ids.count; i++) {
		const struct rules_m *m = &cut->mirror.ms[i];
		uint32_t p = m->p == GT_NO_ID ? IDMAP_NONE : p_slot(cut, m->p);
		uint32_t g = m->g == GT_NO_ID ? IDMAP_NONE : g_slot(cut, m->g);

		/* The P first: viewers want a G to have one. */
		if (p != IDMAP_NONE && !stated->ps[p]) {
			state_proc(cut, m->id, p, time);
			stated->ps[p] = true;
		}
		if (g != IDMAP_NONE && !stated->gs[g]) {
			state_go(cut, m->id, m->id, g, time);
			stated->gs[g] = true;
		}
	}
}

static void state_rest(struct cut *cut, const struct stated *stated, uint64_t *time)
{
	for (uint32_t i = 0; i < cut->mirror.p_ids.count; i++)
		if (!stated->ps[i])
			state_proc(cut, GT_NO_ID, i, time);
	for (uint32_t i = 0; i < cut->mirror.gs_count; i++)
		if (!stated->gs[i] && cut->mirror.gs[i].alive)
			state_go(cut, GT_NO_ID, GT_NO_ID, i, time);
}

/* How many events cut_state_all() makes. */
static uint64_t count_states(const struct cut *cut)
{
	uint64_t count = cut->mirror.gc == RULES_GC_ON;

	for (size_t i = 0; i < cut->mirror.p_ids.count; i++)
		count += 1 + cut->mirror.ps[i].sweeping;
	for (size_t i = 0; i < cut->mirror.gs_count; i++) {
		const struct rules_g *g = &cut->mirror.gs[i];

		count += g->alive;
		for (uint32_t k = 0; g->alive && k < g->ranges_count; k++)
			count += g->ranges[k].assist;
	}
	return count;
}

bool cut_knows_nothing(const struct cut *cut)
{
	return !cut->mirror.p_ids.count && !cut->mirror.g_ids.count;
}

/* Each of these was made known by an event with a time of its own, so there is time enough. */
int cut_state_all(struct cut *cut, int64_t from, int64_t next)
{
	struct stated stated = {
		.gs = calloc(cut->mirror.gs_count + 1, sizeof(bool)),
		.ps = calloc(cut->mirror.p_ids.count + 1, sizeof(bool)),
	};
	int64_t latest = next - (int64_t)count_states(cut);
	uint64_t time = (uint64_t)(from < latest ? from : latest);
	int err = -ENOMEM;

	seen_begin_part(&cut->seen);
	if (stated.gs && stated.ps) {
		state_ms(cut, &stated, &time);
		state_rest(cut, &stated, &time);
		cut->gc_seq = 0;
		if (cut->mirror.gc == RULES_GC_ON)
			encoder_event(&cut->part->encoder, GT_NO_ID, time, GT_EV_GC_ACTIVE,
				      &cut->gc_seq, 1);
		err = cut->part->encoder.err;
	}
	free(stated.gs);
	free(stated.ps);
	return err;
}

/* The M that holds a P; GT_NO_ID: none does. */
static uint64_t m_of(const struct cut *cut, uint64_t p)
{
	for (size_t i = 0; i < cut->mirror.m_ids.count; i++)
		if (cut->mirror.ms[i].p == p)
			return cut->mirror.ms[i].id;
	return GT_NO_ID;
}

/* The first P is as good as any: each can be stated where it is. */
void cut_state_again(struct cut *cut, int64_t time)
{
	struct encoder *encoder = &cut->part->encoder;

	if (cut->mirror.p_ids.count) {
		const struct rules_p *p = &cut->mirror.ps[0];
		const uint64_t args[] = { p->id, p->status };

		encoder_event(encoder, m_of(cut, p->id), (uint64_t)time, GT_EV_PROC_STATUS, args,
			      2);
		return;
	}
	for (size_t i = 0; i < cut->mirror.gs_count; i++) {
		const struct rules_g *g = &cut->mirror.gs[i];
		const uint64_t args[] = { g->id, GT_NO_ID, g->status };

		if (!g->alive || (g->status != GT_GO_WAITING && g->status != GT_GO_RUNNABLE))
			continue;
		encoder_event(encoder, GT_NO_ID, (uint64_t)time, GT_EV_GO_STATUS, args, 3);
		return;
	}
}
