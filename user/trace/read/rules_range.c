// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The rules of annotations, ranges, GC, tasks, regions and metrics. */
#include "trace/read/rules.h"

#include <errno.h>
#include <inttypes.h>

#include "base/grow.h"

enum rules_step rules_annotation(struct attempt *try)
{
	return rules_need(try, NEED_ALL) ? RULES_GO : RULES_BREAK;
}

enum rules_step rules_heap_metric(struct attempt *try)
{
	return rules_need(try, NEED_M | NEED_P) ? RULES_GO : RULES_BREAK;
}

enum rules_step rules_experimental(struct attempt *try)
{
	return rules_need(try, NEED_M) ? RULES_GO : RULES_BREAK;
}

static enum rules_step gc_break(struct attempt *try)
{
	static const char *const states[] = { "unknown", "off", "on" };

	return rules_break(try, "the GC is %s", states[try->rules->gc]);
}

enum rules_step rules_gc_active(struct attempt *try)
{
	struct rules *rules = try->rules;

	if (try->first) {
		if (rules->gc != RULES_GC_UNDETERMINED)
			return rules_break(try, "not the first event of the GC");
		rules->gc = RULES_GC_ON;
		rules->gc_seq = try->event->args[0];
		return RULES_GO;
	}
	if (try->event->args[0] != rules->gc_seq + 1)
		return RULES_WAIT;
	if (rules->gc != RULES_GC_ON)
		return gc_break(try);
	rules->gc_seq++;
	return rules_need(try, NEED_ALL) ? RULES_GO : RULES_BREAK;
}

enum rules_step rules_gc_begin(struct attempt *try)
{
	struct rules *rules = try->rules;

	if (rules->gc == RULES_GC_UNDETERMINED) {
		rules->gc = RULES_GC_ON;
		rules->gc_seq = try->event->args[0];
		return RULES_GO;
	}
	if (try->event->args[0] != rules->gc_seq + 1)
		return RULES_WAIT;
	if (rules->gc == RULES_GC_ON)
		return gc_break(try);
	rules->gc = RULES_GC_ON;
	rules->gc_seq++;
	return rules_need(try, NEED_ALL) ? RULES_GO : RULES_BREAK;
}

enum rules_step rules_gc_end(struct attempt *try)
{
	struct rules *rules = try->rules;

	if (try->event->args[0] != rules->gc_seq + 1)
		return RULES_WAIT;
	if (rules->gc != RULES_GC_ON)
		return gc_break(try);
	rules->gc = RULES_GC_OFF;
	rules->gc_seq++;
	return rules_need(try, NEED_ALL) ? RULES_GO : RULES_BREAK;
}

enum rules_step rules_sweep_active(struct attempt *try)
{
	uint64_t id = try->event->args[0];
	struct rules_p *p = rules_find_p(try->rules, id);

	if (!p)
		return rules_break(try, "P %" PRId64 " is unknown", (int64_t)id);
	if (p->sweeping == try->first)
		return rules_break(try, "P %" PRId64 " is %s", (int64_t)id,
				   try->first ? "sweeping already" : "not sweeping");
	p->sweeping = true;
	return RULES_GO;
}

enum rules_step rules_sweep_begin(struct attempt *try)
{
	struct rules_p *p;

	if (!rules_need(try, NEED_M | NEED_P))
		return RULES_BREAK;
	p = rules_own_p(try);
	if (p->sweeping)
		return rules_break(try, "P %" PRId64 " is sweeping already", (int64_t)p->id);
	p->sweeping = true;
	return RULES_GO;
}

enum rules_step rules_sweep_end(struct attempt *try)
{
	struct rules_p *p;

	if (!rules_need(try, NEED_M | NEED_P))
		return RULES_BREAK;
	p = rules_own_p(try);
	if (!p->sweeping)
		return rules_break(try, "P %" PRId64 " is not sweeping", (int64_t)p->id);
	p->sweeping = false;
	return RULES_GO;
}

static bool has_range(const struct rules_g *g, struct rules_range range)
{
	for (uint32_t i = 0; i < g->ranges_count; i++)
		if (g->ranges[i].assist == range.assist && g->ranges[i].kind == range.kind)
			return true;
	return false;
}

static enum rules_step open_range(struct attempt *try, struct rules_g *g, struct rules_range range)
{
	struct rules_range *ranges;

	if (has_range(g, range))
		return rules_break(try, "it is open already on G %" PRId64, (int64_t)g->id);
	if (g->ranges_count >= RULES_MAX_RANGES)
		return rules_break(try, "more than %d ranges are open on G %" PRId64,
				   RULES_MAX_RANGES, (int64_t)g->id);
	ranges = grow_array(g->ranges, &g->ranges_cap, g->ranges_count + 1, sizeof(*ranges));
	if (!ranges)
		return rules_no_memory(try);
	g->ranges = ranges;
	ranges[g->ranges_count++] = range;
	return RULES_GO;
}

/* The G that the event's M runs; NULL: the trace is broken. */
static struct rules_g *running_g(struct attempt *try)
{
	struct rules_g *g;

