// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/target.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TARGETS_MAX 4096

static int pidfd_of(pid_t pid, struct diag *diag)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);
	int err = errno;

	if (fd >= 0)
		return fd;
	if (err == ESRCH)
		return diag_set(diag, -err, "no process has pid %d", pid);
	if (err == EINVAL || err == ENOENT)
		return diag_set(diag, -ESRCH,
				"%d is no process but a thread of one: give the process's pid "
				"(Tgid in /proc/%d/status), or --tid %d for this thread alone",
				pid, pid, pid);
	return diag_set(diag, -err, "cannot open process %d: %s", pid, strerror(err));
}

int targets_mark(struct targets *targets, int marks_fd, pid_t pid, bool children, struct diag *diag)
{
	uint32_t bits = TARGET_IN | (children ? TARGET_CHILDREN : 0);
	int *grown;
	int fd;

	if (targets->count >= TARGETS_MAX)
		return diag_set(diag, -E2BIG, "more than %d processes given", TARGETS_MAX);
	grown = realloc(targets->pidfds, (targets->count + 1) * sizeof(*grown));
	if (!grown)
		return diag_set(diag, -ENOMEM, "not enough memory");
	targets->pidfds = grown;
	fd = pidfd_of(pid, diag);
	if (fd < 0)
		return fd;
	if (bpf_map_update_elem(marks_fd, &fd, &bits, BPF_ANY)) {
		int err = errno == ENOENT ? -ESRCH : -errno;

		close(fd);
		return diag_set(diag, err, "process %d is gone", pid);
	}
	targets->pidfds[targets->count++] = fd;
	return 0;
}

int targets_add_thread(struct targets *targets, pid_t tid, struct diag *diag)
{
	int *grown = realloc(targets->threads, (targets->thread_count + 1) * sizeof(*grown));
	char path[32];
	int fd;

	if (!grown)
		return diag_set(diag, -ENOMEM, "not enough memory");
	targets->threads = grown;
	snprintf(path, sizeof(path), "/proc/%d", tid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return diag_set(diag, -ESRCH, "no thread has tid %d", tid);
	if (fd < 0)
		return diag_set(diag, -errno, "cannot open %s: %s", path, strerror(errno));
	targets->threads[targets->thread_count++] = fd;
	return 0;
}

static bool pidfd_gone(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

/* Nothing can be read of one that is gone; a process's first thread stays, as a zombie. */
static bool thread_gone(int folder)
{
	int fd = openat(folder, "stat", O_RDONLY | O_CLOEXEC);
	char line[512], *end;
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT || errno == ESRCH;
	got = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (got <= 0)
		return true;
	line[got] = '\0';
	end = strrchr(line, ')');
	return end && end + 2 < line + got && strchr("ZX", end[2]);
}

bool targets_gone(const struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		if (!pidfd_gone(targets->pidfds[i]))
			return false;
	}
	for (size_t i = 0; i < targets->thread_count; i++) {
		if (!thread_gone(targets->threads[i]))
			return false;
	}
	return targets->count || targets->thread_count;
}

void targets_fini(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		close(targets->pidfds[i]);
	for (size_t i = 0; i < targets->thread_count; i++)
		close(targets->threads[i]);
	free(targets->pidfds);
	free(targets->threads);
	*targets = (struct targets){ 0 };
}
