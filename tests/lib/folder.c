/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A folder of a test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/folder.h"

int folder_enter(void **state)
{
	static char folder[64];

	strcpy(folder, "/tmp/gotrace-output.XXXXXX");
	*state = folder;
	return mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

int folder_leave(void **state)
{
	char command[128];

	umount2("disk", MNT_DETACH); /* of a test that failed */
	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	return chdir("/") || system(command);
}

void folder_put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

const char *folder_get(const char *name)
{
	static char text[256];
	struct stat stat;
	ssize_t size;
	FILE *file;

	if (lstat(name, &stat))
		return "-";
	if (S_ISLNK(stat.st_mode)) {
		size = readlink(name, text + 2, sizeof(text) - 3);
		memcpy(text, "->", 2);
		text[size + 2] = '\0';
		return text;
	}
	if (!S_ISREG(stat.st_mode))
		return "?";
	file = fopen(name, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static struct diag diag;

struct output *folder_output(const char *path)
{
	struct output *output;

	diag = (struct diag){ "" };
	assert_int_equal(output_open(&output, path, &diag), 0);
	return output;
}

const char *folder_error(void)
{
	return diag.text;
}

void folder_need_root(void)
{
	if (geteuid() != 0)
		skip();
}
