// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* How threads were scheduled, where that is not as most are: policy, nice, priority, CPUs. */
#include "report/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "report/labels.h"

static int add_attributes(struct report *report, uint32_t text,
			  const struct rec_attributes *attributes)
{
	struct rec_attributes *grown;
	uint32_t slot;

	if (idmap_find(&report->sched_map, text) != IDMAP_NONE)
		return 0;
	grown = grow_array(report->attributes, &report->attributes_cap, report->sched_map.count + 1,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	report->attributes = grown;
	if (idmap_add(&report->sched_map, text, &slot))
		return -ENOMEM;
	grown[slot] = *attributes;
	return 0;
}

int report_take_sched(struct report *report, uint32_t number)
{
	struct report_thread *row = &report->rows[number];
	struct report_pair pair = { .who = number, .times = 1 };
	int err = label_sched(report, &row->who.attributes, &pair.what);

	pair.ns = row->waits.ns - row->sched_ns;
	row->sched_ns = row->waits.ns;
	if (err || !pair.what)
		return err;
	err = add_attributes(report, pair.what, &row->who.attributes);
	return err ? err : pairs_merge(&report->scheds, &pair);
}

int report_scheds(const struct report *report, struct report_sched **out, size_t *count)
{
	struct report_sched *rows = calloc(report->scheds.count + 1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < report->scheds.count; i++) {
		const struct report_pair *pair = &report->scheds.rows[i];
		uint32_t slot = idmap_find(&report->sched_map, pair->what);

		rows[i] = (struct report_sched){ .who = pair->who,
						 .what = pair->what,
						 .waiting = pair->ns,
						 .attributes = &report->attributes[slot] };
	}
	*count = report->scheds.count;
	*out = rows;
	return 0;
}
