// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The state that the rules are about, and the table from event types to rules. */
#include "trace/read/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/wire/error.h"
#include "base/grow.h"

static const rules_fn rule_of[GT_EV_COUNT] = {
	[GT_EV_PROCS_CHANGE] = rules_annotation,
	[GT_EV_PROC_START] = rules_proc_start,
	[GT_EV_PROC_STOP] = rules_proc_stop,
	[GT_EV_PROC_STEAL] = rules_proc_steal,
	[GT_EV_PROC_STATUS] = rules_proc_status_event,
	[GT_EV_GO_CREATE] = rules_go_create,
	[GT_EV_GO_CREATE_SYSCALL] = rules_go_create_syscall,
	[GT_EV_GO_START] = rules_go_start,
	[GT_EV_GO_DESTROY] = rules_go_leave,
	[GT_EV_GO_DESTROY_SYSCALL] = rules_go_destroy_syscall,
	[GT_EV_GO_STOP] = rules_go_leave,
	[GT_EV_GO_BLOCK] = rules_go_leave,
	[GT_EV_GO_UNBLOCK] = rules_go_unblock,
	[GT_EV_GO_SYSCALL_BEGIN] = rules_syscall_begin,
	[GT_EV_GO_SYSCALL_END] = rules_syscall_end,
	[GT_EV_GO_SYSCALL_END_BLOCKED] = rules_syscall_end_blocked,
	[GT_EV_GO_STATUS] = rules_go_status_event,
	[GT_EV_STW_BEGIN] = rules_range_begin,
	[GT_EV_STW_END] = rules_range_end,
	[GT_EV_GC_ACTIVE] = rules_gc_active,
	[GT_EV_GC_BEGIN] = rules_gc_begin,
	[GT_EV_GC_END] = rules_gc_end,
	[GT_EV_GC_SWEEP_ACTIVE] = rules_sweep_active,
	[GT_EV_GC_SWEEP_BEGIN] = rules_sweep_begin,
	[GT_EV_GC_SWEEP_END] = rules_sweep_end,
	[GT_EV_GC_MARK_ASSIST_ACTIVE] = rules_range_active,
	[GT_EV_GC_MARK_ASSIST_BEGIN] = rules_range_begin,
	[GT_EV_GC_MARK_ASSIST_END] = rules_range_end,
	[GT_EV_HEAP_ALLOC] = rules_heap_metric,
	[GT_EV_HEAP_GOAL] = rules_heap_metric,
	[GT_EV_GO_LABEL] = rules_annotation,
	[GT_EV_USER_TASK_BEGIN] = rules_task_begin,
	[GT_EV_USER_TASK_END] = rules_task_end,
	[GT_EV_USER_REGION_BEGIN] = rules_region_begin,
	[GT_EV_USER_REGION_END] = rules_region_end,
	[GT_EV_USER_LOG] = rules_annotation,
	[GT_EV_GO_SWITCH] = rules_go_switch,
	[GT_EV_GO_SWITCH_DESTROY] = rules_go_switch,
	[GT_EV_GO_CREATE_BLOCKED] = rules_go_create,
	[GT_EV_GO_STATUS_STACK] = rules_go_status_event,
	[GT_EV_SPAN] = rules_experimental,
	[GT_EV_SPAN_ALLOC] = rules_experimental,
	[GT_EV_SPAN_FREE] = rules_experimental,
	[GT_EV_HEAP_OBJECT] = rules_experimental,
	[GT_EV_HEAP_OBJECT_ALLOC] = rules_experimental,
	[GT_EV_HEAP_OBJECT_FREE] = rules_experimental,
	[GT_EV_GOROUTINE_STACK] = rules_experimental,
	[GT_EV_GOROUTINE_STACK_ALLOC] = rules_experimental,
	[GT_EV_GOROUTINE_STACK_FREE] = rules_experimental,
};

void rules_init(struct rules *rules, struct generation *gen, struct texts *texts,
		struct gt_error *error)
{
	memset(rules, 0, sizeof(*rules));
	rules->gen = gen;
	rules->texts = texts;
	rules->error = error;
}

void rules_fini(struct rules *rules)
{
	for (size_t i = 0; i < rules->gs_count; i++) {
		free(rules->gs[i].ranges);
		free(rules->gs[i].regions);
	}
	free(rules->gs);
	free(rules->ps);
	free(rules->ms);
	free(rules->tasks);
	idmap_fini(&rules->g_ids);
	idmap_fini(&rules->p_ids);
	idmap_fini(&rules->m_ids);
	idmap_fini(&rules->task_ids);
}

