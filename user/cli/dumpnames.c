// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/dumpnames.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 9 /* digits */

/* The number in "slow-012.out", or 0. */
static unsigned number_of(const char *file, const char *base, const char *suffix)
{
	size_t length = strlen(base), digits = 0;

	if (strncmp(file, base, length) != 0 || file[length] != '-')
		return 0;
	file += length + 1;
	while (isdigit((unsigned char)file[digits]))
		digits++;
	if (!digits || digits > NUMBER_MAX || strncmp(file + digits, suffix, strlen(suffix)) != 0)
		return 0;
	/* A rest of one that was being written counts, too. */
	if (file[digits + strlen(suffix)] && strcmp(file + digits + strlen(suffix), ".part") != 0)
		return 0;
	return (unsigned)strtoul(file, NULL, 10);
}

static int find_last(struct dumpnames *names, const char *folder, const char *base)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		unsigned number = number_of(entry->d_name, base, names->suffix);

		if (number >= names->next)
			names->next = number + 1;
	}
	closedir(dir);
	return 0;
}

int dumpnames_init(struct dumpnames *names, const char *path)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	const char *dot = strrchr(file, '.');
	size_t length = dot && dot != file ? (size_t)(dot - path) : strlen(path);
	char folder[PATH_MAX];

	if (strlen(path) + NUMBER_MAX + 8 >= PATH_MAX ||
	    strlen(path + length) >= sizeof(names->suffix))
		return -ENAMETOOLONG;
	*names = (struct dumpnames){ .next = 1 };
	memcpy(names->base, path, length);
	strcpy(names->suffix, path + length);
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path + 1) : 1,
		 slash ? path : ".");
	return find_last(names, folder, names->base + (file - path));
}

void dumpnames_next(struct dumpnames *names, char *name)
{
	snprintf(name, PATH_MAX, "%.*s-%03u%s", PATH_MAX - 80, names->base, names->next++,
		 names->suffix);
}
