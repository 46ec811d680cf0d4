// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "track/processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/idmap.h"

/* A machine has hundreds. More of them in a damaged capture are not looked at. */
#define CGROUPS_MAX 65536
#define HIDDEN_MAX 65536

struct owned {
	struct thread_process process; /* the first member */
	uint32_t refs;
	bool current; /* its number's, as far as is known */
	struct owned *next, *prev;
};

struct processes {
	struct idmap tgids;	/* to slots of current ones */
	struct owned **current; /* at these slots */
	size_t room;
	struct owned *all;
	struct idmap cgroup_ids;
	struct cgroup **cgroups;
	size_t cgroup_room, cgroup_count;
	struct idmap hidden_tids;
	struct hidden *hidden; /* at the tids' slots */
	size_t hidden_room;
};

int processes_new(struct processes **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void processes_free(struct processes *processes)
{
	if (!processes)
		return;
	for (struct owned *next, *owned = processes->all; owned; owned = next) {
		next = owned->next;
		free(owned);
	}
	for (size_t i = 0; i < processes->cgroup_count; i++) {
		free(processes->cgroups[i]->path);
		free(processes->cgroups[i]);
	}
	idmap_fini(&processes->tgids);
	idmap_fini(&processes->cgroup_ids);
	free(processes->current);
	free(processes->cgroups);
	idmap_fini(&processes->hidden_tids);
	free(processes->hidden);
	free(processes);
}

/* ---- processes ---- */

struct thread_process *process_find(const struct processes *processes, uint32_t tgid)
{
	uint32_t slot = idmap_find(&processes->tgids, tgid);

	return slot == IDMAP_NONE ? NULL : &processes->current[slot]->process;
}

static int make_current(struct processes *processes, struct owned *owned)
{
	uint32_t slot = idmap_find(&processes->tgids, owned->process.tgid);
	struct owned **grown;

	if (slot != IDMAP_NONE) {
		processes->current[slot]->current = false;
	} else {
		grown = grow_array(processes->current, &processes->room, processes->tgids.slots + 1,
				   sizeof(struct owned *));
		if (!grown)
			return -ENOMEM;
		processes->current = grown;
		if (idmap_add(&processes->tgids, owned->process.tgid, &slot))
			return -ENOMEM;
	}
	processes->current[slot] = owned;
	owned->current = true;
	return 0;
}

struct thread_process *process_renew(struct processes *processes, uint32_t tgid,
				     const struct thread_process *like)
{
	struct owned *owned = calloc(1, sizeof(*owned));

	if (!owned)
		return NULL;
	if (like)
		owned->process = *like;
	owned->process.tgid = tgid;
	owned->refs = 1;
	if (make_current(processes, owned)) {
		free(owned);
		return NULL;
	}
	owned->next = processes->all;
	if (owned->next)
		owned->next->prev = owned;
	processes->all = owned;
	return &owned->process;
}

struct thread_process *process_get(struct processes *processes, uint32_t tgid)
{
	struct owned *owned = (struct owned *)process_find(processes, tgid);

	if (!owned)
		return process_renew(processes, tgid, NULL);
	owned->refs++;
	return &owned->process;
}

void process_put(struct processes *processes, const struct thread_process *process)
{
	struct owned *owned = (struct owned *)process;

	if (!owned || --owned->refs)
		return;
	if (owned->current)
		idmap_del(&processes->tgids, owned->process.tgid);
	if (owned->next)
		owned->next->prev = owned->prev;
	if (owned->prev)
		owned->prev->next = owned->next;
	else
		processes->all = owned->next;
	free(owned);
}

/* As ps shows it: blanks between, none at the end. */
void process_set_command(struct thread_process *process, const char *arguments, size_t size)
{
	size = size < sizeof(process->command) ? size : sizeof(process->command);
	while (size && (!arguments[size - 1] || arguments[size - 1] == ' '))
		size--;
	for (size_t i = 0; i < size; i++)
		process->command[i] = arguments[i] ? arguments[i] : ' ';
	process->command_size = (uint16_t)size;
}

/* ---- cgroups ---- */

static struct cgroup *add_cgroup(struct processes *processes, uint64_t id)
{
	struct cgroup **grown = grow_array(processes->cgroups, &processes->cgroup_room,
					   processes->cgroup_count + 1, sizeof(struct cgroup *));
	struct cgroup *cgroup;
	uint32_t slot;

	if (!grown)
		return NULL;
	processes->cgroups = grown;
	cgroup = calloc(1, sizeof(*cgroup));
	if (!cgroup || idmap_add(&processes->cgroup_ids, id, &slot)) {
		free(cgroup);
		return NULL;
	}
	cgroup->id = id;
	grown[processes->cgroup_count++] = cgroup;
	return cgroup;
}

struct cgroup *cgroup_get(struct processes *processes, uint64_t id)
{
	uint32_t slot = idmap_find(&processes->cgroup_ids, id);

	if (slot != IDMAP_NONE)
		return processes->cgroups[slot];
	return id && processes->cgroup_count < CGROUPS_MAX ? add_cgroup(processes, id) : NULL;
}

int cgroup_set_path(struct cgroup *cgroup, const char *path, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, path, size);
	copy[size] = 0;
	free(cgroup->path);
	cgroup->path = copy;
	cgroup->size = size;
	return 0;
}

const struct cgroup *cgroup_at(const struct processes *processes, size_t i)
{
	return i < processes->cgroup_count ? processes->cgroups[i] : NULL;
}

/* ---- threads that are not described ---- */

int hidden_add(struct processes *processes, const struct hidden *hidden)
{
	uint32_t slot = idmap_find(&processes->hidden_tids, hidden->tid);
	struct hidden *grown;

	if (slot == IDMAP_NONE && processes->hidden_tids.count >= HIDDEN_MAX)
		return 0;
	if (slot == IDMAP_NONE) {
		grown = grow_array(processes->hidden, &processes->hidden_room,
				   processes->hidden_tids.slots + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		processes->hidden = grown;
		if (idmap_add(&processes->hidden_tids, hidden->tid, &slot))
			return -ENOMEM;
	}
	processes->hidden[slot] = *hidden;
	return 0;
}

const struct hidden *hidden_find(const struct processes *processes, uint32_t tid)
{
	uint32_t slot = idmap_find(&processes->hidden_tids, tid);

	return slot == IDMAP_NONE ? NULL : &processes->hidden[slot];
}
