// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/place.h"

/* ---- in the helper ---- */

/* What root could do for sudo's user is gone. */
static int become_user(void)
{
	unsigned uid, gid;

	if (!place_user(&uid, &gid))
		return 0;
	if (setgroups(0, NULL) || setgid(gid) || setuid(uid))
		return -errno;
	return 0;
}

static void run_command(const char *command, const char *path)
{
	char text[PATH_MAX];
	int status;
	pid_t pid;

	/* The file's name stands behind whatever the command is. */
	if (snprintf(text, sizeof(text), "%s \"$1\"", command) >= (int)sizeof(text))
		return;
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		execl("/bin/sh", "sh", "-c", text, "gotrace-bpf", path, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static void __attribute__((noreturn)) be_helper(int fd, const char *command)
{
	char path[PATH_MAX];
	ssize_t got;

	prctl(PR_SET_NAME, "gotrace-exec");
	signal(SIGINT, SIG_IGN); /* of the terminal; the pipe's end ends it */
	if (become_user())
		_exit(1);
	while ((got = recv(fd, path, sizeof(path), 0)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0 && path[got - 1] == '\0')
			run_command(command, path);
	_exit(0);
}

/* ---- in the program ---- */

int hook_start(struct hook *hook, const char *command)
{
	int ends[2], err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		err = -errno;
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	if (pid == 0) {
		close(ends[0]);
		be_helper(ends[1], command);
	}
	close(ends[1]);
	*hook = (struct hook){ .fd = ends[0], .pid = pid };
	return 0;
}

bool hook_run(struct hook *hook, const char *path)
{
	size_t size = strlen(path) + 1;

	return send(hook->fd, path, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
}

void hook_end(struct hook *hook)
{
	if (hook->fd < 0)
		return;
	close(hook->fd);
	hook->fd = -1;
	while (waitpid(hook->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
