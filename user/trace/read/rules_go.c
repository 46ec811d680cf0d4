// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The rules of Gs: status, creation, running, blocking, syscalls. */
#include "trace/read/rules.h"

#include <inttypes.h>

static const uint8_t state_of[] = {
	[0] = GT_STATE_UNDETERMINED,	    [GT_GO_RUNNABLE] = GT_STATE_RUNNABLE,
	[GT_GO_RUNNING] = GT_STATE_RUNNING, [GT_GO_SYSCALL] = GT_STATE_SYSCALL,
	[GT_GO_WAITING] = GT_STATE_WAITING,
};

/* The G that the event's M runs, in this status; NULL: the trace is broken. */
static struct rules_g *own_g_in(struct attempt *try, unsigned status)
{
	struct rules_g *g = rules_own_g(try);

	if (!g)
		rules_break(try, "G %" PRId64 " does not exist", (int64_t)try->event->g);
	else if (g->status != status)
		rules_break(try, "G %" PRId64 " is %s, not %s", (int64_t)g->id,
			    rules_go_status(g->status), rules_go_status(status));
	else
		return g;
	return NULL;
}

/* A status says that a G is in a syscall on M `on`. */
static enum rules_step in_syscall(struct attempt *try, uint64_t g, uint64_t on)
{
	struct gt_event *event = try->event;
	struct rules *rules = try->rules;
	uint32_t slot;

	if (on == GT_NO_ID)
		return rules_break(try, "G %" PRId64 " is Syscall on no M", (int64_t)g);
	if (on == event->m) {
		if (!try->first && event->g != g)
			return rules_break(try,
					   "G %" PRId64 " is Syscall on an M that runs G %" PRId64,
					   (int64_t)g, (int64_t)event->g);
		rules_hold_g(try, rules_find_g(rules, g));
		return RULES_GO;
	}
	/* It sits in a syscall for the whole generation, and has no P. */
	slot = idmap_find(&rules->m_ids, on);
	if (slot != IDMAP_NONE) {
		if (rules->ms[slot].g != g)
			return rules_break(try,
					   "G %" PRId64 " is Syscall on M %" PRId64
					   ", which runs G %" PRId64,
					   (int64_t)g, (int64_t)on, (int64_t)rules->ms[slot].g);
		event->g = g;
	} else {
		if (rules_m(rules, on, &slot))
			return rules_no_memory(try);
		rules->ms[slot].g = g;
	}
	event->m = on;
	return RULES_GO;
}

enum rules_step rules_go_status_event(struct attempt *try)
{
	struct gt_event *event = try->event;
	uint64_t id = event->args[0];
	uint8_t status = (uint8_t)event->args[2]; /* Go cuts it to a byte, too */
	struct rules_g *g = rules_find_g(try->rules, id);

	if (status > GT_GO_WAITING)
		return rules_break(try, "G %" PRId64 " has status %u", (int64_t)id, status);
	event->from = state_of[status];
	event->args[2] = status;
	if (g && g->status != status)
		return rules_break(try, "G %" PRId64 " is %s, not %s", (int64_t)id,
				   rules_go_status(g->status), rules_go_status(status));
	if (!g && !try->first)
		return rules_break(try, "G %" PRId64 " is new after the first generation",
				   (int64_t)id);
	if (!g) {
		g = rules_add_g(try, id, status);
		if (!g)
			return rules_no_memory(try);
		event->from = GT_STATE_UNDETERMINED;
	}
	g->seq = (struct rules_seq){ event->generation, 0 };
	if (status == GT_GO_RUNNING)
		rules_hold_g(try, g);
	return status == GT_GO_SYSCALL ? in_syscall(try, id, event->args[1]) : RULES_GO;
}

enum rules_step rules_go_create(struct attempt *try)
{
	struct gt_event *event = try->event;
	bool blocked = event->type == GT_EV_GO_CREATE_BLOCKED;
	struct rules_g *creator;

