// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/hierarchy.h"

#include <bpf/btf.h>
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define ROOT_ID 1 /* of each hierarchy's root, since 5.5 */

/* v1 controllers as a mount names them, and as the kernel's enum does; the usual ones first. */
static const struct controller {
	const char *option;
	const char *name;
} controllers[] = {
	{ "cpu", "cpu" },
	{ "cpuacct", "cpuacct" },
	{ "freezer", "freezer" },
	{ "memory", "memory" },
	{ "pids", "pids" },
	{ "cpuset", "cpuset" },
	{ "blkio", "io" },
	{ "devices", "devices" },
	{ "net_cls", "net_cls" },
	{ "net_prio", "net_prio" },
	{ "perf_event", "perf_event" },
	{ "hugetlb", "hugetlb" },
};

/* A controller of a v1 mount; NULL if it has none (name=systemd) or is no v1 mount. */
static const struct controller *controller_of(const struct mntent *mount)
{
	if (strcmp(mount->mnt_type, "cgroup"))
		return NULL;
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		if (hasmntopt(mount, controllers[i].option))
			return &controllers[i];
	}
	return NULL;
}

/* 1 + its number in the running kernel, which the configuration decides; 0: unknown. */
static uint8_t controller_number(const struct controller *controller)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *type;
	char name[64];
	uint8_t number = 0;
	int id;

	if (!btf)
		return 0;
	snprintf(name, sizeof(name), "%s_cgrp_id", controller->name);
	id = btf__find_by_name_kind(btf, "cgroup_subsys_id", BTF_KIND_ENUM);
	type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	for (int i = 0; type && i < btf_vlen(type); i++) {
		if (!strcmp(btf__name_by_offset(btf, btf_enum(type)[i].name_off), name))
			number = btf_enum(type)[i].val + 1;
	}
	btf__free(btf);
	return number;
}

/* The magic of the file system, if path is a cgroup's directory; else 0. */
static long cgroup_magic(const char *path)
{
	struct statfs fs;
	struct stat stat_buf;

	if (stat(path, &stat_buf) || !S_ISDIR(stat_buf.st_mode) || statfs(path, &fs))
		return 0;
	return fs.f_type == CGROUP2_SUPER_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC ? fs.f_type : 0;
}

/* Counts the directories between path and the hierarchy's root, by their ids. */
static int count_level(const char *path, uint32_t *level)
{
	char up[PATH_MAX];
	struct stat stat_buf;
	size_t length = snprintf(up, sizeof(up), "%s", path);

	for (uint32_t depth = 0; length + 4 < sizeof(up); depth++) {
		if (stat(up, &stat_buf))
			return -errno;
		if (!cgroup_magic(up))
			return -EXDEV; /* the mount's root is not the hierarchy's */
		if (stat_buf.st_ino == ROOT_ID) {
			*level = depth;
			return 0;
		}
		length += snprintf(up + length, sizeof(up) - length, "/..");
	}
	return -ENAMETOOLONG;
}

/* A mount that fits, into *found; its strings are the caller's only until the next look. */
typedef bool (*mount_fits)(const struct mntent *mount, void *ctx);

static bool find_mount(FILE *mounts, mount_fits fits, void *ctx, struct mntent *found)
{
	struct mntent *mount;

	rewind(mounts);
	while ((mount = getmntent(mounts))) {
		if (!fits(mount, ctx))
			continue;
		*found = *mount;
		return true;
	}
	return false;
}

static bool is_v2(const struct mntent *mount, void *ctx)
{
	(void)ctx;
	return !strcmp(mount->mnt_type, "cgroup2");
}

static bool has_controller(const struct mntent *mount, void *ctx)
{
	(void)ctx;
	return controller_of(mount);
}

static bool is_on_device(const struct mntent *mount, void *device)
{
	struct stat stat_buf;

	return controller_of(mount) && !stat(mount->mnt_dir, &stat_buf) &&
	       stat_buf.st_dev == *(const dev_t *)device;
}

struct below {
	const char *name;
	mount_fits kind;
	char path[PATH_MAX];
};

static bool has_below(const struct mntent *mount, void *ctx)
{
	struct below *below = ctx;

	if (!below->kind(mount, NULL))
		return false;
	return (size_t)snprintf(below->path, sizeof(below->path), "%s/%s", mount->mnt_dir,
				below->name) < sizeof(below->path) &&
	       cgroup_magic(below->path);
}

static bool find_below_mount(FILE *mounts, struct below *below)
{
	struct mntent mount;

	below->kind = is_v2;
	if (find_mount(mounts, has_below, below, &mount))
		return true;
	below->kind = has_controller;
	return find_mount(mounts, has_below, below, &mount);
}

/* What of v1 the kernel side can follow: each controller has its pointer in every thread's set. */
static int find_controller(FILE *mounts, const char *path, dev_t device, uint8_t *v1,
			   struct diag *diag)
{
	struct mntent mount;

	*v1 = find_mount(mounts, is_on_device, &device, &mount)
		      ? controller_number(controller_of(&mount))
		      : 0;
	if (*v1)
		return 0;
	return diag_set(diag, -ENOTSUP,
			"%.256s is of a cgroup v1 hierarchy without a controller: a thread's group "
			"there cannot be looked up cheaply; give the same group below the cpu, "
			"cpuacct or freezer hierarchy",
			path);
}

static int find(FILE *mounts, const char *path, struct kernel_scope *scope, struct diag *diag)
{
	struct below below = { .name = path };
	struct stat stat_buf;
	int err;

	if (!cgroup_magic(path) && find_below_mount(mounts, &below))
		path = below.path;
	if (stat(path, &stat_buf))
		return diag_set(diag, -errno,
				"cannot open cgroup %.256s: %s, nor is there one below where "
				"cgroups are mounted (grep cgroup /proc/mounts)",
				path, strerror(errno));
	if (!cgroup_magic(path))
		return diag_set(diag, -ENOTDIR,
				"%.256s is no cgroup's directory: give a path below where cgroups "
				"are mounted (grep cgroup /proc/mounts)",
				path);
	err = count_level(path, &scope->cgroup_level);
	if (err)
		return diag_set(diag, err,
				"cannot find the root above cgroup %.256s: run in the host's "
				"cgroup namespace",
				path);
	scope->cgroup_id = stat_buf.st_ino;
	if (cgroup_magic(path) == CGROUP2_SUPER_MAGIC)
		return 0;
	return find_controller(mounts, path, stat_buf.st_dev, &scope->cgroup_v1, diag);
}

int hierarchy_find(const char *path, struct kernel_scope *scope, struct diag *diag)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	int err;

	if (!mounts)
		return diag_set(diag, -errno, "cannot read /proc/mounts: %s", strerror(errno));
	err = find(mounts, path, scope, diag);
	endmntent(mounts);
	return err;
}

bool hierarchy_describe(char *text, size_t size)
{
	FILE *mounts = setmntent("/proc/mounts", "re");
	struct mntent mount;
	bool found = false;

	if (mounts && find_mount(mounts, is_v2, NULL, &mount)) {
		snprintf(text, size, "v2 at %s", mount.mnt_dir);
		found = true;
	} else if (mounts && find_mount(mounts, has_controller, NULL, &mount)) {
		snprintf(text, size, "v1, %s at %s", controller_of(&mount)->option, mount.mnt_dir);
		found = true;
	}
	if (mounts)
		endmntent(mounts);
	return found;
}
