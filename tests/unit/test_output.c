/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Output files, in a folder of their own under /tmp. Rows say what stands in
 * the folder, what is opened, and what must come of it. As root also a full
 * disk, a read-only one, sudo, and a folder that may not be written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/output.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define STRANGER 65534 /* nobody */

/* ---- the folder ---- */

static int enter_folder(void **state)
{
	static char folder[64];

	strcpy(folder, "/tmp/gotrace-output.XXXXXX");
	*state = folder;
	return mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

static int leave_folder(void **state)
{
	char command[128];

	umount2("disk", MNT_DETACH); /* of a test that failed */
	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	return chdir("/") || system(command);
}

static void put_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* What a file holds; "-" if there is none, "->X" for a link, "?" for anything else. */
static const char *get_file(const char *name)
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

/* ---- rows ---- */

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
		put_file("out", "old");
		break;
	case A_PART:
		put_file("out.part", "old");
		break;
	case A_LINK:
		put_file("target", "old");
		assert_int_equal(symlink("target", "out"), 0);
		break;
	case NO_TARGET:
		assert_int_equal(symlink("target", "out"), 0);
		break;
	case PART_LINK:
		put_file("target", "old");
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
		put_file("target", "old");
		assert_int_equal(link("target", "out"), 0);
		break;
	case BUSY:
	case BUSY_NAME:
		put_file(before == BUSY ? "out.part" : "out", "old");
		busy_fd = open(before == BUSY ? "out.part" : "out", O_WRONLY);
		assert_int_equal(flock(busy_fd, LOCK_EX), 0);
		break;
	}
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct output_diag diag = { "" };
	struct output *output = NULL;
	void *folder;
	int err;

	assert_int_equal(enter_folder(&folder), 0);
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
		snprintf(diag.text, sizeof(diag.text), "%s", output_error(output));
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
	assert_string_equal(get_file("out"), row->out);
	assert_string_equal(get_file("out.part"), row->part);
	assert_string_equal(get_file("target"), row->target);
	assert_int_equal(leave_folder(&folder), 0);
}

/* ---- streams ---- */

static struct output *open_output(const char *path)
{
	struct output_diag diag;
	struct output *output;

	assert_int_equal(output_open(&output, path, &diag), 0);
	return output;
}

