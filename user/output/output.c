// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "output/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/place.h"

#define BUFFER_BYTES (256UL << 10)
#define PART ".part"

struct output {
	int fd;
	int err;	  /* the first one; 0 while there is none */
	bool is_file;	  /* made by us, regular */
	bool is_named;	  /* has its final name */
	char *path, *now; /* the final name, the present one */
	uint64_t bytes;
	size_t buffered;
	struct diag *diag;
	uint8_t buffer[BUFFER_BYTES];
};

/* ---- opening ---- */

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
	return place_is_name_of(path, file) || place_is_name_of(part, file);
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
static int create_part(const struct output *output, struct diag *diag)
{
	return place_is_locked(output->path) ? place_busy(diag, output->path)
					     : place_create(output->now, diag);
}

/* Fills *output; its fd stays -1 on failure. */
static int open_path(struct output *output, const char *path, struct diag *diag)
{
	struct stat stat;
	bool there = lstat(path, &stat) == 0;
	int fd, err;

	output->is_file = !is_stdout(path) && (!there || S_ISREG(stat.st_mode));
	output->is_named = !output->is_file;
	err = set_names(output, is_stdout(path) ? "standard output" : path,
			output->is_named ? "" : PART);
	if (err)
		return diag_set(diag, err, "not enough memory");
	if (is_stdout(path))
		fd = place_open_stdout(diag);
	else if (output->is_file)
		fd = create_part(output, diag);
	else
		fd = place_open_special(path, &stat, diag);
	if (fd < 0)
		return fd;
	output->fd = fd;
	return 0;
}

int output_open(struct output **out, const char *path, struct diag *diag)
{
	struct output *output;
	int err;

	if (!*path)
		return diag_set(diag, -EINVAL, "the output's name is empty");
	output = malloc(sizeof(*output));
	if (!output)
		return diag_set(diag, -ENOMEM, "not enough memory");
	memset(output, 0, offsetof(struct output, buffer));
	output->fd = -1;
	output->diag = diag;
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
	return diag_set(output->diag, err, "cannot write %s: %s%s", output->now, strerror(-err),
			hint);
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

	return !fstat(output->fd, &ours) && place_is_name_of(output->now, &ours);
}

static int give_name(struct output *output)
{
	if (!is_ours(output)) {
		output->err = -ESTALE;
		return diag_set(output->diag, -ESTALE,
				"%s was removed or replaced while it was written", output->now);
	}
	if (place_is_locked(output->path)) {
		output->err = -EBUSY;
		return place_busy(output->diag, output->path);
	}
	if (rename(output->now, output->path)) {
		output->err = -errno;
		return diag_set(output->diag, output->err, "cannot rename %s to %s: %s",
				output->now, output->path, strerror(errno));
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