	if (!rules_need(try, NEED_M | NEED_P))
		return RULES_BREAK;
	creator = rules_own_g(try);
	if (creator && creator->status != GT_GO_RUNNING)
		return rules_break(try, "the creator, G %" PRId64 ", is %s, not Running",
				   (int64_t)creator->id, rules_go_status(creator->status));
	if (rules_find_g(try->rules, event->args[0]))
		return rules_break(try, "G %" PRId64 " exists", (int64_t)event->args[0]);
	if (!rules_add_g(try, event->args[0], blocked ? GT_GO_WAITING : GT_GO_RUNNABLE))
		return rules_no_memory(try);
	return RULES_GO;
}

enum rules_step rules_go_create_syscall(struct attempt *try)
{
	uint64_t id = try->event->args[0];
	struct rules_g *g;

	if (!rules_need(try, NEED_M | NO_G))
		return RULES_BREAK;
	if (rules_find_g(try->rules, id))
		return rules_break(try, "G %" PRId64 " exists", (int64_t)id);
	g = rules_add_g(try, id, GT_GO_SYSCALL);
	if (!g)
		return rules_no_memory(try);
	rules_hold_g(try, g);
	return RULES_GO;
}

enum rules_step rules_go_start(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules_g *g = rules_find_g(try->rules, event->args[0]);

	if (!g || g->status != GT_GO_RUNNABLE || !rules_follows(try, event->args[1], &g->seq))
		return RULES_WAIT;
	if (!rules_need(try, NEED_M | NEED_P | NO_G))
		return RULES_BREAK;
	g->status = GT_GO_RUNNING;
	g->seq.number++;
	rules_hold_g(try, g);
	return RULES_GO;
}

/* GoDestroy, GoStop, GoBlock. */
enum rules_step rules_go_leave(struct attempt *try)
{
	struct rules_g *g;

	if (!rules_need(try, NEED_ALL))
		return RULES_BREAK;
	g = own_g_in(try, GT_GO_RUNNING);
	if (!g)
		return RULES_BREAK;
	if (try->event->type == GT_EV_GO_DESTROY)
		rules_delete_g(try->rules, g);
	else
		g->status = try->event->type == GT_EV_GO_STOP ? GT_GO_RUNNABLE : GT_GO_WAITING;
	try->next.g = GT_NO_ID;
	return RULES_GO;
}

enum rules_step rules_go_unblock(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules_g *g = rules_find_g(try->rules, event->args[0]);

	if (!g || g->status != GT_GO_WAITING || !rules_follows(try, event->args[1], &g->seq))
		return RULES_WAIT;
	g->status = GT_GO_RUNNABLE;
	g->seq.number++;
	return RULES_GO;
}

/* An event that Go's reader makes out of events[0], at its time and on its M. */
static struct gt_event *derive(struct attempt *try, unsigned type)
{
	struct rules *rules = try->rules;
	struct gt_event *made = &rules->events[rules->events_count++];

	*made = *try->event;
	made->type = (uint8_t)type;
	made->derived = true;
	for (int i = 0; i < GT_MAX_ARGS - 1; i++)
		made->args[i] = 0;
	return made;
}

/* It reads as: unblock the other, block or destroy oneself, start the other. */
enum rules_step rules_go_switch(struct attempt *try)
{
	struct gt_event *event = try->event;
	bool destroy = event->type == GT_EV_GO_SWITCH_DESTROY;
	struct rules_g *g, *other;
	struct gt_event *start;

