// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A table of pages made at first use: at most 32 MiB for all tids there can be. */
#include "export/go/ids.h"

#include <errno.h>
#include <stdlib.h>

#define PAGE_TIDS 1024

struct tid_use {
	uint32_t goroutines;
	bool m_taken;
};

struct ids {
	struct tid_use *pages[TID_LIMIT / PAGE_TIDS];
};

int ids_new(struct ids **out)
{
	struct ids *ids = calloc(1, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	*out = ids;
	return 0;
}

void ids_free(struct ids *ids)
{
	if (!ids)
		return;
	for (size_t i = 0; i < TID_LIMIT / PAGE_TIDS; i++)
		free(ids->pages[i]);
	free(ids);
}

static struct tid_use *use_get(const struct ids *ids, uint32_t tid)
{
	struct tid_use *page = ids->pages[tid / PAGE_TIDS];

	return page ? &page[tid % PAGE_TIDS] : NULL;
}

static struct tid_use *use_make(struct ids *ids, uint32_t tid)
{
	struct tid_use **page = &ids->pages[tid / PAGE_TIDS];

	if (!*page)
		*page = calloc(PAGE_TIDS, sizeof(**page));
	return use_get(ids, tid);
}

int ids_new_g(struct ids *ids, struct goroutine *g)
{
	uint32_t tid = g->thread->tid;
	struct tid_use *use = use_make(ids, tid);

	if (!use)
		return -ENOMEM;
	g->g = tid + (uint64_t)use->goroutines++ * G_STEP;
	return 0;
}

bool ids_m_free(const struct ids *ids, uint32_t tid)
{
	const struct tid_use *use = use_get(ids, tid);

	return !use || !use->m_taken;
}

void ids_take_m(struct ids *ids, struct goroutine *g)
{
	struct tid_use *use = use_get(ids, g->thread->tid);

	g->m = g->g;
	if (use && !use->m_taken) {
		use->m_taken = true;
		g->m = g->thread->tid;
	}
}

void ids_release_m(struct ids *ids, struct goroutine *g)
{
	/* An M from TID_LIMIT up is a goroutine id of a reused tid. */
	if (g->m && g->m < TID_LIMIT)
		use_get(ids, g->m)->m_taken = false;
	g->m = 0;
}
