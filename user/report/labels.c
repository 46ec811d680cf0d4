// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/labels.h"

#include <stdio.h>
#include <string.h>

struct gt_text label_of(const char *text)
{
	return (struct gt_text){ text, strlen(text) };
}

/* For %.*s */
static int size_of(struct gt_text text, int most)
{
	return text.size < (size_t)most ? (int)text.size : most;
}

int label_sleep(struct report *report, struct gt_text inside, struct gt_text reason, uint32_t *id)
{
	char text[256];
	int size;

	if (!inside.size || !reason.size) {
		inside = inside.size ? inside : reason;
		return report_add_text(report, inside.data, inside.size, id);
	}
	size = snprintf(text, sizeof(text), "%.*s (%.*s)", size_of(inside, 128), inside.data,
			size_of(reason, 64), reason.data);
	return report_add_text(report, text, (size_t)size, id);
}

int label_preempted(struct report *report, struct gt_text by, uint32_t *id)
{
	char text[160];
	int size = snprintf(text, sizeof(text), "(nobody in the trace; preempted by %.*s)",
			    size_of(by, 112), by.data);

	return report_add_stranger(report, text, (size_t)size, id);
}

int label_limit(struct report *report, struct gt_text limit, uint32_t *id)
{
	if (!limit.size)
		limit = label_of("throttled, CPU left idle");
	return report_add_text(report, limit.data, limit.size, id);
}