/* Writes numbered bytes in pieces of all sizes; they must come out as they are. */
static void write_pattern(struct output *output, size_t total)
{
	uint8_t *data = malloc(total);
	size_t at = 0, step = 1;

	for (size_t i = 0; i < total; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	while (at < total) {
		size_t size = step < total - at ? step : total - at;

		assert_int_equal(output_write(output, data + at, size), 0);
		at += size;
		step = step * 3 + 1;
	}
	free(data);
}

static void check_pattern(int fd, size_t total)
{
	uint8_t buffer[4096];
	size_t at = 0;
	ssize_t size;

	while ((size = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < size; i++, at++)
			assert_int_equal(buffer[i], (uint8_t)(at * 7 + at / 256));
	assert_int_equal(at, total);
}

#define TOTAL 2000000

static void test_many_sizes(void **state)
{
	struct output *output = open_output("out");
	int fd;

	(void)state;
	write_pattern(output, TOTAL);
	assert_int_equal(output_bytes(output), TOTAL);
	assert_int_equal(output_commit(output), 0);
	output_close(output);
	fd = open("out", O_RDONLY);
	check_pattern(fd, TOTAL);
	close(fd);
}

static void test_flushed_is_there(void **state)
{
	struct output *output = open_output("out");

	(void)state;
	output_write(output, "new", 3);
	assert_string_equal(get_file("out.part"), "");
	assert_int_equal(output_flush(output), 0);
	assert_string_equal(get_file("out.part"), "new");
	output_close(output);
}

/* A child writes to its standard output, a pipe that is non-blocking. */
static void test_standard_output(void **state)
{
	int pipe_fds[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe2(pipe_fds, 0), 0);
	child = fork();
	if (child == 0) {
		struct output_diag diag;
		struct output *output;

		dup2(pipe_fds[1], STDOUT_FILENO);
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
		if (output_open(&output, "-", &diag))
			_exit(1);
		if (strcmp(output_path(output), "standard output") != 0)
			_exit(2);
		write_pattern(output, TOTAL);
		status = output_commit(output);
		output_close(output);
		_exit(status ? 3 : 0);
	}
	close(pipe_fds[1]);
	check_pattern(pipe_fds[0], TOTAL);
	close(pipe_fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(get_file("-"), "-");
}

static void test_terminal_is_refused(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), keep = dup(STDOUT_FILENO), slave, err;
	struct output_diag diag;
	struct output *output;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master) || unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	fflush(stdout);
	dup2(slave, STDOUT_FILENO);
	err = output_open(&output, "/dev/stdout", &diag);
	dup2(keep, STDOUT_FILENO);
	close(keep);
	close(slave);
	close(master);
	assert_int_equal(err, -EINVAL);
	assert_string_equal(diag.text,
			    "the standard output is a terminal: send it to a file or a pipe");
}

static void test_named_pipe(void **state)
{
	struct output *output;
	int reader;
	char text[8] = "";

	(void)state;
	assert_int_equal(mkfifo("out", 0600), 0);
	reader = open("out", O_RDONLY | O_NONBLOCK);
	output = open_output("out");
	output_write(output, "new", 3);
	assert_int_equal(output_commit(output), 0);
	output_close(output);
	assert_int_equal(read(reader, text, sizeof(text)), 3);
	assert_string_equal(text, "new");
	close(reader);
	assert_string_equal(get_file("out"), "?");
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void test_pipe_of_a_stranger(void **state)
{
	struct output_diag diag;
	struct output *output;
	int reader;

	(void)state;
	need_root();
	assert_int_equal(mkfifo("out", 0666), 0);
	assert_int_equal(chown("out", STRANGER, STRANGER), 0);
	reader = open("out", O_RDONLY | O_NONBLOCK);
	assert_int_equal(output_open(&output, "out", &diag), -EPERM);
	assert_string_equal(diag.text, "out is another user's pipe: name a file");
	setenv("SUDO_UID", "65534", 1);
	output_close(open_output("out"));
	unsetenv("SUDO_UID");
	close(reader);
}

/* The error stays, is told every time, and its text is the first one's. */
static void test_reader_has_gone(void **state)
{
	struct output *output;
	int reader;

	(void)state;
	assert_int_equal(mkfifo("out", 0600), 0);
	reader = open("out", O_RDONLY | O_NONBLOCK);
	output = open_output("out");
	close(reader);
	assert_int_equal(output_write(output, "new", 3), 0);
	assert_int_equal(output_flush(output), -EPIPE);
	assert_int_equal(output_write(output, "new", 3), -EPIPE);
	assert_int_equal(output_commit(output), -EPIPE);
	assert_int_equal(output_bytes(output), 3);
	assert_string_equal(output_error(output),
			    "cannot write out: Broken pipe: its reader has gone");
	output_close(output);
}

static void test_part_taken_away(void **state)
{
	struct output *output = open_output("out");

	(void)state;
	output_write(output, "new", 3);
	assert_int_equal(unlink("out.part"), 0);
	put_file("out.part", "other");
	assert_int_equal(output_commit(output), -ESTALE);
	assert_string_equal(output_error(output),
			    "out.part was removed or replaced while it was written");
	output_discard(output); /* removes only its own */
	assert_string_equal(get_file("out.part"), "other");
	assert_string_equal(get_file("out"), "-");
}

static void test_folder_in_the_way_at_the_end(void **state)
{
	struct output *output = open_output("out");

	(void)state;
	output_write(output, "new", 3);
	assert_int_equal(mkdir("out", 0700), 0);
	assert_int_equal(output_commit(output), -EISDIR);
	assert_string_equal(output_error(output), "cannot rename out.part to out: Is a directory");
	assert_string_equal(output_path(output), "out.part");
	output_close(output);
	assert_string_equal(get_file("out.part"), "new");
}

static void test_one_at_a_time(void **state)
{
	struct output *first = open_output("out"), *second;
	struct output_diag diag;

	(void)state;
	assert_int_equal(output_open(&second, "out", &diag), -EBUSY);
	assert_int_equal(output_commit(first), 0);
	output_close(first);
	second = open_output("out");
	output_discard(second);
}

/* The first has its name and is still being written when the second is done. */
static void test_two_that_end_as_one(void **state)
{
	struct output *first, *second = open_output("out");

	(void)state;
	assert_int_equal(rename("out.part", "away"), 0);
	first = open_output("out");
	assert_int_equal(output_name(first), 0);
	assert_int_equal(rename("away", "out.part"), 0);
	assert_int_equal(output_commit(second), -EBUSY);
	assert_string_equal(output_error(second), "out is being written by another gotrace-bpf");
	output_discard(second);
	assert_int_equal(output_commit(first), 0);
	output_close(first);
	assert_string_equal(get_file("out"), "");
	assert_string_equal(get_file("out.part"), "-");
}

/* What a child comes to that opens and completes the same file again and again. */
static int compete(void)
{
	for (int i = 0; i < 500; i++) {
		struct output_diag diag;
		struct output *output;
		int err = output_open(&output, "out", &diag);

		if (!err) {
			err = output_commit(output);
			output_discard(output);
		}
		if (err && err != -EBUSY)
			return -err;
	}
	return 0;
}

static void test_many_at_once(void **state)
{
	int status;

	(void)state;
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			_exit(compete());
	for (int i = 0; i < 4; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_string_equal(get_file("out.part"), "-");
}

static void test_would_replace(void **state)
{
	struct stat file, device;

	(void)state;
	put_file("out", "old");
	assert_int_equal(link("out", "other"), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(link("out", "folder/name.part"), 0);
	assert_int_equal(symlink("out", "link"), 0);
	assert_int_equal(stat("out", &file), 0);
	assert_int_equal(stat("/dev/null", &device), 0);
	assert_true(output_would_replace("out", &file));
	assert_true(output_would_replace("./other", &file));
	assert_true(output_would_replace("folder/name", &file));
	assert_false(output_would_replace("folder/name.part.part", &file));
	assert_false(output_would_replace("nothing", &file));
	assert_false(output_would_replace("link", &file)); /* not followed when written */
	assert_false(output_would_replace("-", &file));
	assert_false(output_would_replace("/dev/null", &device));
}

static void test_mode(void **state)
{
	mode_t mask = umask(0);
	struct output *output = open_output("out");
	struct stat stat;

	(void)state;
	umask(mask);
	assert_int_equal(output_commit(output), 0);
	output_close(output);
	assert_int_equal(lstat("out", &stat), 0);
	assert_int_equal(stat.st_mode, S_IFREG | 0600);
}

/* ---- what needs root ---- */

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
	need_root();
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		struct output *output;
		struct stat stat;

		owners[i].uid ? setenv("SUDO_UID", owners[i].uid, 1) : unsetenv("SUDO_UID");
		owners[i].gid ? setenv("SUDO_GID", owners[i].gid, 1) : unsetenv("SUDO_GID");
		output = open_output("out");
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
	struct output_diag diag;
	struct output *output;
	int err;

	(void)state;
	need_root();
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(seteuid(STRANGER), 0);
	err = output_open(&output, "out", &diag);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(err, -EACCES);
	assert_string_equal(diag.text, "cannot create out.part: Permission denied");
}

/* A small disk at "disk"; skips where mounting is not allowed. */
static void mount_disk(const char *options)
{
	need_root();
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
	output = open_output("disk/out");
	for (int i = 0; i < 5 && !err; i++)
		err = output_write(output, megabyte, sizeof(megabyte));
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(output_commit(output), -ENOSPC);
	assert_string_equal(output_error(output), "cannot write disk/out.part: No space left on "
						  "device: make room, or name a file on another "
						  "disk");
	output_close(output);
	assert_int_equal(lstat("disk/out.part", &stat), 0);
	assert_int_equal(stat.st_size, 4 << 20);
	assert_string_equal(get_file("disk/out"), "-");
	assert_int_equal(umount("disk"), 0);
}

/* What is buffered is written at the commit, and may fail only there. */
static void test_disk_full_at_the_end(void **state)
{
	static uint8_t page[4096];
	struct output *output;

	(void)state;
	mount_disk("size=4096");
	output = open_output("disk/out");
	assert_int_equal(output_write(output, page, sizeof(page)), 0);
	assert_int_equal(output_write(output, page, sizeof(page)), 0);
	assert_int_equal(output_commit(output), -ENOSPC);
	output_discard(output);
	assert_string_equal(get_file("disk/out.part"), "-");
	assert_int_equal(umount("disk"), 0);
}

static void test_read_only_disk(void **state)
{
	struct output_diag diag;
	struct output *output;

	(void)state;
	mount_disk("ro");
	assert_int_equal(output_open(&output, "disk/out", &diag), -EROFS);
	assert_string_equal(diag.text, "cannot create disk/out.part: Read-only file system");
	assert_int_equal(umount("disk"), 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	static const struct CMUnitTest others[] = {
		IN_FOLDER(test_many_sizes),
		IN_FOLDER(test_flushed_is_there),
		IN_FOLDER(test_standard_output),
		IN_FOLDER(test_terminal_is_refused),
		IN_FOLDER(test_named_pipe),
		IN_FOLDER(test_pipe_of_a_stranger),
		IN_FOLDER(test_reader_has_gone),
		IN_FOLDER(test_part_taken_away),
		IN_FOLDER(test_folder_in_the_way_at_the_end),
		IN_FOLDER(test_one_at_a_time),
		IN_FOLDER(test_two_that_end_as_one),
		IN_FOLDER(test_many_at_once),
		IN_FOLDER(test_would_replace),
		IN_FOLDER(test_mode),
		IN_FOLDER(test_sudo),
		IN_FOLDER(test_folder_that_may_not_be_written),
		IN_FOLDER(test_full_disk),
		IN_FOLDER(test_disk_full_at_the_end),
		IN_FOLDER(test_read_only_disk),
	};
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(others)];
	size_t count = 0;

	signal(SIGPIPE, SIG_IGN);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].name,
						      .test_func = test_row,
						      .initial_state = (void *)&rows[i] };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
