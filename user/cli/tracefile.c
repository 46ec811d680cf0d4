// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/tracefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/filekind.h"
#include "cli/spool.h"

enum cli_exit trace_file_open(struct trace_file *file, const char *name)
{
	struct stat st;

	*file = (struct trace_file){ .name = name };
	file->fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (file->fd < 0)
		return cli_fail("cannot open %s: %m", name);
	if (fstat(file->fd, &st) || S_ISDIR(st.st_mode)) {
		trace_file_close(file);
		return cli_fail("cannot read %s: %s", name,
				strerror(S_ISDIR(st.st_mode) ? EISDIR : errno));
	}
	/* Standard input may be a file of which somebody has read a part. */
	if (S_ISREG(st.st_mode) && st.st_size && file->fd != STDIN_FILENO)
		mapped_fd(&file->map, file->fd); /* if it cannot be, it is read as it comes */
	return CLI_DONE;
}

enum cli_exit trace_file_spare(const struct trace_file *file, const char *output)
{
	struct stat st;

	return fstat(file->fd, &st) ? CLI_DONE : cli_spare_input(file->name, &st, output);
}

enum cli_exit trace_file_keep(struct trace_file *file)
{
	int fd, err;

	if (file->map.data)
		return CLI_DONE;
	fd = spool(file->fd);
	err = fd < 0 ? fd : mapped_fd(&file->map, fd);
	if (fd >= 0)
		close(fd);
	return err ? cli_fail("cannot keep %s in a temporary file: %s", file->name, strerror(-err))
		   : CLI_DONE;
}

void trace_file_close(struct trace_file *file)
{
	mapped_close(&file->map);
	if (file->fd > STDIN_FILENO)
		close(file->fd);
}

long trace_file_read(void *ctx, void *buf, size_t size)
{
	const struct trace_file *file = ctx;
	ssize_t got;

	do
		got = read(file->fd, buf, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

enum cli_exit trace_file_reader(struct trace_file *file, const struct gt_reader_options *options,
				struct gt_reader **out)
{
	int err = file->map.data
			  ? gt_reader_new_memory(out, file->map.data, file->map.size, options)
			  : gt_reader_new_source(out, trace_file_read, file, options);

	return err ? cli_fail("%s: %s", file->name, strerror(-err)) : CLI_DONE;
}

void trace_error_place(char *place, size_t size, const struct gt_error *error)
{
	size_t used = (size_t)snprintf(place, size, "byte %" PRIu64, error->byte);

	if (error->generation && used < size)
		used += (size_t)snprintf(place + used, size - used, ", generation %" PRIu64,
					 error->generation);
	if (error->m != GT_NO_ID && used < size)
		snprintf(place + used, size - used, ", M %" PRId64, (int64_t)error->m);
}

enum cli_exit trace_file_fail(const struct trace_file *file, const struct gt_error *error)
{
	char place[128];

	if (error->code == -EINVAL)
		return cli_fail("%s: %s%s", file->name, error->text,
				filekind_advice(file->map.data, file->map.size));
	if (error->code == -EPROTONOSUPPORT)
		return cli_fail("%s: %s", file->name, error->text);
	trace_error_place(place, sizeof(place), error);
	return cli_fail("%s: %s (%s)", file->name, error->text, place);
}

enum cli_exit trace_file_validate(const char *name, const struct gt_reader_options *options)
{
	const struct gt_event *event;
	struct gt_reader *reader;
	struct trace_file file;
	int err;

	if (trace_file_open(&file, name))
		return CLI_FAILED;
	err = trace_file_reader(&file, options, &reader);
	if (!err) {
		do
			err = gt_reader_next(reader, &event);
		while (!err && event);
		if (err)
			trace_file_fail(&file, gt_reader_error(reader));
		gt_reader_free(reader);
	}
	trace_file_close(&file);
	return err ? CLI_FAILED : CLI_DONE;
}

int stdout_sink(void *ctx, const void *data, size_t size)
{
	(void)ctx;
	return fwrite(data, 1, size, stdout) == size ? 0 : -errno;
}
