// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A new file is made with O_EXCL after one of the same name was removed, so
 * that neither a link that somebody left there nor a file of somebody else's
 * is written into. While it is written it is locked (flock): a second program
 * with the same name in mind gives up instead of removing it.
 */
#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (256UL << 10)
#define PART ".part"
#define FILE_MODE 0600
/* Somebody makes the file again each time that we remove it: then it is theirs. */
#define CREATE_TRIES 8

struct output {
	int fd;
	int err;	  /* the first one; 0 while there is none */
	bool is_file;	  /* made by us, regular */
	bool is_named;	  /* has its final name */
	char *path, *now; /* the final name, the present one */
	uint64_t bytes;
	size_t buffered;
	struct output_diag diag;
	uint8_t buffer[BUFFER_BYTES];
};

__attribute__((format(printf, 3, 4))) static int fail(struct output_diag *diag, int err,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(diag->text, sizeof(diag->text), format, args);
	va_end(args);
	return err;
}

/* ---- opening ---- */

/* The user behind sudo, if there is one: the file is for them. */
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

/* Not every file system knows owners; the file is worth more than its owner. */
static void give_to_user(int fd)
{
	unsigned uid, gid;

	if (geteuid() == 0 && sudo_id("SUDO_UID", &uid) && sudo_id("SUDO_GID", &gid) &&
	    fchown(fd, uid, gid))
		errno = 0;
}

static bool is_name_of(const char *path, const struct stat *file)
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

static bool is_locked(const char *path)
{
	int fd = hold(path);

	if (fd >= 0)
		close(fd);
	return fd == -EBUSY;
}

static int busy(struct output_diag *diag, const char *path)
{
	return fail(diag, -EBUSY, "%s is being written by another gotrace-bpf", path);
}

/* Makes room for a new file. */
static int remove_old(const char *path, struct output_diag *diag)
{
	struct stat stat;
	int held, err = 0;

	if (lstat(path, &stat))
		return errno == ENOENT
			       ? 0
			       : fail(diag, -errno, "cannot write %s: %s", path, strerror(errno));
	if (S_ISLNK(stat.st_mode))
		return fail(diag, -ELOOP, "%s is a symbolic link: name the file itself", path);
	if (!S_ISREG(stat.st_mode))
		return fail(diag, -EEXIST, "%s is in the way and is no file: remove it", path);
	held = hold(path);
	if (held == -EBUSY)
		return busy(diag, path);
	/* Before it was locked its writer may have renamed it, and another one come. */
	if (held == -ENOENT || (held >= 0 && (fstat(held, &stat) || !is_name_of(path, &stat))))
		err = 0; /* look again */
	else if (unlink(path) && errno != ENOENT)
		err = fail(diag, -errno, "cannot replace %s: %s", path, strerror(errno));
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
	return !fstat(fd, &stat) && !is_name_of(path, &stat);
}

