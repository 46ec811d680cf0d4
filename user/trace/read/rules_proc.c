// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The rules of Ps: status, start, stop, steal. */
#include "trace/read/rules.h"

#include <inttypes.h>

static const uint8_t state_of[] = {
	[0] = GT_STATE_UNDETERMINED,
	[GT_PROC_RUNNING] = GT_STATE_RUNNING,
	[GT_PROC_IDLE] = GT_STATE_IDLE,
	[GT_PROC_SYSCALL] = GT_STATE_RUNNING,
	[GT_PROC_SYSCALL_ABANDONED] = GT_STATE_IDLE,
};

/* Some M that holds P; IDMAP_NONE: none. Rare, so a search will do. */
static uint32_t holder(const struct rules *rules, uint64_t p)
{
	for (uint32_t i = 0; i < rules->m_ids.count; i++)
		if (rules->ms[i].p == p)
			return i;
	return IDMAP_NONE;
}

/*
 * A P that is said to be in a syscall without its M, which the reader still
 * knows: nothing is lost. The event happens on the M that holds it.
 */
static enum rules_step promote(struct attempt *try, const struct rules_p *p)
{
	uint32_t slot = holder(try->rules, p->id);
	const struct rules_m *m;

	if (slot == IDMAP_NONE)
		return rules_break(try, "no M holds P %" PRId64 ", which is Syscall",
				   (int64_t)p->id);
	m = &try->rules->ms[slot];
	try->event->args[1] = GT_PROC_SYSCALL;
	try->event->from = GT_STATE_RUNNING;
	try->event->m = m->id;
	try->event->p = p->id;
	try->event->g = m->g;
	return RULES_GO;
}

enum rules_step rules_proc_status_event(struct attempt *try)
{
	struct gt_event *event = try->event;
	uint64_t id = event->args[0];
	uint8_t status = (uint8_t)event->args[1]; /* Go cuts it to a byte, too */
	struct rules_p *p = rules_find_p(try->rules, id);

	if (status > GT_PROC_SYSCALL_ABANDONED)
		return rules_break(try, "P %" PRId64 " has status %u", (int64_t)id, status);
	event->from = state_of[status];
	if (!p) {
		p = rules_add_p(try, id, status);
		if (!p)
			return rules_no_memory(try);
		event->from = try->first ? GT_STATE_UNDETERMINED : GT_STATE_NOT_EXIST;
	} else if (status == GT_PROC_SYSCALL_ABANDONED && p->status == GT_PROC_SYSCALL) {
		p->seq = (struct rules_seq){ event->generation, 0 };
		return promote(try, p);
	} else if (p->status != status) {
		return rules_break(try, "P %" PRId64 " is %s, not %s", (int64_t)id,
				   rules_proc_status(p->status), rules_proc_status(status));
	}
	p->seq = (struct rules_seq){ event->generation, 0 };
	if (status == GT_PROC_RUNNING || status == GT_PROC_SYSCALL)
		rules_hold_p(try, p);
	return RULES_GO;
}

enum rules_step rules_proc_start(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules_p *p = rules_find_p(try->rules, event->args[0]);

	/* With a P, it waits for the steal of that one: it is in a syscall. */
	if (!p || p->status != GT_PROC_IDLE || !rules_follows(try, event->args[1], &p->seq) ||
	    event->p != GT_NO_ID)
		return RULES_WAIT;
	if (!rules_need(try, NEED_M | NO_P))
		return RULES_BREAK;
	p->status = GT_PROC_RUNNING;
	p->seq.number++;
	rules_hold_p(try, p);
	return RULES_GO;
}

enum rules_step rules_proc_stop(struct attempt *try)
{
	struct rules_p *p = rules_own_p(try);

	if (!rules_need(try, NEED_M | NEED_P))
		return RULES_BREAK;
	if (p->status != GT_PROC_RUNNING && p->status != GT_PROC_SYSCALL)
		return rules_break(try, "P %" PRId64 " is %s", (int64_t)p->id,
				   rules_proc_status(p->status));
	p->status = GT_PROC_IDLE;
	try->next.p = GT_NO_ID;
	return RULES_GO;
}

enum rules_step rules_proc_steal(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules *rules = try->rules;
	uint64_t from_m = event->args[2];
	struct rules_p *p = rules_find_p(rules, event->args[0]);
	bool abandoned;
	uint32_t slot;

	if (!p || (p->status != GT_PROC_SYSCALL && p->status != GT_PROC_SYSCALL_ABANDONED) ||
	    !rules_follows(try, event->args[1], &p->seq))
		return RULES_WAIT;
	if (!rules_need(try, NEED_M))
		return RULES_BREAK;
	abandoned = p->status == GT_PROC_SYSCALL_ABANDONED;
	event->from = abandoned ? GT_STATE_IDLE : GT_STATE_RUNNING;
	p->status = GT_PROC_IDLE;
	p->seq.number++;
	if (abandoned) /* the M has long moved on */
		return RULES_GO;
	if (from_m == event->m) {
		if (event->p != p->id)
			return rules_break(try,
					   "P %" PRId64 " from its own M, which holds P %" PRId64,
					   (int64_t)p->id, (int64_t)event->p);
		try->next.p = GT_NO_ID;
		return RULES_GO;
	}
	slot = from_m == GT_NO_ID ? IDMAP_NONE : idmap_find(&rules->m_ids, from_m);
	if (slot == IDMAP_NONE)
		return rules_break(try, "P %" PRId64 " from M %" PRId64 ", which is unknown",
				   (int64_t)p->id, (int64_t)from_m);
	if (rules->ms[slot].p != p->id)
		return rules_break(try, "P %" PRId64 " from M %" PRId64 ", which holds P %" PRId64,
				   (int64_t)p->id, (int64_t)from_m, (int64_t)rules->ms[slot].p);
	rules->ms[slot].p = GT_NO_ID;
	return RULES_GO;
}
