/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Output files, in a folder of their own under /tmp. Rows say what stands in
 * the folder, what is opened, and what must come of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "output/output.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum before {
	EMPTY,
	A_FILE,	   /* "old" at out */
	A_PART,	   /* "old" at out.part */
	A_LINK,	   /* out -> target, a file */
	NO_TARGET, /* out -> nothing */
	PART_LINK, /* out.part -> target */
	A_FOLDER,  /* at out */
	PART_FOLDER,
	A_SOCKET,
	HARD_LINK, /* out and target are one file */
	BUSY,	   /* out.part is being written */
	BUSY_NAME, /* out is */
};

enum naming {
	AT_THE_END,
	EARLY, /* output_name() before anything is written */
};

enum end {
	COMMIT,
	CLOSE,
	DISCARD,
};

struct row {
	const char *name;
	enum before before;
	const char *path;
	enum naming naming;
	enum end end;
	int err;
	const char *text; /* of the error */
	const char *now;  /* output_path() while it is written */
	/* what is there at the end */
	const char *out, *part, *target;
};

/* clang-format off */
static const struct row rows[] = {
{ "a trace has its name when it is complete", EMPTY, "out", AT_THE_END, COMMIT, 0, NULL, "out.part",
	"new", "-", "-" },
{ "a trace that is not complete", EMPTY, "out", AT_THE_END, CLOSE, 0, NULL, "out.part",
	"-", "new", "-" },
{ "a trace given up", EMPTY, "out", AT_THE_END, DISCARD, 0, NULL, "out.part", "-", "-", "-" },
{ "a trace replaces an old one", A_FILE, "out", AT_THE_END, COMMIT, 0, NULL, "out.part",
	"new", "-", "-" },
{ "an old trace stays if the new one is given up", A_FILE, "out", AT_THE_END, DISCARD, 0, NULL,
	"out.part", "old", "-", "-" },
{ "an old part is replaced", A_PART, "out", AT_THE_END, COMMIT, 0, NULL, "out.part",
	"new", "-", "-" },
{ "a capture has its name early", EMPTY, "out", EARLY, CLOSE, 0, NULL, "out",
	"new", "-", "-" },
{ "a capture replaces an old one", A_FILE, "out", EARLY, COMMIT, 0, NULL, "out",
	"new", "-", "-" },
{ "a capture given up", EMPTY, "out", EARLY, DISCARD, 0, NULL, "out", "-", "-", "-" },
{ "a capture does not write into a file of two names", HARD_LINK, "out", EARLY, COMMIT, 0,
	NULL, "out", "new", "-", "old" },
{ "a trace does not follow a link", A_LINK, "out", AT_THE_END, COMMIT, -ELOOP,
	"out is a symbolic link: name the file itself", NULL, "->target", "-", "old" },
{ "a capture does not follow a link", A_LINK, "out", EARLY, COMMIT, -ELOOP,
	"out is a symbolic link: name the file itself", NULL, "->target", "-", "old" },
{ "a link to nothing", NO_TARGET, "out", EARLY, COMMIT, -ELOOP,
	"out is a symbolic link: name the file itself", NULL, "->target", "-", "-" },
{ "a link where the part goes", PART_LINK, "out", AT_THE_END, COMMIT, -ELOOP,
	"out.part is a symbolic link: name the file itself", NULL, "-", "->target", "old" },
{ "a folder", A_FOLDER, "out", AT_THE_END, COMMIT, -EISDIR,
	"out is a directory: name a file in it", NULL, "?", "-", "-" },
{ "a folder where the part goes", PART_FOLDER, "out", AT_THE_END, COMMIT, -EEXIST,
	"out.part is in the way and is no file: remove it", NULL, "-", "?", "-" },
{ "a socket", A_SOCKET, "out", AT_THE_END, COMMIT, -EINVAL,
	"out is no file that can be written", NULL, "?", "-", "-" },
{ "a part that is being written", BUSY, "out", AT_THE_END, COMMIT, -EBUSY,
	"out.part is being written by another gotrace-bpf", NULL, "-", "old", "-" },
{ "a capture that is being written", BUSY_NAME, "out", EARLY, COMMIT, -EBUSY,
	"out is being written by another gotrace-bpf", NULL, "old", "-", "-" },
{ "an old capture stays until the new one has its name", A_FILE, "out", AT_THE_END, CLOSE, 0, NULL,
	"out.part", "old", "new", "-" },
{ "a device", EMPTY, "/dev/null", AT_THE_END, COMMIT, 0, NULL, "/dev/null", "-", "-", "-" },
{ "a full device", EMPTY, "/dev/full", AT_THE_END, COMMIT, -ENOSPC,
	"cannot write /dev/full: No space left on device: make room, or name a file on another disk",
	"/dev/full", "-", "-", "-" },
{ "no name", EMPTY, "", AT_THE_END, COMMIT, -EINVAL, "the output's name is empty", NULL,
	"-", "-", "-" },
{ "no such folder", EMPTY, "no/out", AT_THE_END, COMMIT, -ENOENT,
	"cannot create no/out.part: No such file or directory", NULL, "-", "-", "-" },
};
/* clang-format on */

static int busy_fd;

static void make_before(enum before before)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "out" };

	switch (before) {
	case EMPTY:
		break;
	case A_FILE:
		folder_put("out", "old");
		break;
	case A_PART:
		folder_put("out.part", "old");
		break;
	case A_LINK:
		folder_put("target", "old");
		assert_int_equal(symlink("target", "out"), 0);
		break;
	case NO_TARGET:
		assert_int_equal(symlink("target", "out"), 0);
		break;
	case PART_LINK:
		folder_put("target", "old");
		assert_int_equal(symlink("target", "out.part"), 0);
		break;
	case A_FOLDER:
		assert_int_equal(mkdir("out", 0700), 0);
		break;
	case PART_FOLDER:
		assert_int_equal(mkdir("out.part", 0700), 0);
		break;
	case A_SOCKET:
		busy_fd = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(bind(busy_fd, (void *)&address, sizeof(address)), 0);
		break;
	case HARD_LINK:
		folder_put("target", "old");
		assert_int_equal(link("target", "out"), 0);
		break;
	case BUSY:
	case BUSY_NAME:
		folder_put(before == BUSY ? "out.part" : "out", "old");
		busy_fd = open(before == BUSY ? "out.part" : "out", O_WRONLY);
		assert_int_equal(flock(busy_fd, LOCK_EX), 0);
		break;
	}
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct diag diag = { "" };
	struct output *output = NULL;
	void *folder;
	int err;

	assert_int_equal(folder_enter(&folder), 0);
	busy_fd = -1;
	make_before(row->before);
	err = output_open(&output, row->path, &diag);
	if (!err) {
		if (row->naming == EARLY)
			assert_int_equal(output_name(output), 0);
		assert_string_equal(output_path(output), row->now);
		output_write(output, "ne", 2);
		output_write(output, "", 0);
		output_write(output, "w", 1);
		assert_int_equal(output_bytes(output), 3);
		if (row->end == COMMIT)
			err = output_commit(output);
		if (row->end == DISCARD)
			output_discard(output);
		else
			output_close(output);
	} else {
		assert_null(output);
	}
	if (busy_fd >= 0)
		close(busy_fd);
	assert_int_equal(err, row->err);
	assert_string_equal(diag.text, row->text ? row->text : "");
	assert_string_equal(folder_get("out"), row->out);
	assert_string_equal(folder_get("out.part"), row->part);
	assert_string_equal(folder_get("target"), row->target);
	assert_int_equal(folder_leave(&folder), 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];

	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_row,
						.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