	if (!rules_need(try, NEED_ALL))
		return RULES_BREAK;
	g = own_g_in(try, GT_GO_RUNNING);
	if (!g)
		return RULES_BREAK;
	other = rules_find_g(try->rules, event->args[0]);
	if (!other || other->status != GT_GO_WAITING ||
	    !rules_follows(try, event->args[1], &other->seq))
		return RULES_WAIT;
	if (destroy)
		rules_delete_g(try->rules, g);
	else
		g->status = GT_GO_WAITING;
	derive(try, destroy ? GT_EV_GO_DESTROY : GT_EV_GO_BLOCK);
	start = derive(try, GT_EV_GO_START);
	start->g = GT_NO_ID;
	start->args[0] = event->args[0];
	start->args[1] = event->args[1];
	other->status = GT_GO_RUNNING;
	other->seq.number++;
	rules_hold_g(try, other);
	return RULES_GO;
}

enum rules_step rules_syscall_begin(struct attempt *try)
{
	struct rules_g *g;
	struct rules_p *p;

	if (!rules_need(try, NEED_ALL))
		return RULES_BREAK;
	g = own_g_in(try, GT_GO_RUNNING);
	if (!g)
		return RULES_BREAK;
	p = rules_own_p(try);
	if (!rules_follows(try, try->event->args[0], &p->seq))
		return rules_break(try,
				   "p_seq %" PRIu64 " does not follow %" PRIu64 " of P %" PRId64,
				   try->event->args[0], p->seq.number, (int64_t)p->id);
	g->status = GT_GO_SYSCALL;
	p->status = GT_PROC_SYSCALL;
	p->seq.number++;
	return RULES_GO;
}

enum rules_step rules_syscall_end(struct attempt *try)
{
	struct rules_g *g;
	struct rules_p *p;

	if (!rules_need(try, NEED_ALL))
		return RULES_BREAK;
	g = own_g_in(try, GT_GO_SYSCALL);
	if (!g)
		return RULES_BREAK;
	p = rules_own_p(try);
	if (p->status != GT_PROC_SYSCALL)
		return rules_break(try, "P %" PRId64 " is %s, not Syscall", (int64_t)p->id,
				   rules_proc_status(p->status));
	g->status = GT_GO_RUNNING;
	p->status = GT_PROC_RUNNING;
	return RULES_GO;
}

enum rules_step rules_syscall_end_blocked(struct attempt *try)
{
	struct rules_g *g;

	/* Its P will be lost during the syscall: not before that is seen. */
	if (try->event->p != GT_NO_ID && rules_own_p(try)->status == GT_PROC_SYSCALL)
		return RULES_WAIT;
	if (!rules_need(try, NEED_M | NEED_G))
		return RULES_BREAK;
	g = own_g_in(try, GT_GO_SYSCALL);
	if (!g)
		return RULES_BREAK;
	g->status = GT_GO_RUNNABLE;
	try->next.g = GT_NO_ID;
	return RULES_GO;
}

/* A C thread that called back into Go is gone; a P that it has left there may be stolen later. */
enum rules_step rules_go_destroy_syscall(struct attempt *try)
{
	struct rules *rules = try->rules;
	struct gt_event *event = try->event;
	struct rules_g *g;

	if (!rules_need(try, NEED_M | NEED_G))
		return RULES_BREAK;
	g = own_g_in(try, GT_GO_SYSCALL);
	if (!g)
		return RULES_BREAK;
	rules_delete_g(rules, g);
	try->next.g = GT_NO_ID;
	if (event->p != GT_NO_ID) {
		struct rules_p *p = rules_own_p(try);
		struct gt_event *destroy;

		if (p->status != GT_PROC_SYSCALL)
			return rules_break(try, "P %" PRId64 " is %s, not Syscall", (int64_t)p->id,
					   rules_proc_status(p->status));
		p->status = GT_PROC_SYSCALL_ABANDONED;
		try->next.p = GT_NO_ID;
		/* A steal by itself comes first. */
		destroy = derive(try, GT_EV_GO_DESTROY_SYSCALL);
		destroy->derived = false;
		event->type = GT_EV_PROC_STEAL;
		event->derived = true;
		event->from = GT_STATE_RUNNING;
		event->args[0] = p->id;
		event->args[1] = event->args[2] = event->args[3] = 0;
	}
	return RULES_GO;
}
