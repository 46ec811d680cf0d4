/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Output files as root: sudo, a folder that may not be written, a full disk and a
 * read-only one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "output/output.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void test_sudo(void **state)
{
	static const struct {
		const char *uid, *gid;
		unsigned is_uid, is_gid;
	} owners[] = {
		{ "1234", "1235", 1234, 1235 }, { NULL, NULL, 0, 0 },	 { "1234", NULL, 0, 0 },
		{ "12x", "1235", 0, 0 },	{ "-1", "1235", 0, 0 },	 { "", "", 0, 0 },
		{ "4294967295", "1", 0, 0 },	{ " 12", "1235", 0, 0 },
	};

	(void)state;
	folder_need_root();
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		struct output *output;
		struct stat stat;

		owners[i].uid ? setenv("SUDO_UID", owners[i].uid, 1) : unsetenv("SUDO_UID");
		owners[i].gid ? setenv("SUDO_GID", owners[i].gid, 1) : unsetenv("SUDO_GID");
		output = folder_output("out");
		assert_int_equal(output_commit(output), 0);
		output_close(output);
		unsetenv("SUDO_UID");
		unsetenv("SUDO_GID");
		assert_int_equal(lstat("out", &stat), 0);
		assert_int_equal(stat.st_uid, owners[i].is_uid);
		assert_int_equal(stat.st_gid, owners[i].is_gid);
	}
}

static void test_folder_that_may_not_be_written(void **state)
{
	struct diag diag = { "" };
	struct output *output;
	int err;

	(void)state;
	folder_need_root();
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(seteuid(FOLDER_STRANGER), 0);
	err = output_open(&output, "out", &diag);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(err, -EACCES);
	assert_string_equal(diag.text, "cannot create out.part: Permission denied");
}

/* A small disk at "disk"; skips where mounting is not allowed. */
static void mount_disk(const char *options)
{
	folder_need_root();
	assert_int_equal(mkdir("disk", 0700), 0);
	if (mount("tmpfs", "disk", "tmpfs", 0, options))
		skip();
}

static void test_full_disk(void **state)
{
	static uint8_t megabyte[1 << 20];
	struct output *output;
	struct stat stat;
	int err = 0;

	(void)state;
	mount_disk("size=4m");
	output = folder_output("disk/out");
	for (int i = 0; i < 5 && !err; i++)
		err = output_write(output, megabyte, sizeof(megabyte));
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(output_commit(output), -ENOSPC);
	assert_string_equal(folder_error(), "cannot write disk/out.part: No space left on "
					    "device: make room, or name a file on another "
					    "disk");
	output_close(output);
	assert_int_equal(lstat("disk/out.part", &stat), 0);
	assert_int_equal(stat.st_size, 4 << 20);
	assert_string_equal(folder_get("disk/out"), "-");
	assert_int_equal(umount("disk"), 0);
}

/* What is buffered is written at the commit, and may fail only there. */
static void test_disk_full_at_the_end(void **state)
{
	static uint8_t page[4096];
	struct output *output;

	(void)state;
	mount_disk("size=4096");
	output = folder_output("disk/out");
	assert_int_equal(output_write(output, page, sizeof(page)), 0);
	assert_int_equal(output_write(output, page, sizeof(page)), 0);
	assert_int_equal(output_commit(output), -ENOSPC);
	output_discard(output);
	assert_string_equal(folder_get("disk/out.part"), "-");
	assert_int_equal(umount("disk"), 0);
}

static void test_read_only_disk(void **state)
{
	struct diag diag = { "" };
	struct output *output;

	(void)state;
	mount_disk("ro");
	assert_int_equal(output_open(&output, "disk/out", &diag), -EROFS);
	assert_string_equal(diag.text, "cannot create disk/out.part: Read-only file system");
	assert_int_equal(umount("disk"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(test_sudo),		IN_FOLDER(test_folder_that_may_not_be_written),
		IN_FOLDER(test_full_disk),	IN_FOLDER(test_disk_full_at_the_end),
		IN_FOLDER(test_read_only_disk),
	};

	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