	if (!rules_need(try, NEED_ALL))
		return NULL;
	g = rules_own_g(try);
	if (!g)
		rules_break(try, "G %" PRId64 " does not exist", (int64_t)try->event->g);
	return g;
}

/* Stop-the-world and mark assist. */
enum rules_step rules_range_begin(struct attempt *try)
{
	bool stw = try->event->type == GT_EV_STW_BEGIN;
	struct rules_g *g = running_g(try);

	if (!g)
		return RULES_BREAK;
	return open_range(try, g,
			  (struct rules_range){ stw ? try->event->args[0] : 0, .assist = !stw });
}

enum rules_step rules_range_active(struct attempt *try)
{
	static const struct rules_range assist = { .assist = true };
	uint64_t id = try->event->args[0];
	struct rules_g *g = rules_find_g(try->rules, id);

	if (!g)
		return rules_break(try, "G %" PRId64 " is unknown", (int64_t)id);
	if (try->first)
		return open_range(try, g, assist);
	if (!has_range(g, assist))
		return rules_break(try, "it is not open on G %" PRId64, (int64_t)id);
	return RULES_GO;
}

enum rules_step rules_range_end(struct attempt *try)
{
	bool assist = try->event->type == GT_EV_GC_MARK_ASSIST_END;
	struct rules_g *g = running_g(try);
	uint32_t i = 0;

	if (!g)
		return RULES_BREAK;
	while (i < g->ranges_count && g->ranges[i].assist != assist)
		i++;
	if (i == g->ranges_count)
		return rules_break(try, "it is not open on G %" PRId64, (int64_t)g->id);
	if (!assist)
		try->event->args[0] = g->ranges[i].kind;
	/* The last takes its place: which of several ends next depends on it, in Go too. */
	g->ranges[i] = g->ranges[--g->ranges_count];
	return RULES_GO;
}

/* The text that a string id means. False: the trace is broken. */
static bool text_of(struct attempt *try, uint64_t string, uint32_t *id)
{
	int err = rules_text(try->rules, string, id);

	if (err == -ENOENT)
		rules_break(try, "there is no string %" PRIu64, string);
	else if (err)
		rules_no_memory(try);
	return !err;
}

enum rules_step rules_task_begin(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules *rules = try->rules;
	struct rules_task *tasks;
	uint32_t text, slot;

	if (idmap_find(&rules->task_ids, event->args[0]) != IDMAP_NONE)
		return rules_break(try, "task %" PRIu64 " is open already", event->args[0]);
	if (!rules_need(try, NEED_ALL) || !text_of(try, event->args[2], &text))
		return RULES_BREAK;
	tasks = grow_array(rules->tasks, &rules->tasks_cap, rules->task_ids.count + 1,
			   sizeof(*tasks));
	if (!tasks)
		return rules_no_memory(try);
	rules->tasks = tasks;
	if (idmap_add(&rules->task_ids, event->args[0], &slot))
		return rules_no_memory(try);
	if (!event->args[1]) /* 0 is no parent here, though elsewhere it is the background task */
		event->args[1] = GT_NO_ID;
	texts_hold(rules->texts, text);
	tasks[slot] = (struct rules_task){ event->args[1], text };
	return RULES_GO;
}

enum rules_step rules_task_end(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules *rules = try->rules;
	uint32_t slot = idmap_find(&rules->task_ids, event->args[0]);

	if (!rules_need(try, NEED_ALL))
		return RULES_BREAK;
	event->args[2] = GT_NO_ID;
	event->text = 0;
	if (slot != IDMAP_NONE) {
		event->args[2] = rules->tasks[slot].parent;
		event->text = rules->tasks[slot].text + 1;
		texts_drop(rules->texts, rules->tasks[slot].text);
		idmap_del(&rules->task_ids, event->args[0]);
	}
	return RULES_GO;
}

enum rules_step rules_region_begin(struct attempt *try)
{
	struct rules_region region = { .task = try->event->args[0] };
	struct rules_region *regions;
	struct rules_g *g = running_g(try);

	if (!g || !text_of(try, try->event->args[1], &region.text))
		return RULES_BREAK;
	regions = grow_array(g->regions, &g->regions_cap, (size_t)g->regions_count + 1,
			     sizeof(*regions));
	if (!regions || g->regions_count == UINT32_MAX)
		return rules_no_memory(try);
	g->regions = regions;
	texts_hold(try->rules->texts, region.text);
	regions[g->regions_count++] = region;
	return RULES_GO;
}

enum rules_step rules_region_end(struct attempt *try)
{
	struct gt_event *event = try->event;
	struct rules_g *g = running_g(try);
	const struct rules_region *open;
	uint32_t text;

	if (!g || !text_of(try, event->args[1], &text))
		return RULES_BREAK;
	if (!g->regions_count) /* it began before the trace */
		return RULES_GO;
	open = &g->regions[g->regions_count - 1];
	if (open->task != event->args[0] || open->text != text)
		return rules_break(try, "the innermost region of G %" PRId64 " is another",
				   (int64_t)g->id);
	g->regions_count--;
	texts_drop(try->rules->texts, text);
	return RULES_GO;
}
