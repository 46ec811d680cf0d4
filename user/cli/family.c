// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/family.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int family_add(struct family *family, pid_t pid)
{
	pid_t *grown = realloc(family->pids, (family->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[family->count] = pid;
	family->pids = grown;
	family->count++;
	return 0;
}

static bool has(const struct family *family, pid_t pid)
{
	for (size_t i = 0; i < family->count; i++) {
		if (family->pids[i] == pid)
			return true;
	}
	return false;
}

/* 0 if it is gone. Its name, in brackets, may hold any byte, brackets too. */
static pid_t parent_of(const char *pid)
{
	char path[64], line[512] = "", *end;
	FILE *file;
	int parent;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	line[fread(line, 1, sizeof(line) - 1, file)] = '\0';
	fclose(file);
	end = strrchr(line, ')');
	return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* One walk over all processes. */
static int add_children(struct family *family, DIR *proc)
{
	const struct dirent *entry;

	rewinddir(proc);
	while ((entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);
		int err;

		if (!isdigit((unsigned char)entry->d_name[0]) || has(family, pid) ||
		    !has(family, parent_of(entry->d_name)))
			continue;
		err = family_add(family, pid);
		if (err)
			return err;
	}
	return 0;
}

int family_add_descendants(struct family *family)
{
	DIR *proc = opendir("/proc");
	size_t before;
	int err;

	if (!proc)
		return -errno;
	do {
		before = family->count;
		err = add_children(family, proc);
	} while (!err && family->count != before);
	closedir(proc);
	return err;
}

void family_fini(struct family *family)
{
	free(family->pids);
	*family = (struct family){ 0 };
}
