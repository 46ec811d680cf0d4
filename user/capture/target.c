// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/target.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CGROUP_ROOT_ID 1 /* of the hierarchy's root, since 5.5 */
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
				"(Tgid in /proc/%d/status)",
				pid, pid);
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

static bool pidfd_gone(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

bool targets_gone(const struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		if (!pidfd_gone(targets->pidfds[i]))
			return false;
	}
	return targets->count > 0;
}

void targets_fini(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		close(targets->pidfds[i]);
	free(targets->pidfds);
	*targets = (struct targets){ 0 };
}

/* Counts the directories between path and the hierarchy's root, by their ids. */
static int cgroup_level(const char *path, uint32_t *level)
{
	char up[PATH_MAX];
	struct stat stat_buf;
	size_t length = snprintf(up, sizeof(up), "%s", path);

	for (uint32_t depth = 0; length + 4 < sizeof(up); depth++) {
		struct statfs fs;

		if (stat(up, &stat_buf) || statfs(up, &fs))
			return -errno;
		if (fs.f_type != CGROUP2_SUPER_MAGIC)
			return -EXDEV; /* the mount's root is not the hierarchy's */
		if (stat_buf.st_ino == CGROUP_ROOT_ID) {
			*level = depth;
			return 0;
		}
		length += snprintf(up + length, sizeof(up) - length, "/..");
	}
	return -ENAMETOOLONG;
}

static bool is_cgroup(const char *path)
{
	struct statfs fs;
	struct stat stat_buf;

	return !stat(path, &stat_buf) && S_ISDIR(stat_buf.st_mode) && !statfs(path, &fs) &&
	       fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* "name" or "/name" (so /proc/PID/cgroup has it) below where cgroup v2 is mounted. */
static bool find_below_mount(const char *name, char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts))) {
		int length = snprintf(path, size, "%s/%s", mount->mnt_dir, name);

		found = !strcmp(mount->mnt_type, "cgroup2") && (size_t)length < size &&
			is_cgroup(path);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

int target_cgroup(const char *path, uint64_t *id, uint32_t *level, struct diag *diag)
{
	char below[PATH_MAX];
	struct stat stat_buf;
	int err;

	if (!is_cgroup(path) && find_below_mount(path, below, sizeof(below)))
		path = below;
	if (stat(path, &stat_buf))
		return diag_set(diag, -errno,
				"cannot open cgroup %.256s: %s, nor is there one below where "
				"cgroup v2 is mounted (grep cgroup2 /proc/mounts)",
				path, strerror(errno));
	if (!is_cgroup(path))
		return diag_set(diag, -ENOTDIR,
				"%.256s is no directory of cgroup v2: give a path below its mount "
				"(grep cgroup2 /proc/mounts)",
				path);
	err = cgroup_level(path, level);
	if (err)
		return diag_set(diag, err,
				"cannot find the root above cgroup %.256s: run in the host's "
				"cgroup namespace",
				path);
	*id = stat_buf.st_ino;
	return 0;
}
