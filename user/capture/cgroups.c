// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A folder's number of links is that of its subfolders, and two: so whether
 * there are new ones can be seen without reading the folder. The id that
 * records have is the folder's inode number.
 */
#include "capture/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "capture/host.h"

#define GROUPS_MAX 8192
#define LOOK_EACH_NS 1000000000

struct group {
	char *path; /* from the root, without a / before; NULL: the place is free */
	nlink_t links;
	bool sent;
};

struct cgroups {
	int root; /* descriptor of the hierarchy's root, or -1 */
	struct idmap ids;
	struct group *all; /* at the ids' slots */
	uint64_t *numbers; /* ids, likewise */
	size_t room, number_room;
	uint64_t looked_ns;
};

static int open_root(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	int fd = -1;

	while (mounts && fd < 0 && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2"))
			fd = open(mount->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mounts)
		endmntent(mounts);
	return fd;
}

struct cgroups *cgroups_new(void)
{
	struct cgroups *cgroups = calloc(1, sizeof(*cgroups));

	if (cgroups)
		cgroups->root = open_root();
	return cgroups;
}

void cgroups_free(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	if (cgroups->root >= 0)
		close(cgroups->root);
	for (size_t i = 0; i < cgroups->ids.slots; i++)
		free(cgroups->all[i].path);
	idmap_fini(&cgroups->ids);
	free(cgroups->all);
	free(cgroups->numbers);
	free(cgroups);
}

/* Without memory, or if there are too many, its path stays unknown. */
static void add(struct cgroups *cgroups, uint64_t id, const char *path)
{
	struct group *groups;
	uint64_t *numbers;
	uint32_t slot;

	if (cgroups->ids.count >= GROUPS_MAX || idmap_find(&cgroups->ids, id) != IDMAP_NONE)
		return;
	groups = grow_array(cgroups->all, &cgroups->room, cgroups->ids.slots + 1, sizeof(*groups));
	if (!groups)
		return;
	cgroups->all = groups;
	numbers = grow_array(cgroups->numbers, &cgroups->number_room, cgroups->ids.slots + 1,
			     sizeof(*numbers));
	if (!numbers)
		return;
	cgroups->numbers = numbers;
	if (idmap_add(&cgroups->ids, id, &slot))
		return;
	groups[slot] = (struct group){ .path = strdup(path) };
	numbers[slot] = id;
}

static void forget(struct cgroups *cgroups, size_t slot)
{
	if (!cgroups->all[slot].path)
		return;
	free(cgroups->all[slot].path);
	cgroups->all[slot].path = NULL;
	idmap_del(&cgroups->ids, cgroups->numbers[slot]);
}

/* The subfolders of a group. */
static void list(struct cgroups *cgroups, const char *path)
{
	int fd = openat(cgroups->root, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	char below[STREAM_TEXT_MAX];
	struct dirent *entry;

	if (!folder && fd >= 0)
		close(fd);
	while (folder && (entry = readdir(folder))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof(below), "%s%s%s", path, *path ? "/" : "",
			     entry->d_name) < (int)sizeof(below) - 1)
			add(cgroups, entry->d_ino, below);
	}
	if (folder)
		closedir(folder);
}

/* Those that are added while it goes on are looked at, too. */
static void look(struct cgroups *cgroups)
{
	struct stat st;

	if (cgroups->root < 0)
		return;
	if (!fstat(cgroups->root, &st))
		add(cgroups, st.st_ino, "");
	for (size_t i = 0; i < cgroups->ids.slots; i++) {
		const char *path = cgroups->all[i].path;

		if (!path)
			continue;
		if (fstatat(cgroups->root, *path ? path : ".", &st, 0)) {
			forget(cgroups, i);
		} else if (st.st_nlink != cgroups->all[i].links) {
			cgroups->all[i].links = st.st_nlink;
			list(cgroups, path);
		}
	}
}

/* Those that were not sent yet, in pieces. */
static int send(struct cgroups *cgroups, const struct stream *to, uint64_t ts_ns)
{
	char path[STREAM_TEXT_MAX];
	struct stream_text text = { .text = path };
	const struct stream_texts texts = {
		.kind = STREAM_CGROUPS, .ts_ns = ts_ns, .texts = &text, .count = 1
	};
	int err = 0;

	for (size_t i = 0; i < cgroups->ids.slots && !err; i++) {
		struct group *group = &cgroups->all[i];

		if (!group->path || group->sent)
			continue;
		group->sent = true;
		text.id = cgroups->numbers[i];
		text.size = (size_t)snprintf(path, sizeof(path), "/%s", group->path);
		err = stream_texts(to, &texts);
	}
	return err;
}

int cgroups_begin(struct cgroups *cgroups, const struct stream *to, uint64_t ts_ns)
{
	look(cgroups);
	return send(cgroups, to, ts_ns);
}

int cgroups_poll(struct cgroups *cgroups, const struct stream *to)
{
	uint64_t now = host_mono_ns();

	if (now - cgroups->looked_ns < LOOK_EACH_NS)
		return 0;
	cgroups->looked_ns = now;
	look(cgroups);
	return send(cgroups, to, now);
}
