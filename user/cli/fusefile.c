// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/fusefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/captureplay.h"
#include "cli/filekind.h"

static enum cli_exit fail(int err)
{
	return cli_fail("%s", strerror(-err));
}

/* ---- the capture ---- */

static enum cli_exit say_capture(const struct trace_file *file, const struct raw_stop *stop,
				 const struct fuse_kernel *kernel)
{
	if (kernel->lost)
		cli_note("%s: %" PRIu64 " records were lost in %zu places; what waited for a CPU "
			 "then is unseen",
			 file->name, kernel->lost, kernel->losses_count);
	if (stop->err == -EBADMSG)
		return cli_fail("%s: %s", file->name, stop->diag.text);
	if (stop->err)
		cli_note("%s: %s; what there is counts", file->name, stop->diag.text);
	return CLI_DONE;
}

static enum cli_exit play(struct fuse_files *files, struct raw_reader *reader)
{
	const struct exporter exporter = fuse_kernel_exporter(files->kernel);
	struct pipeline_stats stats;
	struct raw_stop stop;
	int err = capture_play(&files->capture, reader, &exporter, &stats, &stop);

	if (err == -ENODATA || err == -EBADMSG)
		return cli_fail("%s: %s; there is nothing before it", files->capture.name,
				stop.diag.text);
	return err ? fail(err) : say_capture(&files->capture, &stop, files->kernel);
}

static enum cli_exit load_capture(struct fuse_files *files)
{
	const struct mapped *map = &files->capture.map;
	const struct stream_info *info;
	struct diag diag = { "" };
	struct raw_reader *reader;
	enum cli_exit status;
	int err = raw_reader_new(&reader, map->data, map->size, &diag);

	if (err)
		return cli_fail("%s: %s", files->capture.name, diag.text);
	info = raw_reader_info(reader);
	files->wall = (struct pen_wall){ info->mono_ns, info->wall_ns };
	err = fuse_kernel_new(&files->kernel, info->arch);
	status = err ? fail(err) : play(files, reader);
	raw_reader_free(reader);
	return status;
}

/* ---- the Go trace ---- */

enum cli_exit fuse_files_reader(struct fuse_files *files, struct gt_reader **out)
{
	return trace_file_reader(&files->app, NULL, out);
}

static enum cli_exit read_belong(struct fuse_files *files)
{
	const struct gt_error *error;
	struct diag diag = { "" };
	struct gt_reader *reader;
	int err;

	if (fuse_files_reader(files, &reader))
		return CLI_FAILED;
	err = belong_read(&files->belong, files->kernel, reader, &diag);
	error = gt_reader_error(reader);
	if (err && error->code && !files->belong.generations)
		trace_file_fail(&files->app, error);
	else if (err == -EPROTONOSUPPORT)
		cli_fail("%s: %s", files->app.name, diag.text);
	else if (err == -EINVAL)
		cli_fail("%s and %s: %s", files->app.name, files->capture.name, diag.text);
	else if (err)
		fail(err);
	else if (error->code)
		cli_note("%s: %s; %" PRIu64 " whole generations of it are used", files->app.name,
			 error->text, files->belong.generations);
	gt_reader_free(reader);
	return err ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit read_survey(struct fuse_files *files)
{
	struct gt_reader *reader;
	int err;

	if (fuse_files_reader(files, &reader))
		return CLI_FAILED;
	err = survey_read(&files->survey, &files->belong, files->kernel, reader);
	gt_reader_free(reader);
	return err ? fail(err) : CLI_DONE;
}

/* ---- both ---- */

static enum cli_exit open_file(struct trace_file *file, const char *name, bool *is_open)
{
	if (trace_file_open(file, name))
		return CLI_FAILED;
	*is_open = true;
	return trace_file_keep(file);
}

static bool is_capture(const struct trace_file *file)
{
	return filekind_is_capture(file->map.data, file->map.size);
}

static enum cli_exit tell_apart(struct fuse_files *files)
{
	struct trace_file app = files->app;

