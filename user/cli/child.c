// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A shell's statuses for what cannot be run. */
enum {
	STATUS_CANNOT_RUN = 126,
	STATUS_NOT_FOUND = 127,
	STATUS_SIGNALLED = 128,
};

static int exec_failure_status(int error)
{
	return error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

/* In the child. Anything but the go-ahead (the pipe closed: the tracer failed) ends it. */
static void __attribute__((noreturn))
wait_and_exec(int go_fd, int error_fd, char **argv, const struct signals *signals)
{
	const char *slash = strrchr(argv[0], '/');
	char byte;
	ssize_t got;
	int error;

	/* As the exec will: who looks at the trace is to find one name, and not ours. */
	prctl(PR_SET_NAME, slash ? slash + 1 : argv[0]);
	do {
		got = read(go_fd, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(STATUS_CANNOT_RUN);
	signals_give_back(signals);
	execvp(argv[0], argv);
	error = errno;
	if (write(error_fd, &error, sizeof(error)) != sizeof(error))
		_exit(STATUS_CANNOT_RUN);
	_exit(exec_failure_status(error));
}

int child_fork(struct child *child, char **argv, const struct signals *signals)
{
	int go[2], error[2], err;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(error, O_CLOEXEC)) {
		err = -errno;
		goto close_go;
	}
	pid = fork();
	if (pid < 0) {
		err = -errno;
		goto close_error;
	}
	if (pid == 0) {
		close(go[1]);
		close(error[0]);
		wait_and_exec(go[0], error[1], argv, signals);
	}
	close(go[0]);
	close(error[1]);
	*child = (struct child){ .pid = pid, .go_fd = go[1], .error_fd = error[0] };
	return 0;

close_error:
	close(error[0]);
	close(error[1]);
close_go:
	close(go[0]);
	close(go[1]);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int child_go(struct child *child)
{
	bool told = write(child->go_fd, "", 1) == 1;
	int error = 0;
	ssize_t got;

	close_fd(&child->go_fd);
	/* If it was killed meanwhile nothing comes, and child_poll() tells how it ended. */
	do {
		got = read(child->error_fd, &error, sizeof(error));
	} while (got < 0 && errno == EINTR);
	close_fd(&child->error_fd);
	if (!told || got != sizeof(error))
		return 0;
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->not_run = true;
	child->ended = true;
	child->status = exec_failure_status(error);
	return -error;
}

bool child_poll(struct child *child)
{
	int status;

	if (child->ended || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return child->ended;
	child->ended = true;
	child->status =
		WIFSIGNALED(status) ? STATUS_SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

void child_signal(const struct child *child, int signal)
{
	if (!child->ended)
		kill(child->pid, signal);
}

void child_fini(struct child *child)
{
	bool waits = child->go_fd >= 0;

	close_fd(&child->go_fd);
	close_fd(&child->error_fd);
	if (waits && !child->ended)
		waitpid(child->pid, NULL, 0);
}