/* The descriptor of a new file, or -errno. */
static int create(const char *path, struct output_diag *diag)
{
	for (int i = 0; i < CREATE_TRIES; i++) {
		int err = remove_old(path, diag);
		int fd;

		if (err)
			return err;
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
		if (fd < 0 && errno != EEXIST)
			return fail(diag, -errno, "cannot create %s: %s", path, strerror(errno));
		if (fd >= 0 && !is_lost(fd, path)) {
			give_to_user(fd);
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	return busy(diag, path);
}

/* Root, we, and the user behind sudo. */
static bool is_trusted(uid_t owner)
{
	unsigned user;

	return owner == 0 || owner == geteuid() || (sudo_id("SUDO_UID", &user) && owner == user);
}

/* A pipe that a stranger has left under the name that we use has him for a reader. */
static int check_special(const char *path, const struct stat *stat, struct output_diag *diag)
{
	if (S_ISDIR(stat->st_mode))
		return fail(diag, -EISDIR, "%s is a directory: name a file in it", path);
	if (S_ISLNK(stat->st_mode))
		return fail(diag, -ELOOP, "%s is a symbolic link: name the file itself", path);
	if (!S_ISCHR(stat->st_mode) && !S_ISFIFO(stat->st_mode))
		return fail(diag, -EINVAL, "%s is no file that can be written", path);
	if (S_ISFIFO(stat->st_mode) && !is_trusted(stat->st_uid))
		return fail(diag, -EPERM, "%s is another user's pipe: name a file", path);
	return 0;
}

/* Something that is there and is no regular file; nor has become one since. */
static int open_special(const char *path, struct stat *stat, struct output_diag *diag)
{
	int err = check_special(path, stat, diag);
	int fd;

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, stat))
		err = fail(diag, -errno, "cannot write %s: %s", path, strerror(errno));
	else
		err = check_special(path, stat, diag);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

static int open_stdout(struct output_diag *diag)
{
	int fd;

	if (isatty(STDOUT_FILENO))
		return fail(diag, -EINVAL,
			    "the standard output is a terminal: send it to a file or a pipe");
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return fd >= 0 ? fd
		       : fail(diag, -errno, "cannot write to standard output: %s", strerror(errno));
}

static bool is_stdout(const char *path)
{
	return !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

bool output_would_replace(const char *path, const struct stat *file)
{
	char part[PATH_MAX];

	if (is_stdout(path) || !S_ISREG(file->st_mode))
		return false;
	snprintf(part, sizeof(part), "%s" PART, path);
	return is_name_of(path, file) || is_name_of(part, file);
}

static int set_names(struct output *output, const char *path, const char *suffix)
{
	output->path = strdup(path);
	if (!output->path || asprintf(&output->now, "%s%s", path, suffix) < 0) {
		output->now = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* The descriptor of the new file, or -errno. */
static int create_part(const struct output *output, struct output_diag *diag)
{
	return is_locked(output->path) ? busy(diag, output->path) : create(output->now, diag);
}

/* Fills *output; its fd stays -1 on failure. */
static int open_path(struct output *output, const char *path, struct output_diag *diag)
{
	struct stat stat;
	bool there = lstat(path, &stat) == 0;
	int fd, err;

	output->is_file = !is_stdout(path) && (!there || S_ISREG(stat.st_mode));
	output->is_named = !output->is_file;
	err = set_names(output, is_stdout(path) ? "standard output" : path,
			output->is_named ? "" : PART);
	if (err)
		return fail(diag, err, "not enough memory");
	if (is_stdout(path))
		fd = open_stdout(diag);
	else if (output->is_file)
		fd = create_part(output, diag);
	else
		fd = open_special(path, &stat, diag);
	if (fd < 0)
		return fd;
	output->fd = fd;
	return 0;
}

int output_open(struct output **out, const char *path, struct output_diag *diag)
{
	struct output *output;
	int err;

	if (!*path)
		return fail(diag, -EINVAL, "the output's name is empty");
	output = malloc(sizeof(*output));
	if (!output)
		return fail(diag, -ENOMEM, "not enough memory");
	memset(output, 0, offsetof(struct output, buffer));
	output->fd = -1;
	err = open_path(output, path, diag);
	if (err) {
		output_close(output);
		return err;
	}
	*out = output;
	return 0;
}

/* ---- writing ---- */

static int write_failed(struct output *output, int err)
{
	const char *hint = "";

	if (err == -ENOSPC || err == -EDQUOT)
		hint = ": make room, or name a file on another disk";
	else if (err == -EPIPE)
		hint = ": its reader has gone";
	else if (err == -EFBIG)
		hint = ": raise the limit (ulimit -f), or trace shorter";
	output->err = err;
	return fail(&output->diag, err, "cannot write %s: %s%s", output->now, strerror(-err), hint);
}

/* A pipe that somebody made non-blocking. */
static void wait_for_room(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

	poll(&poll_fd, 1, -1);
}

static int write_all(struct output *output, const uint8_t *data, size_t size)
{
	while (size && !output->err) {
		ssize_t done = write(output->fd, data, size);

		if (done > 0) {
			data += done;
			size -= (size_t)done;
		} else if (done < 0 && errno == EAGAIN) {
			wait_for_room(output->fd);
		} else if (done == 0 || errno != EINTR) {
			write_failed(output, done ? -errno : -EIO);
		}
	}
	return output->err;
}

int output_flush(struct output *output)
{
	size_t size = output->buffered;

	output->buffered = 0;
	return write_all(output, output->buffer, size);
}

int output_write(void *ctx, const void *data, size_t size)
{
	struct output *output = ctx;

	if (size > BUFFER_BYTES - output->buffered)
		output_flush(output);
	if (output->err)
		return output->err;
	output->bytes += size;
	if (size > BUFFER_BYTES)
		return write_all(output, data, size);
	if (size)
		memcpy(output->buffer + output->buffered, data, size);
	output->buffered += size;
	return 0;
}

/* ---- the end ---- */

/* On the disk. What cannot be synced (a device, a pipe) says EINVAL or EROFS. */
static int sync_file(struct output *output)
{
	if (!output->is_file || !fsync(output->fd) || errno == EINVAL || errno == EROFS)
		return 0;
	return write_failed(output, -errno);
}

/* Is the file still the one we made? */
static bool is_ours(const struct output *output)
{
	struct stat ours;

	return !fstat(output->fd, &ours) && is_name_of(output->now, &ours);
}

static int give_name(struct output *output)
{
	if (!is_ours(output)) {
		output->err = -ESTALE;
		return fail(&output->diag, -ESTALE,
			    "%s was removed or replaced while it was written", output->now);
	}
	if (is_locked(output->path)) {
		output->err = -EBUSY;
		return busy(&output->diag, output->path);
	}
	if (rename(output->now, output->path)) {
		output->err = -errno;
		return fail(&output->diag, output->err, "cannot rename %s to %s: %s", output->now,
			    output->path, strerror(errno));
	}
	output->now[strlen(output->path)] = '\0'; /* without PART */
	output->is_named = true;
	return 0;
}

/* Some file systems tell only at close that they could not write. */
static int close_fd(struct output *output)
{
	int fd = output->fd;

	output->fd = -1;
	if (fd >= 0 && close(fd) && errno != EINTR && !output->err)
		return write_failed(output, -errno);
	return output->err;
}

int output_name(struct output *output)
{
	if (output->err || output->is_named)
		return output->err;
	return give_name(output);
}

int output_commit(struct output *output)
{
	int err = output_flush(output);

	if (!err)
		err = sync_file(output);
	if (!err)
		err = output_name(output);
	return err ? err : close_fd(output);
}

const char *output_error(const struct output *output)
{
	return output->diag.text;
}

const char *output_path(const struct output *output)
{
	return output->now;
}

bool output_is_file(const struct output *output)
{
	return output->is_file;
}

uint64_t output_bytes(const struct output *output)
{
	return output->bytes;
}

void output_close(struct output *output)
{
	if (!output)
		return;
	if (output->fd >= 0)
		output_flush(output);
	close_fd(output);
	free(output->path);
	free(output->now);
	free(output);
}

void output_discard(struct output *output)
{
	if (output && output->is_file && output->fd >= 0 && is_ours(output))
		unlink(output->now);
	output_close(output);
}
