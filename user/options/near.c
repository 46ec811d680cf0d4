// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "options/near.h"

#include <stdint.h>
#include <string.h>

#define LONGEST 31

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

size_t near_distance(const char *a, const char *b)
{
	/* Of the first i letters of a to the first j of b: the last three rows i. */
	size_t rows[3][LONGEST + 1], m = strlen(a), n = strlen(b);

	if (m > LONGEST || n > LONGEST)
		return SIZE_MAX;
	for (size_t i = 0; i <= m; i++) {
		size_t *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		for (size_t j = 0; j <= n; j++) {
			if (!i || !j) {
				row[j] = i + j;
				continue;
			}
			row[j] = least(last[j] + 1, row[j - 1] + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], row[j], before[j - 2] + 1);
		}
	}
	return rows[m % 3][n];
}

const char *near_find(const char *text, size_t count,
		      const char *(*name)(size_t i, const void *ctx), const void *ctx)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		const char *candidate = name(i, ctx);
		size_t distance = candidate ? near_distance(text, candidate) : SIZE_MAX;

		if (distance < best_distance && distance * 3 <= strlen(candidate)) {
			best = candidate;
			best_distance = distance;
		}
	}
	return best;
}
