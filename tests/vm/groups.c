// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "groups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool group_put(const char *folder, const char *file, const char *text)
{
	char path[700];
	ssize_t size = (ssize_t)strlen(text);
	int fd;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, text, (size_t)size) == size;
	if (fd >= 0)
		close(fd);
	return good;
}

bool group_join(const char *folder, pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	return group_put(folder, "cgroup.procs", number);
}

uint64_t group_number(const char *folder, const char *file, const char *word)
{
	char path[700], line[128];
	size_t length = strlen(word);
	uint64_t number = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, word, length) && line[length] == ' ')
			number = strtoull(line + length, NULL, 10);
	if (in)
		fclose(in);
	return number;
}

/* Is the word one of those between commas? */
static bool is_option(char *options, const char *word)
{
	char *save = NULL;

	for (char *one = strtok_r(options, ",", &save); one; one = strtok_r(NULL, ",", &save))
		if (!strcmp(one, word))
			return true;
	return false;
}

/* The root of the hierarchy; of v2 if no v1 has the controller. */
static bool find_root(struct group *group, const char *controller, char *root, size_t size)
{
	char line[1024], path[256], type[32], options[512], on[64];
	FILE *mounts = fopen("/proc/mounts", "re");
	bool found = false, done = false;

	snprintf(on, sizeof(on), "+%s", controller);
	while (mounts && !done && fgets(line, sizeof(line), mounts)) {
		if (sscanf(line, "%*s %255s %31s %511s", path, type, options) != 3)
			continue;
		done = !strcmp(type, "cgroup") && is_option(options, controller);
		if (!done && (strcmp(type, "cgroup2") != 0 ||
			      !group_put(path, "cgroup.subtree_control", on)))
			continue;
		group->v2 = !done;
		found = true;
		snprintf(root, size, "%s", path);
	}
	if (mounts)
		fclose(mounts);
	return found;
}

bool group_make(struct group *group, const char *controller, const char *name)
{
	char root[256];

	if (!find_root(group, controller, root, sizeof(root)))
		return false;
	snprintf(group->path, sizeof(group->path), "%s/%s", root, name);
	return !mkdir(group->path, 0755) || errno == EEXIST;
}

void group_remove(const struct group *group)
{
	rmdir(group->path);
}
