// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/procs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void procs_fini(struct procs *procs)
{
	idmap_fini(&procs->map);
	free(procs->ms);
}

/* NULL: no memory. */
static struct procs_m *m_of(struct procs *procs, uint64_t id)
{
	uint32_t slot = idmap_find(&procs->map, id);
	struct procs_m *grown;

	if (slot != IDMAP_NONE)
		return &procs->ms[slot];
	grown = grow_array(procs->ms, &procs->room, procs->map.slots + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	procs->ms = grown;
	if (idmap_add(&procs->map, id, &slot))
		return NULL;
	grown[slot] = (struct procs_m){ .g = GT_NO_ID };
	return &grown[slot];
}

int procs_take(struct procs *procs, const struct gt_event *event, const struct gt_transition *to,
	       uint64_t *loser)
{
	bool stolen = event->type == GT_EV_PROC_STEAL;
	uint64_t id = stolen ? event->args[2] : event->m;
	struct procs_m *m;

	*loser = GT_NO_ID;
	if (id == GT_NO_ID)
		return 0;
	m = m_of(procs, id);
	if (!m)
		return -ENOMEM;
	m->has_p = !stolen && (to->to == GT_STATE_RUNNING || to->to == GT_STATE_SYSCALL);
	if (stolen)
		*loser = m->g;
	return 0;
}

int procs_enter(struct procs *procs, const struct gt_event *event, uint64_t g, bool *has_p)
{
	bool is_status = event->type == GT_EV_GO_STATUS || event->type == GT_EV_GO_STATUS_STACK;
	uint64_t id = is_status ? event->args[1] : event->m;
	struct procs_m *m;

	*has_p = false;
	if (id == GT_NO_ID)
		return 0;
	m = m_of(procs, id);
	if (!m)
		return -ENOMEM;
	m->g = g;
	*has_p = m->has_p || !is_status;
	return 0;
}
