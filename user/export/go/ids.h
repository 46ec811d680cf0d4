/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Ids of goroutines and Ms: how many goroutines each tid has had, and whether
 * a thread has the tid as its M.
 */
#ifndef GOTRACE_EXPORT_GO_IDS_H
#define GOTRACE_EXPORT_GO_IDS_H

#include "export/go/goroutine.h"

/* What a reused tid's goroutine id is moved up by. */
#define G_STEP 10000000u

struct ids;

int ids_new(struct ids **out);
void ids_free(struct ids *ids);

/*
 * A goroutine id nobody had before, in g->g: tid, or for the k-th reuse
 * tid + k * G_STEP. 0 or -ENOMEM.
 */
int ids_new_g(struct ids *ids, struct goroutine *g);
/* An M that no other thread has: its tid if free, else its g. */
void ids_take_m(struct ids *ids, struct goroutine *g);
void ids_release_m(struct ids *ids, struct goroutine *g);
/* true if no thread has the M tid. */
bool ids_m_free(const struct ids *ids, uint32_t tid);

#endif
