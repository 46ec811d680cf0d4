// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "victim.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect.h"
#include "groups.h"

#define LIMIT_BYTES "8388608"
#define TAKEN_BYTES (64UL << 20)

struct scene {
	struct group group;
	pid_t victim;
	int status;
};

static void take_memory(void)
{
	char *memory =
		mmap(NULL, TAKEN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		memset(memory, 1, TAKEN_BYTES);
	_exit(0);
}

static void play(void *arg)
{
	struct scene *scene = arg;

	scene->victim = fork();
	if (!scene->victim) {
		group_join(scene->group.path, getpid());
		take_memory();
	}
	waitpid(scene->victim, &scene->status, 0);
}

static bool limit(const struct group *group)
{
	if (!group->v2)
		return group_put(group->path, "memory.limit_in_bytes", LIMIT_BYTES);
	group_put(group->path, "memory.swap.max", "0");
	return group_put(group->path, "memory.max", LIMIT_BYTES);
}

int victim_check(char *why, size_t size)
{
	const struct capture_options options = { .scope = REC_SCOPE_SYSTEM };
	struct collection all = { 0 };
	struct scene scene = { 0 };
	struct diag diag = { "" };
	long told = 0;

	if (!group_make(&scene.group, "memory", "gotrace-victim"))
		return -1;
	if (!limit(&scene.group)) {
		group_remove(&scene.group);
		return -1;
	}
	collect(&all, &options, play, &scene, &diag);
	for (size_t i = 0; i < all.count; i++) {
		const struct rec_exit *record = (const void *)all.records[i];

		told += record->head.type == REC_OOM && record->task.tid == (uint32_t)scene.victim;
	}
	collection_fini(&all);
	group_remove(&scene.group);
	snprintf(why, size, "%sended with %#x, told %ld times", diag.text, (unsigned)scene.status,
		 told);
	if (!WIFSIGNALED(scene.status))
		return -1; /* it has swap */
	return told == 1;
}
