// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/slices.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void slices_fini(struct slices *slices)
{
	free(slices->kept);
}

/* The last one, if it is kept. */
static struct slice *last_of(struct slices *slices)
{
	return slices->count ? &slices->kept[(slices->count - 1) % SLICES_KEPT] : NULL;
}

bool slices_close(struct slices *slices, uint64_t number, uint64_t now, bool limited)
{
	struct slice *last = last_of(slices);

	if (!last || number != slices->count || last->to)
		return false;
	last->to = now;
	last->limited = limited;
	return true;
}

int slices_open(struct slices *slices, uint32_t who, uint64_t now, uint64_t *number)
{
	struct slice *last = last_of(slices), *grown;

	if (last && !last->to)
		last->to = now;
	if (slices->count < SLICES_KEPT) {
		grown = grow_array(slices->kept, &slices->cap, slices->count + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		slices->kept = grown;
	}
	slices->kept[slices->count % SLICES_KEPT] = (struct slice){ .who = who, .from = now };
	*number = ++slices->count;
	return 0;
}

int slices_come(struct slices *slices, uint32_t who, uint64_t now)
{
	uint64_t number;
	int err = slices_open(slices, who, now, &number);

	if (err)
		return err;
	last_of(slices)->transient = true;
	if (!slices->waiters)
		last_of(slices)->to = now;
	return 0;
}

/* One that is not the last to come was seen by nobody to come. */
int slices_go(struct slices *slices, uint32_t who, uint64_t now)
{
	struct slice *last = last_of(slices);
	uint64_t number;
	int err;

	if (last && !last->to) {
		last->who = last->who == who ? who : 0;
		last->to = now;
		return 0;
	}
	err = slices_open(slices, who, last ? last->to : 0, &number);
	if (!err)
		last_of(slices)->to = now;
	return err;
}

void slices_wait(struct slices *slices)
{
	slices->waiters++;
}

void slices_wait_end(struct slices *slices, uint64_t now)
{
	struct slice *last = last_of(slices);

	if (--slices->waiters == 0 && last && !last->to && last->transient)
		last->to = now;
}

const struct slice *slices_back(const struct slices *slices, uint64_t back)
{
	if (back >= slices->count || back >= SLICES_KEPT)
		return NULL;
	return &slices->kept[(slices->count - 1 - back) % SLICES_KEPT];
}
