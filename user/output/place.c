// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A new file is made with O_EXCL after one of the same name was removed, so
 * that neither a link that somebody left there nor a file of somebody else's
 * is written into. While it is written it is locked (flock): a second program
 * with the same name in mind gives up instead of removing it.
 */
#include "output/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_MODE 0600
/* Somebody makes the file again each time that we remove it: then it is theirs. */
#define CREATE_TRIES 8

static bool sudo_id(const char *name, unsigned *out)
{
	const char *text = getenv(name);
	char *end;
	unsigned long id;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	id = strtoul(text, &end, 10);
	if (errno || *end || id >= UINT32_MAX)
		return false;
	*out = (unsigned)id;
	return true;
}

bool place_user(unsigned *uid, unsigned *gid)
{
	return geteuid() == 0 && sudo_id("SUDO_UID", uid) && sudo_id("SUDO_GID", gid);
}

/* Not every file system knows owners; the file is worth more than its owner. */
static void give_to_user(int fd)
{
	unsigned uid, gid;

	if (place_user(&uid, &gid) && fchown(fd, uid, gid))
		errno = 0;
}

bool place_is_name_of(const char *path, const struct stat *file)
{
	struct stat there;

	return !lstat(path, &there) && file->st_dev == there.st_dev && file->st_ino == there.st_ino;
}

/* Locks a file of that name: a descriptor, -EBUSY if another program has, or why not. */
static int hold(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		close(fd);
		return -EBUSY;
	}
	return fd;
}

bool place_is_locked(const char *path)
{
	int fd = hold(path);

	if (fd >= 0)
		close(fd);
	return fd == -EBUSY;
}

int place_busy(struct diag *diag, const char *path)
{
	return diag_set(diag, -EBUSY, "%s is being written by another gotrace-bpf", path);
}

/* Makes room for a new file. */
static int remove_old(const char *path, struct diag *diag)
{
	struct stat stat;
	int held, err = 0;

	if (lstat(path, &stat))
		return errno == ENOENT ? 0
				       : diag_set(diag, -errno, "cannot write %s: %s", path,
						  strerror(errno));
	if (S_ISLNK(stat.st_mode))
		return diag_set(diag, -ELOOP, "%s is a symbolic link: name the file itself", path);
	if (!S_ISREG(stat.st_mode))
		return diag_set(diag, -EEXIST, "%s is in the way and is no file: remove it", path);
	held = hold(path);
	if (held == -EBUSY)
		return place_busy(diag, path);
	/* Before it was locked its writer may have renamed it, and another one come. */
	if (held == -ENOENT ||
	    (held >= 0 && (fstat(held, &stat) || !place_is_name_of(path, &stat))))
		err = 0; /* look again */
	else if (unlink(path) && errno != ENOENT)
		err = diag_set(diag, -errno, "cannot replace %s: %s", path, strerror(errno));
	if (held >= 0)
		close(held);
	return err;
}

/*
 * Between the making of a file and its locking another program may have found
 * it unlocked: then it holds it now, or has removed it. A file system without
 * locks is no reason to stop.
 */
static bool is_lost(int fd, const char *path)
{
	struct stat stat;

	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return true;
	return !fstat(fd, &stat) && !place_is_name_of(path, &stat);
}

/* The descriptor of a new file, or -errno. */
int place_create(const char *path, struct diag *diag)
{
	for (int i = 0; i < CREATE_TRIES; i++) {
		int err = remove_old(path, diag);
		int fd;

		if (err)
			return err;
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
		if (fd < 0 && errno != EEXIST)
			return diag_set(diag, -errno, "cannot create %s: %s", path,
					strerror(errno));
		if (fd >= 0 && !is_lost(fd, path)) {
			give_to_user(fd);
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	return place_busy(diag, path);
}

/* Root, we, and the user behind sudo. */
static bool is_trusted(uid_t owner)
{
	unsigned user;

	return owner == 0 || owner == geteuid() || (sudo_id("SUDO_UID", &user) && owner == user);
}

/* A pipe that a stranger has left under the name that we use has him for a reader. */
static int check_special(const char *path, const struct stat *stat, struct diag *diag)
{
	if (S_ISDIR(stat->st_mode))
		return diag_set(diag, -EISDIR, "%s is a directory: name a file in it", path);
	if (S_ISLNK(stat->st_mode))
		return diag_set(diag, -ELOOP, "%s is a symbolic link: name the file itself", path);
	if (!S_ISCHR(stat->st_mode) && !S_ISFIFO(stat->st_mode))
		return diag_set(diag, -EINVAL, "%s is no file that can be written", path);
	if (S_ISFIFO(stat->st_mode) && !is_trusted(stat->st_uid))
		return diag_set(diag, -EPERM, "%s is another user's pipe: name a file", path);
	return 0;
}

/* Something that is there and is no regular file; nor has become one since. */
int place_open_special(const char *path, struct stat *stat, struct diag *diag)
{
	int err = check_special(path, stat, diag);
	int fd;

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, stat))
		err = diag_set(diag, -errno, "cannot write %s: %s", path, strerror(errno));
	else
		err = check_special(path, stat, diag);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

int place_open_stdout(struct diag *diag)
{
	int fd;

	if (isatty(STDOUT_FILENO))
		return diag_set(diag, -EINVAL,
				"the standard output is a terminal: send it to a file or a pipe");
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return fd >= 0 ? fd
		       : diag_set(diag, -errno, "cannot write to standard output: %s",
				  strerror(errno));
}
