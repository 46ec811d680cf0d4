// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/longest.h"

#include <errno.h>
#include <stdlib.h>

int longest_init(struct longest *longest, size_t most, uint64_t least_ns)
{
	*longest = (struct longest){ .most = most, .least_ns = least_ns };
	if (!most)
		return 0;
	longest->kept = calloc(most, sizeof(*longest->kept));
	return longest->kept ? 0 : -ENOMEM;
}

void longest_fini(struct longest *longest)
{
	free(longest->kept);
}

bool longest_takes(struct longest *longest, uint64_t ns)
{
	if (!longest->most || !ns || ns < longest->least_ns)
		return false;
	longest->offered++;
	return longest->count < longest->most || ns > longest->kept[0].ns;
}

/* The first of those that are equally long stays. */
static bool is_shorter(const struct report_single *a, const struct report_single *b)
{
	return a->ns != b->ns ? a->ns < b->ns : a->from > b->from;
}

static void sift_down(struct longest *longest, struct report_single single)
{
	size_t at = 0, next;

	for (; (next = 2 * at + 1) < longest->count; at = next) {
		if (next + 1 < longest->count &&
		    is_shorter(&longest->kept[next + 1], &longest->kept[next]))
			next++;
		if (!is_shorter(&longest->kept[next], &single))
			break;
		longest->kept[at] = longest->kept[next];
	}
	longest->kept[at] = single;
}

static void sift_up(struct longest *longest, struct report_single single)
{
	size_t at = longest->count++;

	for (; at && is_shorter(&single, &longest->kept[(at - 1) / 2]); at = (at - 1) / 2)
		longest->kept[at] = longest->kept[(at - 1) / 2];
	longest->kept[at] = single;
}

void longest_add(struct longest *longest, const struct report_single *single)
{
	if (longest->count < longest->most)
		sift_up(longest, *single);
	else
		sift_down(longest, *single);
}

static int by_length(const void *a, const void *b)
{
	return is_shorter(a, b) ? 1 : is_shorter(b, a) ? -1 : 0;
}

void longest_sort(struct longest *longest)
{
	if (longest->count)
		qsort(longest->kept, longest->count, sizeof(*longest->kept), by_length);
}