	if (is_capture(&files->app) == is_capture(&files->capture))
		return cli_fail(
			"%s and %s: both are %s; wanted is a Go program's own trace, and "
			"what 'gotrace-bpf record' wrote meanwhile ('report --diff' compares "
			"two of a kind)",
			files->app.name, files->capture.name,
			is_capture(&files->app) ? "captures" : "no captures");
	if (is_capture(&files->app)) {
		files->app = files->capture;
		files->capture = app;
	}
	return CLI_DONE;
}

static enum cli_exit load(struct fuse_files *files)
{
	enum cli_exit status = load_capture(files);

	if (status == CLI_DONE)
		status = read_belong(files);
	return status == CLI_DONE ? read_survey(files) : status;
}

enum cli_exit fuse_files_open(struct fuse_files *files, const char *one, const char *other)
{
	enum cli_exit status;

	memset(files, 0, sizeof(*files));
	if (!strcmp(one, "-") && !strcmp(other, "-"))
		return cli_fail("only one of both files can come from standard input");
	status = open_file(&files->app, one, &files->app_open);
	if (status == CLI_DONE)
		status = open_file(&files->capture, other, &files->capture_open);
	if (status == CLI_DONE)
		status = tell_apart(files);
	return status == CLI_DONE ? load(files) : status;
}

static enum cli_exit take_file(struct trace_file *file, int fd, const char *name, bool *is_open)
{
	int err;

	*file = (struct trace_file){ .name = name, .fd = fcntl(fd, F_DUPFD_CLOEXEC, 0) };
	if (file->fd < 0)
		return cli_fail("%s: %m", name);
	*is_open = true;
	err = mapped_fd(&file->map, file->fd);
	return err ? cli_fail("%s: %s", name, strerror(-err)) : CLI_DONE;
}

enum cli_exit fuse_files_take(struct fuse_files *files, int app, const char *app_name, int capture,
			      const char *capture_name)
{
	enum cli_exit status;

	memset(files, 0, sizeof(*files));
	status = take_file(&files->app, app, app_name, &files->app_open);
	if (status == CLI_DONE)
		status = take_file(&files->capture, capture, capture_name, &files->capture_open);
	return status == CLI_DONE ? load(files) : status;
}

void fuse_files_close(struct fuse_files *files)
{
	survey_fini(&files->survey);
	belong_fini(&files->belong);
	fuse_kernel_free(files->kernel);
	if (files->app_open)
		trace_file_close(&files->app);
	if (files->capture_open)
		trace_file_close(&files->capture);
}

/* ---- the trace that is made of them ---- */

static void say_summary(const struct fuse_files *files, const struct output *output,
			const char *path, const struct fuse_stats *stats)
{
	char bytes[32];

	if (files->belong.mapped)
		cli_note("the program has other thread ids than the capture (it runs in a "
			 "container): they were found by when each thread ran");
	if (files->survey.contradictions)
		cli_note("%" PRIu64 " of %" PRIu64
			 " events of the Go program lie where the capture "
			 "has their thread off the CPU; these times are left out as unseen",
			 files->survey.contradictions, files->belong.events);
	fprintf(stderr, "%s: %" PRIu64 " times off the CPU, %" PRIu64 " events, %s",
		output_path(output), stats->shown, stats->events,
		quantity_format_bytes(bytes, sizeof(bytes), stats->bytes));
	if (output_is_file(output))
		fprintf(stderr, "; open it: go tool trace %s", path);
	fputc('\n', stderr);
}

enum cli_exit fuse_files_write(struct fuse_files *files, const struct fuse_options *options,
			       struct output *output, const char *path, bool quiet)
{
	struct gt_reader *reader;
	struct fuse_stats stats;
	int err;

	if (fuse_files_reader(files, &reader)) {
		output_discard(output);
		return CLI_FAILED;
	}
	err = fuse_write(files->kernel, &files->belong, &files->survey, reader, options,
			 output_write, output, &stats);
	gt_reader_free(reader);
	if (!err)
		err = output_commit(output);
	if (!err && !quiet)
		say_summary(files, output, path, &stats);
	if (err)
		output_discard(output);
	else
		output_close(output);
	return err ? cli_fail("cannot write %s: %s", path, strerror(-err)) : CLI_DONE;
}