int rules_open(struct rules *rules, const uint8_t *window)
{
	rules->window = window;
	if (!rules->first_generation)
		rules->first_generation = rules->gen->number;
	return texts_sweep(rules->texts);
}

int rules_m(struct rules *rules, uint64_t m, uint32_t *slot)
{
	struct rules_m *ms;
	int err;

	*slot = m == GT_NO_ID ? IDMAP_NONE : idmap_find(&rules->m_ids, m);
	if (m == GT_NO_ID || *slot != IDMAP_NONE)
		return 0;
	ms = grow_array(rules->ms, &rules->ms_cap, rules->m_ids.count + 1, sizeof(*ms));
	if (!ms)
		return -ENOMEM;
	rules->ms = ms;
	err = idmap_add(&rules->m_ids, m, slot);
	if (!err)
		ms[*slot] = (struct rules_m){ .id = m, .p = GT_NO_ID, .g = GT_NO_ID };
	return err;
}

struct rules_g *rules_find_g(struct rules *rules, uint64_t id)
{
	uint32_t slot = idmap_find(&rules->g_ids, id);

	return slot == IDMAP_NONE ? NULL : &rules->gs[slot];
}

struct rules_p *rules_find_p(struct rules *rules, uint64_t id)
{
	uint32_t slot = idmap_find(&rules->p_ids, id);

	return slot == IDMAP_NONE ? NULL : &rules->ps[slot];
}

struct rules_g *rules_own_g(struct attempt *try)
{
	struct rules *rules = try->rules;

	if (try->next.g_slot < rules->gs_count) {
		struct rules_g *g = &rules->gs[try->next.g_slot];

		if (g->alive && g->id == try->event->g)
			return g;
	}
	return rules_find_g(rules, try->event->g);
}

struct rules_p *rules_own_p(struct attempt *try)
{
	return &try->rules->ps[try->next.p_slot];
}

struct rules_g *rules_add_g(struct attempt *try, uint64_t id, uint8_t status)
{
	struct rules *rules = try->rules;
	struct rules_g *gs =
		grow_array(rules->gs, &rules->gs_cap, rules->g_ids.count + 1, sizeof(*gs));
	uint32_t slot;

	if (!gs)
		return NULL;
	rules->gs = gs;
	if (idmap_add(&rules->g_ids, id, &slot))
		return NULL;
	if (slot >= rules->gs_count) {
		memset(&gs[slot], 0, sizeof(gs[slot]));
		rules->gs_count = (size_t)slot + 1;
	}
	gs[slot].id = id;
	gs[slot].alive = true;
	gs[slot].status = status;
	gs[slot].seq = (struct rules_seq){ try->event->generation, 0 };
	gs[slot].ranges_count = 0;
	gs[slot].regions_count = 0;
	return &gs[slot];
}

struct rules_p *rules_add_p(struct attempt *try, uint64_t id, uint8_t status)
{
	struct rules *rules = try->rules;
	struct rules_p *ps =
		grow_array(rules->ps, &rules->ps_cap, rules->p_ids.count + 1, sizeof(*ps));
	uint32_t slot;

	if (!ps)
		return NULL;
	rules->ps = ps;
	if (idmap_add(&rules->p_ids, id, &slot))
		return NULL;
	ps[slot] = (struct rules_p){
		.id = id,
		.status = status,
		.seq = { try->event->generation, 0 },
	};
	return &ps[slot];
}

void rules_delete_g(struct rules *rules, struct rules_g *g)
{
	for (uint32_t i = 0; i < g->regions_count; i++)
		texts_drop(rules->texts, g->regions[i].text);
	g->alive = false;
	idmap_del(&rules->g_ids, g->id);
}

int rules_text(struct rules *rules, uint64_t string, uint32_t *id)
{
	struct string_entry *entry;
	int err;

	if (!string)
		return texts_find(rules->texts, "", 0, id);
	entry = tables_string(&rules->gen->tables, string);
	if (!entry)
		return -ENOENT;
	if (!entry->text) {
		err = texts_find(rules->texts, (const char *)rules->window + entry->offset,
				 entry->size, id);
		if (err)
			return err;
		entry->text = *id + 1;
	}
	*id = entry->text - 1;
	return 0;
}

static const char *type_name(const struct attempt *try)
{
	return gt_spec(try->event->type)->name;
}

