// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/ranges.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum {
	RANGES,
	TASKS,
	REGIONS
};

void ranges_fini(struct ranges *ranges)
{
	for (int i = 0; i < 3; i++) {
		idmap_fini(&ranges->scopes[i]);
		free(ranges->open[i]);
	}
	free(ranges->nested);
}

/* ---- what goes on ---- */

static struct open_range *find(const struct ranges *ranges, int kind, uint64_t key)
{
	uint32_t slot = idmap_find(&ranges->scopes[kind], key);

	return slot == IDMAP_NONE ? NULL : &ranges->open[kind][slot];
}

static int open_one(struct ranges *ranges, int kind, uint64_t key, const struct open_range *range)
{
	struct open_range *grown;
	uint32_t slot;

	grown = grow_array(ranges->open[kind], &ranges->room[kind], ranges->scopes[kind].slots + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	ranges->open[kind] = grown;
	if (idmap_add(&ranges->scopes[kind], key, &slot))
		return -ENOMEM;
	grown[slot] = *range;
	return 0;
}

/* A region in another one of the goroutine: that one is laid aside. */
static int nest(struct ranges *ranges, struct open_range *outer, const struct open_range *inner)
{
	uint32_t place = ranges->free_nested;
	struct open_range *grown;

	if (!place) {
		grown = grow_array(ranges->nested, &ranges->nested_room, ranges->nested_count + 1,
				   sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		ranges->nested = grown;
		place = (uint32_t)++ranges->nested_count;
	} else {
		ranges->free_nested = ranges->nested[place - 1].below;
	}
	ranges->nested[place - 1] = *outer;
	*outer = *inner;
	outer->below = place;
	return 0;
}

/* It has ended: the one around it goes on, if there is one. */
static void close_one(struct ranges *ranges, int kind, uint64_t key, struct open_range *range)
{
	uint32_t place = range->below;

	if (!place) {
		idmap_del(&ranges->scopes[kind], key);
		return;
	}
	*range = ranges->nested[place - 1];
	ranges->nested[place - 1].below = ranges->free_nested;
	ranges->free_nested = place;
}

/* ---- the three kinds ---- */

struct taking {
	struct ranges *ranges;
	struct report *report;
	uint32_t life;
	uint64_t now;
};

static int begin(const struct taking *taking, int kind, uint64_t key, const char *before,
		 struct gt_text text, const char *after)
{
	struct open_range range = { .from = taking->now };
	struct open_range *around = find(taking->ranges, kind, key);
	char name[256];
	int size = snprintf(name, sizeof(name), "%s%.*s%s", before,
			    text.size < 200 ? (int)text.size : 200, text.data, after);

	if (report_add_text(taking->report, name, (size_t)size, &range.name))
		return -ENOMEM;
	if (around && kind == REGIONS)
		return nest(taking->ranges, around, &range);
	return around ? 0 : open_one(taking->ranges, kind, key, &range);
}

static int end(const struct taking *taking, int kind, uint64_t key)
{
	struct open_range *range = find(taking->ranges, kind, key);
	struct report_call call = { .to = taking->now };
	int err;

	if (!range)
		return 0;
	call.name = range->name;
	call.from = range->from;
	err = report_add_range(taking->report, taking->life, &call);
	close_one(taking->ranges, kind, key, range);
	return err;
}

/* Of one name and scope there is one at a time. Names are few. */
static int take_range(const struct taking *taking, const struct gt_range *range, bool begins)
{
	uint32_t name;
	uint64_t key;
	int err = report_add_text(taking->report, range->name, strlen(range->name), &name);

	if (err)
		return err;
	key = (uint64_t)name << 48 ^ (uint64_t)range->scope.kind << 46 ^ range->scope.id;
	if (!begins)
		return end(taking, RANGES, key);
	if (range->reason.size) {
		char before[64];

		snprintf(before, sizeof(before), "%.40s (", range->name);
		return begin(taking, RANGES, key, before, range->reason, ")");
	}
	return begin(taking, RANGES, key, range->name, (struct gt_text){ "", 0 }, "");
}

int ranges_take(struct ranges *ranges, struct report *report, const struct gt_reader *reader,
		const struct gt_event *event, uint32_t life, uint64_t now)
{
	const struct taking taking = { ranges, report, life, now };
	enum gt_kind kind = gt_event_kind(event);
	struct gt_range range;
	struct gt_region region;
	struct gt_task task;

	switch (kind) {
	case GT_KIND_RANGE_BEGIN:
	case GT_KIND_RANGE_END:
		if (!gt_event_range(reader, event, &range))
			return 0;
		return take_range(&taking, &range, kind == GT_KIND_RANGE_BEGIN);
	case GT_KIND_TASK_BEGIN:
	case GT_KIND_TASK_END:
		if (!gt_event_task(reader, event, &task))
			return 0;
		return kind == GT_KIND_TASK_BEGIN
			       ? begin(&taking, TASKS, task.id, "task ", task.type, "")
			       : end(&taking, TASKS, task.id);
	case GT_KIND_REGION_BEGIN:
	case GT_KIND_REGION_END:
		if (!gt_event_region(reader, event, &region))
			return 0;
		return kind == GT_KIND_REGION_BEGIN
			       ? begin(&taking, REGIONS, event->g, "region ", region.type, "")
			       : end(&taking, REGIONS, event->g);
	default:
		return 0;
	}
}
