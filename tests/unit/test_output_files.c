/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Output files and pipes while they are written: streams, competitors, and what
 * is taken away meanwhile. In a folder of their own under /tmp.
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
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "output/output.h"

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
	struct output *output = folder_output("out");
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
	struct output *output = folder_output("out");

	(void)state;
	output_write(output, "new", 3);
	assert_string_equal(folder_get("out.part"), "");
	assert_int_equal(output_flush(output), 0);
	assert_string_equal(folder_get("out.part"), "new");
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
		struct diag diag = { "" };
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
	assert_string_equal(folder_get("-"), "-");
}

static void test_terminal_is_refused(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), keep = dup(STDOUT_FILENO), slave, err;
	struct diag diag = { "" };
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
	output = folder_output("out");
	output_write(output, "new", 3);
	assert_int_equal(output_commit(output), 0);
	output_close(output);
	assert_int_equal(read(reader, text, sizeof(text)), 3);
	assert_string_equal(text, "new");
	close(reader);
	assert_string_equal(folder_get("out"), "?");
}

static void test_pipe_of_a_stranger(void **state)
{
	struct diag diag = { "" };
	struct output *output;
	int reader;

	(void)state;
	folder_need_root();
	assert_int_equal(mkfifo("out", 0666), 0);
	assert_int_equal(chown("out", FOLDER_STRANGER, FOLDER_STRANGER), 0);
	reader = open("out", O_RDONLY | O_NONBLOCK);
	assert_int_equal(output_open(&output, "out", &diag), -EPERM);
	assert_string_equal(diag.text, "out is another user's pipe: name a file");
	setenv("SUDO_UID", "65534", 1);
	output_close(folder_output("out"));
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
	output = folder_output("out");
	close(reader);
	assert_int_equal(output_write(output, "new", 3), 0);
	assert_int_equal(output_flush(output), -EPIPE);
	assert_int_equal(output_write(output, "new", 3), -EPIPE);
	assert_int_equal(output_commit(output), -EPIPE);
	assert_int_equal(output_bytes(output), 3);
	assert_string_equal(folder_error(), "cannot write out: Broken pipe: its reader has gone");
	output_close(output);
}

static void test_part_taken_away(void **state)
{
	struct output *output = folder_output("out");

	(void)state;
	output_write(output, "new", 3);
	assert_int_equal(unlink("out.part"), 0);
	folder_put("out.part", "other");
	assert_int_equal(output_commit(output), -ESTALE);
	assert_string_equal(folder_error(),
			    "out.part was removed or replaced while it was written");
	output_discard(output); /* removes only its own */
	assert_string_equal(folder_get("out.part"), "other");
	assert_string_equal(folder_get("out"), "-");
}

static void test_folder_in_the_way_at_the_end(void **state)
{
	struct output *output = folder_output("out");

	(void)state;
	output_write(output, "new", 3);
	assert_int_equal(mkdir("out", 0700), 0);
	assert_int_equal(output_commit(output), -EISDIR);
	assert_string_equal(folder_error(), "cannot rename out.part to out: Is a directory");
	assert_string_equal(output_path(output), "out.part");
	output_close(output);
	assert_string_equal(folder_get("out.part"), "new");
}

static void test_one_at_a_time(void **state)
{
	struct output *first = folder_output("out"), *second;
	struct diag diag = { "" };

	(void)state;
	assert_int_equal(output_open(&second, "out", &diag), -EBUSY);
	assert_int_equal(output_commit(first), 0);
	output_close(first);
	second = folder_output("out");
	output_discard(second);
}

/* The first has its name and is still being written when the second is done. */
static void test_two_that_end_as_one(void **state)
{
	struct output *first, *second = folder_output("out");

	(void)state;
	assert_int_equal(rename("out.part", "away"), 0);
	first = folder_output("out");
	assert_int_equal(output_name(first), 0);
	assert_int_equal(rename("away", "out.part"), 0);
	assert_int_equal(output_commit(second), -EBUSY);
	assert_string_equal(folder_error(), "out is being written by another gotrace-bpf");
	output_discard(second);
	assert_int_equal(output_commit(first), 0);
	output_close(first);
	assert_string_equal(folder_get("out"), "");
	assert_string_equal(folder_get("out.part"), "-");
}

/* What a child comes to that opens and completes the same file again and again. */
static int compete(void)
{
	for (int i = 0; i < 500; i++) {
		struct diag diag = { "" };
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
	assert_string_equal(folder_get("out.part"), "-");
}

static void test_would_replace(void **state)
{
	struct stat file, device;

	(void)state;
	folder_put("out", "old");
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
	struct output *output = folder_output("out");
	struct stat stat;

	(void)state;
	umask(mask);
	assert_int_equal(output_commit(output), 0);
	output_close(output);
	assert_int_equal(lstat("out", &stat), 0);
	assert_int_equal(stat.st_mode, S_IFREG | 0600);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
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
	};

	signal(SIGPIPE, SIG_IGN);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