enum rules_step rules_break(struct attempt *try, const char *format, ...)
{
	char text[sizeof(try->rules->error->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	gt_fail(try->rules->error, -EBADMSG, "%s: %s", type_name(try), text);
	return RULES_BREAK;
}

enum rules_step rules_no_memory(struct attempt *try)
{
	gt_fail(try->rules->error, -ENOMEM, "%s", strerror(ENOMEM));
	return RULES_BREAK;
}

bool rules_need(struct attempt *try, unsigned needs)
{
	const struct gt_event *event = try->event;
	const char *what = NULL;

	if ((needs & NEED_M) && event->m == GT_NO_ID)
		what = "stands on no M";
	else if ((needs & NEED_P) && event->p == GT_NO_ID)
		what = "its M holds no P";
	else if ((needs & NO_P) && event->p != GT_NO_ID)
		what = "its M holds a P";
	else if ((needs & NEED_G) && event->g == GT_NO_ID)
		what = "its M runs no G";
	else if ((needs & NO_G) && event->g != GT_NO_ID)
		what = "its M runs a G";
	if (!what)
		return true;
	rules_break(try, "%s (P %" PRId64 ", G %" PRId64 ")", what, (int64_t)event->p,
		    (int64_t)event->g);
	return false;
}

enum rules_step rules_try(struct rules *rules, uint32_t m_slot)
{
	struct gt_event *event = &rules->events[0];
	struct attempt try = { .rules = rules, .event = event };
	rules_fn rule = rule_of[event->type];
	enum rules_step step;

	try.next = (struct rules_m){ .id = GT_NO_ID, .p = GT_NO_ID, .g = GT_NO_ID };
	if (m_slot != IDMAP_NONE)
		try.next = rules->ms[m_slot];
	try.first = event->generation == rules->first_generation;
	event->p = try.next.p;
	event->g = try.next.g;
	rules->events_count = 1;
	if (!rule)
		return rules_break(&try, "may not stand in a batch of events");
	step = rule(&try);
	if (step == RULES_GO && m_slot != IDMAP_NONE)
		rules->ms[m_slot] = try.next;
	return step;
}

const char *rules_go_status(unsigned status)
{
	static const char *const names[] = { "Bad", "Runnable", "Running", "Syscall", "Waiting" };

	return names[status < sizeof(names) / sizeof(*names) ? status : 0];
}

const char *rules_proc_status(unsigned status)
{
	static const char *const names[] = { "Bad", "Running", "Idle", "Syscall",
					     "SyscallAbandoned" };

	return names[status < sizeof(names) / sizeof(*names) ? status : 0];
}

static int explain_g(struct rules *rules, uint64_t id, char *text, size_t size)
{
	const struct rules_g *g = rules_find_g(rules, id);

	if (!g)
		return snprintf(text, size, "G %" PRId64 " is unknown", (int64_t)id);
	return snprintf(text, size, "G %" PRId64 " is %s, seq %" PRIu64 "%s", (int64_t)id,
			rules_go_status(g->status), g->seq.number,
			g->seq.generation == rules->gen->number ? "" : " of an older generation");
}

static int explain_p(struct rules *rules, uint64_t id, char *text, size_t size)
{
	const struct rules_p *p = rules_find_p(rules, id);

	if (!p)
		return snprintf(text, size, "P %" PRId64 " is unknown", (int64_t)id);
	return snprintf(text, size, "P %" PRId64 " is %s, seq %" PRIu64 "%s", (int64_t)id,
			rules_proc_status(p->status), p->seq.number,
			p->seq.generation == rules->gen->number ? "" : " of an older generation");
}

void rules_explain(struct rules *rules, const struct gt_event *event, char *text, size_t size)
{
	static const char *const gc[] = { "unknown", "off", "on" };
	uint64_t id = event->args[0];

	switch (event->type) {
	case GT_EV_PROC_START:
	case GT_EV_PROC_STEAL:
		explain_p(rules, id, text, size);
		break;
	case GT_EV_GO_SYSCALL_END_BLOCKED:
		explain_p(rules, event->p, text, size);
		break;
	case GT_EV_GC_ACTIVE:
	case GT_EV_GC_BEGIN:
	case GT_EV_GC_END:
		snprintf(text, size, "the GC is %s, seq %" PRIu64, gc[rules->gc], rules->gc_seq);
		break;
	default:
		explain_g(rules, id, text, size);
	}
}
