// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/calls.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

/* What is less is no error: the kernel's MAX_ERRNO. */
#define ERROR_MAX 4095

void calls_fini(struct calls *calls)
{
	free(calls->rows);
	idmap_fini(&calls->names);
	pairs_fini(&calls->errors);
}

static int row_of(struct calls *calls, uint32_t name, uint32_t *row)
{
	struct report_call_sum *grown;

	*row = idmap_find(&calls->names, name);
	if (*row != IDMAP_NONE)
		return 0;
	grown = grow_array(calls->rows, &calls->cap, calls->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	calls->rows = grown;
	if (idmap_add(&calls->names, name, row))
		return -ENOMEM;
	grown[calls->count++] = (struct report_call_sum){ .name = name };
	return 0;
}

int calls_add(struct calls *calls, const struct report_call *call)
{
	struct report_call_sum *sum;
	uint64_t ns = call->to - call->from;
	uint32_t row;

	if (row_of(calls, call->name, &row))
		return -ENOMEM;
	sum = &calls->rows[row];
	if (ns >= sum->spread.most_ns)
		sum->longest_from = call->from;
	sum->sum.ns += ns;
	sum->sum.count++;
	sum->sum.squares += (double)ns * (double)ns;
	spread_add(&sum->spread, ns);
	if (!call->has_result || call->result >= 0 || call->result < -ERROR_MAX)
		return 0;
	sum->errors++;
	return pairs_add(&calls->errors, row, (uint32_t)-call->result, 1, call->from);
}

static int by_sum(const void *a, const void *b)
{
	const struct report_call_sum *x = a, *y = b;

	if (x->sum.ns != y->sum.ns)
		return x->sum.ns < y->sum.ns ? 1 : -1;
	return (x->name > y->name) - (x->name < y->name);
}

static int by_row(const void *a, const void *b)
{
	const struct report_pair *x = a, *y = b;

	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	if (x->times != y->times)
		return x->times < y->times ? 1 : -1;
	return (x->what > y->what) - (x->what < y->what);
}

void calls_end(struct calls *calls)
{
	struct pairs *errors = &calls->errors;

	if (errors->count)
		qsort(errors->rows, errors->count, sizeof(*errors->rows), by_row);
	for (size_t i = errors->count; i-- > 0;) {
		struct report_call_sum *sum = &calls->rows[errors->rows[i].who];

		sum->error_rows = &errors->rows[i];
		sum->error_count++;
	}
	if (calls->count)
		qsort(calls->rows, calls->count, sizeof(*calls->rows), by_sum);
}
